"""Entropy: the schedule's number of positions, the least uncertain first.

Ye et al. 2025, "Dream 7B" (arXiv 2508.15487): confidence = sum over tokens of p log p, in nats,
with 0 log 0 = 0. Here p is the posterior marginal of the position; the token that is committed is
the witness's, which need not be the largest p.
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
)


@SAMPLERS.register("entropy")
@dataclass(frozen=True)
class Entropy:
    """Commits the ``quota`` positions with the smallest entropy.

    Attributes:
        alg_temp: above 0, positions are drawn from softmax(-entropy / alg_temp).
    """

    alg_temp: float = 0.0

    def __post_init__(self) -> None:
        check_alg_temp(self.alg_temp)

    def choose(self, candidates: Candidates, generator: torch.Generator) -> Tensor:
        """See `Sampler.choose`."""
        scores = -candidates.spread.entropy
        return best_or_drawn(scores, candidates.quota, self.alg_temp, generator)
