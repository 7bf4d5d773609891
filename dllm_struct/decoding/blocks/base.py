"""The contract of block strategies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from dllm_struct.decoding.registry import Registry


@dataclass(frozen=True)
class Window:
    """Where commits are allowed in a step.

    Attributes:
        stop: canvas positions before this one are open.
        steps_left: steps for the open masks, this one included, at least 1; None: no limit.
    """

    stop: int
    steps_left: int | None


@runtime_checkable
class Blocks(Protocol):
    """Opens the canvas part by part."""

    def window(
        self, masked: Sequence[int], steps_left: int | None, previous: Window | None
    ) -> Window:
        """Return where commits are allowed now; at least one masked position is.

        Args:
            masked: all masked positions of the canvas, ascending, at least one.
            steps_left: steps left for all of them, this one included; None: no limit.
            previous: the last step's window, None at the first step.
        """
        ...


BLOCKS: Registry[Blocks] = Registry("blocks", Blocks, "dllm_struct.decoding.blocks")
