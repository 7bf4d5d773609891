"""Confidence: the schedule's number of positions, the most probable tokens first.

Nie et al. 2025, "Large Language Diffusion Models" (LLaDA, arXiv 2502.09992), low-confidence
remasking; MaskGIT and Dream ("maskgit_plus"), there with positions drawn from softmax(confidence /
alg_temp). Here the confidence is the posterior marginal, so what the constraint makes certain comes
first.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from dllm_struct.decoding.samplers.base import (
    SAMPLERS,
    Candidates,
    best_or_drawn,
    check_alg_temp,
    most_confident,
)


@SAMPLERS.register("confidence", "low-confidence-static", "maskgit-plus")
@dataclass(frozen=True)
class Confidence:
    """Commits the ``quota`` positions whose witness tokens are most probable.

    Attributes:
        alg_temp: above 0, positions are drawn from softmax(probability / alg_temp).
    """

    alg_temp: float = 0.0

    def __post_init__(self) -> None:
        check_alg_temp(self.alg_temp)

    def choose(self, candidates: Candidates, generator: torch.Generator) -> Tensor:
        """See `Sampler.choose`."""
        if self.alg_temp == 0:  # logs tell apart what probabilities round to 1
            return most_confident(candidates.log_confidence, candidates.quota)
        scores = candidates.log_confidence.exp()
        return best_or_drawn(scores, candidates.quota, self.alg_temp, generator)
