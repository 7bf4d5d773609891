"""Fixed length: slots keep the capacity they start with, apart from null tails, which are deleted.

With null tokens the text still has any length up to the capacity.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dllm_struct.decoding.length.base import LENGTHS, LengthPolicy, check_initial


@LENGTHS.register("fixed")
@dataclass(frozen=True)
class Fixed(LengthPolicy):
    """Never inserts.

    Attributes:
        initial: fewest positions that a slot begins with whose language sets no bound.
    """

    initial: int = 20
    grows: ClassVar[bool] = False

    def __post_init__(self) -> None:
        check_initial(self.initial)
