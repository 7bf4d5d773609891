"""Keywords that combine schemas: `allOf`, `anyOf`, `oneOf`, `not`, `if`."""

from __future__ import annotations

from tests.languages.json_schema.suite.table import Row, check, drafts, every

INTEGER, STRING = {"type": "integer"}, {"type": "string"}
BOOLEANS = drafts("draft-06")

COMBINATIONS = (
    Row(
        "allOf",
        {"allOf": [{"minimum": 2}, {"maximum": 5}, {"type": "number"}]},
        [2, 3.5, 5],
        [1, 6, "3"],
    ),
    Row(
        "allOf of objects",
        {
            "allOf": [
                {"properties": {"a": INTEGER}, "required": ["a"]},
                {"properties": {"b": STRING}, "required": ["b"]},
            ]
        },
        [{"a": 1, "b": "x"}, {"a": 1, "b": "x", "c": None}, 3],
        [{"a": 1}, {"b": "x"}, {"a": "x", "b": "x"}, {"a": 1, "b": 1}],
    ),
    Row(
        "allOf beside keywords",
        {"properties": {"a": INTEGER}, "allOf": [{"properties": {"a": {"minimum": 3}}}]},
        [{"a": 3}, {"a": 4, "b": "x"}],
        [{"a": 2}, {"a": 3.5}],
    ),
    Row("allOf that exclude each other", {"allOf": [INTEGER, STRING]}, [], [1, "x", None]),
    Row("allOf of booleans", {"allOf": [True, INTEGER]}, [1], ["x"], BOOLEANS),
    Row("allOf with false", {"allOf": [True, False]}, [], [1, "x", {}], BOOLEANS),
    Row(
        "allOf of arrays",
        {"allOf": [{"items": {"minimum": 1}}, {"items": {"maximum": 3}}, {"maxItems": 2}]},
        [[], [1, 3], "x"],
        [[0], [4], [1, 2, 3]],
    ),
    Row(
        "closed objects cannot be extended",
        {
            "allOf": [
                {"properties": {"a": {}}, "additionalProperties": False},
                {"properties": {"b": {}}},
            ]
        },
        [{}, {"a": 1}],
        [{"b": 1}, {"a": 1, "b": 1}],
    ),
    Row("anyOf", {"anyOf": [INTEGER, {"minimum": 2}]}, [1, 2.5, 3, "x", None], [1.5, 0.5]),
    Row("anyOf of types", {"anyOf": [STRING, {"type": "null"}]}, ["x", None], [1, [], False]),
    Row(
        "anyOf of objects",
        {
            "anyOf": [
                {"properties": {"kind": {"enum": ["a"]}, "n": INTEGER}, "required": ["kind", "n"]},
                {"properties": {"kind": {"enum": ["b"]}, "s": STRING}, "required": ["kind", "s"]},
            ]
        },
        [{"kind": "a", "n": 1}, {"kind": "b", "s": "x"}, {"kind": "a", "n": 1, "s": 0}],
        [{"kind": "a", "n": "x"}, {"kind": "a", "s": "x"}, {"kind": "c", "n": 1}, {}],
    ),
    Row("anyOf of booleans", {"anyOf": [False, INTEGER]}, [1], ["x"], BOOLEANS),
    Row("anyOf of nothing", {"anyOf": [False, False]}, [], [1, None, []], BOOLEANS),
    Row(
        "anyOf and type",
        {"type": "string", "anyOf": [{"maxLength": 1}, {"pattern": "!$"}]},
        ["", "wow!"],
        ["wow", 1],
    ),
    Row("oneOf", {"oneOf": [INTEGER, {"minimum": 2}]}, [1, 2.5, "x", None], [3, 1.5]),
    Row("oneOf of the same", {"oneOf": [STRING, STRING, INTEGER]}, [1], ["x", None]),
    Row(
        "oneOf three",
        {"oneOf": [{"multipleOf": 2}, {"multipleOf": 3}, {"multipleOf": 5}]},
        [2, 3, 5, 4, 9],
        [6, 10, 15, 30, 1, "x"],
    ),
    Row("oneOf of booleans", {"oneOf": [True, False, INTEGER]}, ["x"], [1], BOOLEANS),
    Row("oneOf of trues", {"oneOf": [True, True]}, [], [1, "x"], BOOLEANS),
    Row(
        "oneOf required",
        {
            "type": "object",
            "properties": {"a": {}, "b": {}, "c": {}},
            "oneOf": [{"required": ["a", "b"]}, {"required": ["a", "c"]}],
        },
        [{"a": 1, "b": 1}, {"a": 1, "c": 1}, {"a": 1, "b": 1, "x": 1}],
        [{}, {"a": 1}, {"a": 1, "b": 1, "c": 1}, {"b": 1, "c": 1}],
    ),
    Row(
        "oneOf of objects that overlap",
        {"oneOf": [{"properties": {"a": INTEGER}}, {"properties": {"b": STRING}}]},
        [{"a": "x", "b": "x"}, {"a": 1, "b": 1}, {"a": None}, {"b": 1}],
        [{}, {"a": 1}, {"a": 1, "b": "x"}, {"a": "x", "b": 1}, 5],
    ),
    Row(
        "oneOf of strings",
        {"type": "string", "oneOf": [{"pattern": "^a"}, {"pattern": "b$"}, {"maxLength": 1}]},
        ["ax", "xb", "", "x"],
        ["ab", "a", "b", "xx"],
    ),
    Row(
        "oneOf of arrays",
        {"oneOf": [{"items": INTEGER}, {"items": STRING}]},
        [[1], ["x", "y"]],
        [[], [1, "x"], [None], 3],
    ),
    Row("not", {"not": INTEGER}, [1.5, "x", None, []], [1, -2]),
    Row("not of several types", {"not": {"type": ["integer", "string"]}}, [None, 1.5], [1, "x"]),
    Row(
        "not a range",
        {"type": "number", "not": {"minimum": 2, "maximum": 5}},
        [1, 5.1],
        [2, 3.3, 5],
    ),
    Row("not an enum", {"not": {"enum": ["a", 1, None]}}, ["b", 2, [], "ab"], ["a", 1, 1.0, None]),
    Row("not not", {"not": {"not": INTEGER}}, [1], [1.5, "x"]),
    Row("not anything", {"not": {}}, [], [1, None, {}]),
    Row("not true", {"not": True}, [], [1, "x"], BOOLEANS),
    Row("not false", {"not": False}, [1, "x"], [], BOOLEANS),
    Row(
        "not a property",
        {"not": {"properties": {"a": INTEGER}}},
        [{"a": "x"}],
        [{}, {"a": 1}, {"b": 1}, 1],
    ),
    Row(
        "not required",
        {"type": "object", "not": {"required": ["a"]}},
        [{}, {"b": 1}],
        [{"a": 1}, {"a": None, "b": 1}, 1],
    ),
    Row(
        "not both",
        {"type": "object", "not": {"required": ["a", "b"]}},
        [{}, {"a": 1}, {"b": 1}],
        [{"a": 1, "b": 1}],
    ),
    Row(
        "not a string like this",
        {"type": "string", "not": {"pattern": "^x|y$"}},
        ["", "axb"],
        ["x", "xa", "ay"],
    ),
    Row(
        "not this long",
        {"type": "string", "not": {"minLength": 2, "maxLength": 3}},
        ["", "a", "abcd"],
        ["ab", "abc"],
    ),
    Row(
        "not an array of these",
        {"type": "array", "not": {"items": INTEGER}},
        [["x"], [1, "x"]],
        [[], [1]],
    ),
    Row("not few items", {"type": "array", "not": {"maxItems": 1}}, [[1, 2]], [[], [1]]),
    Row(
        "not a closed object",
        {"type": "object", "not": {"properties": {"a": {}}, "additionalProperties": False}},
        [{"b": 1}, {"a": 1, "b": 1}],
        [{}, {"a": 1}],
    ),
    Row(
        "not few properties",
        {"type": "object", "not": {"maxProperties": 1}},
        [{"a": 1, "b": 1}],
        [{}, {"a": 1}],
    ),
    Row(
        "not a pattern of names",
        {"type": "object", "not": {"patternProperties": {"^n": INTEGER}}},
        [{"n": "x"}, {"n1": 1, "n2": None}],
        [{}, {"n": 1}, {"m": "x"}],
    ),
    Row(
        "not these names",
        {"type": "object", "not": {"propertyNames": {"maxLength": 1}}},
        [{"ab": 1}],
        [{}, {"a": 1}],
        BOOLEANS,
    ),
    Row("neither", {"not": {"anyOf": [INTEGER, STRING]}}, [None, 1.5], [1, "x"]),
    Row("not one of", {"not": {"oneOf": [INTEGER, {"minimum": 2}]}}, [3, 1.5], [1, 2.5, "x"]),
    Row(
        "a mix",
        {
            "allOf": [
                {"anyOf": [INTEGER, STRING]},
                {"not": {"enum": [1, "x"]}},
                {"oneOf": [{"minimum": 5}, {"minLength": 2}]},
            ]
        },
        ["y", 3],
        ["x", 1, 7, "yy", None],
    ),
)

