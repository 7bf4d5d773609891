"""Summing logits into token classes, in one pass over the rows that matter.

Each class is summed relative to its own maximum, so none is lost however unlikely the model finds
it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dllm_struct.automata.jit import jit
from dllm_struct.automata.tokens import Classes
from dllm_struct.posterior.parallel import over_positions

LANES = 16
SUM_LANES = 64
"""Sums of float64 that are added up side by side."""

AT_ONCE = 4096
"""Logits of a row that are read at a time: they stay in the processor's cache."""

_LOG2_E = np.float32(1.4426950408889634)
_SMALLEST = np.float32(-126.0)
# Minimax-like polynomial for 2^f on [0, 1]: Taylor coefficients of exp(f ln 2), degree 7.
_C1 = np.float32(0.6931471805599453)
_C2 = np.float32(0.2402265069591007)
_C3 = np.float32(0.05550410866482158)
_C4 = np.float32(0.009618129107628477)
_C5 = np.float32(0.0013333558146428443)
_C6 = np.float32(0.00015403530393381608)
_C7 = np.float32(0.000015252733804059841)
_ONE = np.float32(1.0)


def sum_classes(
    logits: NDArray[np.float32],
    row_of: NDArray[np.int64],
    committed: NDArray[np.int64],
    classes: Classes,
    wanted: NDArray[np.bool_],
) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
    """Log-weight and largest logit of the wanted classes at every position.

    Args:
        logits: float32 [k, V'], V' >= V, without NaN or +inf.
        row_of: int64 [n], the row of each position.
        committed: int64 [n], a token, or -1 where masked. A committed row counts as one-hot.
        classes: the token classes.
        wanted: bool [n, C], which of them are summed where masked.

    Returns:
        log_weight: float64 [n, C], log of the class's sum of exponentials; -inf where empty, or not
            wanted.
        best: float32 [n, C], largest logit of the class.
    """

    def summed(part: slice) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
        return _sum_classes(logits, row_of[part], committed[part], classes, wanted[part])

    parts = over_positions(summed, committed < 0, len(classes.tokens))
    if len(parts) == 1:
        return parts[0]
    log_weight, best = zip(*parts, strict=True)
    return np.concatenate(log_weight), np.concatenate(best)


@jit
def _sum_classes(
    logits: Any, row_of: Any, committed: Any, classes: Any, wanted: Any
) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
    """`sum_classes` of some positions."""
    n = len(committed)
    num_classes = len(classes.start) - 1
    widest = np.diff(classes.start).max()
    values = np.empty(widest, np.float32)
    bits = np.empty(widest, np.int32)
    powers = bits.view(np.float32)
    lanes = np.empty(LANES, np.float32)
    log_weight = np.full((n, num_classes), -np.inf, np.float64)
    best = np.full((n, num_classes), -np.inf, np.float32)
    for i in range(n):
        if committed[i] >= 0:
            c = classes.of_token[committed[i]]
            if c > 0:
                log_weight[i, c] = 0.0
                best[i, c] = np.float32(0.0)
            continue
        row = logits[row_of[i]]
        for c in range(1, num_classes):
            low = classes.start[c]
            count = classes.start[c + 1] - low
            if count == 0 or not wanted[i, c]:
                continue
            largest = gathered(row, classes.tokens, low, count, values, lanes)
            if largest == np.float32(-np.inf):
                continue
            best[i, c] = largest
            if count == 1:
                log_weight[i, c] = np.float64(largest)
                continue
            exponentials(values, bits, count, largest)
            total = total_of(values, powers, count)
            log_weight[i, c] = np.float64(largest) + np.log(total)
    return log_weight, best


def sum_rows(logits: NDArray[np.float32]) -> NDArray[np.float64]:
    """Log of the sum of exponentials of every row, float64 [n].

    Args:
        logits: float32 [n, V'], without NaN or +inf.
    """
    is_read = np.ones(len(logits), np.bool_)
    parts = over_positions(lambda part: _sum_rows(logits[part]), is_read, logits.shape[1])
    return np.concatenate(parts)


@jit
def _sum_rows(logits: NDArray[np.float32]) -> NDArray[np.float64]:
    """`sum_rows` of some rows."""
    values, bits = np.empty(AT_ONCE, np.float32), np.empty(AT_ONCE, np.int32)
    powers, lanes = bits.view(np.float32), np.empty(LANES, np.float32)
    result = np.full(len(logits), -np.inf, np.float64)
    for i in range(len(logits)):
        row = logits[i]
        best = _largest(row, lanes)
        if best == np.float32(-np.inf):
            continue
        total = 0.0
        for start in range(0, len(row), AT_ONCE):
            count = min(AT_ONCE, len(row) - start)
            values[:count] = row[start : start + count]
            exponentials(values, bits, count, best)
            total += total_of(values, powers, count)
        result[i] = np.float64(best) + np.log(total)
    return result


@jit
def _largest(row: Any, lanes: Any) -> Any:
    """The largest of a row, sixteen at a time."""
    lanes[:] = np.float32(-np.inf)
    whole = len(row) - len(row) % LANES
    for i in range(0, whole, LANES):
        for j in range(LANES):
            lanes[j] = max(lanes[j], row[i + j])
    largest = lanes.max()
    for i in range(whole, len(row)):
        largest = max(largest, row[i])
    return largest


@jit
def gathered(row: Any, tokens: Any, low: Any, count: Any, values: Any, lanes: Any) -> Any:
    """Copy the class's logits into ``values`` and return the largest, sixteen at a time."""
    lanes[:] = np.float32(-np.inf)
    whole = count - count % LANES
    for i in range(0, whole, LANES):
        for j in range(LANES):
            x = row[tokens[low + i + j]]
            values[i + j] = x
            lanes[j] = max(lanes[j], x)
    largest = lanes.max()
    for i in range(whole, count):
        x = row[tokens[low + i]]
        values[i] = x
        largest = max(largest, x)
    return largest


@jit
def exponentials(values: Any, bits: Any, count: Any, maximum: Any) -> Any:
    """Replace the first ``count`` by exp(values - maximum); branch-free, so that it vectorises.

    exp(x) = 2^k · 2^f with k = floor(x log2 e). ``values`` becomes 2^f; 2^k is written to ``bits``,
    an int32 buffer, through the exponent bits of the float32 numbers that it also holds.
    """
    for i in range(count):
        t = max((values[i] - maximum) * _LOG2_E, _SMALLEST)
        k = np.floor(t)
        f = t - k
        p = _C7
        p = p * f + _C6
        p = p * f + _C5
        p = p * f + _C4
        p = p * f + _C3
        p = p * f + _C2
        p = p * f + _C1
        p = p * f + _ONE
        values[i] = p
        bits[i] = (np.int32(k) + np.int32(127)) << np.int32(23)


@jit
def total_of(values: Any, powers: Any, count: Any) -> Any:
    """Sum of values * powers over the first ``count``, in float64."""
    lanes = np.zeros(SUM_LANES, np.float64)
    whole = count - count % SUM_LANES
    for i in range(0, whole, SUM_LANES):
        for j in range(SUM_LANES):
            lanes[j] += values[i + j] * powers[i + j]
    total = lanes.sum()
    for i in range(whole, count):
        total += values[i] * powers[i]
    return total


@jit
def token_with(row: NDArray[np.float32], value: float, tokens: NDArray[np.int32]) -> Any:
    """The first of the tokens whose logit is ``value``."""
    for token in tokens:
        if row[token] == value:
            return np.int64(token)
    return np.int64(-1)
