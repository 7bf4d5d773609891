"""DAEDAL: lengths that adapt to the task, without training.

Li et al. 2025, "Beyond Fixed: Training-Free Variable-Length Denoising for Diffusion Large Language
Models" (arXiv 2508.00819).

Stage 1, before denoising: while a slot is not sure to end within its capacity, append masks and
look again. Stage 2, during denoising: while the end is not sure, replace the position that the
model is least sure about by several masks. Here each slot does it with its posterior: its end is as
sure as the null (or EOS) token is probable in the tail window, on average. The paper does it for
the whole answer with raw probabilities: from the end on, p(EOS) of the positions where EOS is the
favourite, at most ``window`` of them, summed and divided by ``window``; ``end="published"`` asks
for that. Whole outputs start with 64 positions, as in the paper, whose other settings are
``Decoding(sampler="threshold", threshold=0.9, block_length=32)``. With blocks, stage 2 splits
positions of the open block alone. An expansion is cut to the room that is left, so nothing is
pushed out at the end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from dllm_struct.decoding.length.base import LENGTHS, LengthPolicy, SlotLength
from dllm_struct.errors import check
from dllm_struct.trace import Edit


@LENGTHS.register("daedal")
@dataclass(frozen=True)
class Daedal(LengthPolicy):
    """Grows slots by the confidence of their ends; the paper's parameters, with its defaults.

    Attributes:
        initial: fewest positions that an unbounded slot begins with (the paper: 64 for a whole
            answer).
        expansion: masks that an expansion adds at once.
        window: positions at the end of a slot over which the null confidence is averaged.
        tau_eos: stage 1 appends while the mean is below this.
        tau_expand: stage 2 expands while the mean is below this.
        low: stage 2 expands only positions with confidence below this.
        maximum: most positions a slot grows to.
        end: how sure the end is: the mean of the ``posterior``, or as ``published``.
    """

    initial: int = 20
    expansion: int = 8
    window: int = 32
    tau_eos: float = 0.5
    tau_expand: float = 0.9
    low: float = 0.1
    maximum: int = 2048
    end: Literal["posterior", "published"] = "posterior"
    needs_null: ClassVar[bool] = True

    def __post_init__(self) -> None:
        check(
            self.initial <= self.maximum,
            f"initial length {self.initial} is more than the maximum of {self.maximum}",
            hint="raise maximum, or lower initial",
        )
        counts = (self.initial, self.window, self.maximum, self.expansion - 1)
        check(
            min(counts) >= 1,
            "a length of DAEDAL is too small",
            hint="initial, window and maximum are 1 or more, expansion is 2 or more",
        )
        shares = (self.tau_eos, self.tau_expand, self.low)
        check(
            all(0 <= share <= 1 for share in shares),
            "a threshold of DAEDAL is no probability",
            hint="use values from 0 to 1",
        )
        check(
            self.end in ("posterior", "published"),
            f"unknown confidence of the end '{self.end}'",
            hint="known are posterior, published",
        )

    @property
    def looks_back(self) -> bool:
        """See `LengthPolicy.looks_back`: the published rule counts all ends of a slot."""
        return self.end == "published"

    def extend(self, slots: Sequence[SlotLength]) -> list[Edit]:
        """See `LengthPolicy.extend`."""
        return [
            Edit(slot.slot, len(slot.confidence), min(self.expansion, self._room(slot)))
            for slot in slots
            if self._room(slot) > 0 and self._end_confidence(slot) < self.tau_eos
        ]

    def grow(self, slots: Sequence[SlotLength]) -> list[Edit]:
        """See `LengthPolicy.grow`."""
        unsure = [
            (float(slot.confidence[index]), slot, index)
            for slot in slots
            if self._room(slot) > 0 and self._end_confidence(slot) < self.tau_expand
            for index in (slot.masked if slot.open is None else slot.open)
        ]
        if not unsure:
            return []
        confidence, slot, index = min(unsure, key=lambda entry: entry[0])
        if confidence >= self.low:
            return []
        return [Edit(slot.slot, index, min(self.expansion - 1, self._room(slot)))]

    def _room(self, slot: SlotLength) -> int:
        return min(slot.room, self.maximum - len(slot.confidence))

    def _end_confidence(self, slot: SlotLength) -> float:
        if self.end == "posterior":
            return float(slot.end_confidence[-self.window :].mean())
        best = zip(*slot.best, strict=True)
        ends = [share for token, share in best if token == slot.null_token_id]
        return sum(ends[-self.window :]) / self.window
