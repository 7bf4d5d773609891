"""Lifting a byte automaton to tokens, by walking the vocabulary's trie with interned functions.

A string of bytes acts on the automaton as a partial function "state -> state". Along the trie a
child's function is its parent's followed by one byte, so equal functions are found once, by a memo
on (function, byte class); tokens with the same function form one *token class*. Most of a
vocabulary falls into a few classes, whatever its size.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dllm_struct.automata.jit import jit
from dllm_struct.automata.subsets import _grown

Ints = NDArray[np.int32]


@jit
def _compose(
    begin: Any, source: Any, target: Any, f: Any, transitions: Any, column: Any, at: Any
) -> Any:
    """Write "f, then one byte" at ``at``; returns its end and its hash. Dead pairs are left out."""
    digest = np.uint64(1469598103934665603)
    for i in range(begin[f], begin[f + 1]):
        state = transitions[target[i], column]
        if state != 0:
            source[at] = source[i]
            target[at] = state
            at += 1
            digest = (digest ^ np.uint64(source[i])) * np.uint64(1099511628211)
            digest = (digest ^ np.uint64(state)) * np.uint64(0x9E3779B97F4A7C15)
            digest ^= digest >> np.uint64(29)
    return at, digest


@jit
def _same(begin: Any, source: Any, target: Any, f: Any, low: Any, high: Any) -> Any:
    if begin[f + 1] - begin[f] != high - low:
        return False
    for i in range(high - low):
        j = begin[f] + i
        if source[j] != source[low + i] or target[j] != target[low + i]:
            return False
    return True


@jit
def _walk(
    node: Any,
    path: Any,
    memo: Any,
    columns: Any,
    node_depth: Any,
    node_end: Any,
    token_start: Any,
    tokens: Any,
    function_of: Any,
) -> Any:
    """Go on from ``node`` as far as the memo knows; returns the node it does not know, or N."""
    while node < len(columns):
        depth = node_depth[node]
        function = memo[path[depth - 1], columns[node]]
        if function < 0:
            return node
        if function == 0:
            node = node_end[node]
            continue
        path[depth] = function
        for i in range(token_start[node], token_start[node + 1]):
            function_of[tokens[i]] = function
        node += 1
    return node


@jit
def token_functions(
    transitions: Ints,
    byte_class: NDArray[np.uint8],
    node_byte: NDArray[np.uint8],
    node_depth: Ints,
    node_end: Ints,
    token_start: Ints,
    tokens: Ints,
    num_tokens: int,
    max_entries: int,
) -> tuple[Ints, NDArray[np.int64], Ints, Ints, int]:
    """The function of every token.

    Args:
        transitions: int32 [S, K], state 0 dead.
        byte_class: uint8 [256].
        node_byte: uint8 [N], the trie in preorder (see `dllm_struct.vocabulary.Trie`).
        node_depth: int32 [N].
        node_end: int32 [N].
        token_start: int32 [N + 1].
        tokens: int32 [T].
        num_tokens: size of the vocabulary V.
        max_entries: give up when the functions hold more than this many pairs together.

    Returns:
        The function of each token [V] (0: dead everywhere); the functions as sorted (source,
        target) pairs: offsets [F + 1], sources, targets; and F, or -1 when the budget ran out.
    """
    num_states, num_columns = transitions.shape
    function_of = np.zeros(num_tokens, np.int32)
    begin = np.zeros(1024, np.int64)
    hashes = np.zeros(1024, np.uint64)
    memo = np.full((1024, num_columns), -1, np.int32)
    source = np.empty(64 * num_states + 1024, np.int32)
    target = np.empty(64 * num_states + 1024, np.int32)
    for state in range(1, num_states):  # function 1 is the identity, function 0 is nowhere defined
        source[state - 1] = state
        target[state - 1] = state
    begin[2] = num_states - 1
    count = 2
    size = 4096
    index = np.full(size, -1, np.int32)
    columns = byte_class[node_byte]
    path = np.zeros(node_depth.max() + 1 if len(node_depth) else 1, np.int32)
    path[0] = 1
    node = 0
    while True:
        node = _walk(
            node, path, memo, columns, node_depth, node_end, token_start, tokens, function_of
        )
        if node == len(columns):
            break
        parent = path[node_depth[node] - 1]
        column = columns[node]
        at = begin[count]
        room = at + begin[parent + 1] - begin[parent]
        source = _grown(source, room)
        target = _grown(target, room)
        past, digest = _compose(begin, source, target, parent, transitions, column, at)
        function = 0
        if past > at:
            slot = np.int64(digest & np.uint64(size - 1))
            while index[slot] >= 0:
                f = index[slot]
                if hashes[f] == digest and _same(begin, source, target, f, at, past):
                    function = f
                    break
                slot = (slot + 1) & (size - 1)
            if function == 0:
                if past > max_entries:
                    return function_of, begin, source, target, -1
                function = count
                count += 1
                if count + 1 >= len(begin):
                    begin = _grown(begin, count + 2)
                    hashes = _grown(hashes, count + 2)
                    old = memo
                    memo = np.full((2 * len(old), num_columns), -1, np.int32)
                    memo[: len(old)] = old
                begin[count] = past
                hashes[function] = digest
                index[slot] = function
                if 3 * count > size:
                    size *= 4
                    index = np.full(size, -1, np.int32)
                    for f in range(2, count):
                        slot = np.int64(hashes[f] & np.uint64(size - 1))
                        while index[slot] >= 0:
                            slot = (slot + 1) & (size - 1)
                        index[slot] = f
        memo[parent, column] = function
    return function_of, begin[: count + 1], source[: begin[count]], target[: begin[count]], count


@jit
def edges_by_source(
    begin: NDArray[np.int64], source: Ints, target: Ints, functions: Ints, num_states: int
) -> tuple[NDArray[np.int64], Ints, Ints]:
    """The classes' transitions as CSR by source state.

    Args:
        begin: int64 [F + 1], offsets of the functions' pairs.
        source: sources of the pairs.
        target: targets of the pairs.
        functions: int32 [C - 1], the function of class 1, 2, ...
        num_states: S.

    Returns:
        Offsets [S + 1], and class and target of every transition, classes ascending per state.
    """
    start = np.zeros(num_states + 1, np.int64)
    for f in functions:
        for i in range(begin[f], begin[f + 1]):
            start[source[i] + 1] += 1
    for q in range(num_states):
        start[q + 1] += start[q]
    fill = start.copy()
    edge_class = np.empty(start[num_states], np.int32)
    edge_target = np.empty(start[num_states], np.int32)
    for c in range(len(functions)):
        f = functions[c]
        for i in range(begin[f], begin[f + 1]):
            at = fill[source[i]]
            edge_class[at] = c + 1
            edge_target[at] = target[i]
            fill[source[i]] = at + 1
    return start, edge_class, edge_target


@jit
def distances(
    start: NDArray[np.int64], edge_target: Ints, origin: int, accepting: NDArray[np.bool_]
) -> tuple[NDArray[np.bool_], Ints, Ints]:
    """Reachability from ``origin`` and the fewest and most tokens still to come.

    Returns:
        reached: bool [S], reachable from the origin and able to reach acceptance.
        fewest: int32 [S], fewest tokens to acceptance, -1 where there is no way.
        most: int32 [S], most tokens to acceptance, -1 where unbounded (or no way).
    """
    n = len(accepting)
    # forward
    reached = np.zeros(n, np.bool_)
    stack = np.empty(n, np.int32)
    reached[origin] = True
    stack[0] = origin
    top = 1
    while top > 0:
        top -= 1
        q = stack[top]
        for e in range(start[q], start[q + 1]):
            target = edge_target[e]
            if not reached[target]:
                reached[target] = True
                stack[top] = target
                top += 1
    # backward, breadth first, over reached states
    back_start = np.zeros(n + 1, np.int64)
    for q in range(n):
        if reached[q]:
            for e in range(start[q], start[q + 1]):
                back_start[edge_target[e] + 1] += 1
    for q in range(n):
        back_start[q + 1] += back_start[q]
    fill = back_start.copy()
    back = np.empty(back_start[n], np.int32)
    for q in range(n):
        if reached[q]:
            for e in range(start[q], start[q + 1]):
                back[fill[edge_target[e]]] = q
                fill[edge_target[e]] += 1
    fewest = np.full(n, -1, np.int32)
    head, tail = 0, 0
    for q in range(n):
        if reached[q] and accepting[q]:
            fewest[q] = 0
            stack[tail] = q
            tail += 1
    while head < tail:
        q = stack[head]
        head += 1
        for i in range(back_start[q], back_start[q + 1]):
            if fewest[back[i]] < 0:
                fewest[back[i]] = fewest[q] + 1
                stack[tail] = back[i]
                tail += 1
    for q in range(n):
        reached[q] = reached[q] and fewest[q] >= 0
    # longest path on what is useful, by peeling states without pending successors
    pending = np.zeros(n, np.int64)
    most = np.full(n, -1, np.int32)
    tail = 0
    for q in range(n):
        if reached[q]:
            for e in range(start[q], start[q + 1]):
                if reached[edge_target[e]]:
                    pending[q] += 1
            if pending[q] == 0:
                most[q] = 0
                stack[tail] = q
                tail += 1
    longest = np.zeros(n, np.int32)
    head = 0
    while head < tail:
        q = stack[head]
        head += 1
        most[q] = longest[q]
        for i in range(back_start[q], back_start[q + 1]):
            p = back[i]
            if not reached[p]:
                continue
            longest[p] = max(longest[p], longest[q] + 1)
            pending[p] -= 1
            if pending[p] == 0:
                stack[tail] = p
                tail += 1
    return reached, fewest, most


@jit
def group_edges(
    start: NDArray[np.int64], edge_class: Ints, edge_target: Ints, useful: NDArray[np.bool_]
) -> tuple[Ints, Ints, Ints, NDArray[np.int64], Ints]:
    """Bundle the parallel transitions q -> q' into one edge with a shared group of classes.

    Returns:
        Source, target and group of every edge, sorted by source; and the groups: offsets [G + 1]
        and their classes, ascending.
    """
    n = len(useful)
    total = 0
    for q in range(n):
        if useful[q]:
            total += start[q + 1] - start[q]
    source = np.empty(total, np.int32)
    target = np.empty(total, np.int32)
    group = np.empty(total, np.int32)
    count_edges = 0
    head = np.full(n, -1, np.int64)
    last = np.full(n, -1, np.int64)
    follow = np.empty(len(edge_class) + 1, np.int64)
    touched = np.empty(n, np.int32)
    begin = np.zeros(256, np.int64)
    hashes = np.zeros(256, np.uint64)
    members = np.empty(1024, np.int32)
    count = 0
    size = 1024
    index = np.full(size, -1, np.int32)
    for q in range(n):
        if not useful[q]:
            continue
        num_touched = 0
        for e in range(start[q], start[q + 1]):
            t = edge_target[e]
            if not useful[t]:
                continue
            follow[e] = -1
            if head[t] < 0:
                head[t] = e
                touched[num_touched] = t
                num_touched += 1
            else:
                follow[last[t]] = e
            last[t] = e
        for k in range(num_touched):
            t = touched[k]
            at = begin[count]
            past = at
            digest = np.uint64(1469598103934665603)
            e = head[t]
            while e >= 0:
                if past >= len(members):
                    members = _grown(members, past + 1)
                members[past] = edge_class[e]
                digest = (digest ^ np.uint64(edge_class[e])) * np.uint64(1099511628211)
                digest ^= digest >> np.uint64(31)
                past += 1
                e = follow[e]
            head[t] = -1
            slot = np.int64(digest & np.uint64(size - 1))
            found = -1
            while index[slot] >= 0:
                g = index[slot]
                if hashes[g] == digest and begin[g + 1] - begin[g] == past - at:
                    found = g
                    for i in range(past - at):
                        if members[begin[g] + i] != members[at + i]:
                            found = -1
                            break
                    if found >= 0:
                        break
                slot = (slot + 1) & (size - 1)
            if found < 0:
                found = count
                index[slot] = count
                hashes[count] = digest
                count += 1
                if count + 1 >= len(begin):
                    begin = _grown(begin, count + 2)
                    hashes = _grown(hashes, count + 2)
                begin[count] = past
                if 3 * count > size:
                    size *= 4
                    index = np.full(size, -1, np.int32)
                    for g in range(count):
                        slot = np.int64(hashes[g] & np.uint64(size - 1))
                        while index[slot] >= 0:
                            slot = (slot + 1) & (size - 1)
                        index[slot] = g
            source[count_edges] = q
            target[count_edges] = t
            group[count_edges] = found
            count_edges += 1
    return (
        source[:count_edges],
        target[:count_edges],
        group[:count_edges],
        begin[: count + 1],
        members[: begin[count]],
    )
