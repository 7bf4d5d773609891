"""How a witness is drawn from the posterior: temperature, truncation, noise.

Temperature, top-p and top-k work in the order and with the borders of Dream's ``sample_tokens``
(Ye et al. 2025): logits / temperature; then a token is kept when the more likely ones reach no more
than p together; then when no k others are more likely. Equally likely tokens are kept together.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from dllm_struct.errors import check
from dllm_struct.posterior.temperature import divided

Noise = Literal["joint", "gumbel"]

REMOTE = 1e4
"""Nats by which top-k and top-p lower a token, at least: none is drawn while others will do."""

SMALLEST = torch.finfo(torch.float64).tiny
"""Noise stays above it, so that its logarithm is finite."""

BINS = 4096
"""Bins of a row's logits: top-p sorts the tokens of one of them."""

DEPTH = 60.0
"""Nats below the best token at which the last bin begins; what lies there has no weight."""

ROWS_AT_ONCE = 16
"""Rows that top-p works on at a time, for the sake of memory."""


@dataclass(frozen=True)
class Drawing:
    """How the witness of a step is drawn.

    Attributes:
        temperature: 0: the most likely member; above, members are sampled.
        top_k: keeps the most likely tokens of each position, 1 or more of them.
        top_p: keeps the most likely tokens that reach this probability together, 0 < p <= 1. Both
            work on the logits divided by the temperature (Dream), on the model's own prediction. A
            token that is not kept loses so many nats that it is taken only where the language has
            no member without such tokens.
        noise: ``joint``: an exact sample of the posterior at logits / temperature. ``gumbel``: the
            most likely member once Gumbel noise times the temperature is added to the logits, with
            confidence from the logits without noise (LLaDA; here in log space, where nothing
            underflows).

    Raises:
        InvalidDecoding: a value is out of range.
    """

    temperature: float = 0.0
    top_k: int | None = None
    top_p: float | None = None
    noise: Noise = "joint"

    def __post_init__(self) -> None:
        check(
            0 <= self.temperature < math.inf,
            f"temperature {self.temperature} is not a finite number from 0 on",
            hint="0 is deterministic, 1 samples as the model predicts",
        )
        check(
            self.top_k is None or self.top_k >= 1,
            f"top_k {self.top_k} keeps no token",
            hint="set 1 or more, or None",
        )
        check(
            self.top_p is None or 0 < self.top_p <= 1,
            f"top_p {self.top_p} is no probability above 0",
            hint="0.9 or 0.95 is usual, or None",
        )
        check(
            self.noise in ("joint", "gumbel"),
            f"unknown noise '{self.noise}'",
            hint="known are joint, gumbel",
        )

    @property
    def is_random(self) -> bool:
        """Whether the temperature is above 0."""
        return self.temperature > 0

    @property
    def samples(self) -> bool:
        """Whether the witness is a sample of the posterior."""
        return self.is_random and self.noise == "joint"

    @property
    def perturbs(self) -> bool:
        """Whether the witness is the most likely member under noise."""
        return self.is_random and self.noise == "gumbel"

    @property
    def changes(self) -> bool:
        """Whether the logits of the posterior are others than the model's over `divisor`."""
        return self._truncates

    @property
    def divisor(self) -> float:
        """What the posterior divides logits by as it reads them."""
        return self.temperature if self.samples and not self._truncates else 1.0

    def scaled(self, logits: Tensor) -> Tensor:
        """Return the logits of the posterior, float32 [m, V], divided already.

        Args:
            logits: float32 [m, V], of the positions that are drawn; not changed.
        """
        other = 1.0
        if self.samples:
            logits = divided(logits, self.temperature)
        elif self.is_random:
            other = self.temperature
        return self._truncated(logits, other) if self._truncates else logits

    def perturbed(self, logits: Tensor, generator: torch.Generator | None) -> Tensor:
        """Return logits plus Gumbel noise times the temperature, float32 [m, V].

        If E is exponential, -log E is Gumbel; neither leaves the log space.

        Args:
            logits: float [m, V], of the positions that are drawn; not changed.
            generator: on the CPU.
        """
        noise = torch.empty(logits.shape, dtype=torch.float64)
        noise.exponential_(generator=generator).clamp_min_(SMALLEST).log_().mul_(-self.temperature)
        return (logits + noise.to(logits.device)).float()

    @property
    def _truncates(self) -> bool:
        return self.top_k is not None or (self.top_p is not None and self.top_p < 1)

    def _truncated(self, logits: Tensor, temperature: float) -> Tensor:
        """Lower the tokens that top-p and then top-k leave out.

        A member that needs none of them then beats every member that needs one: what it may lose
        against another is at most the spread of the kept logits, summed over the positions.
        """
        least, spread = self._kept(logits, temperature)
        lowered = logits - (spread.sum() + REMOTE * max(1.0, temperature))
        return torch.where(logits >= least[:, None], logits, lowered)

    def _kept(self, logits: Tensor, temperature: float) -> tuple[Tensor, Tensor]:
        """The least logit that each row keeps, and how far it is below the best; float32 [m]."""
        if self.top_k is not None:
            best = logits.topk(min(self.top_k, logits.shape[1])).values
            kept = torch.ones_like(best, dtype=torch.bool)
            if self.top_p is not None and self.top_p < 1:
                total = (logits / temperature).logsumexp(-1, keepdim=True)
                reached = (best / temperature - total).exp().cumsum(-1)
                kept[:, 1:] = reached[:, :-1] <= self.top_p
            return _least(best, kept)
        assert self.top_p is not None  # one of the two is set
        parts = [
            _nucleus(logits[start : start + ROWS_AT_ONCE], temperature, self.top_p)
            for start in range(0, len(logits), ROWS_AT_ONCE)
        ]
        least, spread = zip(*parts, strict=True)
        return torch.cat(least), torch.cat(spread)


