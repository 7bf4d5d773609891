"""Narrower forms of one shape, the preferred one first, and shapes with other children."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from dllm_struct.automata.dfa import empty
from dllm_struct.languages.json_schema.shapes import (
    ArrayShape,
    Count,
    ObjectShape,
    Others,
    Place,
    Shapes,
)

_KINDS = 6

On = Callable[[Place], bool]
"""A question about a place."""


def spoken(shapes: Shapes) -> frozenset[str]:
    """The kinds of values that the schema speaks of."""
    present = {
        "null": "null" in shapes.literals,
        "boolean": bool(shapes.literals & {"true", "false"}),
        "number": not shapes.numbers.is_empty,
        "string": not shapes.strings.is_empty,
        "array": bool(shapes.arrays),
        "object": bool(shapes.objects),
    }
    return frozenset(kind for kind, there in present.items() if there) - shapes.implied


def undescribed(shapes: Shapes, anything: Place) -> bool:
    """Whether all kinds of values are let through alike: ``{}``, ``true``."""
    return (
        len(spoken(shapes)) in (0, _KINDS)
        and all(not shape.prefix and shape.rest == anything for shape in shapes.arrays)
        and all(_is_plain(shape, anything) for shape in shapes.objects)
    )


def _is_plain(shape: ObjectShape, anything: Place) -> bool:
    counted = shape.min_properties or shape.max_properties is not None or shape.some
    return not (shape.properties or counted) and all(o.value == anything for o in shape.others)


def without_implied(shapes: Shapes) -> Shapes:
    """The shapes of the kinds that the schema speaks of."""
    kept = spoken(shapes)
    literals = {"null": "null", "true": "boolean", "false": "boolean"}
    numbers, strings = "number" in kept, "string" in kept
    return Shapes(
        frozenset(text for text in shapes.literals if literals[text] in kept),
        shapes.numbers if numbers else empty(),
        shapes.strings if strings else empty(),
        shapes.agreed_numbers if numbers else empty(),
        shapes.written_numbers if numbers else empty(),
        shapes.written_strings if strings else empty(),
        shapes.arrays if "array" in kept else (),
        shapes.objects if "object" in kept else (),
    )


def narrower_arrays(shape: ArrayShape, inhabited: On, described: On) -> Iterator[ArrayShape]:
    """Without items that are impossible, or after the listed ones that nothing is said of."""
    possible = next(
        (i for i, place in enumerate(shape.prefix) if not inhabited(place)), len(shape.prefix)
    )
    listed = shape.prefix[:possible]
    ends = possible < len(shape.prefix) or not inhabited(shape.rest)
    whole = _at_most(replace(shape, prefix=listed), possible) if ends else shape
    if listed and not ends and shape.min_items <= possible and not described(shape.rest):
        yield _at_most(whole, possible)
    yield whole


def _at_most(shape: ArrayShape, length: int) -> ArrayShape:
    most = length if shape.max_items is None else min(shape.max_items, length)
    return replace(shape, max_items=most)


def narrower_objects(shape: ObjectShape, inhabited: On, described: On) -> Iterator[ObjectShape]:
    """Closed, or with the unnamed properties that are described where none has a name."""
    possible = tuple(p for p in shape.properties if p.required or inhabited(p.value))
    named = replace(shape, properties=possible)
    if not shape.some:
        mapped = () if possible else tuple(o for o in shape.others if described(o.value))
        yield replace(named, others=mapped)
        if not mapped:
            yield from _at_least(named)
    yield named


def _at_least(shape: ObjectShape) -> Iterator[ObjectShape]:
    """With as few unnamed properties as there have to be."""
    missing = shape.min_properties - len(shape.properties)
    if missing > 0 and shape.others:
        yield replace(shape, max_properties=shape.min_properties)


def with_places(shapes: Shapes, place: Callable[[Place], Place]) -> Shapes:
    """The shapes with every child replaced."""
    return replace(
        shapes,
        arrays=tuple(_array(shape, place) for shape in shapes.arrays),
        objects=tuple(_object(shape, place) for shape in shapes.objects),
    )


def _array(shape: ArrayShape, place: Callable[[Place], Place]) -> ArrayShape:
    return replace(
        shape,
        prefix=tuple(place(item) for item in shape.prefix),
        rest=place(shape.rest),
        counts=tuple(_count(count, place) for count in shape.counts),
    )


def _count(count: Count, place: Callable[[Place], Place]) -> Count:
    return replace(count, inside=place(count.inside), outside=place(count.outside))


def _object(shape: ObjectShape, place: Callable[[Place], Place]) -> ObjectShape:
    return replace(
        shape,
        properties=tuple(replace(p, value=place(p.value)) for p in shape.properties),
        others=tuple(_others(others, place) for others in shape.others),
        some=tuple(_others(some, place) for some in shape.some),
    )


def _others(others: Others, place: Callable[[Place], Place]) -> Others:
    return Others(lambda: others.keys, place(others.value))
