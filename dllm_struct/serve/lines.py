"""Waiting in line."""

from __future__ import annotations

from collections import deque
from threading import Condition
from typing import Generic, TypeVar

T = TypeVar("T")


class Line(Generic[T]):
    """First come, first served; used by several threads."""

    def __init__(self) -> None:
        self._waiting: deque[T] = deque()
        self._changed = Condition()
        self._open = True

    @property
    def is_open(self) -> bool:
        """Whether it still moves."""
        return self._open

    def put(self, one: T) -> None:
        """Put one at the end."""
        with self._changed:
            self._waiting.append(one)
            self._changed.notify()

    def take(self, most: int | None, waits: bool) -> list[T]:
        """Take from the front; nothing once the line is closed.

        Args:
            most: how many at most; None: all.
            waits: whether to wait for the first.
        """
        with self._changed:
            while waits and self._open and not self._waiting:
                self._changed.wait()
            here = len(self._waiting)
            count = 0 if not self._open else here if most is None else min(most, here)
            return [self._waiting.popleft() for _ in range(count)]

    def close(self) -> None:
        """Let nobody through any more."""
        with self._changed:
            self._open = False
            self._changed.notify_all()
