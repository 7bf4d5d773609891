"""Dynamic remasking: tokens that the model no longer believes in are masked again.

Hong et al. 2025, "Wide-In, Narrow-Out" (WINO, arXiv 2507.18578): commit freely, and take back every
token whose probability p(token | canvas now) has fallen below a threshold. They score committed
tokens through extra masked copies that cannot see them; here the model's prediction at the position
itself is used. A position is taken back at most ``rounds`` times, so everything ends.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from dllm_struct.decoding.remasking.base import REMASKINGS, Committed, Remasking
from dllm_struct.errors import check


@REMASKINGS.register("dynamic")
@dataclass(frozen=True)
class DynamicRemasking(Remasking):
    """Masks every committed token again whose probability is below a threshold.

    Attributes:
        threshold: a probability, above 0.
        rounds: most times that one position is masked again.
    """

    threshold: float = 0.5
    rounds: int = 1

    def __post_init__(self) -> None:
        check(
            0 < self.threshold <= 1,
            f"threshold {self.threshold} is no probability above 0",
            hint="0.5 takes back what is more likely wrong than right",
        )
        check(self.rounds >= 1, f"{self.rounds} rounds are too few", hint="1 is usual")

    def remask(self, committed: Committed, generator: torch.Generator) -> Tensor:
        """See `Remasking.remask`."""
        doubted = ~committed.is_new & (committed.current < self.threshold)
        return (doubted & (committed.remasked < self.rounds)).nonzero()[:, 0]
