"""The contract of length policies."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import ClassVar

import torch
from torch import Tensor

from dllm_struct.decoding.registry import Registry
from dllm_struct.errors import check
from dllm_struct.models.family import Family
from dllm_struct.trace import Edit
from dllm_struct.vocabulary.codec import Codec


@dataclass(frozen=True)
class SlotLength:
    """What a policy sees of one slot that has masks, after the commits of a step.

    Attributes:
        slot: its id.
        masked: indices of the masked positions, ascending.
        open: those of them in the open block, where commits were allowed in this step; None: all.
        confidence: float32 [n], posterior probabilities of the witness's tokens.
        room: how many positions the slot may still grow by.
        null_token_id: the token that fills unused tails, if there is one.
        grown: positions that were inserted into the canvas so far.
        read_overrun: returns the probability that the text would go on behind the slot, had it all
            its room.
        read_null: returns the posterior probabilities of the null token, float32 [n].
        read_best: returns the model's own favourites without the constraint, special tokens
            included: token ids int64 [n] and their probabilities float32 [n]; -1 and 0 at
            committed positions, unless the policy looks back.
    """

    slot: str
    masked: Sequence[int]
    confidence: Tensor
    room: int
    read_null: Callable[[], Tensor] = field(repr=False)
    read_best: Callable[[], tuple[Tensor, Tensor]] = field(repr=False)
    null_token_id: int | None = None
    grown: int = 0
    open: Sequence[int] | None = None
    read_overrun: Callable[[], float] = field(default=float, repr=False)

    def __len__(self) -> int:
        return len(self.confidence)

    @cached_property
    def null_confidence(self) -> Tensor:
        """Posterior probabilities of the null token, float32 [n]; 0 where there is none."""
        return self.read_null()

    @cached_property
    def end_confidence(self) -> Tensor:
        """Probabilities that the text has ended before each position, float32 [n].

        As `null_confidence`, but for a slot with all its room. A posterior knows only of texts that
        fit: where the one that the model wants is cut off, it is all the surer of a short one.
        """
        return self.null_confidence * (1 - self.read_overrun())

    @cached_property
    def length(self) -> Tensor:
        """Posterior probability that the text takes k tokens, k = 0 ... n, float32 [n + 1].

        Nulls end a slot, so position k is null exactly when the text has at most k tokens.
        """
        at_most = torch.cat([self.null_confidence, torch.ones(1)])
        return at_most.diff(prepend=torch.zeros(1)).clamp_min(0)

    @cached_property
    def best(self) -> tuple[list[int], list[float]]:
        """The model's own favourite at each position, and its probability."""
        tokens, shares = self.read_best()
        return tokens.tolist(), shares.tolist()


class LengthPolicy:
    """Decides where masks are inserted and deleted; this base class leaves everything as it is.

    The loop drops an edit after which nothing is known to complete the canvas, and one that breaks
    a limit.

    Attributes:
        initial: fewest positions that a slot begins with whose language sets no bound; one whose
            typical contents are known gets room for them twice over.
        needs_null: whether the policy means nothing without a null (or end) token.
        grows: whether it may insert masks. Then what the present capacity alone leaves no choice
            about is not settled: a slot that grows has the choice.
    """

    initial: int = 20
    needs_null: ClassVar[bool] = False
    grows: ClassVar[bool] = True

    @property
    def looks_back(self) -> bool:
        """Whether it reads the model's favourites at committed positions too."""
        return False

    def bound(self, family: Family) -> LengthPolicy:
        """Return the policy for a model family, with what it takes from it.

        Raises:
            InvalidDecoding: the family lacks what the policy needs.
        """
        return self

    def null_token(self, family: Family, codec: Codec) -> int | None:
        """Return the token that fills unused tails; None: there is none.

        Raises:
            InvalidDecoding: the vocabulary lacks what the policy names.
        """
        return family.tail_token_id

    def explanation(self) -> str | None:
        """What has to be said in the prompt for the model to understand the policy."""
        return None

    def extend(self, slots: Sequence[SlotLength]) -> list[Edit]:
        """Return insertions before denoising; no insertion means that denoising starts."""
        return []

    def holds(self, slot: SlotLength) -> list[int]:
        """Return indices of masked positions that are not to be committed in this step.

        They are committed all the same when they are all that is left and no edit is possible, and
        in the second half of a limited number of steps.
        """
        return []

    def grow(self, slots: Sequence[SlotLength]) -> list[Edit]:
        """Return insertions after the commits of a step."""
        return []

    def shrink(self, slots: Sequence[SlotLength]) -> list[Edit]:
        """Return deletions of masked positions after the commits of a step, right to left."""
        return []


LENGTHS: Registry[LengthPolicy] = Registry(
    "length policy", LengthPolicy, "dllm_struct.decoding.length"
)


def check_initial(initial: int) -> None:
    """Refuse an initial length that holds nothing."""
    check(initial >= 1, f"initial length {initial} is too small", hint="use 20")
