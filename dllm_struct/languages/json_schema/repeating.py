"""Items two of which at least are equal: which place each item takes, and which two are equal."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from dllm_struct.languages.json_schema.shapes import Place

State = TypeVar("State", bound=Hashable)

_MOST_WAYS_TRIED = 20_000
"""Beginnings of arrays that a search looks at before it gives up."""


@dataclass(frozen=True)
class Repeating(Generic[State]):
    """What a search for equal items asks.

    Attributes:
        ways: the ways to add one more item to what is written: its place, and what is written then.
        finish: short texts of the items that are missing otherwise; None where nothing completes.
        common: a short text of a value that two places have, which may be the same place.
        again: the text of a value written before that a place has too.
    """

    ways: Callable[[State], Iterable[tuple[Place, State]]]
    finish: Callable[[State], list[bytes] | None]
    common: Callable[[Place, Place], bytes | None]
    again: Callable[[Place], bytes | None] = lambda place: None

    def find(self, written: State) -> list[bytes] | None:
        """Return texts of items that complete an array; None where none were found.

        Breadth-first, so that few items come before the equal ones.
        """
        waiting: deque[tuple[State, tuple[Place, ...]]] = deque([(written, ())])
        known: set[tuple[State, frozenset[Place]]] = set()
        for _ in range(_MOST_WAYS_TRIED):
            if not waiting:
                break
            at, before = waiting.popleft()
            for place, after in self.ways(at):
                items = self._equal(before, place)
                rest = None if items is None else self.finish(after)
                if items is not None and rest is not None:
                    return items + rest
                key = (after, frozenset((*before, place)))
                if key not in known:
                    known.add(key)
                    waiting.append((after, (*before, place)))
        return None

    def _equal(self, before: tuple[Place, ...], place: Place) -> list[bytes] | None:
        """The texts of items, the last of which is equal to one before it."""
        equal = self.again(place)
        if equal is not None:
            return [*self._texts(before), equal]
        for index, earlier in enumerate(before):
            equal = self.common(earlier, place)
            if equal is not None:
                texts = self._texts(before)
                texts[index] = equal
                return [*texts, equal]
        return None

    def _texts(self, places: Iterable[Place]) -> list[bytes]:
        texts = [self.common(place, place) for place in places]
        return [text for text in texts if text is not None]
