"""Forward-backward, Viterbi and sampling over an explored lattice.

With edges q -x-> q' of weight w:

    b(q)  = log sum over edges of exp(w + b(q'))       (evidence still to come)
    v(q)  = max over edges of w + v(q')                (the best way on)
    p(e)  = exp(w + b(q') - b(q))                      (choice of an edge at its source)
    y(q') = sum over edges of y(q) p(e)                (posterior of the state)

Nodes come in the order of layers, so one pass over the nodes is enough each way.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dllm_struct.automata.jit import jit
from dllm_struct.posterior.exploration.lattice import Lattice

NO_EDGE = -1


@jit
def backward(lattice: Lattice) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Evidence still to come, float64 [N], and the edge of the best way on, int64 [N]."""
    num_nodes, last = len(lattice.state), len(lattice.state) - len(lattice.final)
    b = np.full(num_nodes, -np.inf)
    v = np.full(num_nodes, -np.inf)
    best = np.full(num_nodes, NO_EDGE, np.int64)
    for k in range(len(lattice.final)):
        if lattice.final[k]:
            b[last + k] = 0.0
            v[last + k] = 0.0
    for q in range(last - 1, -1, -1):
        largest = -np.inf
        for e in range(lattice.edge_start[q], lattice.edge_start[q + 1]):
            target = lattice.target[e]
            largest = max(largest, lattice.weight[e] + b[target])
            value = lattice.weight[e] + v[target]
            if value > v[q]:
                v[q] = value
                best[q] = e
        if largest == -np.inf:
            continue
        total = 0.0
        for e in range(lattice.edge_start[q], lattice.edge_start[q + 1]):
            x = lattice.weight[e] + b[lattice.target[e]] - largest
            if x > -745.0:
                total += np.exp(x)
        b[q] = largest + np.log(total)
    return b, best


@jit
def _choices(q: Any, lattice: Any, b: Any) -> Any:
    """Probability of every edge at its source. float64 [edges of q]."""
    first, last = lattice.edge_start[q], lattice.edge_start[q + 1]
    p = np.empty(last - first, np.float64)
    largest = -np.inf
    for e in range(first, last):
        p[e - first] = lattice.weight[e] + b[lattice.target[e]]
        largest = max(largest, p[e - first])
    total = 0.0
    for k in range(len(p)):
        p[k] = np.exp(p[k] - largest) if p[k] > -np.inf else 0.0
        total += p[k]
    return p / total


@jit
def edge_masses(lattice: Lattice, b: NDArray[np.float64]) -> NDArray[np.float64]:
    """Posterior probability of every edge. float64 [E]."""
    y = np.zeros(len(lattice.state))
    mass = np.zeros(len(lattice.token))
    y[0] = 1.0
    for q in range(len(lattice.state) - len(lattice.final)):
        if y[q] == 0.0 or b[q] == -np.inf:
            continue
        first = lattice.edge_start[q]
        p = _choices(q, lattice, b)
        for k in range(len(p)):
            mass[first + k] = y[q] * p[k]
            y[lattice.target[first + k]] += mass[first + k]
    return mass


@jit
def best_path(lattice: Lattice, best: NDArray[np.int64]) -> NDArray[np.int64]:
    """Tokens of the best way from the first node. int64 [n]."""
    tokens = np.empty(len(lattice.shift), np.int64)
    q = 0
    for i in range(len(tokens)):
        tokens[i] = lattice.token[best[q]]
        q = lattice.target[best[q]]
    return tokens


@jit
def draw(
    uniform: NDArray[np.float64], lattice: Lattice, b: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Joint samples.

    Args:
        uniform: float64 [k, n] in [0, 1).
        lattice: the lattice.
        b: evidence still to come.

    Returns:
        int64 [k, n].
    """
    tokens = np.empty(uniform.shape, np.int64)
    for s in range(len(uniform)):
        q = np.int64(0)
        for i in range(uniform.shape[1]):
            p = _choices(q, lattice, b)
            left = uniform[s, i]
            chosen = 0
            for k in range(len(p)):
                if p[k] > 0.0:
                    chosen = k
                    left -= p[k]
                    if left < 0.0:
                        break
            e = lattice.edge_start[q] + chosen
            tokens[s, i] = lattice.token[e]
            q = lattice.target[e]
    return tokens


@jit
def token_masses(
    lattice: Lattice, mass: NDArray[np.float64], tokens: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Posterior probability of one token at every position. float64 [n]."""
    sums = np.zeros(len(tokens))
    for i in range(len(tokens)):
        first = lattice.edge_start[lattice.layer_start[i]]
        for e in range(first, lattice.edge_start[lattice.layer_start[i + 1]]):
            if lattice.token[e] == tokens[i]:
                sums[i] += mass[e]
    return sums