def _nucleus(logits: Tensor, temperature: float, top_p: float) -> tuple[Tensor, Tensor]:
    """As `Drawing._kept`, for top-p alone, without sorting whole rows.

    The weights of bins say in which of them p is reached; only its tokens are sorted.
    """
    m, scaled = len(logits), logits / temperature
    shares = scaled.softmax(-1).double()
    depth = (scaled.amax(-1, keepdim=True) - scaled).nan_to_num(posinf=DEPTH).clamp(0, DEPTH)
    bins = (depth * ((BINS - 1) / DEPTH)).long()
    rows = torch.arange(m, device=logits.device)
    flat = (bins + rows[:, None] * BINS).flatten()
    weights = torch.bincount(flat, shares.flatten(), m * BINS).view(m, BINS)
    before = weights.cumsum(-1) - weights
    order = torch.arange(BINS, device=logits.device)
    last = torch.where((before <= top_p) & (weights > 0), order, 0).amax(-1, keepdim=True)
    inside = bins == last
    values = logits.masked_fill(~inside, -torch.inf)
    best, tokens = values.topk(int(inside.sum(-1).max()))
    reached = before.gather(1, last) + shares.gather(1, tokens).cumsum(-1)
    kept = inside.gather(1, tokens)
    kept[:, 1:] &= reached[:, :-1] <= top_p
    least, _ = _least(best, kept)
    return least, (logits.amax(-1) - least).nan_to_num(posinf=0, neginf=0)


def _least(best: Tensor, kept: Tensor) -> tuple[Tensor, Tensor]:
    """The least of the kept logits, and how far it is below the best, float32 [m].

    Args:
        best: float32 [m, k], sorted.
        kept: bool [m, k], the first ones of each row.
    """
    finite = best.masked_fill(~kept | best.isinf(), torch.inf).amin(-1)
    spread = (best[:, 0] - finite).nan_to_num(posinf=0, neginf=0)
    return best.masked_fill(~kept, torch.inf).amin(-1), spread


GREEDY = Drawing()
"""The most likely member."""
