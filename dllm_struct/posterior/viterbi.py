"""The most probable member (MAP), by the Viterbi algorithm over token classes.

    v_i(q) = max over edges of max_{c in g} best_i(c) + v_{i+1}(q')

Viterbi 1967; DINGO (arXiv 2505.23061) does the same over tokens. v needs no range but that of the
logits, so a witness is found whenever one exists.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dllm_struct.automata.jit import jit
from dllm_struct.automata.tokens import Classes, Edges, Groups
from dllm_struct.posterior.class_sums import token_with

Floats = NDArray[np.float32]
Longs = NDArray[np.int64]
Doubles = NDArray[np.float64]
Flags = NDArray[np.bool_]


@jit
def group_maxima(best: Floats, groups: Groups) -> Floats:
    """Largest of the class's best logits [n, C] in each group at each position."""
    n, num_groups = len(best), len(groups.start) - 1
    maxima = np.empty((n, num_groups), np.float32)
    for i in range(n):
        for g in range(num_groups):
            largest = np.float32(-np.inf)
            for c in groups.classes[groups.start[g] : groups.start[g + 1]]:
                largest = max(largest, best[i, c])
            maxima[i, g] = largest
    return maxima


@jit
def viterbi(maxima: Floats, edges: Edges, live: Flags) -> Doubles:
    """Best log-weight from each state to acceptance. float64 [n + 1, S], -inf: no way.

    Args:
        maxima: float32 [n, G].
        edges: the automaton's edges.
        live: bool [n + 1, S], the states of which one is asked, see `support.live_states`.
    """
    n, num_states = len(maxima), live.shape[1]
    v = np.full((n + 1, num_states), -np.inf, np.float64)
    v[n, live[n]] = 0.0
    for i in range(n - 1, -1, -1):
        after, weight = v[i + 1], maxima[i]
        for q in range(num_states):
            if not live[i, q]:
                continue
            best = -np.inf
            for e in range(edges.start[q], edges.start[q + 1]):
                value = np.float64(weight[edges.group[e]]) + after[edges.target[e]]
                best = max(best, value)
            v[i, q] = best
    return v


@jit
def witness(
    v: Doubles,
    maxima: Floats,
    best: Floats,
    logits: Floats,
    row_of: Longs,
    committed: Longs,
    start: int,
    edges: Edges,
    classes: Classes,
    groups: Groups,
) -> Longs:
    """The tokens of a best path. int64 [n]; the committed ones are kept.

    ``row_of`` is the row of logits of each position, int64 [n].
    """
    tokens = committed.copy()
    q = start
    for i in range(len(maxima)):
        chosen = -1
        value = -np.inf
        for e in range(edges.start[q], edges.start[q + 1]):
            here = np.float64(maxima[i, edges.group[e]]) + v[i + 1, edges.target[e]]
            if here > value:
                value = here
                chosen = e
        q = edges.target[chosen]
        if committed[i] >= 0:
            continue
        g = edges.group[chosen]
        for c in groups.classes[groups.start[g] : groups.start[g + 1]]:
            if best[i, c] == maxima[i, g]:
                own = classes.tokens[classes.start[c] : classes.start[c + 1]]
                tokens[i] = token_with(logits[row_of[i]], best[i, c], own)
                break
    return tokens
