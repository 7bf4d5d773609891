"""The deterministic byte automaton: complete, minimal, and numbered canonically.

State 0 is always the dead state. Two automata accept the same language exactly when their arrays
are equal, so a language can be compared, hashed and cached by the `DFA.fingerprint` of its arrays.
"""

from __future__ import annotations

import hashlib
from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dllm_struct.automata.jit import jit
from dllm_struct.automata.minimise import breadth_first, minimal_table

DEAD = 0
NUM_BYTES = 256


@dataclass(frozen=True, eq=False)
class DFA:
    """A canonical minimal DFA over bytes.

    Make one with `minimal` (or the algebra), never directly.

    Attributes:
        transitions: int32 [S, K], the next state for each byte class; row 0 is all 0.
        byte_class: uint8 [256], the column of each byte.
        start: the start state, 0 when the language is empty.
        accepting: bool [S].
    """

    transitions: NDArray[np.int32]
    byte_class: NDArray[np.uint8]
    start: int
    accepting: NDArray[np.bool_]

    def __post_init__(self) -> None:
        for array in (self.transitions, self.byte_class, self.accepting):
            array.setflags(write=False)

    def __setstate__(self, state: dict[str, object]) -> None:
        self.__dict__.update(state)
        self.__post_init__()  # pickling forgets that arrays are read-only

    @property
    def num_states(self) -> int:
        """Number of states, the dead one included."""
        return len(self.accepting)

    @property
    def is_empty(self) -> bool:
        """Whether no string at all is accepted."""
        return self.start == DEAD

    @property
    def fingerprint(self) -> str:
        """A hash of the language: equal for equal languages."""
        cached: str | None = self.__dict__.get("_fingerprint")
        if cached is None:
            digest = hashlib.blake2b(digest_size=16)
            digest.update(f"{self.transitions.shape}{self.start}".encode())
            for array in (self.transitions, self.byte_class, self.accepting):
                digest.update(np.ascontiguousarray(array).tobytes())
            cached = digest.hexdigest()
            object.__setattr__(self, "_fingerprint", cached)
        return cached

    def matches(self, data: bytes) -> bool:
        """Whether ``data`` is accepted."""
        return bool(self.accepting[self.run(data)])

    def run(self, data: bytes, state: int | None = None) -> int:
        """The state after reading ``data`` from ``state`` (the start state by default)."""
        origin = self.start if state is None else state
        return int(_run(self.transitions, self.byte_class, origin, np.frombuffer(data, np.uint8)))

    def shortest(self) -> bytes | None:
        """A shortest accepted string (the first by byte order), or None for the empty language."""
        if self.is_empty:
            return None
        byte_of = np.array([np.argmax(self.byte_class == k) for k in range(self.num_classes)])
        came_from: dict[int, tuple[int, int]] = {self.start: (DEAD, 0)}
        queue = deque([self.start])
        while queue:
            state = queue.popleft()
            if self.accepting[state]:
                return _spell(came_from, state)
            for column in np.argsort(byte_of):
                target = int(self.transitions[state, column])
                if target != DEAD and target not in came_from:
                    came_from[target] = (state, int(byte_of[column]))
                    queue.append(target)
        raise AssertionError("a minimal automaton reaches an accepting state")

    @property
    def num_classes(self) -> int:
        """Number of byte classes K."""
        return int(self.transitions.shape[1])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DFA) and self.fingerprint == other.fingerprint

    def __hash__(self) -> int:
        return hash(self.fingerprint)


def _spell(came_from: dict[int, tuple[int, int]], state: int) -> bytes:
    spelled = []
    while came_from[state][0] != DEAD:
        state, byte = came_from[state]
        spelled.append(byte)
    return bytes(reversed(spelled))


@jit
def _run(
    transitions: NDArray[np.int32],
    byte_class: NDArray[np.uint8],
    state: int,
    data: NDArray[np.uint8],
) -> int:
    for byte in data:
        state = transitions[state, byte_class[byte]]
    return state


