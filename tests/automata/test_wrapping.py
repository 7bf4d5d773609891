"""Machines around machines against the strings they stand for."""

from __future__ import annotations

import pickle
from itertools import product

import numpy as np
import pytest
from numpy.typing import NDArray

from dllm_struct.automata.algebra import repeat, strings
from dllm_struct.automata.dfa import DFA
from dllm_struct.automata.machine import UNMADE, Machine
from dllm_struct.automata.wrapping import Affixed, Inside

ALPHABET = b"ab,"


class OfDfa(Machine):
    """An automaton as a machine that knows little in advance."""

    def __init__(self, dfa: DFA) -> None:
        self.dfa = dfa
        self.start = dfa.start

    def step(self, state: int, byte: int) -> int:
        return int(self.dfa.transitions[state, self.dfa.byte_class[byte]])

    def row(self, state: int) -> NDArray[np.int32]:
        row = self.dfa.transitions[state][self.dfa.byte_class].astype(np.int32)
        return np.where((row > 0) & (np.arange(256) % 2 == 0), UNMADE, row).astype(np.int32)

    def accepting(self, state: int) -> bool:
        return bool(self.dfa.accepting[state])

    def completion(self, state: int) -> bytes | None:
        texts = (bytes(t) for n in range(6) for t in product(ALPHABET + b"{}", repeat=n))
        return next((t for t in texts if self.dfa.accepting[self.dfa.run(t, state)]), None)


def check(machine: Machine, expected: set[bytes]) -> None:
    """Membership of all short texts, rows against steps, completions."""
    for length in range(6):
        for text in map(bytes, product(ALPHABET, repeat=length)):
            assert machine.matches(text) == (text in expected), text
            state = machine.start
            for byte in text:
                state = machine.step(state, byte)
                if not state:
                    break
            else:
                rest = machine.completion(state) if state else b"?"
                assert rest is not None
                assert state == 0 or text + rest in expected
                row = machine.row(state) if state else np.zeros(256)
                assert all(row[b] in (UNMADE, machine.step(state, b)) for b in ALPHABET if state)


LANGUAGES = (
    strings([b"a", b"b,", b"ab"]),
    strings([b"", b"a,", b"a"]),
    repeat(strings([b"a"]), 1, None),
    strings([]),
)


@pytest.mark.parametrize("dfa", LANGUAGES)
@pytest.mark.parametrize("before", [b"", b",", b"ab"])
@pytest.mark.parametrize("after", [b"", b",", b"a,"])
@pytest.mark.parametrize("optional", [False, True])
def test_affixed(dfa: DFA, before: bytes, after: bytes, optional: bool) -> None:
    members = [t for n in range(6) for t in map(bytes, product(ALPHABET, repeat=n))]
    expected = {before + text + after for text in members if dfa.matches(text)}
    machine = Affixed(OfDfa(dfa), before, after, optional=optional)
    check(machine, expected | ({b""} if optional else set()))
    again = pickle.loads(pickle.dumps(machine))
    check(again, expected | ({b""} if optional else set()))


def test_inside() -> None:
    inner = {b"", b"a", b"ab", b",,"}
    machine = Inside(OfDfa(strings(b"{" + text + b"}" for text in inner)), ord("{"), ord("}"))
    check(machine, inner)
    assert not machine.matches(b"a}")
    check(pickle.loads(pickle.dumps(machine)), inner)
    assert Inside(OfDfa(strings([])), ord("{"), ord("}")).start == 0
