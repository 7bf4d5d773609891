"""Short values of objects: the named properties that have to be there, then as many as it takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain
from typing import Protocol

from dllm_struct.automata.algebra import intersection
from dllm_struct.languages.json_schema.graph.short_texts import (
    Text,
    in_order,
    members,
    object_text,
)
from dllm_struct.languages.json_schema.shapes import (
    ArrayShape,
    ObjectShape,
    Others,
    Place,
    Shapes,
)

Goal = Place | ArrayShape
"""What a text is looked for: an array has one for each of its shapes, which variations begin with.
"""

Lookup = Callable[[Goal], "Text | None"]


class Expandable(Protocol):
    """The parts of a graph that are needed here."""

    def expand(self, place: Place) -> Shapes:
        """The shapes of a place."""

    def meet(self, *places: Place) -> Place:
        """The place that satisfies them all."""


class ObjectValues:
    """Looks up the values of properties and puts objects together."""

    def __init__(self, graph: Expandable) -> None:
        self._graph = graph

    def shortest(self, shape: ObjectShape, lookup: Lookup) -> Text | None:
        """A short text of an object, or None when its parts have none."""
        texts: dict[str, Text] = {}
        for prop in shape.properties:
            if prop.required:
                text = lookup(prop.value)
                if text is None:
                    return None
                texts[prop.name] = text
        demanded = self._demanded(shape, texts, lookup, share=False)
        most = shape.max_properties
        if demanded is None or (most is not None and len(texts) + len(demanded) > most):
            demanded = self._demanded(shape, texts, lookup, share=True)
        if demanded is None:
            return None
        texts |= demanded
        if len(texts) < shape.min_properties:
            self._fill(shape, texts, lookup)
        if len(texts) < shape.min_properties:
            return None
        if shape.max_properties is not None and len(texts) > shape.max_properties:
            return None
        return object_text(in_order(shape, texts))

    def _demanded(
        self, shape: ObjectShape, texts: dict[str, Text], lookup: Lookup, *, share: bool
    ) -> dict[str, Text] | None:
        """The unnamed properties that a shape asks for; one may do for several (``share``)."""
        found: dict[str, tuple[Place, Text]] = {}
        for some in shape.some:
            options = self._shared(some, found, lookup) if share else iter(())
            chosen = next(chain(options, self._fresh(some, shape, {*texts, *found}, lookup)), None)
            if chosen is None:
                return None
            name, place, text = chosen
            found[name] = place, text
        return {name: text for name, (_, text) in found.items()}

    def _shared(
        self, some: Others, found: dict[str, tuple[Place, Text]], lookup: Lookup
    ) -> Iterator[tuple[str, Place, Text]]:
        """Properties chosen already that may do for one more demand."""
        for name, (place, _) in found.items():
            if some.keys.matches(name.encode()):
                common = self._graph.meet(place, some.value)
                text = lookup(common)
                if text is not None:
                    yield name, common, text

    def _fresh(
        self, some: Others, shape: ObjectShape, taken: set[str], lookup: Lookup
    ) -> Iterator[tuple[str, Place, Text]]:
        """New properties for a demand."""
        for others in shape.others:
            keys = intersection(some.keys, others.keys)
            if keys.is_empty:
                continue
            place = self._graph.meet(some.value, others.value)
            text = lookup(place)
            name = next((name for name in members(keys, len(taken) + 1) if name not in taken), None)
            if text is not None and name is not None:
                yield name, place, text

    def _fill(self, shape: ObjectShape, texts: dict[str, Text], lookup: Lookup) -> None:
        """Add properties until there are enough."""
        for prop in shape.properties:
            if len(texts) >= shape.min_properties:
                return
            text = None if prop.name in texts else lookup(prop.value)
            if text is not None:
                texts[prop.name] = text
        for others in shape.others:
            text = lookup(others.value)
            if text is None:
                continue
            for name in members(others.keys, shape.min_properties + len(texts)):
                if len(texts) >= shape.min_properties:
                    return
                texts.setdefault(name, text)
