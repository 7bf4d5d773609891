"""The contract of remasking strategies.

Remasking keeps a witness: a part of what was committed is a part of the same complete member. So
any committed position may be masked again at any time; replacing tokens needs a new witness, which
the loop asks for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import ClassVar

import torch
from torch import Tensor

from dllm_struct.decoding.registry import Registry


@dataclass(frozen=True)
class Committed:
    """Positions whose tokens a sampler chose, m of them, and what the model thinks of them now.

    What the constraint forced is not among them: it follows what it was forced by.

    Attributes:
        positions: int64 [m], canvas positions, ascending.
        tokens: int64 [m].
        confidence: float32 [m], posterior probability of each token when it was committed.
        remasked: int64 [m], how often each position was masked again so far.
        rounds: steps of the stage that masked something again.
        is_new: bool [m], committed in this very step: the network has read a mask there.
        masked: how many positions of the canvas are masked.
        block_start: canvas position where the open block begins.
        step: forward passes so far, this one included.
        idle: forward passes since the last mask was committed; 0 while there are masks.
        steps_left: forward passes left after this one; None: no limit.
        read_log_probabilities: returns the model's log probabilities (without a constraint) at
            these positions, float32 [m, V].
    """

    positions: Tensor
    tokens: Tensor
    confidence: Tensor
    remasked: Tensor
    rounds: int
    is_new: Tensor
    masked: int
    block_start: int
    step: int
    idle: int
    steps_left: int | None
    read_log_probabilities: Callable[[], Tensor] = field(repr=False)

    def __len__(self) -> int:
        return len(self.positions)

    @cached_property
    def log_probabilities(self) -> Tensor:
        """The model's log probabilities at these positions, float32 [m, V], where they are."""
        return self.read_log_probabilities()

    @cached_property
    def current(self) -> Tensor:
        """The model's probability of each committed token now, float32 [m]."""
        tokens = self.tokens.to(self.log_probabilities.device)
        return self.log_probabilities.gather(1, tokens[:, None])[:, 0].exp().cpu()

    @cached_property
    def favourites(self) -> Tensor:
        """The token that the model prefers at each position now, int64 [m]."""
        return self.log_probabilities.argmax(1).cpu()


class Remasking:
    """Takes committed tokens back. This base class does nothing; strategies override a verb.

    Every strategy ends: it bounds how often a position is masked again, and how long it goes on
    after the last mask.

    Attributes:
        opens_all: once it has masked positions again, the whole canvas is open, whatever the block
            strategy says.
        looks_back: whether it reads what the model thinks of committed positions.
    """

    opens_all: ClassVar[bool] = False
    looks_back: ClassVar[bool] = True

    @property
    def threshold_of_edits(self) -> float:
        """A replacement needs a probability above this; see `edit`."""
        return 1.0

    def limit(self, steps: int | None) -> int | None:
        """Return the most steps of an output, given those that were asked for (None: any)."""
        return steps

    def reserve(self, steps: int) -> int:
        """Return how many of a limited number of steps are kept for what is masked again.

        Without these the canvas is committed; then the strategy is asked.
        """
        return 0

    def edit(self, committed: Committed) -> Tensor:
        """Return which committed positions may get another token now, int64 indices [k].

        Called before the step's witness is found. The loop replaces positions where the posterior,
        given everything that stays, prefers another token with more than `threshold_of_edits`.
        """
        return torch.empty(0, dtype=torch.int64)

    def remask(self, committed: Committed, generator: torch.Generator) -> Tensor:
        """Return which committed positions to mask again, int64 indices [k].

        Called at the end of a step, also when no masks are left.
        """
        return torch.empty(0, dtype=torch.int64)

    def goes_on(self, idle: int, replaced: int) -> bool:
        """Whether to make another pass although no masks are left.

        Args:
            idle: passes made without masks so far.
            replaced: how many tokens the last pass replaced.
        """
        return False


REMASKINGS: Registry[Remasking] = Registry("remasking", Remasking, "dllm_struct.decoding.remasking")


def lowest(scores: Tensor, among: Tensor, count: int) -> Tensor:
    """Return the indices of the smallest scores, the leftmost of equal ones first, int64 [<= k].

    Args:
        scores: float [m].
        among: bool [m], which of them count.
        count: k.
    """
    open_ = among.nonzero()[:, 0]
    return open_[torch.sort(scores[open_], stable=True).indices[:count]]
