"""A language: the set of byte strings that an output, or one slot of it, may be."""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import cache, cached_property
from threading import RLock

from dllm_struct.automata.dfa import DFA
from dllm_struct.automata.machine import Machine
from dllm_struct.automata.utf8 import utf8_text
from dllm_struct.errors import InvalidInput

MACHINES = RLock()
"""Held by whoever runs a `Machine`: machines make states as they go, and may share parts."""


class Language(ABC):
    """A set of byte strings with an exact automaton, built on first use and kept.

    Two regular languages are equal when they hold the same strings, however they were written.
    Others are equal when their fingerprints are.
    """

    description: str
    """Short and human: ``regex [a-z]+``, ``integer >= 3``."""

    @abstractmethod
    def _build(self) -> DFA:
        """Compile to a byte automaton; called once."""

    @cached_property
    def dfa(self) -> DFA:
        """The canonical minimal automaton of this language.

        Raises:
            InvalidInput: the language is not regular; `automaton` is then a machine.
        """
        return self._build()

    @property
    def automaton(self) -> DFA | Machine:
        """The automaton that generation and `matches` use: finite, or made on demand."""
        return self.dfa

    @property
    def fingerprint(self) -> str | None:
        """Equal for equal languages; None where a language only knows that it equals itself."""
        automaton = self.automaton
        return automaton.fingerprint if isinstance(automaton, DFA) else None

    def matches(self, text: str | bytes) -> bool:
        """Whether ``text`` is a member, by the automaton that generation uses.

        Args:
            text: a string (taken as UTF-8; one with lone surrogates is never a member) or bytes.
        """
        try:
            data = text.encode() if isinstance(text, str) else text
        except UnicodeEncodeError:
            return False
        automaton = self.automaton
        if isinstance(automaton, DFA):
            return automaton.matches(data)
        with MACHINES:
            return automaton.matches(data)

    def shortest(self) -> bytes | None:
        """A short member (a shortest one, for regular languages); None when there is none."""
        automaton = self.automaton
        if isinstance(automaton, DFA):
            return automaton.shortest()
        with MACHINES:
            return automaton.completion(automaton.start) if automaton.start else None

    def __eq__(self, other: object) -> bool:
        if self is other or not isinstance(other, Language):
            return self is other
        fingerprint = self.fingerprint
        return fingerprint is not None and fingerprint == other.fingerprint

    def __hash__(self) -> int:
        fingerprint = self.fingerprint
        return object.__hash__(self) if fingerprint is None else hash(fingerprint)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.description}>"


class Regular(Language):
    """A language given by its automaton."""

    def __init__(self, description: str, dfa: DFA) -> None:
        self.description = description
        self._dfa = dfa

    def _build(self) -> DFA:
        return self._dfa


@cache
def any_text() -> Regular:
    """Everything that is UTF-8."""
    return Regular("any text", utf8_text())


class Lazy(Language):
    """A language given by a machine.

    Args:
        description: short and human.
        machine: its automaton.
        fingerprint: equal for equal languages; None: equal to itself alone.
    """

    def __init__(self, description: str, machine: Machine, fingerprint: str | None = None) -> None:
        self.description = description
        self._machine = machine
        self._fingerprint = fingerprint

    @property
    def automaton(self) -> Machine:
        """The machine."""
        return self._machine

    @property
    def fingerprint(self) -> str | None:
        """As given."""
        return self._fingerprint

    def _build(self) -> DFA:
        raise InvalidInput(
            f"{self.description} is not regular: it has no finite automaton",
            hint="use the language's automaton, which makes its states on demand",
        )