def minimal(
    transitions: NDArray[np.int32],
    byte_class: NDArray[np.uint8],
    start: int,
    accepting: NDArray[np.bool_],
) -> DFA:
    """The canonical DFA of a complete table whose state 0 is dead.

    Args:
        transitions: int [S, K].
        byte_class: uint8 [256], values below K.
        start: start state.
        accepting: bool [S], False for state 0.
    """
    columns, byte_class = merged_columns(transitions, byte_class)
    tails, labels = np.nonzero(columns)
    return from_edges(
        tails.astype(np.int32),
        labels.astype(np.int32),
        columns[tails, labels],
        start,
        accepting,
        byte_class,
    )


def from_edges(
    tails: NDArray[np.int32],
    labels: NDArray[np.int32],
    heads: NDArray[np.int32],
    start: int,
    accepting: NDArray[np.bool_],
    byte_class: NDArray[np.uint8],
) -> DFA:
    """The canonical DFA of a deterministic list of edges (state 0 dead, without edges).

    Args:
        tails: int32 [M], source of each edge.
        labels: int32 [M], byte class of each edge.
        heads: int32 [M], target of each edge.
        start: start state.
        accepting: bool [S].
        byte_class: uint8 [256].
    """
    num_labels = int(byte_class.max()) + 1
    table, start, accepts = minimal_table(tails, labels, heads, start, accepting, num_labels)
    if start == DEAD:
        return empty()
    table, byte_class = merged_columns(table, byte_class)
    return numbered(table, byte_class, start, accepts)


def trimmed(
    table: NDArray[np.int32],
    byte_class: NDArray[np.uint8],
    start: int,
    accepting: NDArray[np.bool_],
) -> DFA:
    """The DFA of a table that is minimal but for states that cannot be reached.

    Args:
        table: int32 [S, K], row 0 dead; every state that is reached leads to an accepting one.
        byte_class: uint8 [256].
        start: start state.
        accepting: bool [S].
    """
    reached = numbered(table, byte_class, start, accepting)
    columns, byte_class = merged_columns(reached.transitions, byte_class)
    return numbered(columns, byte_class, reached.start, reached.accepting)


def numbered(
    table: NDArray[np.int32],
    byte_class: NDArray[np.uint8],
    start: int,
    accepting: NDArray[np.bool_],
) -> DFA:
    """The DFA of a minimal table, its states numbered in order of discovery.

    Args:
        table: int32 [S, K], row 0 dead, columns distinct and ordered by first byte.
        byte_class: uint8 [256].
        start: start state.
        accepting: bool [S].
    """
    number, count = breadth_first(table, start)
    transitions = np.zeros((count, table.shape[1]), np.int32)
    transitions[number] = number[table]
    transitions[DEAD] = DEAD
    accepts = np.zeros(count, np.bool_)
    accepts[number] = accepting
    accepts[DEAD] = False
    return DFA(transitions, byte_class, 1, accepts)


def merged_columns(
    table: NDArray[np.int32], byte_class: NDArray[np.uint8]
) -> tuple[NDArray[np.int32], NDArray[np.uint8]]:
    """Merge equal columns; the rest are ordered by their first byte."""
    representative: dict[bytes, int] = {}
    of_column = [
        representative.setdefault(column.tobytes(), k)
        for k, column in enumerate(np.ascontiguousarray(table.T))
    ]
    first = np.array(of_column)[byte_class]
    kept, order = np.unique(first, return_index=True)
    kept = kept[np.argsort(order)]
    position = np.zeros(table.shape[1], np.uint8)
    position[kept] = np.arange(len(kept), dtype=np.uint8)
    return np.ascontiguousarray(table[:, kept]), position[first]


_EMPTY = DFA(np.zeros((1, 1), np.int32), np.zeros(NUM_BYTES, np.uint8), DEAD, np.zeros(1, np.bool_))


def empty() -> DFA:
    """The automaton that accepts nothing."""
    return _EMPTY
