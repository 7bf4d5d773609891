"""Boolean and rational operations on byte automata; every result is minimal and canonical."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache, reduce
from typing import Any

import numpy as np

from dllm_struct.automata.dfa import DEAD, DFA, NUM_BYTES, empty, from_edges, minimal
from dllm_struct.automata.jit import jit
from dllm_struct.automata.nfa import MAX_STATES, NFA
from dllm_struct.automata.product import reachable_pairs
from dllm_struct.errors import BudgetExceeded

__all__ = [
    "all_bytes",
    "byte_set",
    "complement",
    "concatenation",
    "difference",
    "empty",
    "epsilon",
    "intersection",
    "literal",
    "optional",
    "repeat",
    "strings",
    "union",
]


_REMEMBERED = 1 << 16  # pairs of states


def epsilon() -> DFA:
    """Accepts the empty string only."""
    return literal(b"")


def literal(text: bytes) -> DFA:
    """Accepts ``text`` only."""
    return strings([text])


def byte_set(ranges: Iterable[tuple[int, int]]) -> DFA:
    """Accepts the strings of one byte that lies in an inclusive range."""
    nfa = NFA()
    start, end = nfa.state(), nfa.state()
    for low, high in ranges:
        nfa.edge(start, low, high, end)
    return nfa.determinise([start], [end])


def all_bytes() -> DFA:
    """Accepts every string of bytes."""
    return repeat(byte_set([(0, NUM_BYTES - 1)]), 0, None)


def strings(options: Iterable[bytes]) -> DFA:
    """Accepts exactly the given strings."""
    ordered = sorted(set(options))
    if not ordered:
        return empty()
    data = np.frombuffer(b"".join(ordered), np.uint8)
    bounds = np.zeros(len(ordered) + 1, np.int64)
    np.cumsum([len(option) for option in ordered], out=bounds[1:])
    parents, count, ends = _trie(data, bounds)
    accepting = np.zeros(count, np.bool_)
    accepting[ends] = True
    used, label = np.unique(parents[:, 1], return_inverse=True)
    byte_class = np.full(NUM_BYTES, min(len(used), NUM_BYTES - 1), np.uint8)
    byte_class[used] = np.arange(len(used), dtype=np.uint8)
    heads = np.arange(2, count, dtype=np.int32)
    tails = np.ascontiguousarray(parents[:, 0])
    return from_edges(tails, label.astype(np.int32).reshape(-1), heads, 1, accepting, byte_class)


@jit
def _trie(data: Any, bounds: Any) -> Any:
    """Prefix tree of sorted strings: states from 1 (the root), each with (parent, byte)."""
    edges = np.empty((len(data), 2), np.int32)
    longest = 0
    for i in range(len(bounds) - 1):
        longest = max(longest, bounds[i + 1] - bounds[i])
    path = np.empty(longest + 1, np.int32)  # the states along the previous string
    path[0] = 1
    count = 2
    ends = np.empty(len(bounds) - 1, np.int32)
    for i in range(len(bounds) - 1):
        low, high = bounds[i], bounds[i + 1]
        common = 0
        if i > 0:
            before = bounds[i - 1]
            while (
                low - before > common
                and common < high - low
                and data[before + common] == data[low + common]
            ):
                common += 1
        for j in range(common, high - low):
            edges[count - 2, 0] = path[j]
            edges[count - 2, 1] = data[low + j]
            path[j + 1] = count
            count += 1
        ends[i] = path[high - low]
    return edges[: count - 2], count, ends


def union(*dfas: DFA) -> DFA:
    """Accepts what any of them accepts."""
    distinct = list(dict.fromkeys(dfa for dfa in dfas if not dfa.is_empty))
    if len(distinct) <= 1:
        return distinct[0] if distinct else empty()
    nfa = NFA()
    starts, accepting = [], []
    for dfa in distinct:
        start, ends = nfa.embed(dfa)
        starts.append(start)
        accepting += ends
    return nfa.determinise(starts, accepting)


def intersection(*dfas: DFA) -> DFA:
    """Accepts what all of them accept; without arguments, every string."""
    if not dfas:
        return all_bytes()
    return reduce(lambda a, b: _product(a, b, both=True), dfas)


def difference(a: DFA, b: DFA) -> DFA:
    """Accepts what ``a`` accepts and ``b`` does not."""
    return _product(a, b, both=False)


def complement(a: DFA) -> DFA:
    """Accepts the byte strings that ``a`` does not (well-formed UTF-8 or not)."""
    return difference(all_bytes(), a)


def concatenation(*dfas: DFA) -> DFA:
    """Accepts a member of each, one after the other."""
    nfa = NFA()
    first = nfa.state()
    frontier = [first]
    for dfa in dfas:
        start, ends = nfa.embed(dfa)
        for state in frontier:
            nfa.epsilon(state, start)
        frontier = ends
    return nfa.determinise([first], frontier)


def repeat(dfa: DFA, low: int, high: int | None) -> DFA:
    """Accepts from ``low`` to ``high`` members one after the other; None is unbounded."""
    nfa = NFA()
    frontier = [nfa.state()]
    first, accepting = frontier[0], []
    copies = low if high is None else high
    for done in range(copies):
        if done >= low:
            accepting += frontier
        frontier = _chained(nfa, dfa, frontier)
    accepting += frontier
    if high is None:
        loop = nfa.state()
        for state in frontier:
            nfa.epsilon(state, loop)
        for state in _chained(nfa, dfa, [loop]):
            nfa.epsilon(state, loop)
        accepting.append(loop)
    return nfa.determinise([first], accepting)


def _chained(nfa: NFA, dfa: DFA, frontier: list[int]) -> list[int]:
    start, ends = nfa.embed(dfa)
    for state in frontier:
        nfa.epsilon(state, start)
    return ends


def optional(dfa: DFA) -> DFA:
    """Accepts a member or the empty string."""
    return union(dfa, epsilon())


def _product(a: DFA, b: DFA, *, both: bool) -> DFA:
    """Intersection (``both``) or difference, over the reachable pairs of states."""
    if a.is_empty or (both and b.is_empty):
        return empty()
    if b.is_empty:
        return a
    if a.num_states * b.num_states <= _REMEMBERED:
        return _remembered_product(a, b, both)
    return _new_product(a, b, both)


@lru_cache(maxsize=4096)
def _remembered_product(a: DFA, b: DFA, both: bool) -> DFA:
    """Products of small automata, which schemas ask for again and again."""
    return _new_product(a, b, both)


def _new_product(a: DFA, b: DFA, both: bool) -> DFA:
    joint = a.byte_class.astype(np.int32) * b.num_classes + b.byte_class
    kept, byte_class = np.unique(joint, return_inverse=True)
    table, pairs, count = reachable_pairs(
        a.transitions,
        b.transitions,
        (kept // b.num_classes).astype(np.int32),
        (kept % b.num_classes).astype(np.int32),
        a.start,
        b.start,
        both,
        MAX_STATES,
    )
    if count < 0:
        raise BudgetExceeded(
            f"the product of two automata needs more than {MAX_STATES} states",
            hint="simplify the combined patterns or bounds",
        )
    accepting = a.accepting[pairs[:, 0]] & (b.accepting[pairs[:, 1]] == both)
    accepting[DEAD] = False
    return minimal(table, byte_class.astype(np.uint8).reshape(-1), 1, accepting)
