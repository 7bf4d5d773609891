"""Proving that nothing fits, with an automaton that remembers less.

Where keys may not come twice, or items have to differ, nearly every token leads to a state of its
own, so that a search for what does not exist would go on for ever. An automaton that forgets them
has more members and few states: where none of its members fits, nothing does.
"""

from __future__ import annotations

from dataclasses import replace

from dllm_struct.automata.machine import DEAD
from dllm_struct.posterior.exploration.automaton import LazyAutomaton
from dllm_struct.posterior.exploration.question import ANY, Question

MOST_READ = 10_000_000
"""Tokens that are read in a proof."""

BEFORE = 5_000
"""Tokens that are read in about the time that a state takes of which all tokens are asked."""


def nothing_fits(automaton: LazyAutomaton, question: Question, most_read: int) -> bool:
    """Whether it is sure that no member fits; False where that is not known.

    Args:
        automaton: one that remembers.
        question: the positions, from the automaton's start.
        most_read: tokens that may be read.
    """
    if question.start != automaton.start:
        return False
    forgetful = automaton.forgetful()
    if forgetful is None:
        return False
    own = replace(question, start=forgetful.start)
    return _Proof(forgetful, own, min(MOST_READ, most_read)).run()


class _Proof:
    def __init__(self, automaton: LazyAutomaton, question: Question, most_read: int) -> None:
        self._automaton, self._question = automaton, question
        self._left = most_read
        self._following: dict[int, list[int]] = {}

    def run(self) -> bool:
        """Go through all positions with all states that they may have."""
        automaton, question = self._automaton, self._question
        layer = {question.start}
        for i in range(question.highest):
            if question.ends(i) and any(map(automaton.accepts, layer)):
                return False
            found: set[int] = set()
            for state in layer:
                found.update(self._after(i, state))
                if self._left < 0:
                    return False
            layer = found - {DEAD}
            if not layer:
                return True
        return not question.room and not any(map(automaton.accepts, layer))

    def _after(self, i: int, state: int) -> list[int]:
        """The states after a position, and perhaps some more."""
        question, automaton = self._question, self._automaton
        if question.fixed[i] != ANY or question.is_closed[i]:
            options = question.options[i, : question.num_options[i]].tolist()
            tokens = options if question.fixed[i] == ANY else [int(question.fixed[i])]
            self._left -= len(tokens)
            return [automaton.read(state, token) for token in tokens]
        if state not in self._following:
            self._following[state], count = automaton.following(state)
            self._left -= BEFORE + count
        self._left -= len(self._following[state])
        return self._following[state]
