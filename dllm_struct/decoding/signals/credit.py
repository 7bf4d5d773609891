"""CreditDecoding: tokens that have been the favourite for some time count more.

Wang et al. 2025, "CreditDecoding: Accelerating Parallel Decoding in Diffusion Large Language Models
with Trace Credit" (arXiv 2510.06133), as in dInfer. At every step, for every position and token:

    C *= beta                                     (decay)
    C[favourite] += p(favourite)^gamma            (at masked positions)
    logits += alpha log(1 + C)                    (the constraint comes afterwards)

Credits belong to one sequence and follow its positions when slots grow and shrink. dInfer forgets
them at the end of a block; here every masked position of the canvas gathers them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from dllm_struct.decoding.signals.base import SIGNALS, Signal, Situation
from dllm_struct.errors import check


@dataclass(frozen=True)
class Credits:
    """A sparse table: credit of a token at a position.

    Attributes:
        numbers: int64 [e], lasting numbers of positions.
        tokens: int64 [e].
        amounts: float32 [e], above 0.
    """

    numbers: Tensor
    tokens: Tensor
    amounts: Tensor

    def decayed(self, beta: float, numbers: Tensor) -> Credits:
        """Return what is left after a step, of positions that still exist."""
        left = torch.isin(self.numbers, numbers)
        return Credits(self.numbers[left], self.tokens[left], self.amounts[left] * beta)

    def plus(self, numbers: Tensor, tokens: Tensor, amounts: Tensor) -> Credits:
        """Return the table with further credits, one for each of some positions."""
        all_numbers = torch.cat([self.numbers, numbers])
        all_tokens = torch.cat([self.tokens, tokens])
        pairs, entry = torch.unique(
            torch.stack([all_numbers, all_tokens]), dim=1, return_inverse=True
        )
        summed = torch.zeros(pairs.shape[1])
        summed.index_add_(0, entry, torch.cat([self.amounts, amounts]))
        return Credits(pairs[0], pairs[1], summed)


NONE = Credits(torch.empty(0, dtype=torch.int64), torch.empty(0, dtype=torch.int64), torch.empty(0))


@SIGNALS.register("credit")
@dataclass(frozen=True)
class Credit(Signal):
    """Adds alpha log(1 + C).

    Attributes:
        alpha: weight of the credit, in nats.
        gamma: exponent of the favourite's probability: below 1 it lifts small ones.
        beta: what is left of a credit after a step, 0 to 1.
    """

    alpha: float = 0.7
    gamma: float = 0.2
    beta: float = 0.8
    has_memory: ClassVar[bool] = True

    def __post_init__(self) -> None:
        is_sound = 0 <= self.alpha < math.inf and 0 <= self.gamma < math.inf and 0 <= self.beta <= 1
        check(
            is_sound,
            f"credit with alpha {self.alpha}, gamma {self.gamma}, beta {self.beta}",
            hint="alpha and gamma are finite and not negative, beta is from 0 to 1",
        )

    def fuse(self, logits: Tensor, further: Sequence[Tensor], situation: Situation) -> Tensor:
        """See `Signal.fuse`."""
        numbers = torch.tensor(situation.canvas.ids, dtype=torch.int64)
        masked = torch.tensor(situation.canvas.masked, dtype=torch.int64)
        rows = logits[masked.to(logits.device)].float()
        shares, favourites = rows.softmax(-1).max(-1)
        credits: Credits = situation.memory.get("credits", NONE)
        credits = credits.decayed(self.beta, numbers).plus(
            numbers[masked], favourites.cpu(), shares.cpu().pow(self.gamma)
        )
        situation.memory["credits"] = credits
        return self._fused(logits.float(), credits, numbers, masked)

    def _fused(self, logits: Tensor, credits: Credits, numbers: Tensor, masked: Tensor) -> Tensor:
        is_masked = torch.isin(credits.numbers, numbers[masked])
        order = numbers.argsort()
        rows = order[torch.searchsorted(numbers[order], credits.numbers[is_masked])]
        added = self.alpha * credits.amounts[is_masked].log1p()
        at = (rows.to(logits.device), credits.tokens[is_masked].to(logits.device))
        return logits.index_put(at, added.to(logits.device), accumulate=True)
