"""The delayed cache: what is committed is kept, one pass after its commit.

Ma et al. 2025, "dKV-Cache: The Cache for Diffusion Language Models" (arXiv 2505.15781). A token's
keys change most in the pass in which it is first read, so they are kept from then on; masks are
always computed. After an interval everything is computed again.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from dllm_struct.decoding.caches.base import CACHES, Cache, check_refresh, is_due
from dllm_struct.decoding.caches.kept import Known


@CACHES.register("delayed", "dkv")
@dataclass(frozen=True)
class Delayed(Cache):
    """Keeps committed positions, whatever block they are in.

    Attributes:
        refresh: passes after which everything is computed again; None: when something is taken
            back, inserted or deleted.
    """

    refresh: int | None = 8

    def __post_init__(self) -> None:
        check_refresh(self.refresh)

    def feeds(self, known: Known) -> Collection[int]:
        """See `Cache.feeds`."""
        if is_due(known, self.refresh) or known.changed.any():
            return known.everything
        positions: list[int] = np.flatnonzero(known.masked | ~known.fresh).tolist()
        return positions
