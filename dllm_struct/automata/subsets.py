"""Subset construction: from a nondeterministic byte automaton to a deterministic one.

Rabin & Scott, "Finite automata and their decision problems", 1959. A set of states is kept as the
list of its *important* members (those with a byte edge, or accepting), found by its hash.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dllm_struct.automata.interning import FIRST_SIZE, grown, inserted, mix, place
from dllm_struct.automata.jit import jit

Ints = NDArray[np.int32]
EMPTY_SET, START_SET = 0, 1
OVER_BUDGET = -1


@jit
def subset_construction(
    epsilon_start: Ints,
    epsilon_target: Ints,
    edge_start: Ints,
    edge_class: Ints,
    edge_target: Ints,
    starts: Ints,
    accepting: NDArray[np.bool_],
    num_classes: int,
    max_states: int,
    max_members: int,
) -> tuple[Ints, NDArray[np.bool_], int]:
    """Determinise; state 0 is the empty set, state 1 the closure of ``starts``.

    Args:
        epsilon_start: [N + 1] offsets of each state's epsilon targets.
        epsilon_target: the epsilon targets.
        edge_start: [N + 1] offsets of each state's byte edges.
        edge_class: byte class of each edge.
        edge_target: target of each edge.
        starts: start states.
        accepting: [N].
        num_classes: number of byte classes K.
        max_states: give up beyond this many sets.
        max_members: give up when the sets hold more than this many members together.

    Returns:
        The table [S, K], the accepting flags [S], and S, or -1 in its place when a budget ran out.
    """
    n = len(epsilon_start) - 1
    important = accepting | (np.diff(edge_start) > 0)
    stamp = np.zeros(n, np.int64)  # stamp[q] == tick: q is in the closure at hand
    tick = np.int64(0)
    closure = np.empty(n + 1, np.int32)
    stack = np.empty(n + 1, np.int32)

    members = np.empty(FIRST_SIZE, np.int32)  # the sets, one after the other
    begin = np.zeros(FIRST_SIZE, np.int64)
    hashes = np.zeros(FIRST_SIZE, np.uint64)
    accepts = np.zeros(FIRST_SIZE, np.bool_)
    transitions = np.zeros((FIRST_SIZE, num_classes), np.int32)
    table = np.full(FIRST_SIZE, -1, np.int32)
    table = inserted(table, hashes, place(table, hashes, np.uint64(0)), EMPTY_SET)
    count = 1

    # targets of the set at hand by byte class, as linked lists
    head = np.full(num_classes, -1, np.int64)
    follow = np.empty(FIRST_SIZE, np.int64)
    reached = np.empty(FIRST_SIZE, np.int32)
    source = EMPTY_SET  # whose turn stands for the start set: it has no source
    while source < count:
        if source == EMPTY_SET:
            follow, reached = grown(follow, len(starts)), grown(reached, len(starts))
            _list(starts, head, follow, reached)
        else:
            own = members[begin[source] : begin[source + 1]]
            total = 0
            for q in own:
                total += edge_start[q + 1] - edge_start[q]
            follow, reached = grown(follow, total), grown(reached, total)
            _spread(own, edge_start, edge_class, edge_target, head, follow, reached)
        for column in range(num_classes):
            if head[column] < 0:
                continue
            tick += 1
            size, digest, accept = _close(
                head[column],
                follow,
                reached,
                epsilon_start,
                epsilon_target,
                important,
                accepting,
                stamp,
                tick,
                stack,
                closure,
            )
            head[column] = -1
            while True:
                slot = place(table, hashes, digest)
                found = table[slot]
                if found < 0 or _is_stamped(members, begin, found, size, stamp, tick):
                    break
                digest += np.uint64(1)
            if found < 0:
                found = count
                count += 1
                past = begin[found] + size
                if count > max_states or past > max_members:
                    return transitions, accepts, OVER_BUDGET
                members = grown(members, past)
                members[begin[found] : past] = closure[:size]
                begin, hashes = grown(begin, count + 1), grown(hashes, count)
                accepts, transitions = grown(accepts, count), grown(transitions, count)
                begin[found + 1] = past
                hashes[found] = digest
                accepts[found] = accept
                table = inserted(table, hashes, slot, found)
            if source != EMPTY_SET:
                transitions[source, column] = found
        source += 1
    return transitions[:count], accepts[:count], count


@jit
def _list(states: Any, head: Any, follow: Any, reached: Any) -> None:
    """Put the start states into the list of class 0."""
    for i in range(len(states)):
        reached[i] = states[i]
        follow[i] = head[0]
        head[0] = i


@jit
def _spread(
    own: Any,
    edge_start: Any,
    edge_class: Any,
    edge_target: Any,
    head: Any,
    follow: Any,
    reached: Any,
) -> None:
    """Sort the targets of the set's edges by byte class."""
    filled = 0
    for q in own:
        for e in range(edge_start[q], edge_start[q + 1]):
            column = edge_class[e]
            reached[filled] = edge_target[e]
            follow[filled] = head[column]
            head[column] = filled
            filled += 1


@jit
def _close(
    item: Any,
    follow: Any,
    reached: Any,
    epsilon_start: Any,
    epsilon_target: Any,
    important: Any,
    accepting: Any,
    stamp: Any,
    tick: Any,
    stack: Any,
    closure: Any,
) -> Any:
    """Epsilon closure of a list: its important members, how many, their hash, whether accepting."""
    top = 0
    while item >= 0:
        q = reached[item]
        if stamp[q] != tick:
            stamp[q] = tick
            stack[top] = q
            top += 1
        item = follow[item]
    size, digest, accept = 0, np.uint64(0), False
    while top > 0:
        top -= 1
        q = stack[top]
        if important[q]:
            closure[size] = q
            size += 1
            digest += mix(q)
            accept |= accepting[q]
        for e in range(epsilon_start[q], epsilon_start[q + 1]):
            target = epsilon_target[e]
            if stamp[target] != tick:
                stamp[target] = tick
                stack[top] = target
                top += 1
    return size, digest, accept


@jit
def _is_stamped(members: Any, begin: Any, found: Any, size: Any, stamp: Any, tick: Any) -> Any:
    """Whether a set has ``size`` members, all in the closure at hand: then it is that closure."""
    if begin[found + 1] - begin[found] != size:
        return False
    same = True
    for m in range(begin[found], begin[found + 1]):
        same &= stamp[members[m]] == tick
    return same
