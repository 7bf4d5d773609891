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

from dllm_struct.automata.interning import FIRST_SIZE, chain, grown, inserted, place
from dllm_struct.automata.jit import jit

Ints = NDArray[np.int32]
NOWHERE, IDENTITY = 0, 1
UNKNOWN = -1
OVER_BUDGET = -1


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
    max_pairs: int,
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
        max_pairs: give up when the functions hold more than this many pairs together.

    Returns:
        The function of each token [V] (0: dead everywhere); the functions as sorted (source,
        target) pairs: offsets [F + 1], sources, targets; and F, or -1 when the budget ran out.
    """
    num_states, num_columns = transitions.shape
    function_of = np.zeros(num_tokens, np.int32)
    source = np.arange(1, num_states).astype(np.int32)  # the identity
    target = source.copy()
    begin = np.zeros(FIRST_SIZE, np.int64)
    begin[IDENTITY + 1] = num_states - 1
    hashes = np.zeros(FIRST_SIZE, np.uint64)
    memo = np.full((FIRST_SIZE, num_columns), UNKNOWN, np.int32)
    table = np.full(FIRST_SIZE, -1, np.int32)
    count = 2
    columns = byte_class[node_byte]
    path = np.zeros(node_depth.max() + 1 if len(node_depth) else 1, np.int32)
    path[0] = IDENTITY
    node = 0
    while True:
        node = _walk(
            node, path, memo, columns, node_depth, node_end, token_start, tokens, function_of
        )
        if node == len(columns):
            return function_of, begin[: count + 1], source, target, count
        parent, column = path[node_depth[node] - 1], columns[node]
        low = begin[count]
        room = low + begin[parent + 1] - begin[parent]
        source, target = grown(source, room), grown(target, room)
        high, digest = _then(begin, source, target, parent, transitions, column, low)
        function = NOWHERE
        while high > low:
            slot = place(table, hashes, digest)
            function = table[slot]
            if function < 0 or _equal(begin, source, target, function, low, high):
                break
            digest += np.uint64(1)
        if function < 0:
            if high > max_pairs:
                return function_of, begin, source, target, OVER_BUDGET
            function = count
            count += 1
            begin, hashes = grown(begin, count + 1), grown(hashes, count)
            known = len(memo)
            memo = grown(memo, count)
            memo[known:] = UNKNOWN
            begin[count] = high
            hashes[function] = digest
            table = inserted(table, hashes, slot, function)
        memo[parent, column] = function


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
    """Go on from ``node`` as far as the memo knows; returns the node it does not know, or N.

    Apart from its caller, whose growing arrays would cost a reference count at every node.
    """
    while node < len(columns):
        depth = node_depth[node]
        function = memo[path[depth - 1], columns[node]]
        if function == UNKNOWN:
            return node
        if function == NOWHERE:
            node = node_end[node]
            continue
        path[depth] = function
        for i in range(token_start[node], token_start[node + 1]):
            function_of[tokens[i]] = function
        node += 1
    return node


@jit
def _then(
    begin: Any, source: Any, target: Any, f: Any, transitions: Any, column: Any, at: Any
) -> Any:
    """Write "f, then one byte" at ``at``; returns its end and its hash. Dead pairs are left out."""
    digest = np.uint64(0)
    for i in range(begin[f], begin[f + 1]):
        state = transitions[target[i], column]
        if state != 0:
            source[at] = source[i]
            target[at] = state
            at += 1
            digest = chain(digest, (np.int64(source[i]) << 32) | state)
    return at, digest


@jit
def _equal(begin: Any, source: Any, target: Any, f: Any, low: Any, high: Any) -> Any:
    """Whether function f is the pairs at ``low:high``."""
    if begin[f + 1] - begin[f] != high - low:
        return False
    for i in range(high - low):
        j = begin[f] + i
        if source[j] != source[low + i] or target[j] != target[low + i]:
            return False
    return True


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
    start = np.cumsum(start)
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
