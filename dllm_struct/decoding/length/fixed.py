"""Fixed length: slots keep the capacity they start with, apart from null tails, which are deleted.

With null tokens the text still has any length up to the capacity.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from dllm_struct.decoding.length.base import LENGTHS, SlotLength
from dllm_struct.decoding.registry import check
from dllm_struct.trace import Edit


@LENGTHS.register("fixed")
@dataclass(frozen=True)
class Fixed:
    """Never inserts.

    Attributes:
        initial: positions of a slot whose language sets no bound.
    """

    initial: int = 20
    needs_null: ClassVar[bool] = False

    def __post_init__(self) -> None:
        check(self.initial >= 1, f"initial length {self.initial} is too small", hint="use 20")

    def extend(self, slots: Sequence[SlotLength]) -> list[Edit]:
        """See `LengthPolicy.extend`."""
        return []

    def grow(self, slots: Sequence[SlotLength]) -> list[Edit]:
        """See `LengthPolicy.grow`."""
        return []
