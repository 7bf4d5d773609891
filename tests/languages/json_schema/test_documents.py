"""Whole documents against `jsonschema`: members are valid, and what is valid is a member."""

from __future__ import annotations

import json
import pickle
import random
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from dllm_struct.automata.dfa import DFA
from dllm_struct.errors import InvalidInput
from dllm_struct.languages.json_schema import json_schema
from tests.languages.json_documents import (
    closed,
    is_valid,
    member,
    ordered,
    schemas,
    spellings,
    values_near,
)

RELAXED = settings(
    deadline=None,
    max_examples=80,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


def is_finite_text(value: Any) -> bool:
    """Whether no lone surrogate is in the value: such strings are in no language."""
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


@RELAXED
@given(st.data())
def test_membership_is_validity(data: st.DataObject) -> None:
    schema = data.draw(schemas())
    value = ordered(data.draw(values_near(schema)))
    assume(is_finite_text(value))
    language = json_schema(schema)
    for text in spellings(value):
        assert language.matches(text) == is_valid(schema, value)


@RELAXED
@given(schemas(), st.integers(0, 2**32))
def test_members_are_valid(schema: dict[str, Any], seed: int) -> None:
    for whitespace in ("canonical", "flexible"):
        automaton = json_schema(closed(schema), whitespace).automaton
        if isinstance(automaton, DFA) and not automaton.is_empty:
            text = member(automaton, random.Random(seed)).decode()
            assert is_valid(closed(schema), json.loads(text)), text


@RELAXED
@given(st.data())
def test_flexible_whitespace(data: st.DataObject) -> None:
    schema = data.draw(schemas())
    value = ordered(data.draw(values_near(schema)))
    assume(is_finite_text(value))
    canonical, flexible = json_schema(schema), json_schema(schema, "flexible")
    expected = canonical.matches(json.dumps(value))
    for text in (
        json.dumps(value),
        json.dumps(value, separators=(",", ":")),
        json.dumps(value, indent=2),
        f" \r\n\t{json.dumps(value, separators=(' ,', ' :'))}\n",
    ):
        assert flexible.matches(text) == expected


OBJECT = {
    "type": "object",
    "properties": {"a": {"type": "integer"}, "b": {"type": "null"}, "c": {"type": "boolean"}},
    "required": ["b"],
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"b": null}', True),
        ('{"a": 1, "b": null}', True),
        ('{"a": 1, "b": null, "c": true}', True),
        ('{"b": null, "c": false}', True),
        ('{"a": 1}', False),
        ("{}", False),
        ('{"b": null, "a": 1}', False),  # the schema's order
        ('{"b": null, "b": null}', False),
        ('{"a": 1, "a": 1, "b": null}', False),
        ('{"b": null,"c": true}', False),  # canonical whitespace
        ('{"b": null, "d": 1}', True),  # open unless the schema says no
        ('{"d": 1, "b": null}', True),
        ('{"b": null, "d": 1, "d": 1}', False),
        ('{"b": null, }', False),
        ('{, "b": null}', False),
        ('{"b": null', False),
        (' {"b": null}', False),
    ],
)
def test_objects(text: str, expected: bool) -> None:
    assert json_schema(OBJECT).matches(text) == expected


def test_many_optional_properties_stay_small() -> None:
    properties = {f"p{i}": {"type": "boolean"} for i in range(40)}
    language = json_schema(
        {"type": "object", "properties": properties, "additionalProperties": False}
    )
    assert language.matches('{"p3": true, "p17": false, "p39": true}')
    assert not language.matches('{"p17": true, "p3": false}')
    assert language.dfa.num_states < 6_000


@pytest.mark.parametrize(
    ("schema", "members", "others"),
    [
        ({"type": "array", "items": {"type": "null"}}, ["[]", "[null]", "[null, null]"], ["[,]"]),
        (
            {"type": "array", "items": {"type": "null"}, "minItems": 2, "maxItems": 3},
            ["[null, null]", "[null, null, null]"],
            ["[]", "[null]", "[null, null, null, null]"],
        ),
        ({"type": "array", "maxItems": 0}, ["[]"], ["[null]"]),
        (
            {"type": "array", "prefixItems": [{"const": 1}], "items": {"const": 2}},
            ["[]", "[1]", "[1, 2]", "[1, 2, 2]"],
            ["[2]", "[1, 1]"],
        ),
        (
            {"type": "array", "prefixItems": [{"const": 1}, {"const": 2}]},
            ["[]", "[1]", "[1, 2]", "[1, 2, 3]"],
            ["[1, 3]"],
        ),
        (
            {"type": "array", "prefixItems": [{"const": 1}], "items": False, "minItems": 1},
            ["[1]"],
            ["[]", "[1, 1]"],
        ),
        (
            {"type": "array", "items": {"type": "integer"}, "minItems": 5},
            ["[1, 22, 3, 4, 5]"],
            ["[1]"],
        ),
    ],
)
def test_arrays(schema: Any, members: list[str], others: list[str]) -> None:
    language = json_schema(schema)
    assert [text for text in members if not language.matches(text)] == []
    assert [text for text in others if language.matches(text)] == []


