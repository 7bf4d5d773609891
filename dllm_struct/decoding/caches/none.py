"""No cache: every pass computes everything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dllm_struct.decoding.caches.base import CACHES, Cache
from dllm_struct.models.family import Family


@CACHES.register("none")
@dataclass(frozen=True)
class Nothing(Cache):
    """Keeps nothing; works with every network."""

    keeps: ClassVar[bool] = False

    def bound(self, family: Family, network: object) -> Cache:
        """See `Cache.bound`."""
        return self
