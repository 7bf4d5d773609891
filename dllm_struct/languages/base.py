"""A language: the set of byte strings that an output, or one slot of it, may be."""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import cached_property

from dllm_struct.automata.dfa import DFA


class Language(ABC):
    """A regular set of byte strings with an exact automaton, built on first use and kept.

    Two languages are equal when they hold the same strings, however they were written.
    """

    description: str
    """Short and human: ``regex [a-z]+``, ``integer >= 3``."""

    @abstractmethod
    def _build(self) -> DFA:
        """Compile to a byte automaton; called once."""

    @cached_property
    def dfa(self) -> DFA:
        """The canonical minimal automaton of this language."""
        return self._build()

    def matches(self, text: str | bytes) -> bool:
        """Whether ``text`` is a member, by the automaton that generation uses.

        Args:
            text: a string (taken as UTF-8; one with lone surrogates is never a member) or bytes.
        """
        try:
            data = text.encode() if isinstance(text, str) else text
        except UnicodeEncodeError:
            return False
        return self.dfa.matches(data)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Language) and self.dfa == other.dfa

    def __hash__(self) -> int:
        return hash(self.dfa)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.description}>"


class Regular(Language):
    """A language given by its automaton."""

    def __init__(self, description: str, dfa: DFA) -> None:
        self.description = description
        self._dfa = dfa

    def _build(self) -> DFA:
        return self._dfa
