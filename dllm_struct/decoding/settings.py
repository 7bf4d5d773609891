"""`Decoding`: every choice of how to denoise, in one value."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

from dllm_struct.decoding.blocks import BLOCKS, Blocks
from dllm_struct.decoding.length import LENGTHS, LengthPolicy
from dllm_struct.decoding.registry import check
from dllm_struct.decoding.samplers import SAMPLERS, Sampler
from dllm_struct.decoding.schedules import SCHEDULES, Schedule

Structure = Literal["template", "free"]


@dataclass(frozen=True)
class Strategies:
    """The strategies that a `Decoding` names."""

    sampler: Sampler
    schedule: Schedule
    blocks: Blocks
    length: LengthPolicy
    temperature: float


@dataclass(frozen=True)
class Decoding:
    """How to denoise. Strategies are given by name or as objects.

    Attributes:
        sampler: which positions a step commits: ``confidence``, ``random``, ``threshold``.
        steps: most forward passes for one output; None: until everything is committed.
        threshold: confidence that the threshold sampler asks for.
        temperature: 0 takes the most likely member; above, members are sampled.
        schedule: how many positions a step commits: ``linear``.
        blocks: ``whole`` or ``semi-autoregressive``; None: as ``block_length`` says.
        block_length: positions of a block; None: the whole canvas is open.
        length: how slots grow: ``fixed``, ``daedal``.
        structure: ``template``: what a schema fixes is laid out before denoising; ``free``: the
            whole output is one slot, for models that write their own layout.

    Raises:
        InvalidDecoding: a name or a value is unknown, or two settings contradict each other.
    """

    sampler: str | Sampler = "confidence"
    steps: int | None = None
    threshold: float = 0.9
    temperature: float = 0.0
    schedule: str | Schedule = "linear"
    blocks: str | Blocks | None = None
    block_length: int | None = None
    length: str | LengthPolicy = "fixed"
    structure: Structure = "template"

    def __post_init__(self) -> None:
        check(
            self.steps is None or self.steps >= 1,
            f"{self.steps} steps are too few",
            hint="set steps to 1 or more, or to None",
        )
        check(
            0 <= self.temperature < math.inf,
            f"temperature {self.temperature} is not a finite number from 0 on",
            hint="0 is deterministic, 1 samples as the model predicts",
        )
        check(
            self.structure in ("template", "free"),
            f"unknown structure '{self.structure}'",
            hint="known are template, free",
        )
        check(
            self.blocks != "whole" or self.block_length is None,
            "blocks='whole' and a block length contradict each other",
            hint="leave one of them out",
        )
        self.strategies()

    def strategies(self) -> Strategies:
        """Return the strategies as objects."""
        named = "whole" if self.block_length is None else "semi-autoregressive"
        blocks = named if self.blocks is None else self.blocks
        return Strategies(
            sampler=SAMPLERS.make(self.sampler, self),
            schedule=SCHEDULES.make(self.schedule, self),
            blocks=BLOCKS.make(blocks, self),
            length=LENGTHS.make(self.length, self),
            temperature=self.temperature,
        )

    def replace(self, **changes: object) -> Decoding:
        """Return a copy with some settings changed."""
        return replace(self, **changes)  # type: ignore[arg-type]
