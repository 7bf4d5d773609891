"""Subset construction: from a nondeterministic byte automaton to a deterministic one.

Rabin & Scott, "Finite automata and their decision problems", 1959. A set of states is kept as the
list of its *important* members (those with a byte edge, or accepting), found by its hash.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dllm_struct.automata.jit import jit

Ints = NDArray[np.int32]


@jit
def _mix(value: Any) -> Any:
    """A 64-bit finaliser (splitmix64), so that sums of it hash sets of small integers."""
    x = np.uint64(value) + np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


@jit
def _grown(array: Any, needed: Any) -> Any:
    """``array``, or a copy of at least twice its room."""
    if needed <= len(array):
        return array
    bigger = np.empty(max(needed, 2 * len(array)), array.dtype)
    bigger[: len(array)] = array
    return bigger


@jit
def _rehash(hashes: Any, count: Any, size: Any) -> Any:
    table = np.full(size, -1, np.int32)
    for state in range(count):
        slot = np.int64(hashes[state] & np.uint64(size - 1))
        while table[slot] >= 0:
            slot = (slot + 1) & (size - 1)
        table[slot] = state
    return table


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
    stamp = np.zeros(n, np.int64)
    tick = np.int64(0)
    stack = np.empty(n + 1, np.int32)
    current = np.empty(n + 1, np.int32)
    important = accepting.copy()
    for state in range(n):
        if edge_start[state + 1] > edge_start[state]:
            important[state] = True

    members = np.empty(1024, np.int32)
    begin = np.empty(1024, np.int64)
    hashes = np.empty(1024, np.uint64)
    accepts = np.zeros(1024, np.bool_)
    table = np.zeros((1024, num_classes), np.int32)
    begin[0] = 0
    begin[1] = 0
    hashes[0] = np.uint64(0)
    count = 1
    size = 4096
    index = _rehash(hashes, count, size)

    bucket_head = np.full(num_classes, -1, np.int32)
    bucket_next = np.empty(1024, np.int32)
    bucket_item = np.empty(1024, np.int32)
    source = 0  # 0 stands for the start set, which has no source
    while source < count:
        filled = 0
        first_class, last_class = 0, num_classes
        if source == 0:
            last_class = 1
            bucket_next = _grown(bucket_next, len(starts))
            bucket_item = _grown(bucket_item, len(starts))
            for state in starts:
                bucket_item[filled] = state
                bucket_next[filled] = bucket_head[0]
                bucket_head[0] = filled
                filled += 1
        else:
            for m in range(begin[source], begin[source + 1]):
                state = members[m]
                low, high = edge_start[state], edge_start[state + 1]
                if filled + high - low > len(bucket_next):
                    bucket_next = _grown(bucket_next, filled + high - low)
                    bucket_item = _grown(bucket_item, filled + high - low)
                for e in range(low, high):
                    column = edge_class[e]
                    bucket_item[filled] = edge_target[e]
                    bucket_next[filled] = bucket_head[column]
                    bucket_head[column] = filled
                    filled += 1
        for column in range(first_class, last_class):
            item = bucket_head[column]
            bucket_head[column] = -1
            if item < 0:
                continue
            tick += 1
            top = 0
            while item >= 0:
                state = bucket_item[item]
                if stamp[state] != tick:
                    stamp[state] = tick
                    stack[top] = state
                    top += 1
                item = bucket_next[item]
            size_now = 0
            digest = np.uint64(0)
            accept = False
            while top > 0:
                top -= 1
                state = stack[top]
                if important[state]:
                    current[size_now] = state
                    size_now += 1
                    digest += _mix(state)
                    accept |= accepting[state]
                for e in range(epsilon_start[state], epsilon_start[state + 1]):
                    target = epsilon_target[e]
                    if stamp[target] != tick:
                        stamp[target] = tick
                        stack[top] = target
                        top += 1
            # which set is it? members of a candidate carry this tick's stamp exactly when equal
            slot = np.int64(digest & np.uint64(size - 1))
            found = -1
            while index[slot] >= 0:
                other = index[slot]
                if hashes[other] == digest and begin[other + 1] - begin[other] == size_now:
                    same = True
                    for m in range(begin[other], begin[other + 1]):
                        if stamp[members[m]] != tick:
                            same = False
                            break
                    if same:
                        found = other
                        break
                slot = (slot + 1) & (size - 1)
            if found < 0 or (source == 0 and found == 0):
                if count >= max_states or begin[count] + size_now > max_members:
                    return table, accepts, -1
                found = count
                count += 1
                if count + 1 >= len(begin):
                    begin = _grown(begin, count + 2)
                    hashes = _grown(hashes, count + 2)
                    old = table
                    table = np.zeros((2 * len(old), num_classes), np.int32)
                    table[: len(old)] = old
                    flags = accepts
                    accepts = np.zeros(2 * len(flags), np.bool_)
                    accepts[: len(flags)] = flags
                at = begin[found]
                members = _grown(members, at + size_now)
                for m in range(size_now):
                    members[at + m] = current[m]
                begin[found + 1] = at + size_now
                hashes[found] = digest
                accepts[found] = accept
                if 4 * count > size:
                    size *= 4
                    index = _rehash(hashes, count, size)
                else:
                    index[slot] = found
            if source > 0:
                table[source, column] = found
        source += 1
    return table[:count], accepts[:count], count
