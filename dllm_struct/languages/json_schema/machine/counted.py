"""Strings whose lengths are counted beside their automata, where one automaton would be too large.

A state knows how many characters have begun, how many bytes the last one still needs, and where
the automaton of each piece of the language stands. It is alive when, for some piece, the lengths
of what may follow (`spectrum`) meet those that are asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dllm_struct.automata.dfa import DEAD, DFA, NUM_BYTES
from dllm_struct.languages.json_schema.machine.members import Explored, Members, liked
from dllm_struct.languages.json_schema.scalars.spectrum import Spectrum, spectrum
from dllm_struct.languages.json_schema.scalars.text import Piece, Text

_CONTINUATION = slice(0x80, 0xC0)


class _Position(NamedTuple):
    """Where a string stands.

    Attributes:
        size: characters begun, as far as it matters.
        missing: bytes that the last of them still needs.
        states: the state of each piece's automaton; `DEAD` where the piece has no such member.
    """

    size: int
    missing: int
    states: tuple[int, ...]


class Counted:
    """Reads decoded strings of a language with large lengths; its states are made on demand.

    Attributes:
        start: the first state; `DEAD` when there are no strings.
    """

    def __init__(self, text: Text) -> None:
        self._pieces = text.pieces
        self._automata = [Explored(piece.dfa) for piece in text.pieces]
        bounds = (max(piece.low, (piece.high or -1) + 1) for piece in text.pieces)
        self._enough = max(bounds, default=0)
        self._positions: list[_Position] = [_Position(0, 0, ())]
        self._number_of: dict[_Position, int] = {}
        self._members: dict[int, Members] = {}
        self._completions: dict[int, bytes] = {}
        self._alike = _alike(text.pieces)
        starts = tuple(piece.dfa.start for piece in text.pieces)
        self.start = self._number(_Position(0, 0, starts))

    @property
    def num_states(self) -> int:
        """States made so far."""
        return len(self._positions)

    def _number(self, position: _Position) -> int:
        number = self._number_of.get(position)
        if number is None:
            kept = position._replace(
                states=tuple(
                    state if self._is_alive(piece, state, position) else DEAD
                    for piece, state in zip(self._pieces, position.states, strict=True)
                )
            )
            number = self._number_of.get(kept)
            if number is None:
                number = len(self._positions) if any(kept.states) else DEAD
                if number != DEAD:
                    self._positions.append(kept)
                self._number_of[kept] = number
            self._number_of[position] = number
        return number

    def _is_alive(self, piece: Piece, state: int, position: _Position) -> bool:
        if state == DEAD:
            return False
        follow = _lengths(piece.dfa, state, position.missing)
        return _some(follow, piece, position.size) is not None

    def step(self, state: int, byte: int) -> int:
        """The next state."""
        at = self._positions[state]
        states = tuple(
            DEAD if inner == DEAD else automaton.step(inner, byte)
            for automaton, inner in zip(self._automata, at.states, strict=True)
        )
        return self._number(self._after(at, byte, states)) if any(states) else DEAD

    def _after(self, at: _Position, byte: int, states: tuple[int, ...]) -> _Position:
        if byte & 0xC0 == 0x80:
            return _Position(at.size, at.missing - 1, states)
        missing = (byte >= 0xC0) + (byte >= 0xE0) + (byte >= 0xF0)
        return _Position(min(at.size + 1, self._enough), missing, states)

    def row(self, state: int) -> NDArray[np.int32]:
        """The states after each byte, int32 [256]."""
        after = [self.step(state, byte) for byte in self._alike[0].tolist()]
        return np.array(after, np.int32)[self._alike[1]]

    def run(self, data: bytes, state: int) -> int:
        """The state after some bytes."""
        for byte in data:
            if state == DEAD:
                break
            state = self.step(state, byte)
        return state

    def moves(self, state: int) -> list[tuple[int, int]]:
        """Live (byte, next state), those first that read well."""
        return liked(self.row(state))

    def accepting(self, state: int) -> bool:
        """Whether a string may end here."""
        at = self._positions[state]
        return at.missing == 0 and any(
            piece.dfa.accepting[inner] and piece.low <= at.size and _below(at.size, piece)
            for piece, inner in zip(self._pieces, at.states, strict=True)
        )

    def endless(self, state: int) -> bool:
        """Whether infinitely many strings continue; not told of the inside of a character."""
        at = self._positions[state]
        return any(
            inner != DEAD
            and piece.high is None
            and _lengths(piece.dfa, inner, at.missing).longest is None
            for piece, inner in zip(self._pieces, at.states, strict=True)
        )

    def members(self, state: int) -> Members:
        """What is accepted from a state."""
        found = self._members.get(state)
        if found is None:
            found = self._members[state] = Members(self, state)
        return found

    def distance(self, state: int) -> int:
        """Bytes of a short text to acceptance."""
        return len(self.completion(state))

    def completion(self, state: int) -> bytes:
        """A short text from a (live) state to acceptance."""
        known = self._completions.get(state)
        if known is None:
            known = min(self._endings(self._positions[state]), key=len)
            self._completions[state] = known
        return known

    def _endings(self, at: _Position) -> Iterator[bytes]:
        """For each piece, a text with the fewest characters."""
        for piece, automaton, inner in zip(self._pieces, self._automata, at.states, strict=True):
            if inner == DEAD:
                continue
            for text, state in _characters(automaton, inner, at.missing):
                left = _some(_lengths(piece.dfa, state, 0), piece, at.size)
                if left is not None:
                    yield text + _filled(automaton, state, left)
                    break


def _alike(pieces: tuple[Piece, ...]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """One byte of each sort that nothing tells apart, and the sort of each byte, int64 [256]."""
    lengths = np.repeat([0, 4, 1, 2, 3], [0x80, 0x40, 0x20, 0x10, 0x10])
    traits = np.stack([lengths, *(piece.dfa.byte_class for piece in pieces)])
    _, first, sort = np.unique(traits, axis=1, return_index=True, return_inverse=True)
    return first, sort.reshape(NUM_BYTES)


def _some(follow: Spectrum, piece: Piece, size: int) -> int | None:
    """The fewest characters with which a piece's string of so many may end."""
    high = None if piece.high is None else piece.high - size
    return None if high is not None and high < 0 else follow.some(max(0, piece.low - size), high)


