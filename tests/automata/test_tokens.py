"""Lifting to tokens: every token acts as its bytes do, and the distances are right."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dllm_struct.automata import algebra
from dllm_struct.automata.tokens import DEAD_CLASS, TokenAutomaton, lift
from dllm_struct.errors import EmptyLanguage
from dllm_struct.vocabulary import Vocabulary

PIECES = st.binary(min_size=1, max_size=4).map(lambda b: bytes(97 + x % 3 for x in b))


def steps(automaton: TokenAutomaton) -> dict[tuple[int, int], int]:
    """(state, class) -> state, unbundled."""
    table = {}
    edges, groups = automaton.edges, automaton.groups
    for source, target, group in zip(edges.source, edges.target, edges.group, strict=True):
        for c in groups.classes[groups.start[group] : groups.start[group + 1]]:
            assert (source, c) not in table, "deterministic"
            table[int(source), int(c)] = int(target)
    return table


@settings(max_examples=80, deadline=None)
@given(
    tokens=st.lists(PIECES, min_size=1, max_size=12),
    options=st.lists(PIECES, min_size=1, max_size=6),
    starred=st.booleans(),
)
def test_tokens_act_as_their_bytes(
    tokens: list[bytes], options: list[bytes], starred: bool
) -> None:
    vocabulary = Vocabulary([None, *tokens, b"a", b"b", b"c"])
    dfa = algebra.strings(options)
    dfa = algebra.repeat(dfa, 1, None) if starred else dfa
    automaton = lift(dfa, vocabulary)
    table = steps(automaton)
    assert automaton.classes.of_token[0] == DEAD_CLASS
    for state in range(1, dfa.num_states):
        for token, data in enumerate(vocabulary.tokens):
            if data is None:
                continue
            target = dfa.run(data, state)
            assert table.get((state, int(automaton.classes.of_token[token])), 0) == target
    for c in range(automaton.num_classes):
        own = automaton.classes.tokens[automaton.classes.start[c] : automaton.classes.start[c + 1]]
        assert all(automaton.classes.of_token[own] == c)


def test_distances_count_tokens_not_bytes() -> None:
    vocabulary = Vocabulary([b"a", b"b", b"aa", b"aab"])
    automaton = lift(algebra.strings([b"aab", b"aaaa", b"b"]), vocabulary)
    assert automaton.min_tokens == 1
    assert automaton.max_tokens == 4
    assert lift(algebra.literal(b"aaaa"), vocabulary).min_tokens == 2
    assert lift(algebra.repeat(algebra.literal(b"a"), 2, None), vocabulary).max_tokens is None
    assert lift(algebra.epsilon(), vocabulary).min_tokens == 0


def test_what_the_vocabulary_cannot_write_is_refused() -> None:
    vocabulary = Vocabulary([b"a", b"bb"])
    with pytest.raises(EmptyLanguage):
        lift(algebra.literal(b"ab"), vocabulary)
    with pytest.raises(EmptyLanguage):
        lift(algebra.empty(), vocabulary)
    # of two members one can be written; the other's states are not useful
    automaton = lift(algebra.strings([b"ab", b"abb"]), vocabulary)
    assert (automaton.min_tokens, automaton.max_tokens) == (2, 2)


def test_a_null_token_with_bytes_is_only_a_null() -> None:
    vocabulary = Vocabulary([b"a", b"b"])
    automaton = lift(algebra.repeat(algebra.byte_set([(97, 98)]), 0, None), vocabulary)
    with_null = automaton.with_null(1)
    assert with_null.classes.of_token.tolist()[1] == with_null.null_class
    assert automaton.with_null(None) is automaton
    assert np.diff(with_null.classes.start)[with_null.null_class] == 1


def test_arrays_are_read_only() -> None:
    automaton = lift(algebra.literal(b"a"), Vocabulary([b"a"]))
    with pytest.raises(ValueError, match="read-only"):
        automaton.classes.of_token[0] = 3
