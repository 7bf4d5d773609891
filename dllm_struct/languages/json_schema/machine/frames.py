"""Open arrays and objects, linked to what they stand in.

The stack of a thread is a graph: a value knows the set of frames that wait for it, each of which is
itself a value of its own set. So alternatives that opened different frames for the same text share
all that is inside, and their number does not multiply with depth (graph-structured stacks; Tomita
1985).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol


class Frame(Protocol):
    """An open array or object, or the document, that waits for a value or has got one."""

    @property
    def returns(self) -> Returns | None:
        """The frames that wait for it; None for the document."""

    @property
    def wants(self) -> bool:
        """Whether it has to know the values that it receives."""

    def received(self, value: int | None) -> Frame | None:
        """The frame after the value that it waited for; None when it may not have that value."""

    def finish(self) -> bytes | None:
        """A short text from behind a value to the closing bracket; None when there is none."""


class Returns:
    """The frames that wait for one value.

    Attributes:
        frames: the frames.
        wants: whether one of them has to know the value itself.
        tail: bytes of the shortest way to the document's end, and the frame that it begins in;
            None while nobody asked.
    """

    __slots__ = ("frames", "tail", "wants")

    def __init__(self, frames: frozenset[Frame]) -> None:
        self.frames = frames
        self.wants = any(frame.wants for frame in frames)
        self.tail: tuple[int, Frame] | None = None


class Interned:
    """Sets of frames, each once."""

    def __init__(self) -> None:
        self._returns: dict[frozenset[Frame], Returns] = {}

    def returns(self, frames: Iterable[Frame]) -> Returns:
        """The one object for a set of frames."""
        key = frozenset(frames)
        found = self._returns.get(key)
        if found is None:
            found = self._returns[key] = Returns(key)
        return found

    def union(self, several: list[Returns]) -> Returns:
        """The frames of several sets."""
        if len(several) == 1:
            return several[0]
        return self.returns(frame for returns in several for frame in returns.frames)


class Document:
    """The frame of the whole text."""

    returns = None
    wants = False

    def received(self, value: int | None) -> Document:
        """The same: it waits for one value."""
        return self

    def finish(self) -> bytes:
        """Nothing is missing behind the value."""
        return b""
