"""Arrays some of whose items count: which places their items may take one after the other."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from typing import NamedTuple

from dllm_struct.languages.json_schema.differing import Way
from dllm_struct.languages.json_schema.shapes import ArrayShape, Count, Place

_EXTRA_ITEMS = 16


class Counted(NamedTuple):
    """What is written of an array.

    Attributes:
        size: how many items.
        sums: how many of them count, for each of the shape's `counts`, as far as it matters.
    """

    size: int
    sums: tuple[int, ...]


class Counting:
    """The ways to write arrays of a shape with counts.

    Args:
        shape: the arrays.
        meet: the place that satisfies several.
        inhabited: whether a place has a value, as far as is known.

    Attributes:
        start: nothing is written.
        most: items that an array has at most here.
    """

    def __init__(
        self,
        shape: ArrayShape,
        meet: Callable[..., Place],
        inhabited: Callable[[Place], bool],
    ) -> None:
        self._shape = shape
        self._meet = meet
        self._inhabited = inhabited
        self._enough = tuple(count.low for count in shape.counts)
        begins = max(count.start for count in shape.counts)
        least = max(shape.min_items, len(shape.prefix), begins)
        most = least + sum(self._enough) + _EXTRA_ITEMS
        self.most = most if shape.max_items is None else min(most, shape.max_items)
        self.start = Counted(0, (0,) * len(shape.counts))
        self._ways: dict[Counted, list[Way[Counted]]] = {}

    def complete(self, written: Counted) -> bool:
        """Whether no further item is asked for, equal or different ones apart."""
        met = (a >= b for a, b in zip(written.sums, self._enough, strict=True))
        return written.size >= self._shape.min_items and all(met)

    def ways(self, written: Counted) -> list[Way[Counted]]:
        """One more item, those first that are asked for."""
        if written not in self._ways:
            found = self._one_more(written) if written.size < self.most else ()
            order = sorted(found, key=lambda way: -self._met(way.after))
            self._ways[written] = order
        return self._ways[written]

    def _met(self, written: Counted) -> int:
        return sum(map(min, written.sums, self._enough))

    def _one_more(self, written: Counted) -> Iterator[Way[Counted]]:
        shape, size = self._shape, written.size
        place = shape.prefix[size] if size < len(shape.prefix) else shape.rest
        for counted, met in self._sides(size, place):
            sums = tuple(
                a + b if count.high is not None else min(a + b, count.low)
                for a, b, count in zip(written.sums, counted, shape.counts, strict=True)
            )
            over = any(
                count.high is not None and total > count.high
                for total, count in zip(sums, shape.counts, strict=True)
            )
            if not over and self._inhabited(met):
                yield Way(met, Counted(size + 1, sums))

    def _sides(self, size: int, place: Place) -> list[tuple[tuple[int, ...], Place]]:
        """Which counts an item may fall under, and the place that it then has."""
        ways: list[tuple[tuple[int, ...], Place]] = [((), place)]
        for count in self._shape.counts:
            ways = [
                ((*counted, inside), met if side is None else self._meet(met, side))
                for counted, met in ways
                for inside, side in _sides(count, size)
            ]
        return ways

    def route(self, written: Counted) -> list[Place] | None:
        """The fewest items that complete an array, equal or not; None without any."""
        came: dict[Counted, tuple[Counted, Place]] = {}
        known, waiting = {written}, deque([written])
        while waiting:
            at = waiting.popleft()
            if self.complete(at):
                places = []
                while at != written:
                    at, place = came[at]
                    places.append(place)
                return places[::-1]
            for place, after in self.ways(at):
                if after not in known:
                    known.add(after)
                    came[after] = (at, place)
                    waiting.append(after)
        return None


def _sides(count: Count, position: int) -> list[tuple[int, Place | None]]:
    if position < count.start:
        return [(0, None)]
    return [(0, count.outside), (1, count.inside)]
