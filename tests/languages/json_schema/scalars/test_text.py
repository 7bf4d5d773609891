"""Languages with lengths counted apart agree with automata that count."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dllm_struct.automata.algebra import difference, intersection, union
from dllm_struct.automata.dfa import DFA
from dllm_struct.errors import BudgetExceeded
from dllm_struct.languages.json_schema.scalars import length_text, pattern_text
from dllm_struct.languages.json_schema.scalars.text import (
    Text,
    any_text,
    both,
    counted,
    either,
    text_of,
    without,
)

Pair = tuple[Text, DFA]

lengths = st.tuples(st.integers(0, 4), st.none() | st.integers(0, 6)).map(
    lambda bounds: (counted(*bounds), length_text(*bounds))
)
patterns = st.sampled_from(
    ["^(ab)*$", "a", "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", "^.{1,5}$", "é|😀", "^$", '["\\\\\\n]']
).map(lambda pattern: (text_of(pattern_text(pattern)), pattern_text(pattern)))
OPERATIONS: list[tuple[Callable[[Text, Text], Text], Callable[[DFA, DFA], DFA]]] = [
    (both, intersection),
    (either, union),
    (without, difference),
]


def combined(parts: tuple[Pair, Pair, int]) -> Pair:
    (a, dfa_a), (b, dfa_b), operation = parts
    of_texts, of_automata = OPERATIONS[operation]
    return of_texts(a, b), of_automata(dfa_a, dfa_b)


pairs = st.recursive(
    lengths | patterns,
    lambda inner: st.tuples(inner, inner, st.integers(0, 2)).map(combined),
    max_leaves=4,
)


@settings(deadline=None, max_examples=150)
@given(pairs)
def test_combinations_are_those_of_automata(pair: Pair) -> None:
    text, dfa = pair
    assert text.is_empty == dfa.is_empty
    if not dfa.is_empty:
        assert text.dfa() == dfa


@settings(deadline=None, max_examples=150)
@given(pairs, st.lists(st.text('ab-.é😀\n"', max_size=7)))
def test_members_are_those_of_automata(pair: Pair, values: list[str]) -> None:
    text, dfa = pair
    for value in values:
        assert text.matches(value.encode()) == dfa.matches(value.encode())


def test_large_bounds() -> None:
    text = counted(0, 65_535)
    assert text.matches(("x" * 65_535).encode())
    assert not text.matches(("x" * 65_536).encode())
    assert without(any_text(), text).matches(("é" * 65_536).encode())
    assert both(without(any_text(), text), counted(0, 10)).is_empty
    with pytest.raises(BudgetExceeded):
        text.dfa()
    assert text.written(10) == length_text(0, 10)
    assert both(counted(70_000, None), counted(0, 1000)).is_empty
