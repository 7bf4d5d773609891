"""No blocks: the whole canvas is open from the start."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dllm_struct.decoding.blocks.base import BLOCKS, Window


@BLOCKS.register("whole")
@dataclass(frozen=True)
class Whole:
    """Every masked position may be committed."""

    def window(
        self, masked: Sequence[int], steps_left: int | None, previous: Window | None
    ) -> Window:
        """See `Blocks.window`."""
        return Window(masked[-1] + 1, steps_left)
