"""The members of a byte automaton one by one, short ones first.

Best-first search: a prefix p at state q comes in order of |p| + d(q), d being the fewest bytes from
q to acceptance. As d is exact, the search goes straight to each next member (A*; Hart, Nilsson &
Raphael 1968).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from heapq import heappop, heappush
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from dllm_struct.automata.dfa import DEAD, DFA, NUM_BYTES
from dllm_struct.automata.distances import UNBOUNDED, distances

_LIKED = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ _-.,:/"
ORDER = bytes(dict.fromkeys(_LIKED + bytes(range(0x20, 0x7F)) + bytes(range(NUM_BYTES))))
"""All bytes, those first that read well."""
ORDER_ARRAY = np.frombuffer(ORDER, np.uint8)


class Content(Protocol):
    """Reads decoded strings."""

    start: int

    @property
    def num_states(self) -> int:
        """States made so far."""

    def step(self, state: int, byte: int) -> int:
        """The next state."""

    def row(self, state: int) -> NDArray[np.int32]:
        """The states after each byte, int32 [256]."""

    def run(self, data: bytes, state: int) -> int:
        """The state after some bytes."""

    def moves(self, state: int) -> list[tuple[int, int]]:
        """Live (byte, next state), those first that read well."""

    def accepting(self, state: int) -> bool:
        """Whether a string may end here."""

    def endless(self, state: int) -> bool:
        """Whether infinitely many strings continue."""

    def distance(self, state: int) -> int:
        """Bytes of a short text to acceptance."""

    def completion(self, state: int) -> bytes:
        """A short text from a (live) state to acceptance."""

    def members(self, state: int) -> Members:
        """What is accepted from a state."""


class Explored:
    """A DFA with what searches through it need to know.

    Attributes:
        dfa: the automaton.
        start: its start.
    """

    def __init__(self, dfa: DFA) -> None:
        self.dfa = dfa
        self.start = dfa.start
        self._members: dict[int, Members] = {}
        self._completions: dict[int, bytes] = {}
        self._after: dict[int, list[int]] = {}
        self._endless: dict[int, bool] = {}

    @cached_property
    def _distances(self) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        size, width = self.dfa.transitions.shape
        start = np.arange(size + 1, dtype=np.int64) * width
        target = np.ascontiguousarray(self.dfa.transitions).reshape(-1)
        _, fewest, most = distances(start, target, self.dfa.start, self.dfa.accepting)
        return fewest, most

    @property
    def fewest(self) -> NDArray[np.int32]:
        """Fewest bytes from each state to acceptance, int32 [S]; -1 for the dead state."""
        return self._distances[0]

    @property
    def num_states(self) -> int:
        """Number of states."""
        return self.dfa.num_states

    def run(self, data: bytes, state: int) -> int:
        """The state after some bytes."""
        return self.dfa.run(data, state)

    def accepting(self, state: int) -> bool:
        """Whether a member may end here."""
        return bool(self.dfa.accepting[state])

    def distance(self, state: int) -> int:
        """Fewest bytes to acceptance."""
        return int(self.fewest[state])

    def endless(self, state: int) -> bool:
        """Whether infinitely many members continue from a state."""
        found = self._endless.get(state)
        if found is None:
            found = state != DEAD and bool(self._distances[1][state] == UNBOUNDED)
            self._endless[state] = found
        return found

    def step(self, state: int, byte: int) -> int:
        """The next state."""
        after = self._after.get(state)
        if after is None:
            after = self._after[state] = self.row(state).tolist()
        return after[byte]

    def row(self, state: int) -> NDArray[np.int32]:
        """The states after each byte, int32 [256]."""
        return np.take(self.dfa.transitions[state], self.dfa.byte_class)

    def members(self, state: int) -> Members:
        """What is accepted from a state."""
        found = self._members.get(state)
        if found is None:
            found = self._members[state] = Members(self, state)
        return found

    def completion(self, state: int) -> bytes:
        """A shortest text from a (live) state to acceptance."""
        known = self._completions.get(state)
        if known is None:
            known = self._completions[state] = self._descent(state)
        return known

    def _descent(self, state: int) -> bytes:
        text = bytearray()
        while not self.dfa.accepting[state]:
            row = self.row(state)[ORDER_ARRAY]
            distance = np.where(row == DEAD, np.iinfo(np.int32).max, self.fewest[row])
            best = int(distance.argmin())
            text.append(ORDER[best])
            state = int(row[best])
        return bytes(text)

    def moves(self, state: int) -> list[tuple[int, int]]:
        """Live (byte, next state), liked bytes first."""
        return liked(self.row(state))


def liked(row: NDArray[np.int32]) -> list[tuple[int, int]]:
    """Live (byte, next state) of a row, liked bytes first."""
    ordered = row[ORDER_ARRAY]
    return [(ORDER[i], int(ordered[i])) for i in np.flatnonzero(ordered)]


class Members:
    """The texts accepted from one state, by length, found when asked for."""

    def __init__(self, explored: Content, state: int) -> None:
        self._explored = explored
        self._found: list[bytes] = []
        self._queue: list[tuple[int, int, int, int, bytes, int]] = []
        self._pushed = 0
        if state != DEAD:
            self._push(b"", state, 0)

    def __iter__(self) -> Iterator[bytes]:
        i = 0
        while i < len(self._found) or self._search():
            yield self._found[i]
            i += 1

    def has(self, count: int) -> bool:
        """Whether there are so many at least."""
        while len(self._found) < count:
            if not self._search():
                return False
        return True

    def _push(self, text: bytes, state: int, end: int) -> None:
        self._pushed += 1
        left = 0 if end else self._explored.distance(state)
        heappush(self._queue, (len(text) + left, left, self._pushed, end, text, state))

    def _search(self) -> bool:
        """Find one more."""
        while self._queue:
            *_, end, text, state = heappop(self._queue)
            if end:
                self._found.append(text)
                return True
            if self._explored.accepting(state):
                self._push(text, state, 1)
            for byte, after in self._explored.moves(state):
                self._push(text + bytes((byte,)), after, 0)
        return False
