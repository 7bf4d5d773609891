"""Short descriptions of what is written at a place, for traces and explanations."""

from __future__ import annotations

from dllm_struct.languages.json_schema.shapes import ArrayShape, ObjectShape, Place
from dllm_struct.languages.json_schema.template.written import Written

_SHOWN = 4
_DEEPEST = 3


def describe(view: Written, place: Place, depth: int = _DEEPEST) -> str:
    """In a few words, what a place allows."""
    shapes = view.expand(place)
    scalar = shapes.literals or not (
        shapes.written_numbers.is_empty and shapes.written_strings.is_empty
    )
    if scalar or depth == 0 or len(shapes.arrays) + len(shapes.objects) != 1:
        return view.note(place)
    if shapes.arrays:
        return _array(view, shapes.arrays[0], depth - 1)
    return describe_object(shapes.objects[0])


def describe_object(shape: ObjectShape) -> str:
    """In a few words, what an object has."""
    names = [named.name for named in shape.properties]
    if shape.others:
        names.append("others" if names else "any names")
    return f"object with {_listed(names)}"


def _array(view: Written, shape: ArrayShape, depth: int) -> str:
    inner = [describe(view, place, depth) for place in shape.prefix[: _SHOWN + 1]]
    if view.shortest(shape.rest) is not None and shape.max_items != len(shape.prefix):
        inner.append(describe(view, shape.rest, depth))
    distinct = ", all different" if shape.unique else ""
    return f"array of {_listed(inner)}{_count(shape.min_items, shape.max_items)}{distinct}"


def _count(low: int, high: int | None) -> str:
    if high is None:
        return f", at least {low} items" if low else ""
    return f", {low} to {high} items"


def _listed(words: list[str]) -> str:
    shown = ", ".join(words[:_SHOWN])
    return f"{shown}, …" if len(words) > _SHOWN else shown or "nothing"
