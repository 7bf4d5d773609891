"""Semi-autoregressive blocks: left to right, diffusion inside (Arriola et al. 2025, BD3-LM; LLaDA).

Block length 1 is autoregressive, a block as long as the canvas is fully parallel. Steps are shared
equally among the blocks that have masks; where there are fewer steps than blocks, several are open
at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dllm_struct.decoding.blocks.base import BLOCKS, Window
from dllm_struct.decoding.registry import check


@BLOCKS.register("semi-autoregressive")
@dataclass(frozen=True)
class SemiAutoregressive:
    """Opens one block after the other.

    Attributes:
        block_length: positions of a block; blocks start at multiples of it.
    """

    block_length: int | None = 32

    def __post_init__(self) -> None:
        check(
            self.block_length is not None and self.block_length >= 1,
            f"block length {self.block_length} is not a positive number",
            hint="set block_length, for instance to 32",
        )

    def window(
        self, masked: Sequence[int], steps_left: int | None, previous: Window | None
    ) -> Window:
        """See `Blocks.window`."""
        if previous is not None and masked[0] < previous.stop:  # the open block is not done
            return Window(previous.stop, _one_less(previous.steps_left))
        return self._next_window(masked, steps_left)

    def _next_window(self, masked: Sequence[int], steps_left: int | None) -> Window:
        length = self.block_length or 1
        blocks = sorted({position // length for position in masked})
        if steps_left is None:
            return Window((blocks[0] + 1) * length, None)
        opened = -(-len(blocks) // steps_left)  # 1, unless there are fewer steps than blocks
        steps = max(1, steps_left // len(blocks))
        return Window((blocks[opened - 1] + 1) * length, steps)


def _one_less(steps_left: int | None) -> int | None:
    return None if steps_left is None else max(1, steps_left - 1)
