"""What the language and the committed tokens allow, whatever the logits."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dllm_struct.automata.jit import jit
from dllm_struct.automata.tokens import Classes, Edges, Groups

Longs = NDArray[np.int64]
Flags = NDArray[np.bool_]


@jit
def completable(
    committed: Longs, start: int, accepting: Flags, edges: Edges, classes: Classes, groups: Groups
) -> Any:
    """Whether some member agrees with the committed tokens [n] (-1: masked)."""
    allowed = _allowed(committed, classes, groups)
    return _alive(allowed, edges, accepting)[0, start]


@jit
def forced_tokens(
    committed: Longs, start: int, accepting: Flags, edges: Edges, classes: Classes, groups: Groups
) -> Longs:
    """The only token that can stand at each position, or -1. int64 [n]."""
    n, num_states = len(committed), len(accepting)
    allowed = _allowed(committed, classes, groups)
    alive = _alive(allowed, edges, accepting)
    forced = np.full(n, -1, np.int64)
    reached = np.zeros(num_states, np.bool_)
    reached[start] = True
    for i in range(n):
        following = np.zeros(num_states, np.bool_)
        token = -1
        for e in range(len(edges.source)):
            g, t = edges.group[e], edges.target[e]
            if not (reached[edges.source[e]] and alive[i + 1, t] and allowed[i, g] > 0):
                continue
            following[t] = True
            if token == MANY:
                continue
            only = committed[i]
            if only < 0:
                only = MANY if allowed[i, g] > 1 else _only_token(g, classes, groups)
            token = only if token in (-1, only) else MANY
        forced[i] = max(token, -1)
        reached = following
    return forced


MANY = -2


@jit
def _only_token(g: Any, classes: Any, groups: Any) -> Any:
    """The token of a group that has just one."""
    for c in groups.classes[groups.start[g] : groups.start[g + 1]]:
        if classes.start[c + 1] > classes.start[c]:
            return np.int64(classes.tokens[classes.start[c]])
    return np.int64(-1)


@jit
def _allowed(committed: Any, classes: Any, groups: Any) -> Any:
    """How many tokens of each group each position allows. int64 [n, G]."""
    n, num_groups = len(committed), len(groups.start) - 1
    allowed = np.zeros((n, num_groups), np.int64)
    sizes = np.zeros(num_groups, np.int64)
    for g in range(num_groups):
        for c in groups.classes[groups.start[g] : groups.start[g + 1]]:
            sizes[g] += classes.start[c + 1] - classes.start[c]
    for i in range(n):
        if committed[i] < 0:
            allowed[i] = sizes
            continue
        own = classes.of_token[committed[i]]
        for g in range(num_groups):
            for c in groups.classes[groups.start[g] : groups.start[g + 1]]:
                if c == own:
                    allowed[i, g] = 1
    return allowed


@jit
def _alive(allowed: Any, edges: Any, accepting: Any) -> Any:
    """Whether acceptance can be reached from each state. bool [n + 1, S]."""
    n = len(allowed)
    alive = np.zeros((n + 1, len(accepting)), np.bool_)
    alive[n] = accepting
    for i in range(n - 1, -1, -1):
        for e in range(len(edges.source)):
            if allowed[i, edges.group[e]] > 0 and alive[i + 1, edges.target[e]]:
                alive[i, edges.source[e]] = True
    return alive
