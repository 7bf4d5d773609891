"""`unevaluatedProperties` and `unevaluatedItems`: what no other keyword has looked at."""

from __future__ import annotations

from typing import Any

from tests.languages.json_schema.suite.table import Row, check, drafts, every

INTEGER, STRING = {"type": "integer"}, {"type": "string"}
A: dict[str, Any] = {"properties": {"a": {}}}
B: dict[str, Any] = {"properties": {"b": {}}}
CLOSED = {"unevaluatedProperties": False}

PROPERTIES = (
    Row("nothing is evaluated", CLOSED, [{}, 1, []], [{"a": 1}]),
    Row("true", {"unevaluatedProperties": True}, [{"a": 1}]),
    Row(
        "a schema",
        {**A, "unevaluatedProperties": INTEGER},
        [{"a": "x"}, {"a": "x", "b": 1}],
        [{"b": "x"}],
    ),
    Row("beside properties", {**A, **CLOSED}, [{}, {"a": 1}], [{"b": 1}, {"a": 1, "b": 1}]),
    Row(
        "beside patternProperties",
        {"patternProperties": {"^a": {}}, **CLOSED},
        [{"ab": 1}],
        [{"b": 1}],
    ),
    Row(
        "beside additionalProperties",
        {**A, "additionalProperties": INTEGER, **CLOSED},
        [{"a": "x", "b": 1}],
        [{"b": "x"}],
    ),
    Row("through allOf", {**A, "allOf": [B], **CLOSED}, [{"a": 1, "b": 1}], [{"c": 1}]),
    Row(
        "through $ref",
        {"$defs": {"b": B}, **A, "$ref": "#/$defs/b", **CLOSED},
        [{"a": 1, "b": 1}],
        [{"c": 1}],
    ),
    Row(
        "through the branch of anyOf that holds",
        {
            "anyOf": [{**A, "required": ["a"]}, {"properties": {"b": INTEGER}, "required": ["b"]}],
            **CLOSED,
        },
        [{"a": 1}, {"b": 1}, {"a": "x", "b": 1}],
        [{}, {"a": 1, "b": "x"}, {"a": 1, "c": 1}, {"b": 1, "c": 1}],
    ),
    Row(
        "through oneOf",
        {
            "oneOf": [{**A, "required": ["a"]}, {**B, "required": ["b"]}],
            "properties": {"c": {}},
            **CLOSED,
        },
        [{"a": 1}, {"a": 1, "c": 1}, {"b": 1}],
        [{"a": 1, "b": 1}, {"c": 1}, {"a": 1, "d": 1}],
    ),
    Row(
        "not through not",
        {**A, "not": {"not": {**B, "required": ["b"]}}, **CLOSED},
        [],
        [{"b": 1}, {"a": 1, "b": 1}, {}],
    ),
    Row(
        "through if",
        {
            "if": {"properties": {"kind": {"const": 1}}, "required": ["kind"]},
            "then": {"properties": {"x": {}}},
            "else": {"properties": {"y": {}}},
            **CLOSED,
        },
        [{"kind": 1}, {"kind": 1, "x": 1}, {"y": 1}, {}],
        [{"kind": 1, "y": 1}, {"x": 1}, {"kind": 2}],
    ),
    Row(
        "through dependentSchemas",
        {**A, "dependentSchemas": {"a": B}, **CLOSED},
        [{"a": 1, "b": 1}, {"a": 1}],
        [{"b": 1}],
    ),
    Row("not by cousins", {"allOf": [A, CLOSED]}, [{}], [{"a": 1}]),
    Row(
        "not by an inner false",
        {"allOf": [{**A, **CLOSED}], **B},
        [{"a": 1}],
        [{"b": 1}, {"a": 1, "b": 1}],
    ),
    Row(
        "an inner true evaluates",
        {"allOf": [{**A, "unevaluatedProperties": True}], **CLOSED},
        [{"a": 1}, {"x": 1}],
    ),
    Row("not by propertyNames", {"propertyNames": {"maxLength": 1}, **CLOSED}, [{}], [{"a": 1}]),
    Row(
        "one level down",
        {"properties": {"o": {**A, **CLOSED}}},
        [{"o": {"a": 1}}, {"o": {}, "x": 1}],
        [{"o": {"b": 1}}],
    ),
    Row(
        "other places do not count",
        {"properties": {"o": A}, "allOf": [{"properties": {"o": CLOSED}}]},
        [{"o": {}}],
        [{"o": {"a": 1}}],
    ),
    Row("required alone does not evaluate", {"required": ["a"], **CLOSED}, [], [{"a": 1}, {}]),
    Row(
        "recursion",
        {"properties": {"next": {"$ref": "#"}}, **CLOSED},
        [{"next": {"next": {}}}],
        [{"x": 1}, {"next": {"x": 1}}],
    ),
)

