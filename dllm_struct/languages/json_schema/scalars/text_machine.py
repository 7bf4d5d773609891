"""The literals of a `Text`, with lengths counted while reading instead of in states made ahead."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dllm_struct.automata.dfa import DEAD, DFA
from dllm_struct.automata.machine import UNMADE, Machine
from dllm_struct.automata.utf8 import code_points
from dllm_struct.languages.json_schema.escapes import Spelling
from dllm_struct.languages.json_schema.scalars.literals import Ranges, finished, pending
from dllm_struct.languages.json_schema.scalars.spectrum import (
    Spectrum,
    after_character,
    spectrum,
)
from dllm_struct.languages.json_schema.scalars.text import Piece, Text

_BACKSLASH, _QUOTE, _FIRST_PRINTABLE = ord("\\"), ord('"'), 0x20
_PREFERRED = bytes(
    byte
    for low, high in (("a", "z"), ("A", "Z"), ("0", "9"), (" ", "~"), ("\0", "\x7f"))
    for byte in range(ord(low), ord(high) + 1)
)


class _Place(NamedTuple):
    """Where reading stands.

    Attributes:
        length: characters so far, the one being read included; no more than matter.
        states: of the pieces' automata.
        left: continuation bytes that have to follow.
        escape: an unfinished escape.
    """

    length: int
    states: tuple[int, ...]
    left: int = 0
    escape: bytes = b""


class TextMachine(Machine):
    """The characters between the quotes of the literals of a text.

    Attributes:
        text: the decoded strings.
        spelling: which spellings of each are read.
    """

    def __init__(self, text: Text, spelling: Spelling) -> None:
        self.text = text
        self.spelling = spelling
        self._places: list[_Place | None] = [None]
        self._numbers: dict[_Place, int] = {}
        self._steps: list[dict[int, int]] = [{}]
        self._spectra: dict[tuple[int, tuple[int, ...]], Spectrum] = {}
        self._most = max((max(p.low, (p.high or 0) + 1) for p in text.pieces), default=0)
        first = _Place(0, tuple(piece.dfa.start for piece in text.pieces))
        self.start = self._number(first) if text.pieces else DEAD

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.text, self.spelling)

    def step(self, state: int, byte: int) -> int:
        """The state after one more byte."""
        steps = self._steps[state]
        known = steps.get(byte)
        if known is None:
            place = self._places[state]
            after = None if place is None else self._after(place, byte)
            known = steps[byte] = DEAD if after is None else self._number(after)
        return known

    def row(self, state: int) -> NDArray[np.int32]:
        """What is known of the states after each byte."""
        row = np.full(256, UNMADE if state else DEAD, np.int32)
        steps = self._steps[state]
        row[list(steps)] = list(steps.values())
        return row

    def accepting(self, state: int) -> bool:
        """Whether the bytes read so far are a member."""
        place = self._places[state]
        if place is None or place.left or place.escape:
            return False
        return any(
            piece.dfa.accepting[q] and _fits(piece, place.length, 0)
            for piece, q in zip(self.text.pieces, place.states, strict=True)
        )

    def completion(self, state: int) -> bytes | None:
        """A short text after which the bytes read are a member."""
        place = self._places[state]
        if place is None:
            return None
        for i, piece in enumerate(self.text.pieces):
            for finish, q in self._endings(piece.dfa, place, place.states[i]):
                rest = self._missing(piece, place.length + bool(place.escape), (q,))
                if rest is not None:
                    body = json.dumps(_member(piece.dfa, q, rest), ensure_ascii=False)
                    return finish + body[1:-1].encode()
        return None

    def _number(self, place: _Place) -> int:
        number = self._numbers.get(place)
        if number is None:
            number = self._numbers[place] = len(self._places)
            self._places.append(place)
            self._steps.append({})
        return number

    def _after(self, place: _Place, byte: int) -> _Place | None:
        """The place after one more byte; None when no member continues so."""
        if place.escape:
            return self._in_escape(place, place.escape + bytes((byte,)))
        if place.left:
            if not 0x80 <= byte < 0xC0:
                return None
            states = self._moved(place, bytes((byte,)))
            return self._alive(place._replace(states=states, left=place.left - 1))
        if byte == _BACKSLASH:
            return self._in_escape(place, b"\\")
        if byte < _FIRST_PRINTABLE or byte == _QUOTE:
            return None
        left = (byte >= 0xC0) + (byte >= 0xE0) + (byte >= 0xF0)
        count = min(place.length + 1, self._most)
        return self._alive(_Place(count, self._moved(place, bytes((byte,))), left))

    def _in_escape(self, place: _Place, escape: bytes) -> _Place | None:
        ranges, complete = pending(escape, self.spelling)
        count = min(place.length + 1, self._most)
        if complete and ranges:
            character = chr(ranges[0][0]).encode()
            return self._alive(_Place(count, self._moved(place, character)))
        for piece, q in zip(self.text.pieces, place.states, strict=True):
            reached = tuple(_reached(piece.dfa, q, ranges))
            if self._missing(piece, count, reached) is not None:
                return place._replace(escape=escape)
        return None

    def _moved(self, place: _Place, data: bytes) -> tuple[int, ...]:
        return tuple(
            _run(piece.dfa, q, data)
            for piece, q in zip(self.text.pieces, place.states, strict=True)
        )

    def _alive(self, place: _Place) -> _Place | None:
        """The place, without the pieces that no member is of; None when none is left."""
        states = tuple(
            q if self._lives(piece, place, q) else DEAD
            for piece, q in zip(self.text.pieces, place.states, strict=True)
        )
        return place._replace(states=states) if any(states) else None

    def _lives(self, piece: Piece, place: _Place, state: int) -> bool:
        if state == DEAD:
            return False
        states = _between(piece.dfa, state, place.left) if place.left else (state,)
        return self._missing(piece, place.length, states) is not None

    def _missing(self, piece: Piece, count: int, states: tuple[int, ...]) -> int | None:
        """How many characters at least make a member of what has led to some states."""
        key = (piece.low, states)  # no two pieces have the same lengths
        lengths = self._spectra.get(key)
        if lengths is None:
            lengths = self._spectra[key] = spectrum(piece.dfa, states)
        high = None if piece.high is None else piece.high - count
        return lengths.some(max(piece.low - count, 0), high)

    def _endings(self, dfa: DFA, place: _Place, state: int) -> Iterator[tuple[bytes, int]]:
        """Ways to finish the character that is being read, and the states they lead to."""
        if place.escape:
            ranges, _ = pending(place.escape, self.spelling)
            for q, character in _reached(dfa, state, ranges).items():
                yield finished(place.escape, character), q
            return
        ways = {state: b""}
        for _ in range(place.left):
            ways = {
                int(dfa.transitions[q, dfa.byte_class[byte]]): way + bytes((byte,))
                for q, way in ways.items()
                for byte in range(0x80, 0xC0)
            }
        ways.pop(DEAD, None)
        for q, way in ways.items():
            yield way, q


def _run(dfa: DFA, state: int, data: bytes) -> int:
    for byte in data:
        state = dfa.transitions.item(state, dfa.byte_class.item(byte))
    return int(state)


def _fits(piece: Piece, count: int, more: int) -> bool:
    return piece.low <= count + more and (piece.high is None or count + more <= piece.high)


@lru_cache(maxsize=65536)
def _between(dfa: DFA, state: int, left: int) -> tuple[int, ...]:
    """The states between characters that a state leads to."""
    states = {state}
    for _ in range(left):
        columns = dfa.byte_class[0x80:0xC0]
        states = set(np.unique(dfa.transitions[sorted(states)][:, columns]).tolist())
    return tuple(sorted(states - {DEAD}))


@lru_cache(maxsize=65536)
def _reached(dfa: DFA, state: int, ranges: Ranges) -> dict[int, str]:
    """The states that one character out of some leads to, and such a character."""
    if state == DEAD or not ranges:
        return {}
    characters = code_points(ranges)
    found: dict[int, str] = {}
    pairs = {(state, characters.start): b""}
    while pairs:
        longer: dict[tuple[int, int], bytes] = {}
        for (q, c), text in pairs.items():
            for byte in (*_PREFERRED, *range(0x80, 0x100)):
                head = int(dfa.transitions[q, dfa.byte_class[byte]])
                part = int(characters.transitions[c, characters.byte_class[byte]])
                if DEAD in (head, part):
                    continue
                if characters.accepting[part]:
                    found.setdefault(head, (text + bytes((byte,))).decode())
                else:
                    longer.setdefault((head, part), text + bytes((byte,)))
        pairs = longer
    return found


_EVERY: Ranges = ((0, 0xD7FF), (0xE000, 0x10FFFF))


def _member(dfa: DFA, state: int, length: int) -> str:
    """What leads from a state to acceptance in so many characters."""
    layers = [np.array([state], np.int32)]
    for _ in range(length):
        layers.append(after_character(dfa, layers[-1]))
    goal = int(layers[-1][dfa.accepting[layers[-1]]][0])
    text = []
    for layer in reversed(layers[:-1]):
        goal, character = next(
            (q, found[goal]) for q in layer.tolist() if goal in (found := _reached(dfa, q, _EVERY))
        )
        text.append(character)
    return "".join(reversed(text))
