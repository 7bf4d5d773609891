"""Expand and delete tokens: a trained model says itself where it needs more room (DreamOn).

Wu et al. 2026, "DreamOn: Diffusion Language Models For Code Infilling Beyond Fixed-size Canvas"
(arXiv 2602.01326; first as a post of 2025): where the model predicts its expand token at a masked
position, that becomes two masks; where it predicts its delete token (EOS) inside the span, the
position goes. These predictions are read before the constraint, which knows neither token. A
position that is about to be edited is not committed; edits after which nothing is known to complete
the canvas are not made.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from dllm_struct.decoding.length.base import LENGTHS, LengthPolicy, SlotLength, check_initial
from dllm_struct.errors import check
from dllm_struct.models.family import Family
from dllm_struct.trace import Edit


@LENGTHS.register("expand-delete", "dreamon")
@dataclass(frozen=True)
class ExpandDelete(LengthPolicy):
    """Doubles and deletes masks where the model asks for it.

    Attributes:
        initial: fewest positions that a slot begins with whose language sets no bound.
        budget: most positions that are inserted into one output; so everything ends.
        expand_token_id: None: the family's.
        delete_token_id: None: the family's.
    """

    initial: int = 8
    budget: int = 512
    expand_token_id: int | None = None
    delete_token_id: int | None = None

    def __post_init__(self) -> None:
        check_initial(self.initial)
        check(self.budget >= 0, f"budget {self.budget} is negative", hint="use 512")

    def bound(self, family: Family) -> LengthPolicy:
        """See `LengthPolicy.bound`."""
        own = (self.expand_token_id, self.delete_token_id)
        expand, delete = (
            of_family if token is None else token
            for token, of_family in zip(own, family.edits, strict=True)
        )
        check(
            expand is not None and delete is not None and expand != delete,
            f"family '{family.name}' has no expand and delete tokens",
            hint="give Family its expand_token_id and delete_token_id, or use length='posterior'",
        )
        return replace(self, expand_token_id=expand, delete_token_id=delete)

    def extend(self, slots: Sequence[SlotLength]) -> list[Edit]:
        """See `LengthPolicy.extend`."""
        return self.grow(slots)

    def holds(self, slot: SlotLength) -> list[int]:
        """See `LengthPolicy.holds`."""
        expand = self._asked(slot, self.expand_token_id) if self._left(slot) else []
        return [*expand, *self._asked(slot, self.delete_token_id)]

    def grow(self, slots: Sequence[SlotLength]) -> list[Edit]:
        """See `LengthPolicy.grow`."""
        edits: list[Edit] = []
        for slot in slots:
            left = min(self._left(slot) - len(edits), slot.room)
            asked = self._asked(slot, self.expand_token_id)
            edits += [Edit(slot.slot, index, 1) for index in asked[: max(0, left)]]
        return edits

    def shrink(self, slots: Sequence[SlotLength]) -> list[Edit]:
        """See `LengthPolicy.shrink`."""
        return [
            Edit(slot.slot, index, 1)
            for slot in slots
            for index in self._asked(slot, self.delete_token_id)
        ]

    def _asked(self, slot: SlotLength, token: int | None) -> list[int]:
        return [index for index in slot.masked if slot.best[0][index] == token]

    def _left(self, slot: SlotLength) -> int:
        return max(0, self.budget - slot.grown)
