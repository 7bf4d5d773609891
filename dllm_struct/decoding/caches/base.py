"""The contract of caches: which positions a pass has to compute, and which it may take over.

A cache strategy sees what is known of one input before a pass and names the positions to feed. The
others keep keys and values of an earlier pass. Whatever it says, a position whose token is not the
one that its keys were made of is fed.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import ClassVar

from dllm_struct.decoding.caches.kept import Kept, Known
from dllm_struct.decoding.registry import Registry
from dllm_struct.errors import check
from dllm_struct.models.caching.probing import require_cache
from dllm_struct.models.family import Family


class Cache:
    """Chooses what to feed; this base class feeds everything and keeps nothing.

    Attributes:
        keeps: whether anything is kept.
        keeps_logits: whether the prediction at a masked position that is not fed stays what it was;
            otherwise every position whose logits are wanted is fed.
    """

    keeps: ClassVar[bool] = True
    keeps_logits: ClassVar[bool] = False

    def bound(self, family: Family, network: object) -> Cache:
        """Return the cache for a model.

        Raises:
            InvalidDecoding: the network takes no keys and values, or not in a way that works here.
        """
        vouched = getattr(network, "require_cache", None)
        if vouched is None:
            require_cache(network, family)
        else:  # it stands for a network that is elsewhere
            vouched()
        return self

    def feeds(self, known: Known) -> Collection[int]:
        """Return the positions that the network has to compute."""
        return known.everything


@dataclass(frozen=True)
class Cached:
    """What of an input is in a cache, and which strategy chooses what is fed.

    Attributes:
        cache: the strategy.
        kept: what earlier passes computed of the sequence; the pass changes it.
        numbers: the lasting number of every position of prompt and canvas.
        open: the block that is being denoised, in positions of the input; None: not known.
    """

    cache: Cache
    kept: Kept
    numbers: tuple[int, ...]
    open: tuple[int, int] | None


CACHES: Registry[Cache] = Registry("cache", Cache, "dllm_struct.decoding.caches")


def check_refresh(refresh: int | None) -> None:
    """Refuse an interval without passes."""
    check(
        refresh is None or refresh >= 1,
        f"a refresh after {refresh} passes",
        hint="set refresh to 1 or more passes, or to None for never",
    )


def is_due(known: Known, refresh: int | None) -> bool:
    """Whether everything has to be fed: at first, and after so many passes."""
    return known.age == 0 or (refresh is not None and known.age >= refresh)
