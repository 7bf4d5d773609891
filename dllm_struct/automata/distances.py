"""How many tokens a state still needs, at least and at most."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dllm_struct.automata.jit import jit

Ints = NDArray[np.int32]
Flags = NDArray[np.bool_]
NO_WAY = -1
UNBOUNDED = -1


@jit
def distances(
    start: NDArray[np.int64], target: Ints, origin: int, accepting: Flags
) -> tuple[Flags, Ints, Ints]:
    """Which states matter, and how far from acceptance they are.

    Args:
        start: int64 [S + 1], offsets of each state's transitions.
        target: int32, their targets.
        origin: the start state.
        accepting: bool [S].

    Returns:
        useful: bool [S], on some path from the origin to acceptance.
        fewest: int32 [S], fewest tokens to acceptance, -1 where there is no way.
        most: int32 [S], most tokens to acceptance, -1 where unbounded (or no way).
    """
    reached = _reached(start, target, origin, len(accepting))
    back_start, back = _reversed(start, target, reached)
    fewest = _fewest(back_start, back, reached & accepting)
    useful = reached & (fewest != NO_WAY)
    return useful, fewest, _most(start, target, back_start, back, useful)


@jit
def _reached(start: Any, target: Any, origin: Any, num_states: Any) -> Any:
    reached = np.zeros(num_states, np.bool_)
    stack = np.empty(num_states, np.int32)
    reached[origin] = True
    stack[0] = origin
    top = 1
    while top > 0:
        top -= 1
        q = stack[top]
        for e in range(start[q], start[q + 1]):
            if not reached[target[e]]:
                reached[target[e]] = True
                stack[top] = target[e]
                top += 1
    return reached


@jit
def _reversed(start: Any, target: Any, reached: Any) -> Any:
    """CSR of the sources of each state, over reached sources."""
    n = len(reached)
    back_start = np.zeros(n + 1, np.int64)
    for q in np.flatnonzero(reached):
        for e in range(start[q], start[q + 1]):
            back_start[target[e] + 1] += 1
    back_start = np.cumsum(back_start)
    fill = back_start.copy()
    back = np.empty(back_start[n], np.int32)
    for q in np.flatnonzero(reached):
        for e in range(start[q], start[q + 1]):
            back[fill[target[e]]] = q
            fill[target[e]] += 1
    return back_start, back


@jit
def _fewest(back_start: Any, back: Any, goals: Any) -> Any:
    """Breadth first from the goals, backwards."""
    fewest = np.full(len(goals), NO_WAY, np.int32)
    queue = np.empty(len(goals), np.int32)
    tail = 0
    for q in np.flatnonzero(goals):
        fewest[q] = 0
        queue[tail] = q
        tail += 1
    head = 0
    while head < tail:
        q = queue[head]
        head += 1
        for p in back[back_start[q] : back_start[q + 1]]:
            if fewest[p] == NO_WAY:
                fewest[p] = fewest[q] + 1
                queue[tail] = p
                tail += 1
    return fewest


@jit
def _most(start: Any, target: Any, back_start: Any, back: Any, useful: Any) -> Any:
    """Longest path, peeling states whose successors are all known; those on cycles never are."""
    n = len(useful)
    pending = np.zeros(n, np.int64)
    longest = np.zeros(n, np.int32)
    most = np.full(n, UNBOUNDED, np.int32)
    queue = np.empty(n, np.int32)
    tail = 0
    for q in np.flatnonzero(useful):
        for e in range(start[q], start[q + 1]):
            pending[q] += useful[target[e]]
        if pending[q] == 0:
            queue[tail] = q
            tail += 1
    head = 0
    while head < tail:
        q = queue[head]
        head += 1
        most[q] = longest[q]
        for p in back[back_start[q] : back_start[q + 1]]:
            if not useful[p]:
                continue
            longest[p] = max(longest[p], longest[q] + 1)
            pending[p] -= 1
            if pending[p] == 0:
                queue[tail] = p
                tail += 1
    return most
