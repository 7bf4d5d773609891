"""Values that a place has: whether there is any, a short one, several different ones."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from itertools import combinations, islice

from dllm_struct.languages.json_schema.differing import Differing, find_differing
from dllm_struct.languages.json_schema.graph.counting import Counted, Counting
from dllm_struct.languages.json_schema.graph.equality import equality_key
from dllm_struct.languages.json_schema.graph.object_values import (
    Expandable,
    Goal,
    Lookup,
    ObjectValues,
)
from dllm_struct.languages.json_schema.graph.short_texts import (
    Text,
    are_unique,
    array_text,
    in_order,
    items_of,
    members,
    object_text,
    scalars,
)
from dllm_struct.languages.json_schema.repeating import Repeating
from dllm_struct.languages.json_schema.shapes import (
    ArrayShape,
    ObjectShape,
    Place,
    Shapes,
)

_DEPTHS_OF_VARIATION = (3, 5, 7)
"""Levels of a value that are varied, more of them where that gives too few values."""


class Inhabitants:
    """Short values of places, found as a least fixed point: recursion without an end has none."""

    def __init__(self, graph: Expandable) -> None:
        self._graph = graph
        self._objects = ObjectValues(graph)
        self._settled: dict[Goal, Text | None] = {}
        self._is_cut = False  # whether a search has left levels as they are

    def shortest(self, goal: Goal) -> Text | None:
        """A short canonical text of a value, or None when there is none."""
        if goal not in self._settled:
            self._settle(goal)
        return self._settled[goal]

    def _settle(self, goal: Goal) -> None:
        found: dict[Goal, Text | None] = {goal: None}

        def lookup(other: Goal) -> Text | None:
            if other in self._settled:
                return self._settled[other]
            return found.setdefault(other, None)

        changed = True
        while changed:
            changed = False
            before = len(found)
            for other in reversed(list(found)):
                if found[other] is None:
                    found[other] = self._evaluate(other, lookup)
                    changed |= found[other] is not None
            changed |= len(found) > before
        self._settled |= found

    def _evaluate(self, goal: Goal, lookup: Lookup) -> Text | None:
        if isinstance(goal, ArrayShape):
            return self._array(goal, lookup)
        shapes = self._graph.expand(goal)
        scalar = next(scalars(shapes), None)
        if scalar is not None:
            return scalar
        candidates = [
            *(self._objects.shortest(shape, lookup) for shape in shapes.objects),
            *(lookup(shape) for shape in shapes.arrays),
        ]
        return min((text for text in candidates if text is not None), key=len, default=None)

    def several(self, place: Place, count: int) -> list[Text]:
        """Up to ``count`` different values of a place; fewer only when it seems to have no more."""
        return self._several(place, count, self.shortest)

    def _several(self, place: Place, count: int, lookup: Lookup) -> list[Text]:
        """What is known of the values, by a search that asks for nothing but what it looks up."""
        found: list[Text] = []
        for depth in _DEPTHS_OF_VARIATION:
            self._is_cut = False
            found = self._varied(place, count, lookup, depth)
            if len(found) >= count or not self._is_cut:
                break
        return found

    def _varied(self, place: Place, count: int, lookup: Lookup, depth: int) -> list[Text]:
        """The same, with so many levels varied."""
        shapes = self._graph.expand(place)
        found: dict[str, Text] = {}
        for text in self._variations(shapes, count, lookup, depth):
            found.setdefault(equality_key(json.loads(text)), text)
            if len(found) >= count:
                break
        return list(found.values())

    def _variations(self, shapes: Shapes, count: int, lookup: Lookup, depth: int) -> Iterator[Text]:
        yield from scalars(shapes, count)
        if depth == 0:
            self._is_cut |= bool(shapes.arrays or shapes.objects)
            return
        for array in shapes.arrays:
            yield from self._array_variations(array, count, lookup, depth)
        for shape in shapes.objects:
            yield from self._object_variations(shape, count, lookup, depth)

    def _array_variations(
        self, shape: ArrayShape, count: int, lookup: Lookup, depth: int
    ) -> Iterator[Text]:
        base = lookup(shape)
        if base is None:
            return
        yield base
        if shape.counts or shape.unique is False:
            return
        for texts in self._changed(shape, items_of(base), count, lookup, depth - 1):
            if are_unique(shape, texts):
                yield array_text(texts)

    def _changed(
        self, shape: ArrayShape, texts: list[Text], count: int, lookup: Lookup, depth: int
    ) -> Iterator[list[Text]]:
        """Items with another one in a place, two in each other's place, or more at the end."""
        places = [_place_at(shape, i) for i in range(len(texts))]
        for i, place in enumerate(places):
            for text in self._varied(place, count, lookup, depth):
                yield [*texts[:i], text, *texts[i + 1 :]]
        for i, j in combinations(range(len(texts)), 2):
            if places[i] == places[j]:
                yield [*texts[:i], texts[j], *texts[i + 1 : j], texts[i], *texts[j + 1 :]]
        most = len(texts) + count if shape.max_items is None else shape.max_items
        for size in range(len(texts) + 1, min(most, len(texts) + count) + 1):
            place = _place_at(shape, size - 1)
            more = lookup(place)
            if more in texts and shape.unique:
                others = self._varied(place, size, lookup, depth)
                more = next((text for text in others if text not in texts), None)
            if more is None:
                return
            texts = [*texts, more]
            yield texts

    def _object_variations(
        self, shape: ObjectShape, count: int, lookup: Lookup, depth: int
    ) -> Iterator[Text]:
        base = self._objects.shortest(shape, lookup)
        if base is None:
            return
        yield base
        if shape.some:
            return
        texts = {key: json.dumps(value).encode() for key, value in json.loads(base).items()}
        full = shape.max_properties is not None and len(texts) >= shape.max_properties
        for prop in shape.properties:
            if prop.name in texts or not full:
                for text in self._varied(prop.value, count, lookup, depth - 1):
                    yield object_text(in_order(shape, texts | {prop.name: text}))
        if not full:
            for others in shape.others:
                value = lookup(others.value)
                for name in islice(members(others.keys, 2 * count), 2 * count):
                    if value is not None and name not in texts:
                        yield object_text({**texts, name: value})

    def _array(self, shape: ArrayShape, lookup: Lookup) -> Text | None:
        if shape.counts:
            return self._counted(shape, lookup)
        size = max(shape.min_items, 2 if shape.unique is False else 0)
        if shape.max_items is not None and size > shape.max_items:
            return None
        places = [_place_at(shape, i) for i in range(size)]
        texts = [lookup(place) for place in places]
        if any(text is None for text in texts):
            return None
        found = [text for text in texts if text is not None]
        if shape.unique and len(set(found)) < len(found):
            return self._distinct(places, lookup)
        if shape.unique is False:
            return self._with_equal(shape, places, found, lookup)
        return array_text(found)

    def _distinct(self, places: list[Place], lookup: Lookup) -> Text | None:
        """Different items of certain places."""
        items = self._differing(len(places), lookup)
        return array_text(items.texts) if all(map(items.push, places)) else None

    def _differing(self, count: int, lookup: Lookup) -> Differing[str]:
        """No items yet, of places that each have so many values, or all that are found."""

        @cache
        def choices(place: Place) -> list[tuple[Text, str]]:
            texts = self._several(place, count, lookup)
            return [(text, equality_key(json.loads(text))) for text in texts]

        return Differing(choices)

    def _with_equal(
        self, shape: ArrayShape, places: list[Place], texts: list[Text], lookup: Lookup
    ) -> Text | None:
        """Two equal items at least."""
        most = max(len(places), len(shape.prefix) + 2)
        most = most if shape.max_items is None else min(most, shape.max_items)
        texts = list(texts)
        for size in range(len(places), most + 1):
            while len(texts) < size:
                more = lookup(_place_at(shape, len(texts)))
                if more is None:
                    return None
                texts.append(more)
            for i, j in combinations(range(size), 2):
                common = lookup(self._graph.meet(_place_at(shape, i), _place_at(shape, j)))
                if common is not None:
                    texts[i] = texts[j] = common
                    return array_text(texts)
        return None

    def _counted(self, shape: ArrayShape, lookup: Lookup) -> Text | None:
        """Items some of which count: a search over how many have been counted so far."""
        counting = Counting(shape, self._graph.meet, lambda place: lookup(place) is not None)
        if shape.unique:
            items = self._differing(counting.most, lookup)
            start = counting.start
            if counting.complete(start):
                return array_text([])
            found = find_differing(counting.ways, counting.complete, counting.ways(start), items)
            return None if found is None else array_text(items.texts)

        def finish(written: Counted) -> list[Text] | None:
            places = counting.route(written)
            texts = map(lookup, places or ())
            return None if places is None else [text for text in texts if text is not None]

        def common(first: Place, second: Place) -> Text | None:
            return lookup(first if first == second else self._graph.meet(first, second))

        if shape.unique is None:
            texts = finish(counting.start)
        else:
            texts = Repeating(counting.ways, finish, common).find(counting.start)
        return None if texts is None else array_text(texts)


def _place_at(shape: ArrayShape, position: int) -> Place:
    return shape.prefix[position] if position < len(shape.prefix) else shape.rest
