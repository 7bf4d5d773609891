"""How a call is carried out: its settings, and the stages that each output is written in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from dllm_struct.decoding.settings import Decoding, Strategies
from dllm_struct.decoding.stage import Stage
from dllm_struct.decoding.thinking import Thinking
from dllm_struct.generation.target import Target
from dllm_struct.models.family import Family
from dllm_struct.vocabulary.codec import Codec


@dataclass(frozen=True)
class Plan:
    """What one call asks for, apart from prompts and output types.

    Attributes:
        decoding: how to denoise.
        max_tokens: most positions of one text; None: as the context allows.
        seed: of the first sequence; None: none was given.
        thinking: room to think before the text; None: none.
    """

    decoding: Decoding
    max_tokens: int | None = None
    seed: int | None = None
    thinking: Thinking | None = None

    @classmethod
    def of(
        cls,
        decoding: Decoding | str,
        max_tokens: int | None,
        seed: int | None,
        thinking: Thinking | None = None,
    ) -> Plan:
        """Return a plan; a decoding may be the name of a preset."""
        return cls(_settings(decoding), max_tokens, seed, thinking)

    def target(self, goal: Target) -> Target:
        """Return a target with room to think before it, where that is asked for."""
        return goal if self.thinking is None else replace(goal, preface=self.thinking.preface())

    @property
    def capacities(self) -> Mapping[str, int]:
        """Positions that the thinking starts with, by its slot."""
        thinking = self.thinking
        return {} if thinking is None else {thinking.slot: thinking.initial or thinking.max_tokens}

    def stages(
        self, family: Family, codec: Codec, network: object, goal: Target
    ) -> tuple[Stage, ...]:
        """Return how an output is written, part after part.

        Raises:
            InvalidDecoding: the family lacks what a strategy needs.
        """

        def bound(decoding: Decoding) -> Strategies:
            return decoding.strategies().bound(family, codec, network)

        own, thinking = bound(self.decoding), self.thinking
        if thinking is None:
            return (Stage(own, own.remasking.limit(self.decoding.steps)),)
        decoding = _settings(thinking.decoding)
        slots = frozenset(slot.id for slot in goal.template.slots)
        before = bound(decoding)
        return (
            Stage(
                strategies=before,
                steps=before.remasking.limit(decoding.steps),
                slots=frozenset({thinking.slot}),
                patience=thinking.patience,
                confidence=thinking.confidence or 0.0,
            ),
            Stage(own, own.remasking.limit(self.decoding.steps), slots),
        )


def _settings(decoding: Decoding | str) -> Decoding:
    return Decoding.preset(decoding) if isinstance(decoding, str) else decoding
