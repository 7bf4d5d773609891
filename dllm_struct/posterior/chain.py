"""Forward-backward over (position x state), edge by edge, in compiled loops.

With w_i(g) the weight of class group g at position i and edges q -g-> q':

    b_i(q)      = sum over edges of w_i(g) b_{i+1}(q')                   (evidence still to come)
    y_{i+1}(q') = sum over edges of y_i(q) w_i(g) b_{i+1}(q') / b_i(q)   (posterior of the state)

y conditions each step on what is still to come, so it stays a distribution; w and b need a range
that no float has. They are kept `Wide`, as mantissa * 2^exponent: exact for logits of any size, and
without an exponential in the inner loop.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dllm_struct.automata.jit import jit
from dllm_struct.automata.tokens import Edges, Groups

Longs = NDArray[np.int64]
Doubles = NDArray[np.float64]

_LN2 = float(np.log(2.0))
_LOWEST = -(2**50)  # an exponent below this is as good as any
_NO_POWER = -(2**62)
_POWERS = np.exp2(-np.arange(1100, dtype=np.float64))


class Wide(NamedTuple):
    """Non-negative numbers of any size.

    Attributes:
        mantissa: float64, 0 or about 1.
        power: int64, the exponent of 2.
    """

    mantissa: Doubles
    power: Longs


@jit
def log_value(mantissa: Any, power: Any) -> Any:
    """Log of mantissa * 2^power."""
    return np.log(mantissa) + power * _LN2 if mantissa > 0.0 else -np.inf


@jit
def _shifted(mantissa: Any, power: Any) -> Any:
    """The plain float mantissa * 2^power; 0 where it is too small for one."""
    if power > 0:
        return mantissa * np.exp2(power)
    return mantissa * _POWERS[-power] if power > -len(_POWERS) else 0.0


@jit
def _normalised(total: Any, power: Any) -> Any:
    """The same number with its mantissa in [1/2, 1)."""
    if total == 0.0:
        return 0.0, np.int64(0)
    mantissa, shift = math.frexp(total)
    return mantissa, power + shift


@jit
def widened(log_weight: Doubles) -> Wide:
    """The exponential of [n, C] log-weights, none above 0."""
    mantissa = np.zeros(log_weight.shape, np.float64)
    powers = np.zeros(log_weight.shape, np.int64)
    for i in range(log_weight.shape[0]):
        for c in range(log_weight.shape[1]):
            x = log_weight[i, c]
            if x > -np.inf:
                power = max(np.floor(x / _LN2), _LOWEST)
                mantissa[i, c] = np.exp(min(max(x - power * _LN2, 0.0), _LN2))
                powers[i, c] = np.int64(power)
    return Wide(mantissa, powers)


@jit
def group_sums(weights: Wide, groups: Groups) -> Wide:
    """Sum of the class weights [n, C] of each group at each position."""
    n, num_groups = len(weights.mantissa), len(groups.start) - 1
    sums = np.zeros((n, num_groups), np.float64)
    powers = np.zeros((n, num_groups), np.int64)
    for i in range(n):
        mantissa, power = weights.mantissa[i], weights.power[i]
        for g in range(num_groups):
            classes = groups.classes[groups.start[g] : groups.start[g + 1]]
            largest = np.int64(_NO_POWER)
            for c in classes:
                if mantissa[c] > 0.0:
                    largest = max(largest, power[c])
            total = 0.0
            for c in classes:
                if mantissa[c] > 0.0:
                    total += _shifted(mantissa[c], power[c] - largest)
            sums[i, g], powers[i, g] = _normalised(total, largest)
    return Wide(sums, powers)


@jit
def backward(sums: Wide, edges: Edges, live: NDArray[np.bool_]) -> Wide:
    """The evidence still to come, b. [n + 1, S], 0 where there is no way.

    Args:
        sums: [n, G], of the class groups.
        edges: the automaton's edges.
        live: bool [n + 1, S], the states of which one is asked, see `support.live_states`.
    """
    n, num_states = len(sums.mantissa), live.shape[1]
    b = np.zeros((n + 1, num_states), np.float64)
    powers = np.zeros((n + 1, num_states), np.int64)
    b[n] = live[n]
    for i in range(n - 1, -1, -1):
        weight, power = sums.mantissa[i], sums.power[i]
        for q in range(num_states):
            if not live[i, q]:
                continue
            largest = np.int64(_NO_POWER)
            for e in range(edges.start[q], edges.start[q + 1]):
                g, t = edges.group[e], edges.target[e]
                if weight[g] * b[i + 1, t] > 0.0:
                    largest = max(largest, power[g] + powers[i + 1, t])
            total = 0.0
            for e in range(edges.start[q], edges.start[q + 1]):
                g, t = edges.group[e], edges.target[e]
                part = weight[g] * b[i + 1, t]
                if part > 0.0:
                    total += _shifted(part, power[g] + powers[i + 1, t] - largest)
            b[i, q], powers[i, q] = _normalised(total, largest)
    return Wide(b, powers)


@jit
def class_marginals(
    weights: Wide, sums: Wide, b: Wide, start: int, edges: Edges, groups: Groups
) -> Doubles:
    """Log of the posterior probability of every class at every position. float64 [n, C]."""
    n, num_classes = weights.mantissa.shape
    num_states, num_groups = b.mantissa.shape[1], len(groups.start) - 1
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
            ratio = y[q] / b.mantissa[i, q]
            for e in range(edges.start[q], edges.start[q + 1]):
                g, t = edges.group[e], edges.target[e]
                part = ratio * sums.mantissa[i, g] * b.mantissa[i + 1, t]
                if part > 0.0:
                    part = _shifted(part, sums.power[i, g] + b.power[i + 1, t] - b.power[i, q])
                    following[t] += part
                    flow[g] += part
        y[:] = following / following.sum()
        for g in range(num_groups):
            if flow[g] == 0.0:
                continue
            ratio = flow[g] / sums.mantissa[i, g]
            for c in groups.classes[groups.start[g] : groups.start[g + 1]]:
                part = ratio * weights.mantissa[i, c]
                if part > 0.0:
                    marginal[i, c] += _shifted(part, weights.power[i, c] - sums.power[i, g])
    return np.log(marginal)
