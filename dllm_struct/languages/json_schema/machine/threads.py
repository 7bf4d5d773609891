"""Threads: where one way to read the text stands, and where each byte takes it.

All threads of a state have read the same text, so they agree on tokens and nesting. They differ in
which alternative of the schema they follow. Threads are values; equal ones are one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from dllm_struct.automata.dfa import DEAD
from dllm_struct.languages.json_schema.machine.frames import Document, Frame, Returns
from dllm_struct.languages.json_schema.machine.fresh import fresh_scalar
from dllm_struct.languages.json_schema.machine.keys import Key
from dllm_struct.languages.json_schema.machine.literals import QUOTE
from dllm_struct.languages.json_schema.machine.open_arrays import ArrayFrame
from dllm_struct.languages.json_schema.machine.open_objects import ObjectFrame
from dllm_struct.languages.json_schema.machine.reading import Collector, OpenFrame, Plans, Thread
from dllm_struct.languages.json_schema.machine.scalars import Scalars
from dllm_struct.languages.json_schema.machine.style import FULL, ONE, SPACES, room_after
from dllm_struct.languages.json_schema.machine.values import Values
from dllm_struct.languages.json_schema.shapes import Place

COLON, COMMA, BRACE, BRACKET = b":,{["
SEPARATORS = SPACES + b",]}"


@dataclass(frozen=True, slots=True)
class End(Thread):
    """Behind the document's value."""

    room: int

    def step(self, byte: int, after: Collector) -> None:
        """Only whitespace follows."""
        room = room_after(self.room, byte)
        if room is not None:
            after.add(End(room))

    def next_bytes(self, plans: Plans) -> Iterable[int]:
        """Only whitespace follows."""
        return _spaces(self.room)

    def accepting(self) -> bool:
        """The text may always end."""
        return True


@dataclass(frozen=True, slots=True)
class Before(Thread):
    """A value is to come."""

    place: Place
    returns: Returns
    room: int

    def step(self, byte: int, after: Collector) -> None:
        """The first byte tells the kind of value."""
        room = room_after(self.room, byte)
        if room is not None:
            after.add(Before(self.place, self.returns, room))
        elif self.room == ONE:
            return
        elif byte == BRACE:
            for plan in after.plans.objects(self.place):
                after.open(plan, self.returns)
        elif byte == BRACKET:
            for shape in after.plans.arrays(self.place):
                after.open(shape, self.returns)
        else:
            self._scalar(byte, after)

    def _scalar(self, byte: int, after: Collector) -> None:
        scalars = after.plans.places.scalars(self.place)
        state = DEAD if scalars is None else scalars.step(scalars.start, byte)
        if scalars is not None and state != DEAD:
            text = bytes((byte,)) if self.returns.wants else None
            after.scalar(scalars, state, self.returns, text)

    def next_bytes(self, plans: Plans) -> Iterable[int]:
        """Whitespace, brackets, the first bytes of scalars."""
        yield from _spaces(self.room)
        if self.room == ONE:
            return
        if plans.objects(self.place):
            yield BRACE
        if plans.arrays(self.place):
            yield BRACKET
        scalars = plans.places.scalars(self.place)
        if scalars is not None:
            yield from np.flatnonzero(scalars.row(scalars.start)).tolist()


@dataclass(frozen=True, slots=True)
class Leaf(Thread):
    """Inside a scalar, or behind a number that may go on.

    Attributes:
        scalars: reads it.
        state: where it stands.
        returns: the frames that wait for it.
        text: what is read of it, when one of them wants to know.
    """

    scalars: Scalars
    state: int
    returns: Returns
    text: bytes | None

    def step(self, byte: int, after: Collector) -> None:
        """A number ends where a separator follows."""
        state = self.scalars.step(self.state, byte)
        if state != DEAD:
            text = None if self.text is None else self.text + bytes((byte,))
            after.scalar(self.scalars, state, self.returns, text)
        elif self.scalars.accepting(self.state) and byte in SEPARATORS:
            value = None if self.text is None else after.plans.values.scalar(self.text)
            after.step_past(self.returns, value, byte)

    def skim(self, data: bytes, after: Collector) -> bool:
        """Only within a string."""
        if self.text is None or not self.text.startswith(b'"'):
            return False
        state = self.state
        for byte in data:
            state = self.scalars.step(state, byte)
            if state == DEAD:
                return True
        after.scalar(self.scalars, state, self.returns, self.text + data)
        return True

    def next_bytes(self, plans: Plans) -> Iterable[int]:
        """What the scalar's automaton reads, and separators."""
        yield from np.flatnonzero(self.scalars.row(self.state)).tolist()
        if self.scalars.accepting(self.state):
            yield from SEPARATORS

    def accepting(self) -> bool:
        """Only a number that is the whole document."""
        return self.scalars.accepting(self.state) and any(
            isinstance(frame, Document) for frame in self.returns.frames
        )

    def remembers(self) -> bool:
        """Where a frame wants to know it."""
        return self.text is not None and self.scalars.endless(self.state)

    def has_fresh(self, values: Values) -> bool:
        """Whether some frame may receive what this may become."""
        return any(self.fresh(frame, values) is not None for frame in self.returns.frames)

    def fresh(self, frame: Frame, values: Values) -> bytes | None:
        """A short end of the scalar that a frame may receive."""
        if not (isinstance(frame, ArrayFrame) and frame.seen is not None):
            return self.scalars.completion(self.state)
        assert self.text is not None
        return fresh_scalar(self.scalars, self.state, self.text, frame, values)


