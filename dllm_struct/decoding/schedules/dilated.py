"""Dilated: positions far apart first, then those between them.

Luxembourg, Permuter, Nachmani 2025, "Plan for Speed: Dilated Scheduling for Masked Diffusion
Language Models" (DUS, arXiv 2506.19037). In a block of L positions step j = 1, 2, ... commits the
masks on its stride, max(1, L / 2^j), counted from the block's first position: tokens that are
committed together lie far apart and hardly depend on each other.

Positions below a least confidence are put off. The published code never comes back to them; here
they are revisited at the next level, and at stride 1 until none is left. A step commits at least
one position, and with a number of steps at least ceil(masked / steps left): what the stride lacks
is filled up with the most confident of the others.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import torch

from dllm_struct.decoding.samplers import Candidates, most_confident
from dllm_struct.decoding.schedules.base import SCHEDULES
from dllm_struct.errors import check


@SCHEDULES.register("dilated", "dus")
@dataclass(frozen=True)
class Dilated:
    """Halves the stride from step to step.

    Attributes:
        min_confidence: probability below which a position is put off, 0 to 1.
    """

    needs_steps: ClassVar[bool] = False
    min_confidence: float = 0.3

    def __post_init__(self) -> None:
        check(
            0 <= self.min_confidence <= 1,
            f"min_confidence {self.min_confidence} is no probability",
            hint="0.3 is usual",
        )

    def plan(self, candidates: Candidates, steps_left: int | None) -> Candidates:
        """See `Schedule.plan`."""
        length = candidates.stop - candidates.start
        stride = max(1, length >> min(candidates.step + 1, length.bit_length()))
        on_stride = (candidates.positions - candidates.start) % stride == 0
        least = math.log(self.min_confidence) if self.min_confidence else -math.inf
        is_due = on_stride & (candidates.log_confidence >= least)
        needed = 1 if steps_left is None else -(-len(candidates) // steps_left)
        # those that are due, then others on the stride, then the rest; each by confidence
        by_confidence = most_confident(candidates.log_confidence, len(candidates))
        rank = is_due.long() + on_stride.long()
        ranked = by_confidence[most_confident(rank[by_confidence], len(candidates))]
        chosen = ranked[: max(int(is_due.sum()), needed)]
        return candidates.only(torch.sort(chosen).values)
