"""The block-causal cache: a block is kept once all its positions are committed. It is exact.

Where attention is block-causal (SDAR, LLaDA2: a position sees its own block and those before), what
is computed of a block depends on nothing behind it. So a block without masks, behind others without
masks, never has to be computed again until one of its tokens changes.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np

from dllm_struct.decoding.caches.base import CACHES, Cache
from dllm_struct.decoding.caches.kept import Known
from dllm_struct.errors import check
from dllm_struct.models.family import Family


@CACHES.register("block-causal")
@dataclass(frozen=True)
class BlockCausal(Cache):
    """Keeps the blocks before the first one that has a mask or a change.

    Attributes:
        block_size: positions of a block of the network's attention; None: the family's.
    """

    block_size: int | None = None

    def bound(self, family: Family, network: object) -> Cache:
        """See `Cache.bound`; the family has to say that attention is block-causal."""
        size = family.block_length
        check(
            size is not None and self.block_size in (None, size),
            f"family '{family.name}' has no block-causal attention"
            + ("" if self.block_size is None else f" in blocks of {self.block_size}"),
            hint="use cache='prefix', 'dual' or 'delayed', which approximate",
        )
        return replace(self, block_size=size) if super().bound(family, network) else self

    def feeds(self, known: Known) -> Collection[int]:
        """See `Cache.feeds`."""
        assert self.block_size is not None  # bound
        stale = np.flatnonzero(known.masked | ~known.fresh)
        if not len(stale):
            return ()
        return known.everything[int(stale[0]) // self.block_size * self.block_size :]
