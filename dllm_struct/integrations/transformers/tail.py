"""Tokens after the end of a text: they mean the same, so the constraint sees one of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import torch
from torch import Tensor


class Tail:
    """Tokens that end a text, and those that may stand behind the end.

    Args:
        ends: tokens that end a text, at least one.
        fillers: further tokens that are no part of a text.
    """

    def __init__(self, ends: Sequence[int], fillers: Iterable[int]) -> None:
        self.ends = tuple(dict.fromkeys(ends))
        self.tokens = tuple(dict.fromkeys((*ends, *fillers)))

    @property
    def end(self) -> int:
        """The token that stands for all of them."""
        return self.ends[0]

    def is_in(self, tokens: Sequence[int]) -> bool:
        """Whether a text has ended."""
        return not set(self.tokens).isdisjoint(tokens)

    def joined(self, logits: Tensor) -> tuple[Tensor, Tensor]:
        """Give one token the weight of all.

        Args:
            logits: float [..., V], not changed.

        Returns:
            float32 [..., V], -inf for all of them but `end`; and for each position the likeliest
            token that ends a text, int64 [...].
        """
        joined = logits.to(torch.float32, copy=True)
        best = torch.tensor(self.ends, device=logits.device)[joined[..., self.ends].argmax(-1)]
        weight = joined[..., self.tokens].logsumexp(-1)
        joined[..., self.tokens] = -torch.inf
        joined[..., self.end] = weight
        return joined, best

    def spread(self, logits: Tensor, best: Tensor) -> Tensor:
        """Give the weight of `end` to the token that is likeliest at each position, in place.

        Args:
            logits: float32 [..., V].
            best: int64 [...], of `joined`.
        """
        if len(self.ends) > 1:
            weight = logits[..., self.end].clone()
            logits[..., self.end] = -torch.inf
            logits.scatter_(-1, best[..., None], weight[..., None])
        return logits