CONDITIONS = (
    Row("if then", {"if": INTEGER, "then": {"minimum": 0}}, [1, -0.5, "x", None], [-1]),
    Row("if else", {"if": INTEGER, "else": {"maxLength": 1}}, [1, "x", None], ["xx"]),
    Row(
        "if then else",
        {"if": {"minimum": 10}, "then": {"multipleOf": 10}, "else": {"multipleOf": 3}},
        [20, 9, 0, -3, "x"],
        [11, 15, 4],
    ),
    Row("if alone", {"if": {"const": 0}}, [0, 1, "x"]),
    Row("then without if", {"then": False, "else": False}, [1, "x"]),
    Row("if true", {"if": True, "then": INTEGER, "else": STRING}, [1], ["x"]),
    Row("if false", {"if": False, "then": INTEGER, "else": STRING}, ["x"], [1]),
    Row(
        "if on a property",
        {
            "properties": {"kind": {"enum": ["card", "cash"]}, "number": {}, "note": {}},
            "required": ["kind"],
            "if": {"properties": {"kind": {"const": "card"}}},
            "then": {"required": ["number"], "properties": {"number": STRING}},
            "else": {"not": {"required": ["number"]}},
        },
        [{"kind": "card", "number": "1"}, {"kind": "cash"}, {"kind": "cash", "note": 1}],
        [{"kind": "card"}, {"kind": "card", "number": 1}, {"kind": "cash", "number": "1"}, {}],
    ),
    Row(
        "ifs in a row",
        {
            "allOf": [
                {"if": {"required": ["a"]}, "then": {"properties": {"b": INTEGER}}},
                {"if": {"required": ["b"]}, "then": {"required": ["a"]}},
            ],
            "properties": {"a": {}, "b": {}},
        },
        [{}, {"a": 1}, {"a": 1, "b": 2}],
        [{"b": 1}, {"a": 1, "b": "x"}],
    ),
    Row(
        "a nested if",
        {"if": INTEGER, "then": {"if": {"minimum": 5}, "then": {"maximum": 9}}},
        [1, 7, 4.5, 12.5],
        [12],
    ),
)


@every(COMBINATIONS)
def test_combinations(row: Row, draft: str) -> None:
    check(row, draft)


@every([Row(r.name, r.schema, r.valid, r.invalid, drafts("draft-07")) for r in CONDITIONS])
def test_conditions(row: Row, draft: str) -> None:
    check(row, draft)


def test_old_drafts_have_no_if() -> None:
    row = Row("", {"if": INTEGER, "then": {"minimum": 5}}, [1, 7])
    for draft in ("draft-04", "draft-06"):
        check(row, draft)
