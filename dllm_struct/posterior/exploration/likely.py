"""The likeliest tokens of every position, in one pass over the logits.

Each row is cut into blocks. The largest logits of the blocks are found first, without a branch; the
k-th largest of them is a bound that at least k logits reach, so that only the few blocks that reach
it are looked into.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dllm_struct.automata.jit import jit
from dllm_struct.posterior.parallel import over_positions

LANES = 32
BLOCK = 4 * LANES
"""Logits of a block: lanes are compared side by side, so that the loop vectorises."""

LARGEST = np.float32(3.4028235e38)


def likely_tokens(
    logits: NDArray[np.float32],
    row_of: NDArray[np.int64],
    committed: NDArray[np.int64],
    num_tokens: int,
    most: int,
) -> tuple[NDArray[np.int32], NDArray[np.int32], bool]:
    """The ``most`` largest logits of every masked row, the smaller token first among equals.

    Args:
        logits: float32 [k, V'].
        row_of: int64 [n], the row of each position.
        committed: int64 [n], -1 where masked; other rows are not read.
        num_tokens: V, columns from here on are only checked.
        most: how many.

    Returns:
        tokens: int32 [n, most], by descending logit; those with -inf are left out.
        counts: int32 [n], how many there are; fewer than ``most``: no other token is possible.
        is_sound: False when a masked row has NaN or +inf; then the rest is void.
    """

    def likely(part: slice) -> tuple[NDArray[np.int32], NDArray[np.int32], bool]:
        return _likely(logits, row_of[part], committed[part], num_tokens, most)

    parts = over_positions(likely, committed < 0, logits.shape[1])
    tokens, counts = (np.concatenate([part[k] for part in parts]) for k in (0, 1))
    return tokens, counts, all(is_sound for _, _, is_sound in parts)


@jit
def _likely(
    logits: Any, row_of: Any, committed: Any, num_tokens: Any, most: Any
) -> tuple[NDArray[np.int32], NDArray[np.int32], bool]:
    """`likely_tokens` of some positions."""
    n = len(committed)
    tokens = np.zeros((n, most), np.int32)
    counts = np.zeros(n, np.int32)
    values = np.empty(4 * most + BLOCK + 1, np.float32)
    ids = np.empty(4 * most + BLOCK + 1, np.int32)
    for i in range(n):
        if committed[i] >= 0:
            continue
        row = logits[row_of[i], :num_tokens]
        peaks, is_sound = _peaks(row)
        if not (is_sound and _peaks(logits[row_of[i], num_tokens:])[1]):
            return tokens, counts, False
        count = _candidates(row, peaks, most, values, ids)
        kept = min(count, most)
        _shrink(values, ids, count, kept)
        tokens[i, :kept] = ids[:kept]
        counts[i] = kept
    return tokens, counts, True


@jit
def _peaks(row: Any) -> Any:
    """The largest of every block, and whether there is neither NaN nor +inf."""
    whole = len(row) // BLOCK
    peaks = np.full(-(-len(row) // BLOCK), -np.inf, np.float32)
    lanes, is_nan = np.empty(LANES, np.float32), np.zeros(LANES, np.int32)
    for block in range(whole):
        start = block * BLOCK
        for lane in range(LANES):
            a, b = row[start + lane], row[start + LANES + lane]
            c, d = row[start + 2 * LANES + lane], row[start + 3 * LANES + lane]
            first, second = a if a > b else b, c if c > d else d
            lanes[lane] = first if first > second else second
            is_nan[lane] |= np.int32(np.isnan(a) | np.isnan(b) | np.isnan(c) | np.isnan(d))
        for x in lanes:
            peaks[block] = x if x > peaks[block] else peaks[block]
    for v in range(whole * BLOCK, len(row)):
        peaks[whole] = max(peaks[whole], row[v])
        is_nan[0] |= np.int32(np.isnan(row[v]))
    return peaks, not is_nan.any() and (peaks <= LARGEST).all()


@jit
def _candidates(row: Any, peaks: Any, most: Any, values: Any, ids: Any) -> Any:
    """Write down the ``most`` largest of a row, and some more; returns how many."""
    count = 0
    least = np.float32(-np.inf)  # what is not above it is left out
    if 0 < most <= len(peaks):
        bound = np.partition(peaks, len(peaks) - most)[len(peaks) - most]
        least = np.nextafter(bound, least)
    for block in range(len(peaks)):
        if not peaks[block] > least:
            continue
        for v in range(block * BLOCK, min((block + 1) * BLOCK, len(row))):
            values[count] = row[v]
            ids[count] = v
            count += 1 if row[v] > least else 0
        if count > 4 * most:
            least = _shrink(values, ids, count, most)
            count = most
    return count


@jit
def _shrink(values: Any, ids: Any, count: Any, most: Any) -> Any:
    """Keep the largest, sorted; returns the last of them."""
    if count == 0 or most == 0:
        return np.float32(-np.inf)
    order = np.argsort(-values[:count], kind="mergesort")[:most]
    kept, kept_ids = values[order], ids[order]
    values[:most] = kept
    ids[:most] = kept_ids
    return kept[most - 1]
