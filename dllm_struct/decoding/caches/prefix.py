"""The prefix cache: what stands before the open block is computed once a block.

Wu et al. 2025, "Fast-dLLM: Training-free Acceleration of Diffusion LLM by Enabling KV Cache and
Parallel Decoding" (arXiv 2505.22618). When a block opens, one pass computes everything; until it is
done only the block and what is behind it are fed.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from dllm_struct.decoding.caches.base import CACHES, Cache, check_refresh, is_due
from dllm_struct.decoding.caches.kept import Known


@CACHES.register("prefix")
@dataclass(frozen=True)
class Prefix(Cache):
    """Keeps what stands before the open block.

    Attributes:
        refresh: passes after which everything is computed again; None: when a block opens.
    """

    refresh: int | None = None

    def __post_init__(self) -> None:
        check_refresh(self.refresh)

    def feeds(self, known: Known) -> Collection[int]:
        """See `Cache.feeds`."""
        if known.open is None or is_due(known, self.refresh):
            return known.everything
        start = known.open[0]
        return known.everything if known.changed[:start].any() else known.everything[start:]
