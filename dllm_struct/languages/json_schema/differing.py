"""Items that all differ: which place each item takes, and which of its values.

The values are a matching between items and values (Kuhn's augmenting paths: Kuhn 1955, "The
Hungarian method for the assignment problem"), so that an item gives its value up where a later one
has no other. The places are found by a depth-first search over the ways to write the array.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import Generic, NamedTuple, TypeVar

from dllm_struct.languages.json_schema.shapes import Place

State = TypeVar("State", bound=Hashable)
Value = TypeVar("Value", bound=Hashable)

_MOST_ITEMS_TRIED = 20_000
"""Items that a search adds before it gives up."""


class Way(NamedTuple, Generic[State]):
    """One more item.

    Attributes:
        place: what it is.
        after: what is written then.
    """

    place: Place
    after: State


class Differing(Generic[Value]):
    """Items with different values, as a stack.

    Args:
        members: texts and values of a place, each value once; without end, or all there are.
        taken: values that no item may have.
    """

    def __init__(
        self,
        members: Callable[[Place], Iterable[tuple[bytes, Value]]],
        taken: Callable[[Value], bool] = lambda value: False,
    ) -> None:
        self._members = members
        self._taken = taken
        self._places: list[Place] = []
        self._chosen: list[tuple[bytes, Value]] = []
        self._owner: dict[Value, int] = {}
        self._fresh: dict[Place, Iterator[tuple[bytes, Value]]] = {}
        self._count: Counter[Place] = Counter()

    @property
    def texts(self) -> list[bytes]:
        """The texts of the items, in order."""
        return [text for text, _ in self._chosen]

    @property
    def values(self) -> list[Value]:
        """The values of the items, in order."""
        return [value for _, value in self._chosen]

    def places(self) -> frozenset[tuple[Place, int]]:
        """How many items are of each place."""
        return frozenset(self._count.items())

    def push(self, place: Place) -> bool:
        """Add an item; False where its place has no value for it, whatever the others take."""
        index = len(self._places)
        member = self._next_free(place)
        self._places.append(place)
        if member is not None:
            self._chosen.append(member)
            self._owner[member[1]] = index
        elif not self._augment(index):
            self._places.pop()
            return False
        self._count[place] += 1
        return True

    def pop(self) -> None:
        """Drop the last item."""
        place = self._places.pop()
        _, value = self._chosen.pop()
        del self._owner[value]
        self._count[place] -= 1
        if not self._count[place]:
            del self._count[place]

    def _next_free(self, place: Place) -> tuple[bytes, Value] | None:
        """A value that nothing has had; those given back are found by paths."""
        if place not in self._fresh:
            self._fresh[place] = iter(self._members(place))
        for member in self._fresh[place]:
            if member[1] not in self._owner and not self._taken(member[1]):
                return member
        return None

    def _augment(self, index: int) -> bool:
        """Give the last item a value along a path of items that each take another one."""
        came: dict[Value, tuple[int, bytes]] = {}
        waiting = deque([index])
        while waiting:
            at = waiting.popleft()
            for text, value in self._members(self._places[at]):
                if value in came or self._taken(value):
                    continue
                came[value] = (at, text)
                if value not in self._owner:
                    self._shift(value, came, index)
                    return True
                waiting.append(self._owner[value])
        return False

    def _shift(self, value: Value, came: dict[Value, tuple[int, bytes]], index: int) -> None:
        while True:
            at, text = came[value]
            self._owner[value] = at
            if at == index:
                self._chosen.append((text, value))
                return
            former = self._chosen[at][1]
            self._chosen[at] = (text, value)
            value = former


def find_differing(
    ways: Callable[[State], Iterable[Way[State]]],
    complete: Callable[[State], bool],
    first: Iterable[Way[State]],
    items: Differing[Value],
) -> list[Way[State]] | None:
    """Add items until an array is complete.

    Args:
        ways: the ways to add one more item, short ones first; none leads back to where it began.
        complete: whether no further item is asked for.
        first: the ways to add the first item.
        items: those to add to; the items found, or as it was.

    Returns:
        The ways taken, one for each item; None where there are none.
    """
    stack = [iter(first)]
    taken: list[Way[State]] = []
    known: set[tuple[State, frozenset[tuple[Place, int]]]] = set()
    tried = 0
    while stack:
        way = next(stack[-1], None)
        if way is None or tried > _MOST_ITEMS_TRIED:
            stack.pop()
            if stack:
                items.pop()
                taken.pop()
            continue
        tried += 1
        if not items.push(way.place):
            continue
        if complete(way.after):
            return [*taken, way]
        key = (way.after, items.places())
        if key in known:
            items.pop()
            continue
        known.add(key)
        taken.append(way)
        stack.append(iter(ways(way.after)))
    return None
