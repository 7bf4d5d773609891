"""Margin: the schedule's number of positions, those with the clearest winner first.

Kim et al. 2025, "Train for the Worst, Plan for the Best: Understanding Token Ordering in Masked
Diffusions" (top-k margin, arXiv 2502.06768); Dream ("topk_margin"): confidence = p1 - p2, the two
largest probabilities of the position. Here p is the posterior marginal; the token that is committed
is the witness's, which need not be the largest p.
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


@SAMPLERS.register("margin", "topk-margin")
@dataclass(frozen=True)
class Margin:
    """Commits the ``quota`` positions with the largest margin.

    Attributes:
        alg_temp: above 0, positions are drawn from softmax(margin / alg_temp).
    """

    alg_temp: float = 0.0

    def __post_init__(self) -> None:
        check_alg_temp(self.alg_temp)

    def choose(self, candidates: Candidates, generator: torch.Generator) -> Tensor:
        """See `Sampler.choose`."""
        top = candidates.spread.top
        scores = top[:, 0] - top[:, 1]
        return best_or_drawn(scores, candidates.quota, self.alg_temp, generator)
