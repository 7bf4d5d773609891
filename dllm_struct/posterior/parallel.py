"""Compiled loops over positions, run side by side on the threads that torch has been given."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from itertools import pairwise
from typing import TypeVar

import numpy as np
import torch
from numpy.typing import NDArray

Part = TypeVar("Part")

AT_LEAST = 1_000_000
"""Numbers that a thread reads, so that waking it up pays."""


def over_positions(
    function: Callable[[slice], Part], is_read: NDArray[np.bool_], width: int
) -> list[Part]:
    """Results of a function of consecutive positions, for all of them from left to right.

    Args:
        function: takes a slice of the positions; it has to leave the GIL to others.
        is_read: bool [n], at which positions something is read.
        width: how many numbers are read at each of them.
    """
    everything = slice(0, len(is_read))
    if len(is_read) * width < 2 * AT_LEAST:
        return [function(everything)]
    read = np.flatnonzero(is_read)
    parts = min(torch.get_num_threads(), len(read) * width // AT_LEAST)
    if parts < 2:
        return [function(everything)]
    cuts = [0, *(int(read[len(read) * k // parts]) for k in range(1, parts)), len(is_read)]
    slices = [slice(low, high) for low, high in pairwise(cuts)]
    waiting = [_threads(parts - 1).submit(function, own) for own in slices[1:]]
    first = function(slices[0])
    return [first, *(future.result() for future in waiting)]


@lru_cache(maxsize=1)
def _threads(count: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(count, "dllm_struct")


os.register_at_fork(after_in_child=_threads.cache_clear)
