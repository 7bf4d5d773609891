"""Reading schemas: what is refused is refused by name, at its JSON pointer."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from dllm_struct.errors import InvalidSchema, UnsupportedSchema
from dllm_struct.languages.json_schema import json_schema

STRING = {"type": "string"}
DRAFT_4 = "http://json-schema.org/draft-04/schema#"
DRAFT_7 = "http://json-schema.org/draft-07/schema#"
LATEST = "https://json-schema.org/draft/2020-12/schema"


@pytest.mark.parametrize(
    ("schema", "named", "pointer"),
    [
        ({"type": "string", "pattern": r"(a)\1"}, "backreference", "/pattern"),
        ({"patternProperties": {r"(a)\1": {}}}, "backreference", "/patternProperties/(a)\\1"),
        ({"$ref": "other.json#/a"}, "another document", "/$ref"),
        ({"items": {"$ref": "http://e.org/x"}}, "another document", "/items/$ref"),
        ({"$schema": "http://e.org/mine"}, "the dialect 'http://e.org/mine'", "/$schema"),
        ({"$schema": "http://json-schema.org/draft-03/schema#"}, "draft-03", "/$schema"),
    ],
)
def test_unsupported_forms(schema: Any, named: str, pointer: str) -> None:
    with pytest.raises(UnsupportedSchema) as caught:
        json_schema(schema)
    assert named in caught.value.keyword
    assert caught.value.pointer == pointer
    assert caught.value.hint


@pytest.mark.parametrize(
    ("schema", "pointer", "said"),
    [
        ({"type": "string", "nullable": True}, "/nullable", "no keyword"),
        ({"properties": {"a": {"minlength": 3}}}, "/properties/a/minlength", "no keyword"),
        ({"format": "colour"}, "/format", "not known"),
        ({"$schema": DRAFT_4, "const": 1}, "/const", "no effect in draft 4"),
        ({"$schema": DRAFT_7, "$ref": "#/definitions/x", "definitions": {"x": {}}, "minimum": 1},
         "/minimum", "beside $ref"),
    ],
)  # fmt: skip
def test_warnings(schema: Any, pointer: str, said: str) -> None:
    ((where, text),) = json_schema(schema).warnings
    assert where == pointer
    assert said in text


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
        ({"$schema": LATEST, "type": "array", "items": [STRING]}, "/items"),
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
        ({"$schema": LATEST, "exclusiveMaximum": True}, "/exclusiveMaximum"),
        ({"$schema": DRAFT_4, "exclusiveMaximum": 3}, "/exclusiveMaximum"),
        ({"uniqueItems": 1}, "/uniqueItems"),
        ({"patternProperties": {"(": {}}}, "/patternProperties/("),
        ({"dependentRequired": {"a": "b"}}, "/dependentRequired/a"),
        ({"$ref": "#"}, ""),
        ({"allOf": [{"$ref": "#/anyOf/0"}], "anyOf": [{"$ref": "#"}]}, ""),
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
    "oneOf", "not", "if", "then", "patternProperties", "propertyNames", "uniqueItems", "contains",
    "minContains", "dependentRequired", "dependentSchemas", "unevaluatedProperties",
)  # fmt: skip
VALUES: st.SearchStrategy[Any] = st.sampled_from(
    (None, True, False, 0, 1, 2.0, -1, 1.5, "", "string", "a", [], ["a"], ["a", "a"], {}, [{}],
     {"a": {}}, {"a": 1}, [1], ["null"])
)  # fmt: skip


@settings(deadline=None, max_examples=600)
@given(st.dictionaries(st.sampled_from(KEYWORDS), VALUES, max_size=3))
def test_agrees_with_the_metaschema(schema: dict[str, Any]) -> None:
    """What the metaschema takes is never called invalid, and the other way round."""
    schema["$schema"] = LATEST
    try:
        Draft202012Validator.check_schema(schema)
        valid = True
    except SchemaError:
        valid = False
    try:
        json_schema(schema)
    except InvalidSchema:
        assert not valid
    else:
        # definitions that nothing refers to are not read, nor is `then` without `if`
        assert valid or "$defs" in schema or ("then" in schema and "if" not in schema)


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
    ],
)
def test_references(reference: str) -> None:
    schema = {
        "$id": "https://e.org/s",
        "type": "object",
        "properties": {"x": {"type": "null"}, "y": {"$ref": reference, "description": "d"}},
        "required": ["y"],
        "definitions": {"a": {"type": "null"}},
        "$defs": {"a b/c~d": {"type": "null"}, "n": {"type": "null"}},
    }
    assert json_schema(schema).matches('{"y": null}')


def test_references_may_repeat_and_chain() -> None:
    schema = {
        "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"type": "integer"}},
        "type": "array",
        "prefixItems": [{"$ref": "#/$defs/a"}, {"$ref": "#/$defs/a"}, {"$ref": "#/$defs/b"}],
    }
    assert json_schema(schema).matches("[1, 2, 3]")


def test_a_registry_holds_other_documents() -> None:
    document = {"$id": "https://e.org/n", "$defs": {"n": {"type": "null"}}}
    registry = Registry().with_resource(
        "https://e.org/n", Resource.from_contents(document, DRAFT202012)
    )
    schema = {"properties": {"a": {"$ref": "https://e.org/n#/$defs/n"}}}
    language = json_schema(schema, registry=registry)
    assert language.matches('{"a": null}')
    assert not language.matches('{"a": 1}')
    with pytest.raises(InvalidSchema):
        json_schema({"$ref": "https://e.org/n#/$defs/m"}, registry=registry)


def test_metaschemas_are_known() -> None:
    language = json_schema({"$ref": LATEST})
    assert language.matches('{"minLength": 3}')
    assert not language.matches('{"minLength": -3}')