def _below(size: int, piece: Piece) -> bool:
    return piece.high is None or size <= piece.high


def _lengths(dfa: DFA, state: int, missing: int) -> Spectrum:
    """The lengths of what follows a state inside or behind a character."""
    states = np.array([state], np.int32)
    columns = dfa.byte_class[_CONTINUATION]
    for _ in range(missing):
        states = np.unique(dfa.transitions[states][:, columns])
    return spectrum(dfa, tuple(states[states != DEAD].tolist()))


def _filled(automaton: Explored, state: int, count: int) -> bytes:
    """A text of so many characters from a state to acceptance."""
    text = b""
    while count:
        count -= 1
        for character, after in _characters(automaton, state, None):
            if spectrum(automaton.dfa, (after,)).some(count, count) is not None:
                text, state = text + character, after
                break
    return text


def _characters(
    automaton: Explored, state: int, missing: int | None
) -> Iterator[tuple[bytes, int]]:
    """Characters from a state, or the rest of one, and where they lead; those first that read well.

    Args:
        automaton: reads strings.
        state: where it stands.
        missing: bytes of the rest; None for a whole character.
    """
    if missing == 0:
        yield b"", state
        return
    for byte, after in automaton.moves(state):
        left = (byte >= 0xC0) + (byte >= 0xE0) + (byte >= 0xF0) if missing is None else missing - 1
        for rest, end in _characters(automaton, after, left):
            yield bytes((byte,)) + rest, end
