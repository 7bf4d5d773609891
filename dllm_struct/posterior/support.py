"""What the language and the committed tokens allow, whatever the logits."""

from __future__ import annotations

from typing import Any, NamedTuple

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
    allowed = allowed_tokens(committed, classes, groups)
    return live_states(allowed, start, edges, accepting)[0, start]


@jit
def forced_tokens(
    committed: Longs, start: int, accepting: Flags, edges: Edges, classes: Classes, groups: Groups
) -> Longs:
    """The only token that can stand at each position, or -1. int64 [n]."""
    n, num_states = len(committed), len(accepting)
    allowed = allowed_tokens(committed, classes, groups)
    live = live_states(allowed, start, edges, accepting)
    forced = np.full(n, -1, np.int64)
    for i in range(n):
        token = -1
        for q in range(num_states):
            if token == MANY:
                break
            if not live[i, q]:
                continue
            for e in range(edges.start[q], edges.start[q + 1]):
                g = edges.group[e]
                if allowed[i, g] == 0 or not live[i + 1, edges.target[e]]:
                    continue
                only = committed[i]
                if only < 0:
                    only = MANY if allowed[i, g] > 1 else _only_token(g, classes, groups)
                token = only if token in (-1, only) else MANY
        forced[i] = max(token, -1)
    return forced


@jit
def live_states(allowed: Longs, start: int, edges: Edges, accepting: Flags) -> Flags:
    """Which states some way from the start to acceptance passes. bool [n + 1, S].

    Args:
        allowed: int64 [n, G], see `allowed_tokens`.
        start: the start state.
        edges: the automaton's edges.
        accepting: bool [S].
    """
    n, num_states = len(allowed), len(accepting)
    live = np.zeros((n + 1, num_states), np.bool_)
    live[0, start] = True
    for i in range(n):
        here, after, own = live[i], live[i + 1], allowed[i]
        for q in range(num_states):
            if here[q]:
                for e in range(edges.start[q], edges.start[q + 1]):
                    if own[edges.group[e]] > 0:
                        after[edges.target[e]] = True
    live[n] &= accepting
    for i in range(n - 1, -1, -1):
        here, after, own = live[i], live[i + 1], allowed[i]
        for q in range(num_states):
            if here[q]:
                here[q] = False
                for e in range(edges.start[q], edges.start[q + 1]):
                    if own[edges.group[e]] > 0 and after[edges.target[e]]:
                        here[q] = True
                        break
    return live


class Wanted(NamedTuple):
    """What some member that agrees with the committed tokens may pass.

    Attributes:
        states: bool [n + 1, S], on a way from the start to acceptance.
        classes: bool [n, C], those of the tokens that can stand there; none where committed.
    """

    states: Flags
    classes: Flags


@jit
def wanted_at(
    committed: Longs, start: int, accepting: Flags, edges: Edges, classes: Classes, groups: Groups
) -> Wanted:
    """The states and classes that logits are read for, given committed tokens [n] (-1: masked)."""
    allowed = allowed_tokens(committed, classes, groups)
    live = live_states(allowed, start, edges, accepting)
    n, num_states = len(committed), len(accepting)
    wanted = np.zeros((n, len(classes.start) - 1), np.bool_)
    for i in range(n):
        if committed[i] >= 0:
            continue
        done = np.zeros(len(groups.start) - 1, np.bool_)
        for q in range(num_states):
            if not live[i, q]:
                continue
            for e in range(edges.start[q], edges.start[q + 1]):
                g = edges.group[e]
                if done[g] or not live[i + 1, edges.target[e]]:
                    continue
                done[g] = True
                for c in groups.classes[groups.start[g] : groups.start[g + 1]]:
                    wanted[i, c] = True
    return Wanted(live, wanted)


MANY = -2


@jit
def _only_token(g: Any, classes: Any, groups: Any) -> Any:
    """The token of a group that has just one."""
    for c in groups.classes[groups.start[g] : groups.start[g + 1]]:
        if classes.start[c + 1] > classes.start[c]:
            return np.int64(classes.tokens[classes.start[c]])
    return np.int64(-1)


@jit
def allowed_tokens(committed: Longs, classes: Classes, groups: Groups) -> Longs:
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
