"""The shortest end of a state, cut into tokens for the positions that are left."""

from __future__ import annotations

import numpy as np

from dllm_struct.posterior.exploration.automaton import LazyAutomaton
from dllm_struct.posterior.exploration.question import Question
from dllm_struct.posterior.exploration.words import Spelling


class Endings:
    """Ends of states within a question.

    Args:
        automaton: the language.
        question: the positions.
    """

    def __init__(self, automaton: LazyAutomaton, question: Question) -> None:
        self.automaton, self.question = automaton, question
        self.separators = self._separators()
        self.free_from = question.free_from(set(self.separators))

    def of(self, position: int, state: int) -> list[int] | None:
        """Tokens from a position to the last one, when the shortest end fits."""
        question, n = self.question, len(self.question)
        if question.ends(position) and self.automaton.accepts(state):
            return [question.null] * (n - position)
        if position < self.free_from:
            return None
        if self.separators:
            return self._finish_marked(position, state)
        return self._finish_plainly(position, state)

    def _finish_plainly(self, position: int, state: int) -> list[int] | None:
        """The same without separators."""
        question, n = self.question, len(self.question)
        spelling = self.automaton.spelling(state)
        if spelling is None:
            return None
        for length in range(max(question.lowest, position), question.highest + question.room + 1):
            if spelling.counts >> (length - position) == 0:
                return None
            if spelling.counts >> (length - position) & 1:
                tokens = spelling.cut(length - position)[: n - position]
                places = enumerate(tokens, position)
                if all(question.allows(i, token) for i, token in places):
                    return tokens + [question.null] * (n - length)
        return None

    def _finish_marked(self, position: int, state: int) -> list[int] | None:
        """The same where separators stand at fixed places, each part with nulls after it."""
        rest = self.automaton.machine.completion(state)
        if rest is None:
            return None
        separator = next(iter(self.separators.values()))
        stops = [i for i in self.separators if i >= position]
        parts = rest.split(self.automaton.vocabulary.tokens[separator] or b"")
        if len(parts) != len(stops) + 1:
            return None
        tokens: list[int] = []
        for part, stop in zip(parts, [*stops, len(self.question)], strict=True):
            filled = self._filled(part, position + len(tokens), stop)
            if filled is None:
                return None
            tokens += [*filled, separator]
        return tokens[:-1]

    def _filled(self, part: bytes, start: int, stop: int) -> list[int] | None:
        """A text cut into tokens for the positions of a slot, with null marks after it."""
        spelling, room = Spelling(part, self.automaton.words), stop - start
        null = self.automaton.null_mark
        for count in range(room + 1):
            if spelling.counts >> count & 1 and (count == room or null is not None):
                tokens = spelling.cut(count) + [null or 0] * (room - count)
                if all(self.question.allows(i, t) for i, t in enumerate(tokens, start)):
                    return tokens
        return None

    def _separators(self) -> dict[int, int]:
        """Positions of separators and their token."""
        separator = self.automaton.separator
        if separator is None:
            return {}
        return {int(i): separator for i in np.flatnonzero(self.question.fixed == separator)}
