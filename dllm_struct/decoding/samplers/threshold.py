"""Dynamic threshold: every position that is sure enough, the best one otherwise.

Wu et al. 2025, "Fast-dLLM" (arXiv 2505.22618; threshold 0.9); SDAR uses 0.85, LLaDA2 0.95. Where a
number of steps is set, at least the schedule's number is committed, so that the last step has no
more to do than others.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from dllm_struct.decoding.samplers.base import SAMPLERS, Candidates, most_confident
from dllm_struct.errors import check


@SAMPLERS.register("threshold", "low-confidence-dynamic")
@dataclass(frozen=True)
class Threshold:
    """Commits every position with confidence >= threshold, and at least ``quota`` ones.

    Attributes:
        threshold: a probability, above 0.
    """

    threshold: float = 0.9

    def __post_init__(self) -> None:
        check(
            0 < self.threshold <= 1,
            f"threshold {self.threshold} is no probability above 0",
            hint="0.9 is usual",
        )

    def choose(self, candidates: Candidates, generator: torch.Generator) -> Tensor:
        """See `Sampler.choose`."""
        sure = int((candidates.log_confidence >= math.log(self.threshold)).sum())
        return most_confident(candidates.log_confidence, max(sure, candidates.quota))
