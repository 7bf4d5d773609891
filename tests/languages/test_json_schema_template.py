"""The template form: what is invariant, what is a slot, and that every rendering is valid."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dllm_struct.languages.json_schema import json_schema
from dllm_struct.template import Slot, Template
from tests.languages.json_documents import closed, is_valid, schemas
from tests.languages.template.schemas import a_member

STRING = {"type": "string"}
INTEGER = {"type": "integer"}
NULLABLE = {"anyOf": [INTEGER, {"type": "null"}]}


def sketch(template: Template) -> str:
    """The text of a template with a mark for every slot."""
    return "".join(
        f"⟨{part.id}⟩" if isinstance(part, Slot) else part.text for part in template.parts
    )


def an_object(required: list[str], **properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": required}


CASES = [
    (STRING, '"⟨⟩"'),
    (INTEGER, "⟨⟩"),
    ({"type": "boolean"}, "⟨⟩"),
    ({"type": "null"}, "null"),
    ({"const": {"a": ["é", 1]}}, '{"a": ["é", 1]}'),
    ({"enum": ["only"]}, '"only"'),
    ({"enum": ["a", "b"]}, '"⟨⟩"'),
    ({"enum": ["a", 1]}, "⟨⟩"),
    ({"type": ["string", "null"]}, "⟨⟩"),
    ({"type": "object"}, "{}"),
    (an_object(["a", "b"], a=STRING, b=INTEGER), '{"a": "⟨/a⟩", "b": ⟨/b⟩}'),
    (an_object(["a"], a=STRING, b=INTEGER), '{"a": "⟨/a⟩"⟨/b⟩}'),
    (an_object(["b"], a=STRING, b=INTEGER), '{⟨/a⟩"b": ⟨/b⟩}'),
    (an_object(["b", "d"], a=STRING, b=INTEGER, c=STRING, d=STRING, e=STRING),
     '{⟨/a⟩"b": ⟨/b⟩⟨/c⟩, "d": "⟨/d⟩"⟨/e⟩}'),
    (an_object([], a=STRING, b=INTEGER), "{⟨⟩}"),
    (an_object(["o"], o=an_object([], a=STRING)), '{"o": {⟨/o⟩}}'),
    (an_object(["o"], o=an_object(["x"], x=STRING, y=STRING)), '{"o": {"x": "⟨/o/x⟩"⟨/o/y⟩}}'),
    (an_object(["a"], a=NULLABLE), '{"a": ⟨/a⟩}'),
    (an_object(['q"/~'], **{'q"/~': STRING}), '{"q\\"/~": "⟨/q"~1~0⟩"}'),
    (an_object(["k", "v"], k={"const": "x"}, v=INTEGER), '{"k": "x", "v": ⟨/v⟩}'),
    ({"type": "array", "items": STRING}, "⟨⟩"),
    ({"type": "array", "items": STRING, "minItems": 2, "maxItems": 2}, '["⟨/0⟩", "⟨/1⟩"]'),
    ({"type": "array", "prefixItems": [STRING, INTEGER], "minItems": 2}, '["⟨/0⟩", ⟨/1⟩]'),
    ({"type": "array", "prefixItems": [STRING], "items": INTEGER, "minItems": 2, "maxItems": 2},
     '["⟨/0⟩", ⟨/1⟩]'),
    ({"type": "array", "prefixItems": [STRING, INTEGER]}, "⟨⟩"),
    ({"type": "array", "maxItems": 0}, "[]"),
    ({"anyOf": [an_object(["a"], a=STRING), an_object(["b"], b=STRING)]}, "⟨⟩"),
    ({"anyOf": [STRING, STRING]}, '"⟨⟩"'),
]  # fmt: skip


@pytest.mark.parametrize(("schema", "expected"), CASES)
def test_shapes(schema: Any, expected: str) -> None:
    assert sketch(json_schema(schema).template()) == expected


RELAXED = settings(deadline=None, max_examples=120, suppress_health_check=[HealthCheck.too_slow])


@RELAXED
@given(schemas(), st.integers(0, 2**32))
def test_renderings_are_members_and_valid(schema: dict[str, Any], seed: int) -> None:
    language, rng = json_schema(schema), random.Random(seed)
    template = language.template()
    if language.shortest() is None:
        return
    contents = {slot.id: a_member(slot.language, rng) for slot in template.slots}
    text = template.render(contents)
    assert language.matches(text)
    value = json.loads(text)
    assert is_valid(closed(schema), value)
    assert text == json.dumps(value, ensure_ascii=False) or any(c in text for c in ".eE")


@RELAXED
@given(schemas())
def test_samples_are_members(schema: dict[str, Any]) -> None:
    for slot in json_schema(schema).template().slots:
        assert [text for text in slot.samples if not slot.language.matches(text)] == []
        assert slot.samples or slot.language.shortest() is None
        assert slot.language.description


def test_slots_hold_one_spelling_of_a_string() -> None:
    (slot,) = json_schema(STRING).template().slots
    for text, expected in (
        ("é", True),
        ("\\u00e9", False),
        ("\\n", True),
        ("\\u000a", False),
        ("/", True),
        ("\\/", False),
        ("\\u0001", True),
    ):
        assert slot.language.matches(text) == expected


def test_optional_slots_bring_their_commas() -> None:
    schema = an_object(["b"], a=STRING, b=INTEGER, c={"const": None})
    before, _, after = json_schema(schema).template().slots
    assert before.language.matches("")
    assert before.language.matches('"a": "x", ')
    assert not before.language.matches('"a": "x"')
    assert after.language.matches("")
    assert after.language.matches(', "c": null')


def test_long_arrays_are_one_slot() -> None:
    schema = {"type": "array", "items": INTEGER, "minItems": 65, "maxItems": 65}
    assert sketch(json_schema(schema).template()) == "⟨⟩"


def test_impossible_optional_property_is_left_out() -> None:
    schema = an_object(["a"], a=STRING, b=False)
    assert sketch(json_schema(schema).template()) == '{"a": "⟨/a⟩"}'


def test_samples_are_typical() -> None:
    schema = an_object(
        ["d", "n", "i"],
        d=STRING | {"format": "date"},
        n={"type": "number"},
        i={"type": "integer", "minimum": 5000},
    )
    day, number, integer = json_schema(schema).template().slots
    assert day.samples == ("2024-03-17", "1998-11-02")
    assert "19.99" in number.samples
    assert integer.samples[0] == "5000"
