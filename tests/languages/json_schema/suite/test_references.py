"""References: pointers, identifiers, anchors, recursion, dynamic scope."""

from __future__ import annotations

import json
from typing import Any

import pytest
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from dllm_struct.errors import UnsupportedSchema
from dllm_struct.languages.json_schema import json_schema
from tests.languages.json_schema.suite.table import Row, check, drafts, every

INTEGER, STRING = {"type": "integer"}, {"type": "string"}
TREE: dict[str, Any] = {
    "type": "object",
    "properties": {"value": INTEGER, "children": {"type": "array", "items": {"$ref": "#"}}},
    "required": ["value"],
}
DEEP: dict[str, Any] = {"value": 0}
for _level in range(40):
    DEEP = {"value": _level, "children": [DEEP, {"value": 1}]}

ROWS = (
    Row("definitions", {"definitions": {"n": INTEGER}, "$ref": "#/definitions/n"}, [1], ["x"]),
    Row(
        "$defs",
        {"$defs": {"n": INTEGER}, "properties": {"a": {"$ref": "#/$defs/n"}}},
        [{"a": 1}],
        [{"a": "x"}],
    ),
    Row(
        "any pointer",
        {"properties": {"a": INTEGER, "b": {"$ref": "#/properties/a"}}},
        [{"a": 1, "b": 2}],
        [{"b": "x"}],
    ),
    Row("into a list", {"allOf": [{"maximum": 9}, {"$ref": "#/allOf/0"}]}, [9], [10]),
    Row(
        "escaped pointers",
        {"definitions": {'a/b~c %"': INTEGER}, "items": {"$ref": "#/definitions/a~1b~0c%20%25%22"}},
        [[1]],
        [["x"]],
    ),
    Row(
        "a chain",
        {
            "definitions": {
                "a": {"$ref": "#/definitions/b"},
                "b": {"$ref": "#/definitions/c"},
                "c": STRING,
            },
            "items": {"$ref": "#/definitions/a"},
        },
        [["x"]],
        [[1]],
    ),
    Row(
        "shared",
        {
            "definitions": {"n": INTEGER},
            "properties": {"a": {"$ref": "#/definitions/n"}, "b": {"$ref": "#/definitions/n"}},
        },
        [{"a": 1, "b": 1}],
        [{"a": 1, "b": "x"}],
    ),
    Row("a property called $ref", {"properties": {"$ref": STRING}}, [{"$ref": "a"}], [{"$ref": 1}]),
    Row("$ref in an enum", {"enum": [{"$ref": "#/nowhere"}]}, [{"$ref": "#/nowhere"}], [{}, 1]),
    Row(
        "siblings count",
        {"definitions": {"n": INTEGER}, "items": {"$ref": "#/definitions/n", "minimum": 3}},
        [[3]],
        [[2], ["x"]],
        drafts("2019-09"),
    ),
    Row(
        "siblings do not count",
        {"definitions": {"n": INTEGER}, "items": {"$ref": "#/definitions/n", "minimum": 3}},
        [[2], [3]],
        [["x"]],
        drafts("draft-04", "draft-07"),
    ),
    Row(
        "to a boolean",
        {
            "definitions": {"no": False, "yes": True},
            "properties": {"a": {"$ref": "#/definitions/no"}, "b": {"$ref": "#/definitions/yes"}},
        },
        [{}, {"b": 1}],
        [{"a": 1}],
        drafts("draft-06"),
    ),
    Row(
        "$id and $anchor",
        {
            "$id": "https://example.org/root",
            "$defs": {"n": {"$anchor": "number", "type": "integer"}},
            "items": {"$ref": "#number"},
        },
        [[1]],
        [["x"]],
        drafts("2019-09"),
    ),
    Row(
        "by own address",
        {
            "$id": "https://example.org/root",
            "$defs": {"n": INTEGER},
            "items": {"$ref": "https://example.org/root#/$defs/n"},
        },
        [[1]],
        [["x"]],
        drafts("2019-09"),
    ),
    Row(
        "an embedded document",
        {
            "$id": "https://example.org/root",
            "$defs": {
                "other": {"$id": "other/", "$defs": {"n": INTEGER}, "items": {"$ref": "#/$defs/n"}}
            },
            "$ref": "other/",
        },
        [[1], 3],
        [["x"]],
        drafts("2019-09"),
    ),
    Row(
        "relative to an embedded document",
        {
            "$id": "https://example.org/a/b",
            "$defs": {
                "x": {"$id": "c", "type": "integer"},
                "y": {"$id": "/d/", "items": {"$ref": "../a/c"}},
            },
            "$ref": "/d/",
        },
        [[1]],
        [["x"]],
        drafts("2019-09"),
    ),
    Row(
        "names of draft 7",
        {"definitions": {"n": {"$id": "#number", "type": "integer"}}, "items": {"$ref": "#number"}},
        [[1]],
        [["x"]],
        drafts("draft-06", "draft-07"),
    ),
    Row(
        "names of draft 4",
        {"definitions": {"n": {"id": "#number", "type": "integer"}}, "items": {"$ref": "#number"}},
        [[1]],
        [["x"]],
        ("draft-04",),
    ),
    Row(
        "a tree",
        TREE,
        [{"value": 1}, {"value": 1, "children": []}, DEEP],
        [
            {},
            {"value": 1, "children": [{}]},
            {"value": 1, "children": [{"value": 2, "children": [{"value": "x"}]}]},
        ],
    ),
    Row(
        "a list in a list",
        {
            "definitions": {
                "l": {"anyOf": [INTEGER, {"type": "array", "items": {"$ref": "#/definitions/l"}}]}
            },
            "type": "array",
            "items": {"$ref": "#/definitions/l"},
        },
        [[], [1, [2, [[]]]]],
        [["x"], [[["x"]]], 1],
    ),
    Row(
        "two that need each other",
        {
            "definitions": {
                "even": {"maxItems": 1, "items": {"$ref": "#/definitions/odd"}, "type": "array"},
                "odd": {
                    "type": "array",
                    "minItems": 1,
                    "maxItems": 1,
                    "items": {"$ref": "#/definitions/even"},
                },
            },
            "allOf": [{"$ref": "#/definitions/even"}],
        },
        [[], [[[]]], [[[[[]]]]]],
        [[[]], [[[[]]]], [1]],
    ),
    Row(
        "a closed recursion",
        {"properties": {"a": {"$ref": "#"}}, "additionalProperties": False},
        [{}, {"a": {"a": {}}}, {"a": 3}],
        [{"b": 1}, {"a": {"b": 1}}],
    ),
    Row(
        "recursion under not",
        {"type": ["object", "null"], "properties": {"a": {"not": {"$ref": "#"}}}},
        [None, {"a": 1}, {"a": {"a": None}}],
        [{"a": None}, {"a": {}}, {"a": {"a": 1}}],
    ),
    Row(
        "recursion that has no base",
        {"type": "object", "required": ["a"], "properties": {"a": {"$ref": "#"}}},
        [],
        [{}, {"a": {}}, {"a": {"a": None}}],
    ),
    Row(
        "recursion with a base",
        {
            "anyOf": [
                {"type": "null"},
                {"type": "object", "required": ["next"], "properties": {"next": {"$ref": "#"}}},
            ]
        },
        [None, {"next": None}, {"next": {"next": None}}],
        [{}, {"next": {}}, {"next": 1}],
    ),
    Row(
        "$dynamicRef to the outermost",
        {
            "$id": "https://example.org/strings",
            "$ref": "list",
            "$defs": {
                "item": {"$dynamicAnchor": "item", "type": "string"},
                "list": {
                    "$id": "list",
                    "type": "array",
                    "items": {"$dynamicRef": "#item"},
                    "$defs": {"default": {"$dynamicAnchor": "item"}},
                },
            },
        },
        [["x"], []],
        [[1], ["x", None]],
        ("2020-12",),
    ),
    Row(
        "$dynamicRef without a scope",
        {
            "$defs": {"n": {"$dynamicAnchor": "n", "type": "integer"}},
            "items": {"$dynamicRef": "#n"},
        },
        [[1]],
        [["x"]],
        ("2020-12",),
    ),
    Row(
        "$dynamicRef to an $anchor",
        {"$defs": {"n": {"$anchor": "n", "type": "integer"}}, "items": {"$dynamicRef": "#n"}},
        [[1]],
        [["x"]],
        ("2020-12",),
    ),
    Row(
        "$recursiveRef",
        {"properties": {"a": {"$recursiveRef": "#"}}, "additionalProperties": False},
        [{}, {"a": {"a": {}}}],
        [{"b": 1}, {"a": {"b": 1}}],
        ("2019-09",),
    ),
)


@every(ROWS)
def test_references(row: Row, draft: str) -> None:
    check(row, draft)


def test_other_documents_come_from_the_registry_alone() -> None:
    address = "https://example.org/count"
    schema = {"items": {"$ref": address}}
    with pytest.raises(UnsupportedSchema) as caught:
        json_schema(schema)
    assert caught.value.pointer == "/items/$ref"
    registry: Registry[Any] = Registry().with_resource(
        address, DRAFT202012.create_resource({"type": "integer"})
    )
    language = json_schema(schema, registry=registry)
    for value, expected in (([1], True), ([], True), (["x"], False)):
        assert language.matches(json.dumps(value)) == expected


def test_deep_documents() -> None:
    nested = "[" * 3000 + "]" * 3000
    schema = {"type": "array", "items": {"$ref": "#"}}
    assert json_schema(schema).matches(nested)
    assert not json_schema(schema).matches(nested[:-1])
    assert not json_schema(schema).matches(nested.replace("[]", "[1]"))
