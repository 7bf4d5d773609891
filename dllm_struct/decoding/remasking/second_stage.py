"""A second stage: the draft's least confident tokens are denoised again (Diffusion in Diffusion).

Ma et al. 2026, "Diffusion In Diffusion: Reclaiming Global Coherence in Semi-Autoregressive
Diffusion" (arXiv 2601.13599). The first stage drafts with small blocks, each token with the context
on its left alone. When everything is committed, the tokens with the lowest confidence *at their
commit* are masked again, once, 25 to 50 % of them, and denoised with the whole canvas in view: the
block strategy no longer restricts. Of a limited number of steps, the second stage gets its share of
all positions that are denoised, fraction / (1 + fraction).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from dllm_struct.decoding.remasking.base import REMASKINGS, Committed, Remasking, lowest
from dllm_struct.errors import check


@REMASKINGS.register("second-stage", "diffusion-in-diffusion")
@dataclass(frozen=True)
class SecondStage(Remasking):
    """Masks the least confident part of the finished draft again, once.

    Attributes:
        fraction: of the positions that the sampler committed, rounded up.
    """

    fraction: float = 0.25
    opens_all: ClassVar[bool] = True

    def __post_init__(self) -> None:
        check(
            0 < self.fraction <= 1,
            f"fraction {self.fraction} is not above 0 and at most 1",
            hint="0.25 to 0.5 is usual",
        )

    def reserve(self, steps: int) -> int:
        """See `Remasking.reserve`: at least one of two or more steps."""
        return min(steps - 1, math.ceil(steps * self.fraction / (1 + self.fraction)))

    def remask(self, committed: Committed, generator: torch.Generator) -> Tensor:
        """See `Remasking.remask`."""
        is_draft = committed.masked == committed.rounds == 0
        count = math.ceil(self.fraction * len(committed)) if is_draft else 0
        return lowest(committed.confidence, torch.ones_like(committed.is_new), count)
