"""Timesteps: Dream's share of what is left, between two points in time.

Ye et al. 2025, "Dream 7B" (arXiv 2508.15487). Time runs from 1 down to eps in equal steps, t_i =
linspace(1, eps, T + 1); step i commits

    int(m (1 - t_{i+1} / t_i))

of the m masks that are left, the last step all of them. Where that is 0, Dream's step commits
nothing; here it commits one. m is the row's own, never a batch's mean.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dllm_struct.decoding.samplers import Candidates
from dllm_struct.decoding.schedules.base import SCHEDULES, asking
from dllm_struct.errors import check


@SCHEDULES.register("timesteps")
@dataclass(frozen=True)
class Timesteps:
    """Spreads the masks over equal steps in time.

    Attributes:
        eps: where time ends, between 0 and 1.
    """

    needs_steps: ClassVar[bool] = True
    eps: float = 1e-3

    def __post_init__(self) -> None:
        check(0 < self.eps < 1, f"eps {self.eps} is not between 0 and 1", hint="0.001 is usual")

    def plan(self, candidates: Candidates, steps_left: int | None) -> Candidates:
        """See `Schedule.plan`."""
        assert steps_left is not None
        if steps_left == 1:
            return asking(candidates, len(candidates))
        stride = (1 - self.eps) / (candidates.step + steps_left)
        now = 1 - stride * candidates.step
        return asking(candidates, int(len(candidates) * stride / now))
