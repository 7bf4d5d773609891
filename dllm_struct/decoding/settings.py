"""`Decoding`: every choice of how to denoise, in one value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, Self

from dllm_struct.decoding.blocks import BLOCKS, Blocks
from dllm_struct.decoding.caches import CACHES, Cache
from dllm_struct.decoding.length import LENGTHS, LengthPolicy
from dllm_struct.decoding.maskless import check_noise, without_mask
from dllm_struct.decoding.parameter_types import check_names, check_types
from dllm_struct.decoding.presets import PRESETS
from dllm_struct.decoding.registry import Choice
from dllm_struct.decoding.remasking import REMASKINGS, Remasking
from dllm_struct.decoding.samplers import SAMPLERS, NeedsTokenizer, Sampler
from dllm_struct.decoding.schedules import SCHEDULES, Schedule
from dllm_struct.decoding.signals import SIGNALS, Signal
from dllm_struct.decoding.speculation import check_speculation
from dllm_struct.drawing import Drawing, Noise
from dllm_struct.errors import check
from dllm_struct.models.family import Family
from dllm_struct.vocabulary.codec import Codec

Structure = Literal["template", "free"]


@dataclass(frozen=True)
class Strategies:
    """The strategies that a `Decoding` names."""

    sampler: Sampler
    schedule: Schedule
    blocks: Blocks
    length: LengthPolicy
    remasking: Remasking
    signals: tuple[Signal, ...]
    drawing: Drawing
    cache: Cache

    def bound(self, family: Family, codec: Codec, network: object) -> Strategies:
        """Return the strategies for a model.

        Raises:
            InvalidDecoding: the model lacks what one of them needs.
        """
        length = self.length.bound(family)
        check(
            not length.needs_null or length.null_token(family, codec) is not None,
            f"length policy {length} needs a model with a null or EOS token",
            hint="use length='fixed', or give the family a null_token_id or eos_token_id",
        )
        signals = tuple(signal.bound(family, network) for signal in self.signals)
        sampler = self.sampler
        if isinstance(sampler, NeedsTokenizer):
            sampler = sampler.bound(codec)
        cache = self.cache.bound(family, network)
        bound = replace(self, length=length, signals=signals, sampler=sampler, cache=cache)
        return bound if family.mask_token_id is not None else without_mask(bound, network)


@dataclass(frozen=True)
class Decoding:
    """How to denoise.

    A strategy is given by name (``"factor"``), by name with parameters (``"factor(factor=2.0)"`` or
    ``{"name": "factor", "factor": 2.0}``), or as an object.

    Attributes:
        sampler: which positions a step commits.
        steps: most forward passes for one output; None: until everything is committed.
        threshold: confidence that a threshold sampler asks for.
        temperature: 0 takes the most likely member; above, members are sampled.
        schedule: how many positions a step commits.
        blocks: which part of the canvas is open; None: as ``block_length`` says.
        block_length: positions of a block; None: the whole canvas is open.
        length: how slots grow and shrink.
        structure: ``template``: what a schema fixes is laid out before denoising; ``free``: the
            whole output is one slot, for models that write their own layout.
        remasking: which committed tokens are taken back or replaced; ``uniform``: nothing is
            committed before the end, and noise stands where others show masks.
        guidance: further signals, one or several, in the order in which they work.
        top_k: only so many tokens of a position count, unless the language needs another.
        top_p: only the most likely tokens that reach this probability together count, unless the
            language needs another.
        noise: how members are sampled: ``joint``: exactly from the posterior at logits /
            temperature; ``gumbel``: the most likely member after Gumbel noise of that temperature
            on the logits, with the confidence of the logits without it (LLaDA).
        cache: what the network need not compute again in every pass.

    Raises:
        InvalidDecoding: a name or a value is unknown, or two settings contradict each other.
    """

    sampler: Choice[Sampler] = "confidence"
    steps: int | None = None
    threshold: float | None = None
    temperature: float = 0.0
    schedule: Choice[Schedule] = "linear"
    blocks: Choice[Blocks] | None = None
    block_length: int | None = None
    length: Choice[LengthPolicy] = "fixed"
    structure: Structure = "template"
    remasking: Choice[Remasking] = "never"
    guidance: Choice[Signal] | Sequence[Choice[Signal]] = ()
    top_k: int | None = None
    top_p: float | None = None
    noise: Noise = "joint"
    cache: Choice[Cache] = "none"

    def __new__(cls, *_: Any, **given: Any) -> Self:
        """Refuse unknown names with what was meant, before Python does without."""
        check_names(given, cls, "Decoding")
        return super().__new__(cls)

    def __post_init__(self) -> None:
        check_types(self, "Decoding")
        check(
            self.steps is None or self.steps >= 1,
            f"{self.steps} steps are too few",
            hint="set steps to 1 or more, or to None",
        )
        check(
            self.structure in ("template", "free"),
            f"unknown structure '{self.structure}'",
            hint="known are template, free",
        )
        strategies = self.strategies()
        check(
            self.steps is not None or not strategies.schedule.needs_steps,
            f"schedule {strategies.schedule} has nothing to spread without a number of steps",
            hint="set steps, or use schedule='linear'",
        )
        check(
            self.noise == "joint" or self.temperature > 0,
            f"noise '{self.noise}' at temperature 0 draws nothing",
            hint="set a temperature above 0, or leave noise out",
        )
        check_speculation(strategies, self.steps)
        check_noise(strategies)
        check(
            sum(signal.feeds_back for signal in strategies.signals) <= 1,
            "two signals would put mixtures of embeddings at the same positions",
            hint="use one of soft-masking and smoothing",
        )
        check(
            not strategies.cache.keeps or not any(s.feeds_back for s in strategies.signals),
            "a cache keeps what mixtures of embeddings would change in every pass",
            hint="use cache='none' with soft-masking and smoothing",
        )

    def strategies(self) -> Strategies:
        """Return the strategies as objects."""
        named = "whole" if self.block_length is None else "semi-autoregressive"
        return Strategies(
            sampler=SAMPLERS.make(self.sampler, threshold=self.threshold),
            schedule=SCHEDULES.make(self.schedule),
            blocks=BLOCKS.make(
                named if self.blocks is None else self.blocks, block_length=self.block_length
            ),
            length=LENGTHS.make(self.length),
            remasking=REMASKINGS.make(self.remasking),
            signals=tuple(SIGNALS.make(choice) for choice in _several(self.guidance)),
            drawing=Drawing(self.temperature, self.top_k, self.top_p, self.noise),
            cache=CACHES.make(self.cache),
        )

    @classmethod
    def preset(cls, name: str) -> Decoding:
        """Return the settings of a name: ``fast``, ``balanced`` or ``quality``.

        Raises:
            InvalidDecoding: there is no such preset.
        """
        known = ", ".join(PRESETS)
        check(name in PRESETS, f"unknown preset '{name}'", hint=f"known are {known}")
        return cls(**PRESETS[name])

    def replace(self, **changes: object) -> Decoding:
        """Return a copy with some settings changed."""
        return replace(self, **changes)  # type: ignore[arg-type]


def _several(
    choices: Choice[Signal] | Sequence[Choice[Signal]],
) -> Sequence[Choice[Signal]]:
    if isinstance(choices, (str, Mapping)) or not isinstance(choices, Sequence):
        return [choices]
    return choices
