"""Deferred commitment: a window over the next masks slides along, with no borders to wait at.

Shu et al. 2026, "Deferred Commitment Decoding for Diffusion Language Models with Confidence-Aware
Sliding Windows" (DCD, arXiv 2601.02076): the leftmost masks, 32 of them, are open; the paper bounds
the length of the window too. What the model is not sure of stays masked while the window moves on
past it, so no block has to be finished before the next begins. Published with the threshold
sampler, which commits what reaches 0.9, else the best one:
``Decoding(sampler="threshold", blocks="deferred")``.

With a number of steps the window takes its masks' share of them, and is wider where 32 masks a step
would not be enough.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from dllm_struct.decoding.blocks.base import BLOCKS, Extent, Window, opened, sharing
from dllm_struct.decoding.samplers import Candidates
from dllm_struct.errors import check


@BLOCKS.register("deferred", "dcd")
@dataclass(frozen=True)
class Deferred:
    """Opens the leftmost masks.

    Attributes:
        size: how many.
    """

    size: int = 32

    def __post_init__(self) -> None:
        check(
            self.size >= 1,
            f"a window of {self.size} masks is no positive number",
            hint="32 is usual",
        )

    def window(
        self, masked: Candidates, extent: Extent, steps_left: int | None, previous: Window | None
    ) -> Window:
        """See `Blocks.window`."""
        pace = 1 if steps_left is None else -(-len(masked) // steps_left)
        count = min(len(masked), max(self.size, pace))
        stop = int(masked.positions[count - 1]) + 1
        window = sharing(opened(stop, steps_left, masked, None), masked)
        if previous is None:
            return window
        return replace(window, step=previous.step + 1, masked=previous.masked)
