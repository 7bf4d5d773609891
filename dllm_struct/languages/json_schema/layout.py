"""The template form of a schema: what never changes as invariants, one slot per value.

Braces, keys, colons, commas and quotes that every member has are invariants. Where the shape
itself varies, the varying part is one slot whose language is the JSON text of the whole part:

    {"name": "▢", "tags": ▢, "address": {"city": "▢"}▢}

has a slot for a string, one for an array, one for a string in a nested object and one for an
optional property. Slots hold the one spelling that ``json.dumps(value, ensure_ascii=False)`` gives.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from dllm_struct.automata.algebra import strings
from dllm_struct.automata.dfa import DFA
from dllm_struct.languages.base import Language
from dllm_struct.languages.json_schema.describe import describe, describe_typed
from dllm_struct.languages.json_schema.limits import MAX_UNROLLED
from dllm_struct.languages.json_schema.nodes import (
    Array,
    Node,
    Object,
    String,
    Typed,
    escape_pointer,
)
from dllm_struct.languages.json_schema.samples import MOST, samples_of, typed_samples
from dllm_struct.languages.json_schema.settle import values_of
from dllm_struct.languages.json_schema.strings import literal_body
from dllm_struct.languages.json_schema.writing import CANONICAL, Writer, text_of
from dllm_struct.template import Invariant, Slot, Template

Part = Invariant | Slot


class Fragment(Language):
    """What one slot of a schema's template may hold; its automaton is built on first use."""

    def __init__(self, description: str, build: Callable[..., DFA], *arguments: Any) -> None:
        self.description = description
        self._recipe = (build, arguments)

    def _build(self) -> DFA:
        build, arguments = self._recipe
        return build(*arguments)


def template_of(node: Node) -> Template:
    """The template of a settled node."""
    return Template(tuple(_value(node, "")))


def _value(node: Node, pointer: str) -> Iterator[Part]:
    values = values_of(node)
    if len(values) == 1:
        yield Invariant(_written(values[0]))
    elif values and all(isinstance(value, str) for value in values):
        bodies = tuple(_body(value) for value in values)
        language = Fragment(describe(node), _choice, bodies)
        yield from _quoted(Slot(pointer, language, samples=bodies[:MOST]))
    elif len(node.spoken) == 1:
        yield from _typed(node.spoken[0], node, pointer)
    else:
        yield _whole(node, pointer)


def _typed(typed: Typed, node: Node, pointer: str) -> Iterator[Part]:
    match typed:
        case String():
            language = Fragment(describe(node), literal_body, typed, CANONICAL.spelling)
            samples = tuple(_body(value) for value in typed_samples(typed))
            yield from _quoted(Slot(pointer, language, samples=samples))
        case Object():
            yield from _object(typed, pointer)
        case Array() if typed.min_items == typed.max_items and typed.min_items <= MAX_UNROLLED:
            yield from _array(typed, pointer)
        case _:
            yield _whole(node, pointer)


def _object(constraint: Object, pointer: str) -> Iterator[Part]:
    yield Invariant("{")
    if constraint.properties and not constraint.required:
        yield _members(constraint, pointer)
    elif constraint.properties:
        yield from _properties(constraint, pointer)
    yield Invariant("}")


def _properties(constraint: Object, pointer: str) -> Iterator[Part]:
    """Properties of an object of which at least one is required."""
    after_required = False
    for name, node in constraint.properties:
        here = pointer + escape_pointer(name)
        if name in constraint.required:
            comma = ", " if after_required else ""
            yield Invariant(f"{comma}{_written(name)}: ")
            yield from _value(node, here)
            after_required = True
        elif after_required:
            yield _optional(", ", name, node, "", here)
        else:
            yield _optional("", name, node, ", ", here)


def _array(array: Array, pointer: str) -> Iterator[Part]:
    """An array whose length is fixed."""
    yield Invariant("[")
    for i in range(array.min_items):
        yield Invariant(", " if i else "")
        item = array.prefix[i] if i < len(array.prefix) else array.items
        yield from _value(item or Node(), pointer + escape_pointer(i))
    yield Invariant("]")


def _quoted(slot: Slot) -> Iterator[Part]:
    yield Invariant('"')
    yield slot
    yield Invariant('"')


def _whole(node: Node, pointer: str) -> Slot:
    """The JSON text of a value whose shape varies."""
    samples = tuple(_written(value) for value in samples_of(node))
    return Slot(pointer, Fragment(describe(node), text_of, node, CANONICAL), samples=samples)


def _optional(before: str, name: str, node: Node, after: str, pointer: str) -> Slot:
    """A property with its comma, or nothing."""
    language = Fragment(
        f"optional property {_written(name)}: {describe(node)}",
        _property_text, before, name, node, after,
    )  # fmt: skip
    pairs = [f"{before}{_written(name)}: {_written(value)}{after}" for value in samples_of(node)]
    return Slot(pointer, language, samples=(*pairs[: MOST - 1], ""))


def _members(constraint: Object, pointer: str) -> Slot:
    """Everything between the braces of an object without required properties."""
    language = Fragment(f"members of {describe_typed(constraint)}", _members_text, constraint)
    samples = tuple(_written(value)[1:-1] for value in typed_samples(constraint))
    return Slot(pointer, language, samples=samples)


def _written(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _body(value: str) -> str:
    return _written(value)[1:-1]


def _choice(bodies: tuple[str, ...]) -> DFA:
    return strings(body.encode() for body in bodies)


def _property_text(before: str, name: str, node: Node, after: str) -> DFA:
    return Writer(CANONICAL).property_text(before, name, node, after)


def _members_text(constraint: Object) -> DFA:
    return Writer(CANONICAL).members_text(constraint)
