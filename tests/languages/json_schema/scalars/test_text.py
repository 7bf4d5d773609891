"""Languages with lengths counted apart agree with automata that count."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dllm_struct.automata.algebra import difference, intersection, union
from dllm_struct.automata.dfa import DFA
from dllm_struct.automata.utf8 import utf8_text
from dllm_struct.errors import BudgetExceeded
from dllm_struct.languages.json_schema.escapes import escaped
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
from dllm_struct.languages.json_schema.scalars.text_machine import TextMachine

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


PIECES = [b"a", b"b", b"-", b".", b"\\n", b'\\"', b"\\\\", b"\\/", b"\\u00e9", b"\\u0061", b"\\",
          b"\\u000a", b"\\u001F", b"\\ud83d\\ude00", b"\\uD83D", b"\\uDE0f", b'"', b"\x01", b"\xff",
          "é".encode(), "😀".encode(), b"\\u", b"00"]  # fmt: skip


@settings(deadline=None, max_examples=150)
@given(pairs, st.sampled_from(("any", "canonical")), st.lists(st.lists(st.sampled_from(PIECES))))
def test_literals_are_those_of_automata(
    pair: Pair, spelling: str, texts: list[list[bytes]]
) -> None:
    text, dfa = pair
    reference = escaped(dfa, spelling)  # type: ignore[arg-type]
    machine = TextMachine(text, spelling)  # type: ignore[arg-type]
    for pieces in texts:
        state, expected = machine.start, reference.start
        data = b"".join(pieces)
        for at, byte in enumerate(data, 1):
            state, expected = machine.step(state, byte), reference.run(bytes((byte,)), expected)
            assert (state == 0) == (expected == 0), data[:at]
            if state == 0:
                break
            assert machine.accepting(state) == bool(reference.accepting[expected])
            rest = machine.completion(state)
            assert rest is not None
            assert reference.matches(data[:at] + rest)


def test_large_bounds() -> None:
    text = counted(0, 65_535)
    machine = TextMachine(text, "any")
    value = "é😀a" * 1000
    for ascii_only in (True, False):
        assert machine.matches(json.dumps(value, ensure_ascii=ascii_only)[1:-1].encode())
    assert text.matches(("x" * 65_535).encode())
    assert not text.matches(("x" * 65_536).encode())
    assert without(any_text(), text).matches(("é" * 65_536).encode())
    assert both(without(any_text(), text), counted(0, 10)).is_empty
    with pytest.raises(BudgetExceeded):
        text.dfa()
    assert text.within(1000).dfa() == utf8_text()
    assert text.written(10) == length_text(0, 10)
    assert counted(70_000, None).within(1000).is_empty
