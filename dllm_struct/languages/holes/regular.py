"""A regular outer language: distances are exact, by breadth-first search on its automaton."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dllm_struct.automata.dfa import DEAD, DFA
from dllm_struct.languages.holes.context import Context

NEVER = -1
PLAIN = b"0abcdefghijklmnopqrstuvwxyz ABCDEFGHIJKLMNOPQRSTUVWXYZ123456789"
"""Bytes that a completion is written with where it has the choice."""


class RegularContext(Context):
    """A document whose text must be in a regular language.

    Args:
        dfa: the outer language.
        before: the text before the first gap.
        segments: the fixed text after each gap.
    """

    def __init__(self, dfa: DFA, before: bytes, segments: tuple[bytes, ...]) -> None:
        self._dfa, self._before, self.segments = dfa, before, segments
        self.start = dfa.run(before)
        self._distances = _backwards(dfa, segments)
        if self.start != DEAD and self._distances[0][self.start] == NEVER:
            self.start = DEAD

    def step(self, config: int, byte: int) -> int:
        """The state after one more byte."""
        return int(self._dfa.transitions[config, self._dfa.byte_class[byte]])

    def row(self, config: int) -> NDArray[np.int32]:
        """The states after each byte."""
        row: NDArray[np.int32] = self._dfa.transitions[config][self._dfa.byte_class]
        return row

    def accepting(self, config: int) -> bool:
        """Whether the text read so far is a member."""
        return bool(self._dfa.accepting[config])

    def distance(self, config: int, gap: int) -> int | None:
        """Exactly the bytes that have to be written."""
        steps = int(self._distances[gap][config])
        return None if steps == NEVER else steps

    def completion(self, config: int, gap: int) -> bytes | None:
        """A shortest completion."""
        steps = self._distances[gap]
        if steps[config] == NEVER:
            return None
        text = bytearray()
        while steps[config]:
            row = self.row(config)
            byte = next(b for b in (*PLAIN, *range(256)) if steps[row[b]] == steps[config] - 1)
            text.append(byte)
            config = int(row[byte])
        return bytes(text)

    def refined(self, segments: tuple[bytes, ...]) -> RegularContext:
        """The same language with other texts after the gaps."""
        return RegularContext(self._dfa, self._before, segments)


def _backwards(dfa: DFA, segments: tuple[bytes, ...]) -> list[NDArray[np.int32]]:
    """For each gap and state the bytes to write, `NEVER` where nothing helps."""
    goal, found = dfa.accepting, []
    for segment in reversed(segments):
        after = np.arange(dfa.num_states)
        for byte in segment:
            after = dfa.transitions[after, dfa.byte_class[byte]]
        found.append(steps_to(dfa, goal[after]))
        goal = found[-1] != NEVER
    return found[::-1]


def steps_to(dfa: DFA, goal: NDArray[np.bool_]) -> NDArray[np.int32]:
    """Fewest bytes from every state to one of a set, `NEVER` where there is no way. int32 [S]."""
    steps = np.where(goal, 0, NEVER).astype(np.int32)
    steps[DEAD] = NEVER
    count = 0
    while True:
        reaches = (steps[dfa.transitions] == count).any(1) & (steps == NEVER)
        reaches[DEAD] = False
        if not reaches.any():
            return steps
        count += 1
        steps[reaches] = count
