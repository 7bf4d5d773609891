"""Static remasking: in every step the tokens that the model doubts most are masked again.

Wang et al. 2025, "Remasking Discrete Diffusion Models with Inference-Time Scaling" (ReMDM,
arXiv 2503.00307), remasks in every step with probabilities that fall with confidence; here a fixed
number with the lowest probability p(token | canvas now) is taken. A position is taken back at most
``rounds`` times, so everything ends.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from dllm_struct.decoding.remasking.base import REMASKINGS, Committed, Remasking, lowest
from dllm_struct.errors import check


@REMASKINGS.register("static")
@dataclass(frozen=True)
class StaticRemasking(Remasking):
    """Masks the least probable committed tokens again, so many in every step.

    Attributes:
        count: how many; None: as ``share`` says, or 1.
        share: share of the committed positions that the network has read, rounded up; in place of
            ``count``.
        rounds: most times that one position is masked again.
    """

    count: int | None = None
    share: float | None = None
    rounds: int = 1

    def __post_init__(self) -> None:
        check(
            self.count is None or self.share is None,
            "static remasking takes a count or a share",
            hint="leave one of them out",
        )
        check(
            self.count is None or self.count >= 1,
            f"{self.count} positions to mask again are too few",
            hint="set count to 1 or more",
        )
        check(
            self.share is None or 0 < self.share <= 1,
            f"share {self.share} is not above 0 and at most 1",
            hint="0.05 masks every twentieth committed token again",
        )
        check(self.rounds >= 1, f"{self.rounds} rounds are too few", hint="1 is usual")

    def remask(self, committed: Committed, generator: torch.Generator) -> Tensor:
        """See `Remasking.remask`."""
        read = ~committed.is_new
        count = self.count or 1
        if self.share is not None:
            count = math.ceil(self.share * int(read.sum()))
        return lowest(committed.current, read & (committed.remasked < self.rounds), count)
