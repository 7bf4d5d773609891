"""Typical values of a place, to see where a tokenizer cuts around them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from dllm_struct.languages.json_schema.shapes import ArrayShape, ObjectShape, Place
from dllm_struct.languages.json_schema.template.witnesses import Texts, Witnesses
from dllm_struct.languages.json_schema.template.written import Written

_DEEPEST = 3
_LONGER = (2, 1, 0)  # items more than the fewest
_SHOWN = 12  # optional properties of one object


class Samples:
    """Finds samples, and remembers them.

    Args:
        view: the places.
    """

    def __init__(self, view: Written) -> None:
        self._view = view
        self._known: dict[tuple[Place, int], Texts] = {}

    def of(self, place: Place, depth: int = _DEEPEST) -> Texts:
        """Canonical texts of a few values; () when the place has no value.

        Args:
            place: whose values.
            depth: levels down to which arrays have items and objects optional properties.
        """
        if (place, depth) not in self._known:
            self._known[place, depth] = self._found(place, depth) or self._view.texts(place)
        return self._known[place, depth]

    def _found(self, place: Place, depth: int) -> Texts:
        shapes = self._view.expand(place)
        if depth == 0 or not self._view.texts(place):
            return ()
        varied = replace(
            shapes,
            arrays=tuple(form for shape in shapes.arrays for form in _longer(shape)),
            objects=tuple(form for shape in shapes.objects for form in _fuller(shape)),
        )
        witnesses = Witnesses(lambda child: self.of(child, depth - 1), self._view.meet)
        return witnesses.of_shapes(varied)


def _longer(shape: ArrayShape) -> Iterator[ArrayShape]:
    for more in _LONGER:
        yield replace(shape, min_items=shape.min_items + more)


def _fuller(shape: ObjectShape) -> Iterator[ObjectShape]:
    optional = [named for named in shape.properties if not named.required][:_SHOWN]
    if optional:
        filled = tuple(
            replace(named, required=named.required or named in optional)
            for named in shape.properties
        )
        yield replace(shape, properties=filled)
    if shape.others and not shape.properties:
        yield replace(shape, min_properties=shape.min_properties + 1)
    yield shape