@dataclass(frozen=True, slots=True)
class Opened(Thread):
    """Behind an opening bracket; the items of an array begin in threads of their own."""

    frame: OpenFrame
    room: int

    def step(self, byte: int, after: Collector) -> None:
        """A key, or the closing bracket."""
        room = room_after(self.room, byte)
        if room is not None:
            after.add(Opened(self.frame, room))
        elif byte == QUOTE and isinstance(self.frame, ObjectFrame):
            _begin_key(self.frame, after)
        else:
            _close(self.frame, byte, after)

    def next_bytes(self, plans: Plans) -> Iterable[int]:
        """Whitespace, the first quote of a key, the closing bracket."""
        yield from _spaces(self.room)
        if isinstance(self.frame, ObjectFrame) and self.frame.key() is not None:
            yield QUOTE
        if self.frame.closable():
            yield self.frame.closed_by()


@dataclass(frozen=True, slots=True)
class After(Thread):
    """Behind an item or a property."""

    frame: OpenFrame
    room: int

    def step(self, byte: int, after: Collector) -> None:
        """A comma, or the closing bracket."""
        room = room_after(self.room, byte)
        frame = self.frame
        if room is not None:
            after.add(After(frame, room))
        elif byte != COMMA:
            _close(frame, byte, after)
        elif isinstance(frame, ArrayFrame):
            for place, waiting in frame.options():
                after.begin(place, waiting, after.style.room_after_mark)
        elif frame.key() is not None:
            after.add(BeforeKey(frame, after.style.room_after_mark))

    def next_bytes(self, plans: Plans) -> Iterable[int]:
        """Whitespace, a comma, the closing bracket."""
        yield from _spaces(self.room)
        frame = self.frame
        if frame.closable():
            yield frame.closed_by()
        if frame.options() if isinstance(frame, ArrayFrame) else frame.key() is not None:
            yield COMMA


@dataclass(frozen=True, slots=True)
class BeforeKey(Thread):
    """Behind the comma between two properties."""

    frame: ObjectFrame
    room: int

    def step(self, byte: int, after: Collector) -> None:
        """A key."""
        room = room_after(self.room, byte)
        if room is not None:
            after.add(BeforeKey(self.frame, room))
        elif byte == QUOTE and self.room != ONE:
            _begin_key(self.frame, after)

    def next_bytes(self, plans: Plans) -> Iterable[int]:
        """Whitespace, the first quote of a key."""
        yield from _spaces(self.room)
        if self.room != ONE:
            yield QUOTE


@dataclass(frozen=True, slots=True)
class InKey(Thread):
    """Inside a key."""

    frame: ObjectFrame
    key: Key

    def step(self, byte: int, after: Collector) -> None:
        """A key ends with a quote, unless that is escaped."""
        if byte == QUOTE:
            for place, waiting in self.frame.ended(self.key):
                after.add(AfterKey(waiting, place, after.style.room))
        self.skim(bytes((byte,)), after)

    def skim(self, data: bytes, after: Collector) -> bool:
        """The key goes on, if there is such a key."""
        key = self.key.after(data)
        if key is not None and self.frame.alive(key):
            after.add(InKey(self.frame, key))
        return True

    def next_bytes(self, plans: Plans) -> Iterable[int]:
        """What keys go on with, and the last quote."""
        return b'"' + self.key.next_bytes()

    def remembers(self) -> bool:
        """A key that may become one of endlessly many unnamed ones."""
        if self.frame.plan.rules.places.style.forgetful:
            return False
        return any(keys.literal.lasting(state) for keys, state in self.key.unnamed)


@dataclass(frozen=True, slots=True)
class AfterKey(Thread):
    """Behind a key: the frame waits for a value of a place."""

    frame: ObjectFrame
    place: Place
    room: int

    def step(self, byte: int, after: Collector) -> None:
        """A colon."""
        room = room_after(self.room, byte)
        if room is not None:
            after.add(AfterKey(self.frame, self.place, room))
        elif byte == COLON:
            after.begin(self.place, self.frame, after.style.room_after_mark)

    def next_bytes(self, plans: Plans) -> Iterable[int]:
        """Whitespace, a colon."""
        yield from _spaces(self.room)
        yield COLON


def _begin_key(frame: ObjectFrame, after: Collector) -> None:
    key = frame.key()
    if key is not None:
        after.add(InKey(frame, key))


def _close(frame: OpenFrame, byte: int, after: Collector) -> None:
    """The closing bracket of a frame, if the byte may be that."""
    if byte == frame.closed_by() and frame.closable():
        after.end(frame.returns, frame.value(after.plans.values))


def _spaces(room: int) -> bytes:
    if room == FULL:
        return b""
    return SPACES[:1] if room == ONE else SPACES
