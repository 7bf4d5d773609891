"""Caches: keys and values of earlier passes stand for positions that a pass does not compute.

    fed positions attend to:  kept keys and values  +  their own

Exact for block-causal attention, where a final block never sees what comes later; an approximation
for attention over both sides, where every commit changes every key a little.
"""

from dllm_struct.decoding.caches.base import CACHES, Cache, Cached
from dllm_struct.decoding.caches.kept import Kept, Known

__all__ = ["CACHES", "Cache", "Cached", "Kept", "Known"]
