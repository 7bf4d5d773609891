"""The likeliest tokens of every position, in one pass over the logits."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dllm_struct.automata.jit import jit

BLOCK = 64
LARGEST = np.float32(3.4028235e38)


@jit
def likely_tokens(
    logits: NDArray[np.float32], committed: NDArray[np.int64], num_tokens: int, most: int
) -> tuple[NDArray[np.int32], NDArray[np.int32], bool]:
    """The ``most`` largest logits of every masked row, the smaller token first among equals.

    Args:
        logits: float32 [n, V'].
        committed: int64 [n], -1 where masked; other rows are not read.
        num_tokens: V, columns from here on are only checked.
        most: how many.

    Returns:
        tokens: int32 [n, most], by descending logit; those with -inf are left out.
        counts: int32 [n], how many there are; fewer than ``most``: no other token is possible.
        is_sound: False when a masked row has NaN or +inf.
    """
    n, width = logits.shape
    tokens = np.zeros((n, most), np.int32)
    counts = np.zeros(n, np.int32)
    values = np.empty(4 * most + BLOCK, np.float32)
    ids = np.empty(4 * most + BLOCK, np.int32)
    is_sound = True
    for i in range(n):
        if committed[i] >= 0:
            continue
        row = logits[i]
        count = 0
        least = np.float32(-np.inf)
        for start in range(0, width, BLOCK):
            stop = min(start + BLOCK, width)
            if _num_above(row[start:stop], least) == 0:
                continue
            for v in range(start, stop):
                if row[v] <= least:
                    continue
                if not row[v] <= LARGEST:
                    is_sound = False
                elif v < num_tokens:
                    values[count] = row[v]
                    ids[count] = v
                    count += 1
            if count > 4 * most:
                least = _shrink(values, ids, count, most)
                count = most
        kept = min(count, most)
        _shrink(values, ids, count, kept)
        tokens[i, :kept] = ids[:kept]
        counts[i] = kept
    return tokens, counts, is_sound


@jit
def _num_above(block: Any, least: Any) -> Any:
    """How many are more than ``least``, or NaN; without branches, so that it vectorises."""
    above = np.int32(0)
    for x in block:
        above += np.int32(0) if x <= least else np.int32(1)
    return above


@jit
def _shrink(values: Any, ids: Any, count: Any, most: Any) -> Any:
    """Keep the largest, sorted; returns the last of them."""
    if count == 0:
        return np.float32(-np.inf)
    order = np.argsort(-values[:count], kind="mergesort")[:most]
    kept, kept_ids = values[order], ids[order]
    values[:most] = kept
    ids[:most] = kept_ids
    return kept[most - 1]
