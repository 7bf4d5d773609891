"""Literals, numbers and strings: one automaton for all the scalars of a place."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from heapq import merge

import numpy as np
from numpy.typing import NDArray

from dllm_struct.automata.algebra import intersection, strings, union
from dllm_struct.automata.dfa import DEAD, DFA
from dllm_struct.languages.json_schema.escapes import Spelling
from dllm_struct.languages.json_schema.machine.literals import QUOTE, Literals
from dllm_struct.languages.json_schema.machine.members import Content, Explored, liked
from dllm_struct.languages.json_schema.machine.spelling import spelled
from dllm_struct.languages.regex import regex

_PLAIN = r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]*[1-9])?"


@lru_cache(maxsize=256)
def plain_numbers(numbers: DFA) -> DFA:
    """One spelling of each number: no exponent, no zeros at the end of a fraction."""
    return intersection(numbers, regex(_PLAIN).dfa)


@lru_cache(maxsize=256)
def _words(literals: frozenset[str], numbers: DFA) -> DFA:
    """The texts of literals and numbers."""
    return union(strings(text.encode() for text in literals), numbers) if literals else numbers


class Scalars:
    """The scalars of a place.

    Its states: 0 is dead, 1 the start, then those of literals and numbers, then those of strings.

    Attributes:
        start: the first state; `DEAD` when there are no scalars.
        content: reads decoded strings.
    """

    def __init__(
        self, literals: frozenset[str], numbers: DFA, content: Content, spelling: Spelling
    ) -> None:
        self.content = content
        self._words = Explored(_words(literals, numbers))
        self._strings = Literals(content, spelling, closed=True)
        self._first_string = 1 + self._words.dfa.num_states
        self._final_words = _final(self._words.dfa)
        self.start = DEAD if self._words.dfa.is_empty and content.start == DEAD else 1

    @property
    def num_states(self) -> int:
        """States made so far."""
        return self._first_string + self._strings.num_states

    def step(self, state: int, byte: int) -> int:
        """The next state."""
        if state >= self._first_string:
            after = self._strings.step(state - self._first_string, byte)
            return after + self._first_string if after else DEAD
        if state == 1 and byte == QUOTE:
            return self._strings.start + self._first_string if self._strings.start else DEAD
        after = self._words.step(self._words.dfa.start if state == 1 else state - 1, byte)
        return after + 1 if after else DEAD

    def row(self, state: int) -> NDArray[np.int32]:
        """The states after each byte, int32 [256]."""
        if state >= self._first_string:
            row = self._strings.row(state - self._first_string)
            return np.where(row == DEAD, DEAD, row + self._first_string).astype(np.int32)
        row = self._words.row(self._words.dfa.start if state == 1 else state - 1)
        row = np.where(row == DEAD, DEAD, row + 1).astype(np.int32)
        if state == 1:
            row[QUOTE] = self.step(state, QUOTE)
        return row

    def moves(self, state: int) -> list[tuple[int, int]]:
        """Live (byte, next state), those first that read well."""
        return liked(self.row(state))

    def accepting(self, state: int) -> bool:
        """Whether a scalar may end here."""
        if state >= self._first_string:
            return self._strings.accepting(state - self._first_string)
        return state > 1 and bool(self._words.dfa.accepting[state - 1])

    def final(self, state: int) -> bool:
        """Whether it has to."""
        if state >= self._first_string:
            return self._strings.final(state - self._first_string)
        return state > 1 and bool(self._final_words[state - 1])

    def completion(self, state: int) -> bytes:
        """A short text from a state inside a scalar to its end."""
        if state >= self._first_string:
            return self._strings.completion(state - self._first_string)
        return self._words.completion(state - 1)

    def endings(self, state: int) -> Iterator[bytes]:
        """What ends a literal or a number, short texts first."""
        return iter(self._words.members(state - 1))

    def endless(self, state: int) -> bool:
        """Whether infinitely many texts continue from a state inside a scalar."""
        if state >= self._first_string:
            return self._strings.lasting(state - self._first_string)
        return state > 1 and self._words.endless(state - 1)

    def has(self, text: bytes) -> bool:
        """Whether a text is one of them."""
        state = self.start
        for byte in text:
            state = self.step(state, byte) if state != DEAD else DEAD
        return state != DEAD and self.accepting(state)

    @property
    def are_endless(self) -> bool:
        """Whether there are infinitely many."""
        words = self._words
        return words.endless(words.dfa.start) or self.content.endless(self.content.start)

    def texts(self) -> Iterator[bytes]:
        """All texts, strings in their canonical spelling, short ones first."""
        contents = self.content.members(self.content.start)
        literals = (b'"%s"' % spelled(content.decode()) for content in contents)
        return merge(self._words.members(self._words.dfa.start), literals, key=len)


def _final(dfa: DFA) -> NDArray[np.bool_]:
    """States that accept and that nothing continues, bool [S]."""
    final: NDArray[np.bool_] = dfa.accepting & ~dfa.transitions.any(axis=1)
    return final
