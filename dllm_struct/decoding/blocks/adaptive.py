"""Adaptive blocks: a block ends where the model is sure that a line does.

Lu et al. 2025, "AdaBlock-dLLM: Semantic-Aware Diffusion LLM Inference via Adaptive Block Size"
(arXiv 2509.26432). When a block is opened, look at the next

    window = min(floor(0.25 * length), remaining)

positions; among those whose predicted token contains a delimiter take the most confident. If its
confidence is at least tau, the block ends with it; otherwise the block has the usual length. The
prediction is the witness, its confidence the posterior marginal.

A share of the steps, by the masks of the block, is the block's own.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from dllm_struct.decoding.blocks.base import BLOCKS, Extent, Window, opened, sharing
from dllm_struct.decoding.samplers import Candidates
from dllm_struct.errors import check


@BLOCKS.register("adaptive", "adablock")
@dataclass(frozen=True)
class Adaptive:
    """Opens one block after the other, each as long as its contents suggest.

    Attributes:
        block_length: positions of a block without a sure delimiter.
        tau: probability that a delimiter needs, above 0.
        delimiters: texts; a token that contains one of them may end a block.
        share: of the canvas, in which a delimiter is looked for; 0 to 1.
    """

    block_length: int = 32
    tau: float = 0.3
    delimiters: Sequence[str] = ("\n",)
    share: float = 0.25

    def __post_init__(self) -> None:
        check(
            self.block_length >= 1,
            f"block length {self.block_length} is not a positive number",
            hint="set block_length, for instance to 32",
        )
        check(0 < self.tau <= 1, f"tau {self.tau} is no probability above 0", hint="0.3 is usual")
        check(0 <= self.share <= 1, f"share {self.share} is not in 0 to 1", hint="0.25 is usual")
        check(
            not isinstance(self.delimiters, str) and all(self.delimiters),
            f"delimiters {self.delimiters!r} are no sequence of texts",
            hint=r'write delimiters=("\n",)',
        )

    def window(
        self, masked: Candidates, extent: Extent, steps_left: int | None, previous: Window | None
    ) -> Window:
        """See `Blocks.window`."""
        if previous is not None and previous.is_open(masked):
            return previous.next_step()
        first = int(masked.positions[0])
        remaining = extent.start + extent.length - first
        window = min(math.floor(self.share * extent.length), remaining)
        end = self._sure_delimiter(masked, first + window)
        stop = first + min(self.block_length, remaining) if end is None else end + 1
        return sharing(opened(stop, steps_left, masked, previous), masked)

    def _sure_delimiter(self, masked: Candidates, stop: int) -> int | None:
        """The most confident position before ``stop`` that ends a block, if it is sure enough."""
        wanted = [delimiter.encode() for delimiter in self.delimiters]
        best, end = -math.inf, None
        columns = (masked.log_confidence, masked.positions, masked.tokens)
        for confidence, position, token in zip(*(c.tolist() for c in columns), strict=True):
            if position >= stop or confidence <= best:
                continue
            if any(delimiter in masked.decode([token]) for delimiter in wanted):
                best, end = float(confidence), int(position)
        return end if best >= math.log(self.tau) else None
