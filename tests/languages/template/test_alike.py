"""Slots of which the same is written share one language; others do not."""

from __future__ import annotations

from typing import Any

import pytest

from dllm_struct.languages.json_schema.graph import SchemaGraph
from dllm_struct.languages.json_schema.template.layout import template_of

COMPARED = {"contains": {"type": "object", "required": ["y"]}}
RECURSIVE = {"type": "array", "items": {"$ref": "#/$defs/a"}}


def languages(one: Any, other: Any, **definitions: Any) -> list[object]:
    """The languages of two required properties."""
    properties = {"one": one, "other": other}
    schema = {"type": "object", "properties": properties, "required": [*properties]}
    template = template_of(SchemaGraph(schema | {"$defs": definitions}))
    return [slot.language for slot in template.slots]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({}, True),
        ({}, {"description": "anything"}),
        ({"type": "string"}, {"type": "string", "title": "T"}),
        ({"type": "array", "items": {"title": "a"}}, {"type": "array", "items": {"title": "b"}}),
        ({"type": "array", "items": {"minimum": 3}}, {"items": {"minimum": 3}, "type": ["array"]}),
        ({"$ref": "#/$defs/a"}, {"$ref": "#/$defs/b"}),
    ],
)
def test_places_that_say_the_same_share_a_language(one: Any, other: Any) -> None:
    first, second = languages(one, other, a=RECURSIVE, b=RECURSIVE | {"title": "b"})
    assert first is second


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"type": "array"}, {"type": "array", "minItems": 1}),
        ({"type": "array", "items": {"items": {}}}, {"type": "array", "items": {"items": False}}),
        ({"type": "array"} | COMPARED, {"type": "array"} | COMPARED | {"title": "T"}),
        ({"$ref": "#/$defs/a"}, {"type": "array", "items": {"$ref": "#/$defs/a"}, "minItems": 1}),
        ({"type": "array", "uniqueItems": True}, {"type": "array"}),
    ],
)
def test_places_that_may_differ_have_languages_of_their_own(one: Any, other: Any) -> None:
    first, second = languages(one, other, a=RECURSIVE)
    assert first is not second


def test_optional_properties_keep_their_names() -> None:
    schema = {
        "type": "object",
        "properties": {"a": {}, "b": {}, "c": {}},
        "required": ["a"],
    }
    _, b, c = template_of(SchemaGraph(schema)).slots
    assert b.language.matches(', "b": 1') and not b.language.matches(', "c": 1')
    assert c.language.matches(', "c": 1') and not c.language.matches(', "b": 1')
