"""Forward-backward over (position x state), edge by edge, in compiled loops.

With w_i(g) the weight of class group g at position i and edges q -g-> q':

    b_i(q)      = sum over edges of w_i(g) b_{i+1}(q')                   (evidence still to come)
    y_{i+1}(q') = sum over edges of y_i(q) w_i(g) b_{i+1}(q') / b_i(q)   (posterior of the state)

y conditions each step on what is still to come, so it stays a distribution; w and b need a range
that no float has. They are kept as (mantissa, exponent): value = mantissa * 2^exponent, exact for
logits of any size, and without an exponential in the inner loop.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dllm_struct.automata.jit import jit

Ints = NDArray[np.int32]
Longs = NDArray[np.int64]
Doubles = NDArray[np.float64]

_LN2 = float(np.log(2.0))
_LOWEST = -(2**50)  # exponents below are all the same: nothing
_POWERS = np.exp2(-np.arange(1100, dtype=np.float64))


@jit
def _power(exponent: Any) -> Any:
    """2^exponent for exponent <= 0; 0 where a float has no room for it."""
    return _POWERS[-exponent] if exponent > -1100 else 0.0


@jit
def _normalised(total: Any, exponent: Any) -> Any:
    """The pair with its mantissa in [1/2, 1)."""
    if total == 0.0:
        return 0.0, np.int64(0)
    mantissa, shift = math.frexp(total)
    return mantissa, exponent + shift


@jit
def split_weights(log_weight: Doubles) -> tuple[Doubles, Longs]:
    """exp(log_weight) as mantissas and exponents. [n, C] each; mantissa 0 for -inf."""
    n, num_classes = log_weight.shape
    mantissa = np.zeros((n, num_classes), np.float64)
    exponent = np.zeros((n, num_classes), np.int64)
    for i in range(n):
        for c in range(num_classes):
            x = log_weight[i, c]
            if x > -np.inf:
                power = max(np.floor(x / _LN2), _LOWEST)
                mantissa[i, c] = np.exp(min(max(x - power * _LN2, 0.0), _LN2))
                exponent[i, c] = np.int64(power)
    return mantissa, exponent


@jit
def group_sums(
    mantissa: Doubles, exponent: Longs, group_start: Longs, group_classes: Ints
) -> tuple[Doubles, Longs]:
    """Sum of the class weights of each group at each position. [n, G] each."""
    n, num_groups = len(mantissa), len(group_start) - 1
    sums = np.zeros((n, num_groups), np.float64)
    powers = np.zeros((n, num_groups), np.int64)
    for i in range(n):
        for g in range(num_groups):
            largest = np.int64(_LOWEST)
            for k in range(group_start[g], group_start[g + 1]):
                c = group_classes[k]
                if mantissa[i, c] > 0.0:
                    largest = max(largest, exponent[i, c])
            total = 0.0
            for k in range(group_start[g], group_start[g + 1]):
                c = group_classes[k]
                if mantissa[i, c] > 0.0:
                    total += mantissa[i, c] * _power(exponent[i, c] - largest)
            sums[i, g], powers[i, g] = _normalised(total, largest)
    return sums, powers


@jit
def backward(
    sums: Doubles,
    powers: Longs,
    edge_start: Longs,
    target: Ints,
    group: Ints,
    accepting: NDArray[np.bool_],
) -> tuple[Doubles, Longs]:
    """b as mantissas and exponents. [n + 1, S] each; mantissa 0 where there is no way."""
    n, num_states = len(sums), len(accepting)
    b = np.zeros((n + 1, num_states), np.float64)
    kb = np.zeros((n + 1, num_states), np.int64)
    for q in range(num_states):
        b[n, q] = 1.0 if accepting[q] else 0.0
    for i in range(n - 1, -1, -1):
        for q in range(num_states):
            largest = np.int64(-(2**62))
            for e in range(edge_start[q], edge_start[q + 1]):
                if sums[i, group[e]] * b[i + 1, target[e]] > 0.0:
                    largest = max(largest, powers[i, group[e]] + kb[i + 1, target[e]])
            total = 0.0
            for e in range(edge_start[q], edge_start[q + 1]):
                part = sums[i, group[e]] * b[i + 1, target[e]]
                if part > 0.0:
                    total += part * _power(powers[i, group[e]] + kb[i + 1, target[e]] - largest)
            b[i, q], kb[i, q] = _normalised(total, largest)
    return b, kb


@jit
def class_marginals(
    mantissa: Doubles,
    exponent: Longs,
    sums: Doubles,
    powers: Longs,
    b: Doubles,
    kb: Longs,
    start: int,
    edge_start: Longs,
    target: Ints,
    group: Ints,
    group_start: Longs,
    group_classes: Ints,
) -> Doubles:
    """Log of the posterior probability of every class at every position. float64 [n, C]"""
    n, num_classes = mantissa.shape
    num_states, num_groups = b.shape[1], len(group_start) - 1
    marginal = np.zeros((n, num_classes), np.float64)
    y = np.zeros(num_states, np.float64)
    following = np.zeros(num_states, np.float64)
    flow = np.zeros(num_groups, np.float64)
    y[start] = 1.0
    for i in range(n):
        following[:] = 0.0
        flow[:] = 0.0
        for q in range(num_states):
            if y[q] == 0.0:
                continue
            ratio = y[q] / b[i, q]
            for e in range(edge_start[q], edge_start[q + 1]):
                g, t = group[e], target[e]
                part = ratio * sums[i, g] * b[i + 1, t]
                if part > 0.0:
                    shift = powers[i, g] + kb[i + 1, t] - kb[i, q]
                    part *= _power(shift) if shift <= 0 else np.exp2(shift)
                    following[t] += part
                    flow[g] += part
        y[:] = following / following.sum()
        for g in range(num_groups):
            if flow[g] > 0.0:
                ratio = flow[g] / sums[i, g]
                for k in range(group_start[g], group_start[g + 1]):
                    c = group_classes[k]
                    if mantissa[i, c] > 0.0:
                        shift = exponent[i, c] - powers[i, g]
                        part = ratio * mantissa[i, c]
                        marginal[i, c] += part * (_power(shift) if shift <= 0 else np.exp2(shift))
    return np.log(marginal)


@jit
def draw(
    uniform: Doubles,
    mantissa: Doubles,
    exponent: Longs,
    sums: Doubles,
    powers: Longs,
    b: Doubles,
    kb: Longs,
    logits: NDArray[np.float32],
    committed: Longs,
    start: int,
    edge_start: Longs,
    target: Ints,
    group: Ints,
    class_start: Longs,
    class_tokens: Ints,
    group_start: Longs,
    group_classes: Ints,
) -> Longs:
    """Joint samples: edge, class, then token, each by inverting its cumulative sum.

    Args:
        uniform: float64 [k, n, 3] in [0, 1).

    Returns:
        int64 [k, n].
    """
    k, n = uniform.shape[0], uniform.shape[1]
    result = np.empty((k, n), np.int64)
    for s in range(k):
        q = start
        for i in range(n):
            u = uniform[s, i]
            low, high = edge_start[q], edge_start[q + 1]
            scores = np.empty(high - low, np.float64)
            for e in range(low, high):
                scores[e - low] = log_value(
                    sums[i, group[e]] * b[i + 1, target[e]],
                    powers[i, group[e]] + kb[i + 1, target[e]],
                )
            chosen = low + _pick(scores, u[0])
            g = group[chosen]
            low, high = group_start[g], group_start[g + 1]
            scores = np.empty(high - low, np.float64)
            for j in range(low, high):
                scores[j - low] = log_value(mantissa[i, group_classes[j]], exponent[i, group_classes[j]])
            c = group_classes[low + _pick(scores, u[1])]
            q = target[chosen]
            if committed[i] >= 0:
                result[s, i] = committed[i]
                continue
            low, high = class_start[c], class_start[c + 1]
            scores = np.empty(high - low, np.float64)
            for j in range(low, high):
                scores[j - low] = logits[i, class_tokens[j]]
            result[s, i] = class_tokens[low + _pick(scores, u[2])]
    return result


@jit
def _pick(scores: Any, u: Any) -> Any:
    """An index drawn in proportion to exp(scores), never one whose score is -inf."""
    largest = scores.max()
    total = 0.0
    for i in range(len(scores)):
        total += np.exp(scores[i] - largest)
    left = u * total
    last = 0
    for i in range(len(scores)):
        part = np.exp(scores[i] - largest)
        if part > 0.0:
            last = i
            left -= part
            if left < 0.0:
                return i
    return last


@jit
def log_value(mantissa: Any, exponent: Any) -> Any:
    """Log of mantissa * 2^exponent."""
    return np.log(mantissa) + exponent * _LN2 if mantissa > 0.0 else -np.inf
