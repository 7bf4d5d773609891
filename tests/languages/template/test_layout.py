"""The template form stays inside the schema, whatever the slots hold."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from dllm_struct.automata.dfa import DFA
from dllm_struct.errors import BudgetExceeded, InvalidSchema, UnsupportedSchema
from dllm_struct.languages.json_schema.graph import SchemaGraph
from dllm_struct.languages.json_schema.machine import JsonMachine
from dllm_struct.languages.json_schema.template.layout import (
    MAX_DEPTH,
    MAX_OPTIONAL,
    MAX_SLOTS,
    template_of,
)
from dllm_struct.template import Slot, Template
from tests.languages.json_documents import is_valid
from tests.languages.template.schemas import a_member, rich_schemas

STRING = {"type": "string"}
INTEGER = {"type": "integer"}
NODE = {"v": INTEGER, "next": {"anyOf": [{"$ref": "#"}, {"type": "null"}]}}

RELAXED = settings(
    deadline=None,
    max_examples=100,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


def sketch(template: Template) -> str:
    """The text of a template with a mark for every slot."""
    return "".join(
        f"⟨{part.id}⟩" if isinstance(part, Slot) else part.text for part in template.parts
    )


def laid_out(schema: Any, *, additional_properties: bool = False) -> Template:
    return template_of(SchemaGraph(schema), additional_properties=additional_properties)


def an_object(required: list[str], **more: Any) -> dict[str, Any]:
    properties = {name: INTEGER for name in "abc"}
    return {"type": "object", "properties": properties, "required": required} | more


CLOSED = [
    ({}, "⟨⟩"),
    ({"type": "object"}, "{}"),
    ({"type": "object", "additionalProperties": INTEGER}, "{⟨⟩}"),
    ({"type": "object", "patternProperties": {"^x": INTEGER}}, "{⟨⟩}"),
    ({"properties": {"a": INTEGER}, "required": ["a"]}, '{"a": ⟨/a⟩}'),
    ({"type": "object", "required": ["x"]}, '{"x": ⟨/x⟩}'),
    (an_object(["a", "b"]), '{"a": ⟨/a⟩, "b": ⟨/b⟩⟨/c⟩}'),
    (an_object(["a"], minProperties=1), '{"a": ⟨/a⟩⟨/b⟩⟨/c⟩}'),
    (an_object(["a"], minProperties=2), "{⟨⟩}"),
    (an_object(["a"], maxProperties=3), '{"a": ⟨/a⟩⟨/b⟩⟨/c⟩}'),
    (an_object(["a"], maxProperties=2), "{⟨⟩}"),
    (an_object(["a", "b", "c"], minProperties=5), "{⟨⟩}"),
    ({"type": "object", "properties": NODE, "required": ["v", "next"]},
     '{"v": ⟨/v⟩, "next": ⟨/next⟩}'),
    ({"type": "object", "properties": {"p": {"const": 1.5}}, "required": ["p"]}, '{"p": 1.5}'),
    ({"type": "array", "items": STRING, "minItems": 2, "maxItems": 2, "uniqueItems": True}, "⟨⟩"),
    ({"type": "array", "items": STRING, "minItems": 1, "maxItems": 1, "uniqueItems": True},
     '["⟨/0⟩"]'),
    ({"type": "array", "prefixItems": [STRING, False]}, "⟨⟩"),
    ({"type": "array", "prefixItems": [STRING], "minItems": 1}, '["⟨/0⟩"]'),
    ({"type": "array", "prefixItems": [STRING], "minItems": 3}, "⟨⟩"),
    ({"oneOf": [an_object(["a"]), an_object(["b"], maxProperties=1)]}, "⟨⟩"),
]  # fmt: skip


@pytest.mark.parametrize(("schema", "expected"), CLOSED)
def test_what_the_schema_names(schema: Any, expected: str) -> None:
    assert sketch(laid_out(schema)) == expected


OPEN = [
    ({"type": "object"}, "{⟨⟩}"),
    (an_object(["a"]), '{"a": ⟨/a⟩⟨/b⟩⟨/c⟩⟨/*⟩}'),
    (an_object(["a"], additionalProperties=False), '{"a": ⟨/a⟩⟨/b⟩⟨/c⟩}'),
    (an_object([]), "{⟨⟩}"),
    (an_object(["a"], maxProperties=5), "{⟨⟩}"),
    ({"type": "object", "properties": {"*": INTEGER, "**": INTEGER}, "required": ["*"]},
     '{"*": ⟨/*⟩⟨/**⟩⟨/***⟩}'),
]  # fmt: skip


@pytest.mark.parametrize(("schema", "expected"), OPEN)
def test_additional_properties_when_asked_for(schema: Any, expected: str) -> None:
    assert sketch(laid_out(schema, additional_properties=True)) == expected


@RELAXED
@given(rich_schemas(), st.booleans(), st.integers(0, 2**32))
def test_renderings_are_members_and_valid(schema: Any, additional: bool, seed: int) -> None:
    try:
        graph = SchemaGraph(schema)
        assume(graph.shortest(graph.root) is not None)
        template = template_of(graph, additional_properties=additional)
    except (UnsupportedSchema, BudgetExceeded, InvalidSchema):
        assume(False)
    rng = random.Random(seed)
    contents = {slot.id: a_member(slot.language, rng) for slot in template.slots}
    text = template.render(contents)
    assert is_valid(schema, json.loads(text))
    assert JsonMachine(graph, order="lenient").matches(text.encode())


@RELAXED
@given(rich_schemas(), st.booleans())
def test_samples_are_members(schema: Any, additional: bool) -> None:
    try:
        graph = SchemaGraph(schema)
        assume(graph.shortest(graph.root) is not None)
        template = template_of(graph, additional_properties=additional)
    except (UnsupportedSchema, BudgetExceeded, InvalidSchema):
        assume(False)
    for slot in template.slots:
        assert [text for text in slot.samples if not slot.language.matches(text)] == []
        assert slot.samples
        assert slot.language.description


def test_slots_of_different_layouts_differ() -> None:
    graph = SchemaGraph({"type": "object", "properties": {"x": {}}, "required": ["x"]})
    one, other = (template_of(graph, additional_properties=more, key="k") for more in (False, True))
    assert one.slots[0].language != other.slots[0].language
    assert one.slots[0].language == template_of(graph, key="k").slots[0].language
    assert template_of(graph).slots[0].language != template_of(graph).slots[0].language


def test_recursive_slots_have_no_depth() -> None:
    schema = {"type": "object", "properties": NODE, "required": ["v", "next"]}
    slot = laid_out(schema).slots[1]
    assert not isinstance(slot.language.automaton, DFA)
    assert slot.language.matches('{"v": 1, "next": ' * 300 + "null" + "}" * 300)
    assert not slot.language.matches('{"v": 1, "next": ' * 300 + "null" + "}" * 299)


def test_many_optional_properties_are_one_slot() -> None:
    properties = {f"p{i}": INTEGER for i in range(MAX_OPTIONAL + 2)}
    schema = {"type": "object", "properties": properties, "required": ["p0"]}
    template = laid_out(schema)
    assert sketch(template) == "{⟨⟩}"
    assert template.slots[0].language.matches('"p0": 1, "p7": 3')
    assert not template.slots[0].language.matches('"p7": 3')


def test_templates_of_shared_definitions_stay_small() -> None:
    defs: dict[str, Any] = {"d0": INTEGER}
    for i in range(1, 30):
        part = {"$ref": f"#/$defs/d{i - 1}"}
        pair = {"type": "object", "properties": {"l": part, "r": part}, "required": ["l", "r"]}
        defs[f"d{i}"] = pair
    template = laid_out({"$defs": defs, "$ref": "#/$defs/d20"})
    assert MAX_SLOTS <= len(template.slots) <= MAX_SLOTS + 50


def test_deep_schemas_have_a_template() -> None:
    schema: Any = INTEGER
    for _ in range(MAX_DEPTH + 50):
        schema = {"type": "object", "properties": {"a": schema}, "required": ["a"]}
    (slot,) = laid_out(schema).slots
    assert slot.id == "/a" * MAX_DEPTH
    assert slot.language.matches('{"a": ' * 50 + "1" + "}" * 50)


def test_empty_schemas_have_an_empty_slot() -> None:
    (slot,) = laid_out({"type": "integer", "minimum": 3, "maximum": 2}).slots
    assert slot.language.shortest() is None
