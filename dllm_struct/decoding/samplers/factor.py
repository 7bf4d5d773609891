"""Factor: the more positions at once, the surer each has to be.

Wu et al. 2025, "Fast-dLLM" (arXiv 2505.22618), and dInfer (arXiv 2510.08666): the n most probable
positions are committed for the largest n with

    (n-th largest confidence) >= 1 - factor / (n + 1),

at least one. The condition gets stricter as n grows and the confidence smaller, so the first n that
fails ends it. Where a number of steps is set, at least the schedule's number is committed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from dllm_struct.decoding.samplers.base import SAMPLERS, Candidates, most_confident
from dllm_struct.errors import check


@SAMPLERS.register("factor")
@dataclass(frozen=True)
class Factor:
    """Commits as many of the surest positions as the factor allows.

    Attributes:
        factor: above 0; larger ones commit more.
    """

    factor: float = 1.0

    def __post_init__(self) -> None:
        check(
            0 < self.factor < math.inf,
            f"factor {self.factor} is not a finite number above 0",
            hint="1.0 is usual",
        )

    def choose(self, candidates: Candidates, generator: torch.Generator) -> Tensor:
        """See `Sampler.choose`."""
        confidence = candidates.log_confidence.exp().sort(descending=True).values
        n = torch.arange(1, len(confidence) + 1)
        count = int((confidence >= 1 - self.factor / (n + 1)).sum())
        return most_confident(candidates.log_confidence, max(count, candidates.quota))
