"""The template form of a schema: what never changes as invariants, one slot per value.

Braces, keys, colons, commas and quotes that every member has are invariants. Where the shape
itself varies, the varying part is one slot whose language is the JSON text of the whole part:

    {"name": "▢", "tags": ▢, "address": {"city": "▢"}▢}

has a slot for a string, one for an array, one for a string in a nested object and one for an
optional property. Slots hold the one spelling that ``json.dumps(value, ensure_ascii=False)`` gives.
"""

from __future__ import annotations

from collections.abc import Iterator

from dllm_struct.languages.json_schema.limits import MAX_UNROLLED
from dllm_struct.languages.json_schema.pointers import escape_pointer
from dllm_struct.languages.json_schema.shapes import (
    ArrayShape,
    Graph,
    ObjectShape,
    Place,
    Property,
    Shapes,
)
from dllm_struct.languages.json_schema.sizes import span, unnamed
from dllm_struct.languages.json_schema.template.alike import Alike
from dllm_struct.languages.json_schema.template.describe import describe, describe_object
from dllm_struct.languages.json_schema.template.samples import Samples
from dllm_struct.languages.json_schema.template.slots import (
    Fragment,
    Recipe,
    body_text,
    extras_text,
    members_text,
    optional_text,
    quoted,
    value_text,
)
from dllm_struct.languages.json_schema.template.typical import MOST, only_members
from dllm_struct.languages.json_schema.template.written import Written
from dllm_struct.template import Invariant, Slot, Template

Part = Invariant | Slot

MAX_SLOTS = 2_000
"""Slots of a template: what comes after so many is written in one piece."""

MAX_DEPTH = 32
"""Levels of nesting whose values have slots of their own."""

MAX_OPTIONAL = 64
"""Optional properties of one object with slots of their own."""

_EXTRAS = "*"


def template_of(
    graph: Graph, *, additional_properties: bool = False, key: str | None = None
) -> Template:
    """The template of a schema.

    Args:
        graph: the schema's places.
        additional_properties: whether objects have a slot for unnamed properties where the schema
            allows them.
        key: equal for equal schemas, so that slots of equal schemas are equal.
    """
    view = Written(graph, additional_properties)
    layout = _Layout(view, None if key is None else f"{key} {additional_properties}")
    try:
        return Template(tuple(layout.value(view.root, "")))
    except RecursionError:
        return Template((_Layout(view, key).whole(view.root, ""),))


