"""Lengths from the exact posterior: a slot is as long as what it may still hold.

The posterior of a slot gives the probability of each length of its text, P(k tokens), exactly: the
text has at most k tokens where position k is null. Where much of it lies at the end of the slot,
the text may be cut short by the room, so the slot grows, and nothing of it is committed meanwhile;
where a tail is null with certainty, its masks are deleted, so that the network reads a shorter
canvas. A posterior knows only of texts that fit, and a text that is cut off makes it the surer of a
short one; so beginnings of longer texts, which fill the slot and do not end in it, are counted with
them. No paper: a rule of this library.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from dllm_struct.decoding.length.base import LENGTHS, LengthPolicy, SlotLength, check_initial
from dllm_struct.errors import check
from dllm_struct.trace import Edit


@LENGTHS.register("posterior")
@dataclass(frozen=True)
class PosteriorLength(LengthPolicy):
    """Grows a slot that may be too short, and shrinks one that is certainly too long.

    Attributes:
        initial: fewest positions that a slot begins with whose language sets no bound.
        margin: lengths within so many tokens of the capacity count as full.
        full: a slot grows while they have more than this probability together.
        expansion: masks that a growth adds at the end.
        tail: masks go where a text that reaches them has less than this probability; ``margin`` of
            them stay.
        maximum: most positions a slot grows to.
    """

    initial: int = 20
    margin: int = 2
    full: float = 0.1
    expansion: int = 8
    tail: float = 1e-3
    maximum: int = 2048
    needs_null: ClassVar[bool] = True

    def __post_init__(self) -> None:
        check(
            self.initial <= self.maximum,
            f"initial length {self.initial} is more than the maximum of {self.maximum}",
            hint="raise maximum, or lower initial",
        )
        check_initial(self.initial)
        check(
            min(self.margin, self.expansion) >= 1,
            "margin and expansion of the posterior's lengths are 1 or more",
            hint="margin=2 and expansion=8 are usual",
        )
        check(
            0 <= self.tail <= self.full <= 1,
            f"tail {self.tail} and full {self.full} are no probabilities in this order",
            hint="use 0 <= tail <= full <= 1",
        )

    def holds(self, slot: SlotLength) -> list[int]:
        """See `LengthPolicy.holds`: nothing of a slot that grows, others go on."""
        return [*slot.masked] if self._growth(slot) else []

    def grow(self, slots: Sequence[SlotLength]) -> list[Edit]:
        """See `LengthPolicy.grow`."""
        growths = [(slot, self._growth(slot)) for slot in slots]
        return [Edit(slot.slot, len(slot), count) for slot, count in growths if count]

    def shrink(self, slots: Sequence[SlotLength]) -> list[Edit]:
        """See `LengthPolicy.shrink`."""
        edits = []
        for slot in slots:
            spare = self._spare(slot) - self.margin
            if spare > 0:
                edits.append(Edit(slot.slot, len(slot) - spare, spare))
        return edits

    def _growth(self, slot: SlotLength) -> int:
        room = max(0, min(slot.room, self.maximum - len(slot), self.expansion))
        is_open = slot.masked[-1:] == [len(slot) - 1]
        return room if is_open and self._longer(slot, self.margin) > self.full else 0

    def _longer(self, slot: SlotLength, spare: int) -> float:
        """P(the text has more tokens than all but ``spare`` of the positions)."""
        return 1.0 - float(slot.end_confidence[max(0, len(slot) - spare)])

    def _spare(self, slot: SlotLength) -> int:
        """How many masks end the slot that the text reaches with less probability than ``tail``."""
        masked, spare = {*slot.masked}, 0
        while len(slot) - spare - 1 in masked and self._longer(slot, spare + 1) < self.tail:
            spare += 1
        return spare
