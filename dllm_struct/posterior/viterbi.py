"""The most probable member (MAP) and what is forced: exact passes that need no sums.

    v_i(q) = max over edges of max_{c in g} best_i(c) + v_{i+1}(q')

Viterbi 1967; over token classes as DINGO does over tokens (arXiv 2505.23061). The support of v is
exactly the support of the language, whatever the logits, so a witness is found whenever one exists.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dllm_struct.automata.jit import jit
from dllm_struct.posterior.class_sums import token_with

Ints = NDArray[np.int32]
Longs = NDArray[np.int64]
Doubles = NDArray[np.float64]


@jit
def group_maxima(
    best: NDArray[np.float32], group_start: Longs, group_classes: Ints
) -> NDArray[np.float32]:
    """Largest logit in each group at each position. float32 [n, G]"""
    n, num_groups = len(best), len(group_start) - 1
    result = np.empty((n, num_groups), np.float32)
    for i in range(n):
        for g in range(num_groups):
            largest = np.float32(-np.inf)
            for k in range(group_start[g], group_start[g + 1]):
                largest = max(largest, best[i, group_classes[k]])
            result[i, g] = largest
    return result


@jit
def viterbi(
    maxima: NDArray[np.float32],
    source: Ints,
    target: Ints,
    group: Ints,
    accepting: NDArray[np.bool_],
) -> Doubles:
    """Best log-weight from each state to acceptance. float64 [n + 1, S], -inf: no way."""
    n, num_states = len(maxima), len(accepting)
    v = np.full((n + 1, num_states), -np.inf, np.float64)
    for q in range(num_states):
        if accepting[q]:
            v[n, q] = 0.0
    for i in range(n - 1, -1, -1):
        here, after, weight = v[i], v[i + 1], maxima[i]
        for e in range(len(source)):
            value = np.float64(weight[group[e]]) + after[target[e]]
            q = source[e]
            if value > here[q]:
                here[q] = value
    return v


@jit
def witness(
    v: Doubles,
    maxima: NDArray[np.float32],
    best: NDArray[np.float32],
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
    """The tokens of a best path. int64 [n]"""
    n = len(maxima)
    tokens = committed.copy()
    q = start
    for i in range(n):
        chosen = -1
        value = -np.inf
        for e in range(edge_start[q], edge_start[q + 1]):
            here = np.float64(maxima[i, group[e]]) + v[i + 1, target[e]]
            if here > value:
                value = here
                chosen = e
        q = target[chosen]
        if committed[i] >= 0:
            continue
        g = group[chosen]
        for k in range(group_start[g], group_start[g + 1]):
            c = group_classes[k]
            if best[i, c] == maxima[i, g]:
                tokens[i] = token_with(
                    logits[i], best[i, c], class_tokens, class_start[c], class_start[c + 1]
                )
                break
    return tokens


@jit
def _allowed(
    committed: Any,
    token_class: Any,
    class_start: Any,
    group_start: Any,
    group_classes: Any,
) -> Any:
    """How many tokens of each group each position allows. int64 [n, G]"""
    n, num_groups = len(committed), len(group_start) - 1
    allowed = np.zeros((n, num_groups), np.int64)
    sizes = np.zeros(num_groups, np.int64)
    for g in range(num_groups):
        for k in range(group_start[g], group_start[g + 1]):
            c = group_classes[k]
            sizes[g] += class_start[c + 1] - class_start[c]
    for i in range(n):
        if committed[i] < 0:
            allowed[i] = sizes
            continue
        for g in range(num_groups):
            for k in range(group_start[g], group_start[g + 1]):
                if group_classes[k] == token_class[committed[i]]:
                    allowed[i, g] = 1
    return allowed


@jit
def _alive(allowed: Any, source: Any, target: Any, group: Any, accepting: Any) -> Any:
    """Whether acceptance can be reached from each state. bool [n + 1, S]"""
    n = len(allowed)
    alive = np.zeros((n + 1, len(accepting)), np.bool_)
    alive[n] = accepting
    for i in range(n - 1, -1, -1):
        for e in range(len(source)):
            if allowed[i, group[e]] > 0 and alive[i + 1, target[e]]:
                alive[i, source[e]] = True
    return alive


@jit
def completable(
    committed: Longs,
    start: int,
    source: Ints,
    target: Ints,
    group: Ints,
    accepting: NDArray[np.bool_],
    token_class: Ints,
    class_start: Longs,
    group_start: Longs,
    group_classes: Ints,
) -> bool:
    """Whether some member agrees with the committed tokens [n] (-1: masked)."""
    allowed = _allowed(committed, token_class, class_start, group_start, group_classes)
    return _alive(allowed, source, target, group, accepting)[0, start]


@jit
def forced_tokens(
    committed: Longs,
    start: int,
    source: Ints,
    target: Ints,
    group: Ints,
    accepting: NDArray[np.bool_],
    token_class: Ints,
    class_start: Longs,
    class_tokens: Ints,
    group_start: Longs,
    group_classes: Ints,
) -> Longs:
    """The only token that the language and the committed tokens allow, or -1. int64 [n]"""
    n, num_states = len(committed), len(accepting)
    allowed = _allowed(committed, token_class, class_start, group_start, group_classes)
    alive = _alive(allowed, source, target, group, accepting)
    forced = np.full(n, -1, np.int64)
    reached = np.zeros(num_states, np.bool_)
    reached[start] = True
    for i in range(n):
        following = np.zeros(num_states, np.bool_)
        token = -1
        many = False
        for e in range(len(source)):
            g = group[e]
            if not (reached[source[e]] and alive[i + 1, target[e]] and allowed[i, g] > 0):
                continue
            following[target[e]] = True
            if many:
                continue
            if allowed[i, g] > 1:
                many = True
                continue
            only = committed[i]
            if only < 0:
                for k in range(group_start[g], group_start[g + 1]):
                    c = group_classes[k]
                    if class_start[c + 1] > class_start[c]:
                        only = class_tokens[class_start[c]]
            if token >= 0 and token != only:
                many = True
            token = only
        if not many:
            forced[i] = token
        reached = following
    return forced
