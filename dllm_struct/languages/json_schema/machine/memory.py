"""What an open array or object remembers: persistent sets and lists, shared by their versions.

A version is never changed. Adding to the newest version extends a log that all versions share, so
that a thousand additions cost a thousand steps and not a million; adding to an older one copies.
Adding the same element to the same version gives the same version, so versions can be interned by
identity.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import Generic, TypeVar

Element = TypeVar("Element", bound=Hashable)


class Remembered(Generic[Element]):
    """A persistent set that keeps the order of addition."""

    __slots__ = ("_extended", "_log", "size")

    def __init__(self, log: dict[Element, int] | None = None, size: int = 0) -> None:
        self._log: dict[Element, int] = {} if log is None else log
        self._extended: dict[Element, Remembered[Element]] = {}
        self.size = size

    def __contains__(self, element: Element) -> bool:
        return self._log.get(element, self.size) < self.size

    def __iter__(self) -> Iterator[Element]:
        for element, place in self._log.items():
            if place >= self.size:
                return
            yield element

    def adding(self, element: Element) -> Remembered[Element]:
        """The version with one more element, which is not in this one."""
        extended = self._extended.get(element)
        if extended is None:
            log = self._log
            if len(log) > self.size:  # a later version has gone another way
                log = {member: place for place, member in enumerate(self)}
            log[element] = self.size
            extended = self._extended[element] = Remembered(log, self.size + 1)
        return extended


class Chain(Generic[Element]):
    """A persistent list, to be read once at its end."""

    __slots__ = ("_before", "_element", "_extended")

    def __init__(
        self, before: Chain[Element] | None = None, element: Element | None = None
    ) -> None:
        self._before = before
        self._element = element
        self._extended: dict[Element, Chain[Element]] = {}

    def adding(self, element: Element) -> Chain[Element]:
        """The list with one more element."""
        extended = self._extended.get(element)
        if extended is None:
            extended = self._extended[element] = Chain(self, element)
        return extended

    def elements(self) -> list[Element]:
        """All elements, in order."""
        found: list[Element] = []
        link: Chain[Element] | None = self
        while link is not None and link._before is not None:
            assert link._element is not None
            found.append(link._element)
            link = link._before
        return found[::-1]