class _Layout:
    def __init__(self, view: Written, key: str | None) -> None:
        self._view, self._key = view, key
        self._samples = Samples(view)
        self._alike = Alike(view)
        self._fragments: dict[tuple[object, ...], Fragment] = {}
        self._left = MAX_SLOTS

    def value(self, place: Place, pointer: str) -> Iterator[Part]:
        """The parts of a value."""
        shapes = self._view.expand(place)
        fixed = _only_text(shapes)
        if fixed is not None:
            yield Invariant(fixed)
        elif self._left <= 0 or pointer.count("/") == MAX_DEPTH:
            yield self.whole(place, pointer)
        elif _kinds(shapes) == ["string"]:
            yield from self._string(place, pointer)
        elif _kinds(shapes) == ["object"] and len(shapes.objects) == 1:
            yield from self._object(shapes.objects[0], place, pointer)
        elif _kinds(shapes) == ["array"] and _is_fixed(shapes.arrays):
            yield from self._array(shapes.arrays[0], pointer)
        else:
            yield self.whole(place, pointer)

    def whole(self, place: Place, pointer: str) -> Slot:
        """One slot for the JSON text of a value."""
        words = describe(self._view, place)
        samples = self._samples.of(place)
        return self._slot(pointer, words, samples, value_text, place)

    def _slot(
        self,
        slot: str,
        words: str,
        samples: tuple[str, ...],
        recipe: Recipe,
        place: Place,
        *texts: str,
    ) -> Slot:
        """A slot; those that may hold the same share their language."""
        self._left -= 1
        known = (recipe, self._alike.first(place), words, *texts)
        if known not in self._fragments:
            key = None if self._key is None else f"{self._key} {slot}"
            self._fragments[known] = Fragment(words, key, recipe, self._view, place, *texts)
        return Slot(slot, self._fragments[known], samples=samples)

    def _string(self, place: Place, pointer: str) -> Iterator[Part]:
        samples = tuple(text[1:-1] for text in self._samples.of(place))
        words = describe(self._view, place)
        yield Invariant('"')
        yield self._slot(pointer, words, samples, body_text, place)
        yield Invariant('"')

    def _array(self, shape: ArrayShape, pointer: str) -> Iterator[Part]:
        """An array whose length is fixed."""
        yield Invariant("[")
        for i in range(shape.min_items):
            yield Invariant(", " if i else "")
            item = shape.prefix[i] if i < len(shape.prefix) else shape.rest
            yield from self.value(item, pointer + escape_pointer(i))
        yield Invariant("]")

    def _object(self, shape: ObjectShape, place: Place, pointer: str) -> Iterator[Part]:
        yield Invariant("{")
        if not (shape.properties or self._is_open(shape) or shape.some):
            pass
        elif self._in_one_piece(shape):
            words = f"members of {describe_object(shape)}"
            samples = tuple(text[1:-1] for text in self._samples.of(place))
            yield self._slot(pointer, words, samples, members_text, place)
        else:
            yield from self._properties(shape, place, pointer)
        yield Invariant("}")

    def _in_one_piece(self, shape: ObjectShape) -> bool:
        """Whether properties depend on each other, or are too many for slots of their own."""
        low, high, _ = span(shape)
        is_open = self._is_open(shape)
        required = sum(named.required for named in shape.properties)
        return bool(
            low
            or high is not None
            or shape.some
            or not required
            or (is_open and shape.max_properties is not None)
            or len(shape.properties) > self._left
            or len(shape.properties) - required > MAX_OPTIONAL
        )

    def _is_open(self, shape: ObjectShape) -> bool:
        return any(self._view.shortest(others.value) is not None for others in unnamed(shape))

    def _properties(self, shape: ObjectShape, place: Place, pointer: str) -> Iterator[Part]:
        """Properties of an object of which at least one is required."""
        after_required = False
        for named in shape.properties:
            here = pointer + escape_pointer(named.name)
            if named.required:
                comma = ", " if after_required else ""
                yield Invariant(f"{comma}{quoted(named.name)}: ")
                yield from self.value(named.value, here)
                after_required = True
            elif self._view.shortest(named.value) is not None:
                commas = (", ", "") if after_required else ("", ", ")
                yield self._optional(named, here, *commas)
        if self._is_open(shape):
            yield self._extras(shape, place, pointer)

    def _optional(self, named: Property, pointer: str, before: str, after: str) -> Slot:
        """A property with its comma, or nothing."""
        words = f"optional property {quoted(named.name)}: {describe(self._view, named.value)}"
        texts = self._samples.of(named.value)[: MOST - 1]
        pairs = [f"{before}{quoted(named.name)}: {text}{after}" for text in texts]
        arguments = (named.value, before, named.name, after)
        return self._slot(pointer, words, (*pairs, ""), optional_text, *arguments)

    def _extras(self, shape: ObjectShape, place: Place, pointer: str) -> Slot:
        """Unnamed properties with their commas, or nothing."""
        names = {named.name for named in shape.properties}
        name = _EXTRAS
        while name in names:
            name += _EXTRAS
        texts = self._samples.of(self._view.extras(place))[: MOST - 1]
        samples = (*(f", {text[1:-1]}" for text in texts), "")
        here = pointer + escape_pointer(name)
        return self._slot(here, "unnamed properties", samples, extras_text, place)


def _kinds(shapes: Shapes) -> list[str]:
    present = {
        "literal": bool(shapes.literals),
        "number": not shapes.written_numbers.is_empty,
        "string": not shapes.written_strings.is_empty,
        "array": bool(shapes.arrays),
        "object": bool(shapes.objects),
    }
    return [kind for kind, there in present.items() if there]


def _only_text(shapes: Shapes) -> str | None:
    """The text of the only value there is, when that is a scalar."""
    if shapes.arrays or shapes.objects:
        return None
    texts = list(shapes.literals)
    for scalars in (shapes.written_numbers, shapes.written_strings):
        found = only_members(scalars, 1)
        if found is None:
            return None
        is_string = scalars is shapes.written_strings
        texts += [quoted(text.decode()) if is_string else text.decode() for text in found]
    return texts[0] if len(texts) == 1 else None


def _is_fixed(shapes: tuple[ArrayShape, ...]) -> bool:
    """Whether an array has a fixed number of items that do not depend on each other."""
    if len(shapes) != 1 or shapes[0].counts:
        return False
    length = shapes[0].min_items
    free = shapes[0].unique is None or (shapes[0].unique and length <= 1)
    return free and length == shapes[0].max_items and length <= MAX_UNROLLED
