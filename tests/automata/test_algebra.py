"""The algebra of byte automata against sets of strings, enumerated."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dllm_struct.automata import algebra
from dllm_struct.automata.dfa import DFA, minimal
from dllm_struct.automata.nfa import NFA
from dllm_struct.errors import BudgetExceeded

LETTERS = b"abc"
LONGEST = 5
Members = frozenset[bytes]
Pair = tuple[DFA, Members]
"""An automaton and the members over LETTERS that it should have, up to LONGEST bytes."""

UNIVERSE: Members = frozenset(
    bytes(word) for length in range(LONGEST + 1) for word in product(LETTERS, repeat=length)
)


def cut(words: set[bytes]) -> Members:
    return frozenset(words) & UNIVERSE


def chained(a: Members, b: Members) -> Members:
    return cut({x + y for x in a for y in b if len(x) + len(y) <= LONGEST})


def repeated(a: Members, low: int, high: int | None) -> Members:
    current: Members = frozenset([b""])
    found: Members = current if low == 0 else frozenset()
    for count in range(1, (low + LONGEST + 1 if high is None else high) + 1):
        current = chained(current, a)
        if count >= low:
            found |= current
    return found


def binary(
    on_dfas: Callable[[DFA, DFA], DFA], on_sets: Callable[[Members, Members], Members]
) -> Callable[[Pair, Pair], Pair]:
    return lambda a, b: (on_dfas(a[0], b[0]), on_sets(a[1], b[1]))


BINARY = [
    binary(algebra.union, frozenset.union),
    binary(algebra.intersection, frozenset.intersection),
    binary(algebra.difference, frozenset.difference),
    binary(algebra.concatenation, chained),
]

words = st.binary(max_size=4).map(lambda data: bytes(LETTERS[byte % 3] for byte in data))
leaves: st.SearchStrategy[Pair] = st.one_of(
    st.just((algebra.empty(), frozenset())),
    st.just((algebra.epsilon(), frozenset([b""]))),
    st.just((algebra.all_bytes(), UNIVERSE)),
    words.map(lambda word: (algebra.literal(word), cut({word}))),
    st.lists(words, max_size=6).map(lambda some: (algebra.strings(some), cut(set(some)))),
    st.sets(st.sampled_from(LETTERS), max_size=3).map(
        lambda some: (algebra.byte_set((b, b) for b in some), cut({bytes([b]) for b in some}))
    ),
)


def repetition(pair: Pair, low: int, more: int | None) -> Pair:
    high = None if more is None else low + more
    return algebra.repeat(pair[0], low, high), repeated(pair[1], low, high)


def grown(inner: st.SearchStrategy[Pair]) -> st.SearchStrategy[Pair]:
    bounds = st.tuples(st.integers(0, 3), st.none() | st.integers(0, 2))
    return st.one_of(
        st.tuples(st.sampled_from(BINARY), inner, inner).map(lambda t: t[0](t[1], t[2])),
        inner.map(lambda pair: (algebra.complement(pair[0]), UNIVERSE - pair[1])),
        inner.map(lambda pair: (algebra.optional(pair[0]), pair[1] | {b""})),
        st.tuples(inner, bounds).map(lambda t: repetition(t[0], *t[1])),
    )


pairs = st.recursive(leaves, grown, max_leaves=8)


def members(dfa: DFA) -> Members:
    return frozenset(word for word in UNIVERSE if dfa.matches(word))


def moore_classes(dfa: DFA) -> int:
    """How many states a textbook minimisation would leave."""
    block = dfa.accepting.astype(int)
    while True:
        rows = np.column_stack([block, block[dfa.transitions]])
        _, refined = np.unique(rows, axis=0, return_inverse=True)
        if refined.max() == block.max():
            return int(block.max()) + 1
        block = refined.reshape(-1)


def assert_canonical(dfa: DFA) -> None:
    table = dfa.transitions
    assert not table[0].any()
    assert not dfa.accepting[0]
    found = [0] if dfa.start == 0 else [0, dfa.start]
    for state in found:  # grows meanwhile
        found += [q for q in dict.fromkeys(table[state].tolist()) if q not in found]
    assert found == list(range(dfa.num_states)), "states are numbered breadth first"
    reaching = dfa.accepting.copy()
    for _ in range(dfa.num_states):
        reaching |= reaching[table].any(axis=1)
    assert reaching[1:].all(), "only state 0 is dead"
    # without accepting states there is but one class; with some, every state is its own
    assert moore_classes(dfa) == dfa.num_states
    assert len({column.tobytes() for column in table.T}) == dfa.num_classes
    first = [int(np.argmax(dfa.byte_class == k)) for k in range(dfa.num_classes)]
    assert first == sorted(first)
    assert set(dfa.byte_class.tolist()) == set(range(dfa.num_classes))


@settings(max_examples=200, deadline=None)
@given(pairs)
def test_members_are_those_of_the_sets(pair: Pair) -> None:
    dfa, expected = pair
    assert members(dfa) == expected
    assert_canonical(dfa)


@settings(max_examples=100, deadline=None)
@given(pairs, pairs)
def test_equal_languages_have_equal_arrays(a: Pair, b: Pair) -> None:
    one, two = a[0], b[0]
    apart = algebra.union(algebra.difference(one, two), algebra.difference(two, one))
    same_arrays = (
        one.start == two.start
        and np.array_equal(one.transitions, two.transitions)
        and np.array_equal(one.byte_class, two.byte_class)
        and np.array_equal(one.accepting, two.accepting)
    )
    assert apart.is_empty == (one == two) == same_arrays
    if one == two:
        assert hash(one) == hash(two)


@settings(max_examples=100, deadline=None)
@given(pairs)
def test_laws(pair: Pair) -> None:
    dfa = pair[0]
    other = algebra.complement(dfa)
    assert algebra.complement(other) == dfa
    assert algebra.union(dfa, other) == algebra.all_bytes()
    assert algebra.intersection(dfa, other).is_empty
    assert algebra.difference(dfa, dfa) == algebra.empty()
    assert algebra.repeat(dfa, 1, 1) == dfa
    assert algebra.repeat(dfa, 0, None) == algebra.optional(algebra.repeat(dfa, 1, None))
    assert algebra.concatenation(dfa, algebra.epsilon()) == dfa
    assert algebra.concatenation(dfa, dfa) == algebra.repeat(dfa, 2, 2)


@settings(max_examples=100, deadline=None)
@given(pairs)
def test_shortest_is_the_first_of_the_shortest(pair: Pair) -> None:
    dfa, expected = pair
    shortest = dfa.shortest()
    assert (shortest is None) == dfa.is_empty
    if shortest is not None:
        assert dfa.matches(shortest)
        if expected:
            assert len(shortest) <= min(map(len, expected))
        inside = [word for word in expected if len(word) == len(shortest)]
        assert shortest <= min(inside, default=shortest)


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[list[int]], list[bool]]:
    states = draw(st.integers(2, 7))
    row = st.lists(st.integers(0, states - 1), min_size=4, max_size=4)
    rows = draw(st.lists(row, min_size=states - 1, max_size=states - 1))
    accepting = draw(st.lists(st.booleans(), min_size=states - 1, max_size=states - 1))
    return [[0] * 4, *rows], [False, *accepting]


@settings(max_examples=200, deadline=None)
@given(tables())
def test_minimal_keeps_the_language(table: tuple[list[list[int]], list[bool]]) -> None:
    rows, accepting = table
    byte_class = np.zeros(256, np.uint8)
    byte_class[list(LETTERS)] = [1, 2, 3]
    dfa = minimal(np.array(rows, np.int32), byte_class, 1, np.array(accepting))
    assert_canonical(dfa)
    for word in UNIVERSE | {b"a\x00", b"\xff"}:
        state = 1
        for byte in word:
            state = rows[state][byte_class[byte]]
        assert dfa.matches(word) == accepting[state]


states, letters = st.integers(0, 4), st.sampled_from(LETTERS)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(states, letters, letters, states), max_size=12),
    st.lists(st.tuples(states, states), max_size=5),
    st.sets(states),
    st.sets(states),
)
def test_determinise_against_simulation(
    edges: list[tuple[int, int, int, int]],
    epsilons: list[tuple[int, int]],
    starts: set[int],
    accepting: set[int],
) -> None:
    nfa = NFA()
    for _ in range(5):
        nfa.state()
    for source, a, b, target in edges:
        nfa.edge(source, min(a, b), max(a, b), target)
    for source, target in epsilons:
        nfa.epsilon(source, target)
    dfa = nfa.determinise(starts, accepting)
    assert_canonical(dfa)

    def closed(states: set[int]) -> set[int]:
        while more := {t for s, t in epsilons if s in states} - states:
            states = states | more
        return states

    for word in UNIVERSE:
        current = closed(starts)
        for byte in word:
            current = closed(
                {t for s, a, b, t in edges if s in current and min(a, b) <= byte <= max(a, b)}
            )
        assert dfa.matches(word) == bool(current & accepting)


def test_products_of_no_automata() -> None:
    assert algebra.union() == algebra.empty()
    assert algebra.intersection() == algebra.all_bytes()
    assert algebra.concatenation() == algebra.epsilon()
    assert algebra.strings([]) == algebra.empty()


def test_every_byte_counts() -> None:
    assert algebra.all_bytes().matches(bytes(range(256)))
    assert algebra.strings(bytes([b]) for b in range(256)) == algebra.byte_set([(0, 255)])
    assert algebra.strings([b"\x00", b"\xff", b""]).matches(b"\xff")


def test_an_exploding_automaton_is_refused() -> None:
    either = algebra.byte_set([(97, 98)])
    with pytest.raises(BudgetExceeded):
        algebra.concatenation(
            algebra.repeat(either, 0, None), algebra.literal(b"a"), algebra.repeat(either, 40, 40)
        )
