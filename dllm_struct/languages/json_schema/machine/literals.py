r"""String literals, read by the automaton of what they decode to.

A state is one of the automaton of decoded strings, or such a state with the beginning of an escape.
Escapes are made on demand: with all of them written out, a string of at most 8,000 characters would
need an automaton of some 300,000 states.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from dllm_struct.automata.dfa import DEAD, NUM_BYTES
from dllm_struct.languages.json_schema.escapes import Spelling
from dllm_struct.languages.json_schema.machine.escape_codes import (
    any_continues,
    code_of,
    next_bytes,
    spans,
)
from dllm_struct.languages.json_schema.machine.members import Content, liked
from dllm_struct.languages.json_schema.machine.spelling import spelled

QUOTE = ord('"')
_BACKSLASH = ord("\\")
_CONTROLS = 0x20
_END = 1  # the state behind the closing quote


class Literals:
    """Reads the bodies of literals, with the quote at their end if that is asked for.

    States of decoded strings have even numbers here, the beginnings of escapes odd ones.

    Attributes:
        content: reads decoded strings.
        start: the first state; `DEAD` when there are no strings.
    """

    def __init__(self, content: Content, spelling: Spelling, *, closed: bool) -> None:
        self.content = content
        self.start = 2 * content.start
        self._spelling = spelling
        self._closed = closed
        self._escapes: list[tuple[int, bytes]] = []
        self._number_of: dict[tuple[int, bytes], int] = {}
        self._inside: dict[int, dict[int, int]] = {}
        self._next_bytes: dict[int, bytes] = {}

    @property
    def num_states(self) -> int:
        """One more than the greatest number of a state so far."""
        return 2 * max(self.content.num_states, len(self._escapes) + 2)

    def step(self, state: int, byte: int) -> int:
        """The next state."""
        if state & 1:
            return self._in_escape(state).get(byte, DEAD)
        if byte == _BACKSLASH:
            return self._escape(state, b"\\")
        if byte == QUOTE:
            return _END if self._closed and self.content.accepting(state >> 1) else DEAD
        return DEAD if byte < _CONTROLS else 2 * self.content.step(state >> 1, byte)

    def run(self, state: int, data: bytes) -> int:
        """The state after several bytes."""
        for byte in data:
            state = self.step(state, byte)
            if state == DEAD:
                break
        return state

    def row(self, state: int) -> NDArray[np.int32]:
        """The states after each byte, int32 [256]."""
        if state & 1:
            row = np.zeros(NUM_BYTES, np.int32)
            for byte, after in self._in_escape(state).items():
                row[byte] = after
            return row
        row = 2 * self.content.row(state >> 1)
        row[:_CONTROLS] = DEAD
        row[QUOTE] = self.step(state, QUOTE)
        row[_BACKSLASH] = self._escape(state, b"\\")
        return row

    def moves(self, state: int) -> list[tuple[int, int]]:
        """Live (byte, next state), those first that read well."""
        return liked(self.row(state))

    def next_bytes(self, state: int) -> bytes:
        """All bytes that a live state reads."""
        found = self._next_bytes.get(state)
        if found is None:
            found = np.flatnonzero(self.row(state)).astype(np.uint8).tobytes()
            self._next_bytes[state] = found
        return found

    def accepting(self, state: int) -> bool:
        """Whether a literal may end here."""
        if self._closed:
            return state == _END
        return not state & 1 and self.content.accepting(state >> 1)

    def final(self, state: int) -> bool:
        """Whether it has to."""
        return self._closed and state == _END

    def endless(self, state: int) -> bool:
        """Whether infinitely many strings continue; not told of the inside of an escape."""
        return not state & 1 and self.content.endless(state >> 1)

    def lasting(self, state: int) -> bool:
        """Like `endless`; inside an escape, whether the string before it was."""
        if state & 1 and state != _END:
            state, _ = self._escapes[(state - _END) // 2 - 1]
        return self.endless(state)

    def completion(self, state: int) -> bytes:
        """A short text from a (live) state to the end of a literal."""
        if state == _END:
            return b""
        text = b""
        while state & 1:
            byte, state = next(iter(self._in_escape(state).items()))
            text += bytes((byte,))
        rest = self.content.completion(state >> 1)
        inside = next((i for i, byte in enumerate(rest) if byte & 0xC0 != 0x80), len(rest))
        text += rest[:inside] + spelled(rest[inside:].decode())
        return text + b'"' if self._closed else text

    def _escape(self, origin: int, written: bytes) -> int:
        """The state behind the beginning of an escape; `DEAD` when no string goes on like that."""
        key = (origin, written)
        number = self._number_of.get(key)
        if number is None:
            number = DEAD
            some = spans(written, self._spelling)
            if any(any_continues(self.content, origin >> 1, span) for span in some):
                self._escapes.append(key)
                number = 2 * len(self._escapes) + _END
            self._number_of[key] = number
        return number

    def _in_escape(self, state: int) -> dict[int, int]:
        """The states after each byte inside an escape; nothing behind the end of a literal."""
        if state == _END:
            return {}
        found = self._inside.get(state)
        if found is None:
            found = self._inside[state] = dict(self._steps(*self._escapes[(state - _END) // 2 - 1]))
        return found

    def _steps(self, origin: int, written: bytes) -> Iterator[tuple[int, int]]:
        """Live (byte, next state) inside an escape."""
        for byte in next_bytes(written, self._spelling):
            after = written + bytes((byte,)).lower()
            code = code_of(after, self._spelling)
            target = self._escape(origin, after) if code is None else self._decoded(origin, code)
            if target != DEAD:
                yield byte, target

    def _decoded(self, origin: int, code: int) -> int:
        """The state after a code point."""
        try:
            return 2 * self.content.run(chr(code).encode(), origin >> 1)
        except UnicodeEncodeError:  # half a surrogate pair
            return DEAD