ITEMS = (
    Row("nothing is evaluated", {"unevaluatedItems": False}, [[], 1, {}], [[1]], drafts("2019-09")),
    Row("a schema", {"unevaluatedItems": STRING}, [[], ["x"]], [[1]], drafts("2019-09")),
    Row(
        "beside items",
        {"items": STRING, "unevaluatedItems": False},
        [["x", "y"]],
        [[1]],
        drafts("2019-09"),
    ),
    Row(
        "beside prefixItems",
        {"prefixItems": [STRING], "unevaluatedItems": False},
        [[], ["x"]],
        [["x", 1], [1]],
    ),
    Row(
        "beside both",
        {"prefixItems": [STRING], "items": INTEGER, "unevaluatedItems": False},
        [["x", 1]],
        [["x", "y"]],
    ),
    Row(
        "beside a list",
        {"items": [STRING], "unevaluatedItems": INTEGER},
        [["x", 1]],
        [["x", "y"], [1]],
        ("2019-09",),
    ),
    Row(
        "beside additionalItems",
        {"items": [STRING], "additionalItems": True, "unevaluatedItems": False},
        [["x", 1]],
        [[1]],
        ("2019-09",),
    ),
    Row(
        "through allOf",
        {
            "prefixItems": [STRING],
            "allOf": [{"prefixItems": [True, INTEGER]}],
            "unevaluatedItems": False,
        },
        [["x", 1]],
        [["x", 1, 2], ["x", "y"]],
    ),
    Row(
        "through anyOf",
        {
            "prefixItems": [{"const": 1}],
            "anyOf": [
                {"prefixItems": [True, {"const": 2}]},
                {"prefixItems": [True, True, {"const": 3}]},
            ],
            "unevaluatedItems": False,
        },
        [[1], [1, 0], [1, 2], [1, 2, 3], [1, 0, 3]],
        [[1, 0, 2], [1, 2, 4], [1, 2, 3, 4]],
    ),
    Row(
        "through if",
        {"if": {"prefixItems": [{"const": 1}]}, "then": {"items": True}, "unevaluatedItems": False},
        [[], [1, 2]],
        [[2], [2, 1]],
    ),
    Row(
        "by contains",
        {"contains": INTEGER, "unevaluatedItems": STRING},
        [[1], [1, "x", 2]],
        [["x"], [1, None]],
    ),
    Row(
        "by several contains",
        {
            "allOf": [{"contains": {"multipleOf": 2}}, {"contains": {"multipleOf": 3}}],
            "unevaluatedItems": {"multipleOf": 5},
        },
        [[2, 3, 4, 5], [6]],
        [[2, 3, 7], [2, 5]],
    ),
    Row(
        "not by cousins",
        {"allOf": [{"prefixItems": [True]}, {"unevaluatedItems": False}]},
        [[]],
        [[1]],
    ),
)


@every([Row(r.name, r.schema, r.valid, r.invalid, drafts("2019-09")) for r in PROPERTIES])
def test_unevaluated_properties(row: Row, draft: str) -> None:
    # `jsonschema` forgets additionalProperties in 2019-09.
    check(row, draft, judge=row.name != "beside additionalProperties" or draft == "2020-12")


@every(
    [
        r if r.drafts != drafts() else Row(r.name, r.schema, r.valid, r.invalid, ("2020-12",))
        for r in ITEMS
    ]
)
def test_unevaluated_items(row: Row, draft: str) -> None:
    check(row, draft)


def test_old_drafts_do_not_know_them() -> None:
    row = Row("", {"unevaluatedProperties": False, "unevaluatedItems": False}, [{"a": 1}, [1]])
    check(row, "draft-07")
