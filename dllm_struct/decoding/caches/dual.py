"""The dual cache: only the open block is computed, what stands on both sides is kept.

Wu et al. 2025, "Fast-dLLM" (arXiv 2505.22618). The prediction at masks behind the block stays that
of the pass that opened the block; the constraint still reads it, since a slot is conditioned as a
whole.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import ClassVar

from dllm_struct.decoding.caches.base import CACHES, Cache, check_refresh, is_due
from dllm_struct.decoding.caches.kept import Known


@CACHES.register("dual")
@dataclass(frozen=True)
class Dual(Cache):
    """Keeps everything but the open block.

    Attributes:
        refresh: passes after which everything is computed again; None: when a block opens, or
            something is taken back, inserted or deleted.
    """

    refresh: int | None = None
    keeps_logits: ClassVar[bool] = True

    def __post_init__(self) -> None:
        check_refresh(self.refresh)

    def feeds(self, known: Known) -> Collection[int]:
        """See `Cache.feeds`."""
        if known.open is None or is_due(known, self.refresh) or known.changed.any():
            return known.everything
        return known.everything[slice(*known.open)]
