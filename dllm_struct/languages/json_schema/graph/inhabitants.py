"""Values that a place has: whether there is any, a short one, several different ones."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import combinations, islice

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
from dllm_struct.languages.json_schema.shapes import (
    ArrayShape,
    Count,
    ObjectShape,
    Place,
    Shapes,
)

_DEEPEST_VARIATION = 3
_EXTRA_ITEMS = 16


class Inhabitants:
    """Short values of places, found as a least fixed point: recursion without an end has none."""

    def __init__(self, graph: Expandable) -> None:
        self._graph = graph
        self._objects = ObjectValues(graph)
        self._settled: dict[Goal, Text | None] = {}

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

    def _several(
        self, place: Place, count: int, lookup: Lookup, depth: int = _DEEPEST_VARIATION
    ) -> list[Text]:
        """What is known of the values, by a search that asks for nothing but what it looks up."""
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
            for text in self._several(place, count, lookup, depth):
                yield [*texts[:i], text, *texts[i + 1 :]]
        for i, j in combinations(range(len(texts)), 2):
            if places[i] == places[j]:
                yield [*texts[:i], texts[j], *texts[i + 1 : j], texts[i], *texts[j + 1 :]]
        most = len(texts) + count if shape.max_items is None else shape.max_items
        for size in range(len(texts) + 1, min(most, len(texts) + count) + 1):
            place = _place_at(shape, size - 1)
            more = lookup(place)
            if more in texts and shape.unique:
                others = self._several(place, size, lookup, depth)
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
                for text in self._several(prop.value, count, lookup, depth - 1):
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
        """Different items: the places with the fewest values choose first."""
        choices = {place: self._several(place, len(places), lookup) for place in set(places)}
        order = sorted(range(len(places)), key=lambda i: len(choices[places[i]]))
        taken: dict[str, int] = {}
        chosen: dict[int, Text] = {}
        for i in order:
            for text in choices[places[i]]:
                if taken.setdefault(equality_key(json.loads(text)), i) == i:
                    chosen[i] = text
                    break
            else:
                return None
        return array_text([chosen[i] for i in range(len(places))])

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
        enough = tuple(count.low for count in shape.counts)
        most = max(shape.min_items, len(shape.prefix)) + sum(enough) + _EXTRA_ITEMS
        most = most if shape.max_items is None else min(most, shape.max_items)
        layer: dict[tuple[int, ...], list[Text]] = {tuple(0 for _ in enough): []}
        for size in range(most + 1):
            if size >= shape.min_items:
                for done, texts in layer.items():
                    counted = all(a >= b for a, b in zip(done, enough, strict=True))
                    if counted and are_unique(shape, texts):
                        return array_text(texts)
            layer = self._one_more(shape, size, layer, lookup)
        return None

    def _one_more(
        self,
        shape: ArrayShape,
        position: int,
        layer: dict[tuple[int, ...], list[Text]],
        lookup: Lookup,
    ) -> dict[tuple[int, ...], list[Text]]:
        after: dict[tuple[int, ...], list[Text]] = {}
        for done, texts in layer.items():
            for counted, place in self._ways(shape, position):
                sums = tuple(
                    a + b if count.high is not None else min(a + b, count.low)
                    for a, b, count in zip(done, counted, shape.counts, strict=True)
                )
                over = any(
                    count.high is not None and total > count.high
                    for total, count in zip(sums, shape.counts, strict=True)
                )
                text = None if over else lookup(place)
                if text is not None and shape.unique:
                    others = self._several(place, position + 1, lookup)
                    text = next((t for t in others if t not in texts), None)
                if text is not None:
                    after.setdefault(sums, [*texts, text])
        return after

    def _ways(self, shape: ArrayShape, position: int) -> Iterator[tuple[tuple[int, ...], Place]]:
        """Which counts an item may fall under, and the place it then has."""
        ways: list[tuple[tuple[int, ...], Place]] = [((), _place_at(shape, position))]
        for count in shape.counts:
            ways = [
                ((*counted, int(inside)), self._graph.meet(place, part) if part else place)
                for counted, place in ways
                for inside, part in _sides(count, position)
            ]
        yield from ways


def _sides(count: Count, position: int) -> list[tuple[bool, Place | None]]:
    if position < count.start:
        return [(False, None)]
    return [(False, count.outside), (True, count.inside)]


def _place_at(shape: ArrayShape, position: int) -> Place:
    return shape.prefix[position] if position < len(shape.prefix) else shape.rest
