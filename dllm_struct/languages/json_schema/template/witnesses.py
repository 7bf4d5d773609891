"""Values of shapes, put together from values of their children."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from dllm_struct.automata.algebra import intersection
from dllm_struct.languages.json_schema.shapes import (
    ArrayShape,
    Count,
    ObjectShape,
    Others,
    Place,
    Shapes,
)
from dllm_struct.languages.json_schema.template.typical import (
    MOST,
    names,
    number_texts,
    string_texts,
)

Texts = tuple[str, ...]
"""Canonical JSON texts of some values."""

LONGEST = 20_000
"""Characters of one text."""

_MOST = 1_000  # items or properties
_LITERALS = ("true", "false", "null")


class Witnesses:
    """Makes texts of shapes.

    Args:
        texts: some texts of a place's values; () when none is known.
        meet: the place that satisfies all of some places.
    """

    def __init__(
        self, texts: Callable[[Place], Texts], meet: Callable[..., Place], most: int = MOST
    ) -> None:
        self._texts, self._meet, self._most = texts, meet, most

    def of_shapes(self, shapes: Shapes) -> Texts:
        """Some texts, each kind of value in turn."""
        literals = tuple(sorted(shapes.literals, key=_LITERALS.index))
        found = [literals, *self._scalars(shapes)]
        found += [self.of_array(shape) for shape in shapes.arrays]
        found += [self.of_object(shape) for shape in shapes.objects]
        rounds = [text for i in range(self._most) for texts in found for text in texts[i : i + 1]]
        return tuple(dict.fromkeys(rounds))[: self._most]

    def _scalars(self, shapes: Shapes) -> Iterator[Texts]:
        if not shapes.written_numbers.is_empty:
            yield number_texts(shapes.written_numbers)
        if not shapes.written_strings.is_empty:
            yield string_texts(shapes.written_strings)

    def of_object(self, shape: ObjectShape) -> Texts:
        """Some texts of an object; () when none is found."""
        required = [p for p in shape.properties if p.required]
        known = {p.name: self._texts(p.value) for p in required}
        if not all(known.values()):
            return ()
        for p in shape.properties:
            if len(known) + len(shape.some) < shape.min_properties and p.name not in known:
                known[p.name] = self._texts(p.value)
                if not known[p.name]:
                    del known[p.name]
        named = {p.name: known[p.name] for p in shape.properties if p.name in known}
        others = self._unnamed(shape, shape.min_properties - len(named))
        if others is None:
            return ()
        named |= others
        if shape.max_properties is not None and len(named) > shape.max_properties:
            return ()
        return self._rounds(named.values(), lambda row: _object(zip(named, row, strict=True)))

    def _unnamed(self, shape: ObjectShape, wanted: int) -> dict[str, Texts] | None:
        """Unnamed properties: those that are asked for, and others until they are enough."""
        found: dict[str, Texts] = {}
        for some in shape.some:
            if not self._add_one(found, some, shape.others):
                return None
        for others in shape.others:
            texts = self._texts(others.value) if len(found) < wanted else ()
            if texts:
                more = [key for key in names(others.keys, min(wanted, _MOST)) if key not in found]
                found |= dict.fromkeys(more[: wanted - len(found)], texts)
        return found if len(found) >= wanted else None

    def _add_one(self, found: dict[str, Texts], some: Others, others: Iterable[Others]) -> bool:
        for other in others:
            keys = names(intersection(some.keys, other.keys), len(found) + 1)
            fresh = [key for key in keys if key not in found]
            texts = self._texts(self._meet(some.value, other.value)) if fresh else ()
            if texts:
                found[fresh[0]] = texts
                return True
        return False

    def of_array(self, shape: ArrayShape) -> Texts:
        """Some texts of an array; () when none is found."""
        fewest = max(shape.min_items, 2 if shape.unique is False else 0)
        if shape.counts:
            places = self._counted(shape, fewest)
        elif fewest > _MOST:
            places = None
        else:
            places = [_item(shape, i) for i in range(fewest)]
        if places is None or not 0 <= len(places) <= _bound(shape.max_items):
            return ()
        columns = [self._texts(place) for place in places]
        if not all(columns):
            return ()
        if shape.unique is None:
            return self._rounds(columns, _array)
        row = _distinct(columns) if shape.unique else _doubled(columns)
        return (_array(row),) if row is not None and len(_array(row)) <= LONGEST else ()

    def _counted(self, shape: ArrayShape, fewest: int) -> list[Place] | None:
        """The items' places when there is one count; None for more."""
        if len(shape.counts) > 1:
            return None
        (count,) = shape.counts
        length = max(fewest, count.start + count.low)
        if length > _MOST:
            return None
        return [self._counted_item(shape, count, i) for i in range(length)]

    def _counted_item(self, shape: ArrayShape, count: Count, position: int) -> Place:
        item = _item(shape, position)
        if position < count.start:
            return item
        counts = position - count.start < count.low
        return self._meet(item, count.inside if counts else count.outside)

    def _rounds(self, columns: Iterable[Texts], write: Callable[[Iterable[str]], str]) -> Texts:
        """Texts from the first of each column, the second of each, and so on."""
        listed = list(columns)
        rounds = max((len(column) for column in listed), default=1)
        found = []
        for turn in range(min(rounds, self._most)):
            row = [column[turn % len(column)] for column in listed]
            if sum(map(len, row)) > LONGEST:
                break
            found.append(write(row))
        return tuple(dict.fromkeys(found))


def _item(shape: ArrayShape, position: int) -> Place:
    return shape.prefix[position] if position < len(shape.prefix) else shape.rest


def _bound(most: int | None) -> int:
    return _MOST if most is None else most


def _distinct(columns: list[Texts]) -> list[str] | None:
    """One text of each column, all of different values."""
    row: list[str] = []
    seen: list[Any] = []
    for column in columns:
        fresh = next((text for text in column if json.loads(text) not in seen), None)
        if fresh is None:
            return None
        row.append(fresh)
        seen.append(json.loads(fresh))
    return row


def _doubled(columns: list[Texts]) -> list[str] | None:
    """One text of each column, two of them equal."""
    row = [column[0] for column in columns]
    for i, column in enumerate(columns):
        for j in range(i):
            common = [text for text in columns[j] if text in column]
            if common:
                row[i] = row[j] = common[0]
                return row
    return None


def _object(members: Iterable[tuple[str, str]]) -> str:
    pairs = (f"{json.dumps(name, ensure_ascii=False)}: {text}" for name, text in members)
    return "{" + ", ".join(pairs) + "}"


def _array(items: Iterable[str]) -> str:
    return "[" + ", ".join(items) + "]"
