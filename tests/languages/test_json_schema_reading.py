"""Reading schemas: what is refused is refused by name, at its JSON pointer."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError

from dllm_struct.errors import BudgetExceeded, InvalidSchema, UnsupportedSchema
from dllm_struct.languages.json_schema import json_schema

STRING = {"type": "string"}

UNSUPPORTED = {
    "not": {"type": "null"},
    "if": {"type": "null"},
    "then": {},
    "else": {},
    "patternProperties": {"^a": STRING},
    "propertyNames": {"pattern": "^a"},
    "minProperties": 1,
    "maxProperties": 1,
    "dependentRequired": {"a": ["b"]},
    "dependentSchemas": {"a": {}},
    "dependencies": {"a": ["b"]},
    "contains": STRING,
    "minContains": 1,
    "maxContains": 1,
    "uniqueItems": True,
    "additionalItems": False,
    "unevaluatedProperties": False,
    "unevaluatedItems": False,
    "contentEncoding": "base64",
    "contentMediaType": "text/plain",
    "contentSchema": {},
    "$anchor": "x",
    "$dynamicAnchor": "x",
    "$dynamicRef": "#x",
    "$vocabulary": {},
    "nullable": True,
    "id": "http://example.com",
    "x-note": "unknown",
}


@pytest.mark.parametrize("keyword", UNSUPPORTED)
@pytest.mark.parametrize(
    ("wrap", "pointer"),
    [
        (lambda part: part, ""),
        (lambda part: {"type": "object", "properties": {"a/b~": part}}, "/properties/a~1b~0"),
        (lambda part: {"type": "array", "items": part}, "/items"),
        (lambda part: {"type": "array", "prefixItems": [STRING, part]}, "/prefixItems/1"),
        (lambda part: {"anyOf": [STRING, part]}, "/anyOf/1"),
        (lambda part: {"allOf": [part]}, "/allOf/0"),
        (lambda part: {"$ref": "#/$defs/x", "$defs": {"x": part}}, "/$defs/x"),
        (lambda part: {"type": "string", "properties": {"a": part}}, "/properties/a"),
    ],
)
def test_unsupported_keywords(keyword: str, wrap: Any, pointer: str) -> None:
    with pytest.raises(UnsupportedSchema) as caught:
        json_schema(wrap({"type": "string", keyword: UNSUPPORTED[keyword]}))
    assert caught.value.keyword == keyword
    assert caught.value.pointer == f"{pointer}/{keyword}"
    assert caught.value.hint


OBJECT_WITH_REQUIRED = {"type": "object", "required": ["a"]}
LIST_OF = {"$defs": {"l": {"type": "array", "items": {"$ref": "#/$defs/l"}}}, "$ref": "#/$defs/l"}
TREE = {
    "type": "object",
    "properties": {"left": {"$ref": "#"}},
}


@pytest.mark.parametrize(
    ("schema", "named", "pointer"),
    [
        ({}, "any JSON value", ""),
        (True, "any JSON value", ""),
        ({"description": "anything"}, "any JSON value", ""),
        ({"type": "object", "properties": {"a": {}}}, "any JSON value", "/properties/a"),
        ({"type": "array", "items": {}}, "any JSON value", "/items"),
        ({"type": "array"}, "array whose items", ""),
        ({"type": "array", "prefixItems": [STRING], "minItems": 2}, "array whose items", ""),
        (OBJECT_WITH_REQUIRED, "required property 'a'", "/required"),
        (
            {"type": "object", "additionalProperties": STRING},
            "additionalProperties as a schema",
            "/additionalProperties",
        ),
        ({"type": "string", "format": "regex"}, "format 'regex'", "/format"),
        ({"type": "string", "pattern": r"(a)\1"}, "backreference", "/pattern"),
        ({"type": "number", "multipleOf": 0.1}, "multipleOf", "/multipleOf"),
        (LIST_OF, "recursive $ref", "/$defs/l/items/$ref"),
        (TREE, "recursive $ref", "/properties/left/$ref"),
        ({"$ref": "other.json#/a"}, "another document", "/$ref"),
        ({"$ref": "#name"}, "anchor 'name'", "/$ref"),
        ({"type": "array", "items": {"$id": "x", "type": "null"}}, "$id below", "/items/$id"),
        ({"oneOf": [STRING, {"type": "string", "maxLength": 3}]}, "0 and 1 overlap", "/oneOf"),
        # a format may be a mere annotation to others, so it tells nothing apart
        (
            {"oneOf": [STRING | {"format": "date"}, STRING | {"format": "ipv4"}]},
            "overlap",
            "/oneOf",
        ),
    ],
)
def test_unsupported_forms(schema: Any, named: str, pointer: str) -> None:
    with pytest.raises(UnsupportedSchema) as caught:
        json_schema(schema)
    assert named in caught.value.keyword
    assert caught.value.pointer == pointer


@pytest.mark.parametrize(
    ("schema", "pointer"),
    [
        (None, ""),
        (3, ""),
        ([], ""),
        ("{}", ""),
        ({"type": "text"}, "/type"),
        ({"type": []}, "/type"),
        ({"type": ["null", "null"]}, "/type"),
        ({"type": {"a": 1}}, "/type"),
        ({"type": "object", "properties": []}, "/properties"),
        ({"type": "object", "properties": {"a": 1}}, "/properties/a"),
        ({"type": "object", "required": "a"}, "/required"),
        ({"type": "object", "required": ["a", "a"]}, "/required"),
        ({"type": "object", "required": True}, "/required"),
        ({"type": "object", "additionalProperties": "no"}, "/additionalProperties"),
        ({"type": "array", "items": [STRING]}, "/items"),
        ({"type": "array", "items": 1}, "/items"),
        ({"type": "array", "prefixItems": []}, "/prefixItems"),
        ({"type": "array", "items": STRING, "minItems": -1}, "/minItems"),
        ({"type": "array", "items": STRING, "maxItems": "3"}, "/maxItems"),
        ({"type": "string", "minLength": 1.5}, "/minLength"),
        ({"type": "string", "maxLength": True}, "/maxLength"),
        ({"type": "string", "maxLength": float("nan")}, "/maxLength"),
        ({"type": "string", "pattern": "("}, "/pattern"),
        ({"type": "string", "pattern": 1}, "/pattern"),
        ({"type": "string", "format": None}, "/format"),
        ({"type": "integer", "minimum": "1"}, "/minimum"),
        ({"type": "integer", "minimum": float("nan")}, "/minimum"),
        ({"type": "integer", "exclusiveMaximum": True}, "/exclusiveMaximum"),
        ({"type": "integer", "multipleOf": 0}, "/multipleOf"),
        ({"type": "integer", "multipleOf": -2}, "/multipleOf"),
        ({"enum": "a"}, "/enum"),
        ({"enum": [float("inf")]}, "/enum"),
        ({"const": "\ud800"}, "/const"),
        ({"const": {1, 2}}, "/const"),
        ({"anyOf": []}, "/anyOf"),
        ({"anyOf": {}}, "/anyOf"),
        ({"anyOf": [1]}, "/anyOf/0"),
        ({"$ref": 1}, "/$ref"),
        ({"$ref": "#/$defs/x"}, "/$ref"),
        ({"$ref": "#/enum/1", "enum": [1]}, "/$ref"),
        ({"$defs": []}, "/$defs"),
        ({"type": "string", "title": 1}, "/title"),
        ({"type": "string", "examples": "a"}, "/examples"),
        ({"type": "string", "deprecated": "yes"}, "/deprecated"),
        ({"type": "string", 1: 2}, ""),
    ],
)
def test_invalid(schema: Any, pointer: str) -> None:
    with pytest.raises(InvalidSchema) as caught:
        json_schema(schema)
    assert caught.value.pointer == pointer


KEYWORDS = (
    "type", "properties", "required", "additionalProperties", "items", "prefixItems", "minItems",
    "maxItems", "minLength", "maxLength", "pattern", "format", "minimum", "exclusiveMaximum",
    "multipleOf", "enum", "const", "anyOf", "allOf", "$defs", "title", "examples", "readOnly",
)  # fmt: skip
VALUES: st.SearchStrategy[Any] = st.sampled_from(
    (None, True, False, 0, 1, 2.0, -1, 1.5, "", "string", "a", [], ["a"], ["a", "a"], {}, [{}],
     {"a": {}}, {"a": 1}, [1], ["null"])
)  # fmt: skip


@settings(deadline=None, max_examples=600)
@given(st.dictionaries(st.sampled_from(KEYWORDS), VALUES, max_size=3))
def test_agrees_with_the_metaschema(schema: dict[str, Any]) -> None:
    """What the metaschema takes is never called invalid, and the other way round."""
    try:
        Draft202012Validator.check_schema(schema)
        valid = True
    except SchemaError:
        valid = False
    try:
        json_schema(schema)
    except InvalidSchema:
        assert not valid
    except UnsupportedSchema:
        pass
    else:
        # definitions that nothing refers to are not read
        assert valid or "$defs" in schema


def test_annotations_change_nothing() -> None:
    noted = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "https://example.com/s.json",
        "$comment": "c",
        "title": "t",
        "description": "d",
        "default": [1],
        "examples": [1],
        "deprecated": True,
        "readOnly": True,
        "writeOnly": False,
        "definitions": {"unused": {"not": {}}},
        "$defs": {"unused": {"not": {}}},
        "type": "null",
    }
    assert json_schema(noted) == json_schema({"type": "null"})


@pytest.mark.parametrize(
    "reference",
    [
        "#/$defs/a%20b~1c~0d",
        "#/definitions/a",
        "#/properties/x",
        "https://e.org/s#/$defs/n",
        "#/$defs/l/0",
    ],
)
def test_references(reference: str) -> None:
    schema = {
        "$id": "https://e.org/s",
        "type": "object",
        "properties": {"x": {"type": "null"}, "y": {"$ref": reference, "description": "d"}},
        "required": ["y"],
        "definitions": {"a": {"type": "null"}},
        "$defs": {"a b/c~d": {"type": "null"}, "n": {"type": "null"}, "l": [{"type": "null"}]},
    }
    assert json_schema(schema).matches('{"y": null}')


def test_references_may_repeat_and_chain() -> None:
    schema = {
        "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"type": "integer"}},
        "type": "array",
        "prefixItems": [{"$ref": "#/$defs/a"}, {"$ref": "#/$defs/a"}, {"$ref": "#/$defs/b"}],
    }
    assert json_schema(schema).matches("[1, 2, 3]")


def test_hostile_schemas_end_in_an_error() -> None:
    doubling = {
        f"d{i}": {"type": "array", "prefixItems": [{"$ref": f"#/$defs/d{i + 1}"}] * 2}
        for i in range(40)
    }
    doubling["d40"] = {"type": "null"}
    either = {"anyOf": [{"type": "string", "minLength": i} for i in range(20)]}
    each = [
        {"anyOf": [{"type": "string", "pattern": f"{i}{j}"} for i in range(20)]} for j in range(9)
    ]
    nested: dict[str, Any] = {"type": "null"}
    for _ in range(5_000):
        nested = {"type": "array", "items": nested}
    long = {"type": "array", "items": {"type": "string", "maxLength": 900}, "maxItems": 10**6}
    for schema in (
        {"$ref": "#/$defs/d0", "$defs": doubling},
        {"allOf": [either, *each]},
        nested,
        long,
    ):
        with pytest.raises(BudgetExceeded):
            _ = json_schema(schema).dfa


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string", "minLength": 10**9},
        {"type": "array", "items": {"type": "null"}, "minItems": 10**9},
        {"type": "array", "items": {"type": "null"}, "minItems": 10**9, "maxItems": 10**9},
    ],
)
def test_counts_without_end(schema: Any) -> None:
    with pytest.raises(BudgetExceeded, match="1000000000"):
        json_schema(schema).template()
