"""What the shape of an array allows: how many items, and how many that count."""

from __future__ import annotations

from collections.abc import Iterator
from heapq import heappop, heappush
from typing import NamedTuple

from dllm_struct.languages.json_schema.machine.places import Places
from dllm_struct.languages.json_schema.machine.style import COMMA
from dllm_struct.languages.json_schema.shapes import ArrayShape, Place

UNLIMITED = 1 << 60


class Items(NamedTuple):
    """What is written of an array.

    Attributes:
        size: how many items, as far as it matters.
        counts: how many that count for each of the shape's `counts`, as far as it matters.
    """

    size: int
    counts: tuple[int, ...]


class ArrayRules:
    """What one shape of arrays allows, whatever frames such an array stands in.

    Attributes:
        possible: whether there is such an array at all.
    """

    def __init__(self, places: Places, shape: ArrayShape) -> None:
        self.places = places
        self.shape = shape
        self.high = UNLIMITED if shape.max_items is None else shape.max_items
        barred = (i for i, place in enumerate(shape.prefix) if not places.inhabited(place))
        self.high = min(self.high, next(barred, UNLIMITED))
        if self.high > len(shape.prefix) and not places.inhabited(shape.rest):
            self.high = len(shape.prefix)
        self.low = max(shape.min_items, 2 if shape.unique is False else 0)
        bounded = self.high if self.high < UNLIMITED else 0
        begins = max((count.start for count in shape.counts), default=0)
        self._enough = max(len(shape.prefix), self.low, bounded, begins)
        self._options: dict[Items, tuple[tuple[Place, Items], ...]] = {}
        self._routes: dict[Items, tuple[Place, Items] | None] = {}
        self._finishes: dict[Items, bytes | None] = {}
        self.start = Items(0, (0,) * len(shape.counts))
        self.possible = self.feasible(self.start)

    def place(self, index: int) -> Place:
        """What an item is."""
        return self.shape.prefix[index] if index < len(self.shape.prefix) else self.shape.rest

    def complete(self, written: Items) -> bool:
        """Whether no further item is asked for, equal or different ones apart."""
        met = (n >= count.low for n, count in zip(written.counts, self.shape.counts, strict=True))
        return written.size >= self.low and all(met)

    def options(self, written: Items) -> tuple[tuple[Place, Items], ...]:
        """The ways to take one more item: its place, and what is written then."""
        found = self._options.get(written)
        if found is None:
            found = tuple(self._ways(written)) if written.size < self.high else ()
            self._options[written] = found
        return found

    def _ways(self, written: Items) -> Iterator[tuple[Place, Items]]:
        for place, after in self._steps(written):
            if self.feasible(after):
                yield place, after

    def _steps(self, written: Items) -> Iterator[tuple[Place, Items]]:
        size = min(written.size + 1, self._enough) if self.high == UNLIMITED else written.size + 1
        ways: list[tuple[list[Place], tuple[int, ...]]] = [([self.place(written.size)], ())]
        for n, count in zip(written.counts, self.shape.counts, strict=True):
            if written.size < count.start:
                ways = [(met, (*done, n)) for met, done in ways]
                continue
            enough = count.low if count.high is None else count.high
            options: list[tuple[Place, int]] = []
            pointless = n >= enough and count.outside == self.places.graph.anything
            if not pointless and (count.high is None or n < count.high):
                options.append((count.inside, min(n + 1, enough)))
            options.append((count.outside, n))
            ways = [([*met, place], (*done, m)) for met, done in ways for place, m in options]
        for met, counts in ways:
            place = self.places.meet(met)
            if self.places.inhabited(place):
                yield place, Items(size, counts)

    def feasible(self, written: Items) -> bool:
        """Whether an array can be completed, equal or different items apart."""
        if not self.shape.counts:
            return max(written.size, self.low) <= self.high
        return self.complete(written) or self._route(written) is not None

    def _route(self, written: Items) -> tuple[Place, Items] | None:
        """The next item on a shortest way to a complete array (Dijkstra's algorithm)."""
        if written in self._routes:
            return self._routes[written]
        came: dict[Items, tuple[Items, Place]] = {}
        queue = [(0, written)]
        cost = {written: 0}
        while queue:
            length, at = heappop(queue)
            if length > cost[at]:
                continue
            if self.complete(at):
                while at != written:
                    before, place = came[at]
                    self._routes[before] = (place, at)
                    at = before
                return self._routes[written]
            if at.size >= self.high:
                continue
            for place, after in self._steps(at):
                total = length + len(self.places.text(place)) + len(COMMA)
                if after != at and total < cost.get(after, UNLIMITED):
                    cost[after] = total
                    came[after] = (at, place)
                    heappush(queue, (total, after))
        self._routes[written] = None
        return None

    def next_place(self, written: Items) -> tuple[Place, Items]:
        """A further item on a short way to a complete array."""
        if self.shape.counts and not self.complete(written):
            route = self._route(written)
            assert route is not None
            return route
        return self.options(written)[0]

    def finish(self, written: Items) -> bytes | None:
        """A short text from behind an item to the closing bracket, equal items or not."""
        if written not in self._finishes:
            self._finishes[written] = self._finish(written)
        return self._finishes[written]

    def _finish(self, written: Items) -> bytes | None:
        texts = self.missing(written)
        return None if texts is None else b"".join(COMMA + text for text in texts) + b"]"

    def missing(self, written: Items) -> list[bytes] | None:
        """Short texts of the items that are missing, equal items or not; None without any."""
        texts = []
        while not self.complete(written):
            if not self.options(written):
                return None
            place, written = self.next_place(written)
            texts.append(self.places.text(place))
        return texts

    def common(self, first: Place, second: Place) -> bytes | None:
        """A short text of a value that two places have; None without any."""
        return self.places.shortest(self.places.meet([first, second]))
