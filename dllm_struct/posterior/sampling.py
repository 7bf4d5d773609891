"""Exact joint samples: forward through the chain, conditioned on the evidence still to come."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dllm_struct.automata.jit import jit
from dllm_struct.automata.tokens import Classes, Edges, Groups
from dllm_struct.posterior.chain import Wide, log_value


@jit
def draw(
    uniform: NDArray[np.float64],
    weights: Wide,
    sums: Wide,
    b: Wide,
    logits: NDArray[np.float32],
    row_of: NDArray[np.int64],
    committed: NDArray[np.int64],
    start: int,
    edges: Edges,
    classes: Classes,
    groups: Groups,
) -> NDArray[np.int64]:
    """Draw an edge, a class of its group, then a token of the class, position by position.

    Args:
        uniform: float64 [k, n, 3] in [0, 1), three numbers for each position of each sample.
        weights: [n, C], see `dllm_struct.posterior.chain`.
        sums: [n, G].
        b: [n + 1, S].
        logits: float32 [k, V].
        row_of: int64 [n], the row of each position.
        committed: int64 [n], -1 where masked.
        start: the start state.
        edges: the automaton's edges.
        classes: its classes.
        groups: its groups.

    Returns:
        int64 [k, n].
    """
    k, n = uniform.shape[0], uniform.shape[1]
    result = np.empty((k, n), np.int64)
    for s in range(k):
        q = start
        for i in range(n):
            e = edges.start[q] + _edge(uniform[s, i, 0], i, q, sums, b, edges)
            q = edges.target[e]
            if committed[i] >= 0:
                result[s, i] = committed[i]
                continue
            own = groups.classes[groups.start[edges.group[e]] : groups.start[edges.group[e] + 1]]
            c = own[_class(uniform[s, i, 1], i, own, weights)]
            tokens = classes.tokens[classes.start[c] : classes.start[c + 1]]
            result[s, i] = tokens[_token(uniform[s, i, 2], logits[row_of[i]], tokens)]
    return result


@jit
def _edge(u: Any, i: Any, q: Any, sums: Any, b: Any, edges: Any) -> Any:
    low, high = edges.start[q], edges.start[q + 1]
    scores = np.empty(high - low, np.float64)
    for e in range(low, high):
        g, t = edges.group[e], edges.target[e]
        mantissa = sums.mantissa[i, g] * b.mantissa[i + 1, t]
        scores[e - low] = log_value(mantissa, sums.power[i, g] + b.power[i + 1, t])
    return _pick(scores, u)


@jit
def _class(u: Any, i: Any, own: Any, weights: Any) -> Any:
    scores = np.empty(len(own), np.float64)
    for j in range(len(own)):
        scores[j] = log_value(weights.mantissa[i, own[j]], weights.power[i, own[j]])
    return _pick(scores, u)


@jit
def _token(u: Any, row: Any, tokens: Any) -> Any:
    scores = np.empty(len(tokens), np.float64)
    for j in range(len(tokens)):
        scores[j] = row[tokens[j]]
    return _pick(scores, u)


@jit
def _pick(scores: Any, u: Any) -> Any:
    """An index drawn in proportion to exp(scores), never one whose score is -inf."""
    largest = scores.max()
    total = 0.0
    for score in scores:
        total += np.exp(score - largest)
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