@pytest.mark.parametrize(
    ("schema", "members", "others"),
    [
        # siblings mean "and"
        (
            {"type": "object", "properties": {"a": {"type": "null"}, "b": {"type": "null"}},
             "anyOf": [{"required": ["a"]}, {"required": ["b"]}]},
            ['{"a": null}', '{"b": null}', '{"a": null, "b": null}'],
            ["{}"],
        ),
        ({"anyOf": [{"type": "integer"}, {"type": "null"}], "minimum": 3}, ["3", "null"], ["2"]),
        ({"$ref": "#/$defs/n", "maximum": 5, "$defs": {"n": {"type": "integer", "minimum": 3}}},
         ["3", "5"], ["2", "6"]),
        ({"enum": ["a", 1, None], "type": ["string", "null"]}, ['"a"', "null"], ["1"]),
        ({"enum": [1, 2, 3], "minimum": 2}, ["2", "3"], ["1"]),
        ({"const": 2, "multipleOf": 2}, ["2"], ["4"]),
        ({"type": "string", "pattern": "a", "allOf": [{"pattern": "b"}, {"maxLength": 2}]},
         ['"ab"', '"ba"'], ['"a"', '"abc"']),
        ({"allOf": [{"type": ["integer", "string"]}, {"minimum": 3}]}, ["3", '"x"'], ["2", "null"]),
        ({"allOf": [{"type": "object", "properties": {"a": {"type": "integer"}}},
                    {"properties": {"a": {"maximum": 3}}, "required": ["a"]}]},
         ['{"a": 3}'], ['{"a": 4}', "{}"]),
        ({"allOf": [{"type": "object", "properties": {"a": {"type": "null"}},
                     "additionalProperties": False},
                    {"properties": {"b": {"type": "null"}}}]},
         ['{"a": null}', "{}"], ['{"b": null}']),
        # disjoint branches of oneOf
        ({"oneOf": [{"type": "integer"}, {"type": "null"}]}, ["1", "null"], ['"a"']),
        ({"oneOf": [
            {"type": "object", "properties": {"k": {"const": "x"}}, "required": ["k"]},
            {"type": "object", "properties": {"k": {"const": "y"}}, "required": ["k"]}]},
         ['{"k": "x"}', '{"k": "y"}'], ["{}"]),
        # boolean schemas, and parts that cannot be
        ({"type": "object", "properties": {"a": False, "b": {"type": "null"}}},
         ["{}", '{"b": null}'], ['{"a": null}']),
        ({"anyOf": [False, {"type": "null"}]}, ["null"], ["1"]),
        ({"type": "array", "prefixItems": [{"type": "null"}, False, {"type": "null"}]},
         ["[]", "[null]"], ["[null, null]"]),
        # without a type, values of the other kinds are let through
        ({"minimum": 3}, ["3", '"a"'], ["2"]),
        ({"properties": {"a": {"type": "null"}}}, ['{"a": null}', "null"], ['{"a": 1}']),
        ({"maxLength": 1}, ['"a"', "1"], ['"ab"']),
        # values of any kind, in their own order
        ({"enum": [{"b": [1, "x"], "a": None}, 1.5, True]},
         ['{"b": [1, "x"], "a": null}', "1.5", "true"], ["false", "1"]),
        ({"enum": [1, True]}, ["1", "true"], []),
    ],
)  # fmt: skip
def test_combinations(schema: Any, members: list[str], others: list[str]) -> None:
    language = json_schema(schema)
    assert [text for text in members if not language.matches(text)] == []
    assert [text for text in others if language.matches(text)] == []
    assert all(is_valid(schema, json.loads(text)) for text in members)


def test_integers_beside_numbers() -> None:
    language = json_schema({"type": ["integer", "number"]})
    assert language.matches("1.5")


def test_nothing() -> None:
    assert json_schema(False).dfa.is_empty
    assert json_schema({"type": "string", "minLength": 3, "maxLength": 2}).dfa.is_empty
    assert json_schema({"enum": []}).dfa.is_empty
    impossible = {"type": "object", "properties": {"a": False}, "required": ["a"]}
    assert json_schema(impossible).dfa.is_empty


PAIR: dict[str, Any] = {"type": "array", "uniqueItems": True, "minItems": 2}
CHAIN = {"type": ["array", "null"], "items": {"$ref": "#"}, "minItems": 1}
ENDLESS: dict[str, Any] = {
    "different items": PAIR | {"items": CHAIN},
    "different items that count": {
        "type": "array",
        "uniqueItems": True,
        "contains": CHAIN | {"type": "array"},
        "minContains": 2,
    },
}


@pytest.mark.parametrize("schema", ENDLESS.values(), ids=ENDLESS)
def test_different_items_that_hold_each_other_have_no_end(schema: dict[str, Any]) -> None:
    """A member of one kind is needed to find a member of the other, and the other way round."""
    language = json_schema(schema)
    assert not language.matches("[null, [null]]")
    assert language.shortest() is None


def test_different_items_that_are_arrays_of_different_items() -> None:
    schema: dict[str, Any] = {"type": "boolean"}
    for _ in range(3):
        schema = PAIR | {"items": schema, "maxItems": 2}
    language = json_schema(schema)
    text = language.shortest()
    assert text is not None
    assert is_valid(schema, json.loads(text))
    assert language.matches(text)


def test_equal_languages_are_equal() -> None:
    written = {
        "type": "object",
        "properties": {"a": {"$ref": "#/$defs/x"}},
        "$defs": {"x": {"type": "null"}},
    }
    inlined = {"type": "object", "properties": {"a": {"type": "null", "title": "A"}}}
    written["additionalProperties"] = inlined["additionalProperties"] = False
    assert json_schema(written) == json_schema(inlined)
    assert json_schema(written) != json_schema(inlined, "flexible")


def test_pickles() -> None:
    language = json_schema(OBJECT)
    assert language.template().slots[0].language.matches('"a": 1, ')
    copy = pickle.loads(pickle.dumps(language))
    assert copy == language
    assert copy.template() == language.template()
    assert [slot.id for slot in copy.template().slots] == ["/a", "/c"]


def test_unknown_whitespace() -> None:
    with pytest.raises(InvalidInput, match="compact"):
        json_schema(OBJECT, "compact")  # type: ignore[arg-type]
