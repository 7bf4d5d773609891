"""Keywords for objects."""

from __future__ import annotations

from typing import Any

from tests.languages.json_schema.suite.table import Row, check, drafts, every

OTHERS: tuple[Any, ...] = (None, False, 3, "text", [], ["a"])
INTEGER, STRING = {"type": "integer"}, {"type": "string"}
OLD = drafts("draft-04", "draft-07")

PROPERTIES = (
    Row(
        "properties",
        {"properties": {"a": INTEGER, "b": STRING}},
        [{}, {"a": 1}, {"a": 1, "b": "x"}, {"b": "x", "c": []}, *OTHERS],
        [{"a": "x"}, {"a": 1, "b": 2}, {"b": None}],
    ),
    Row(
        "a property before others",
        {"properties": {"a": INTEGER}},
        [{"x": 1, "a": 1}, {"a": 1, "x": "a"}, {"x": 1, "a": 1, "y": 2}],
        [{"x": 1, "a": "1"}],
    ),
    Row(
        "impossible property",
        {"properties": {"a": False, "b": True}},
        [{}, {"b": 1}],
        [{"a": 1}, {"a": None, "b": 1}],
        drafts("draft-06"),
    ),
    Row(
        "odd names",
        {
            "properties": {
                'quo"te': INTEGER,
                "line\n": INTEGER,
                "é": INTEGER,
                "": INTEGER,
                "\\": INTEGER,
            }
        },
        [{'quo"te': 1, "line\n": 1, "é": 1, "": 1, "\\": 1}],
        [{'quo"te': "1"}, {"line\n": "1"}, {"é": "1"}, {"": "1"}, {"\\": "1"}],
    ),
    Row(
        "names of methods",
        {"properties": {"constructor": INTEGER, "__proto__": STRING}},
        [{"constructor": 1}, {"__proto__": "x"}],
        [{"constructor": "x"}, {"__proto__": 1}],
    ),
    Row(
        "required",
        {"required": ["a", "b"]},
        [{"a": 1, "b": None}, {"x": 0, "a": 1, "b": 2}, *OTHERS],
        [{}, {"a": 1}, {"b": 1, "c": 2}],
    ),
    Row(
        "required property",
        {"properties": {"a": INTEGER, "b": {}}, "required": ["b"]},
        [{"b": 1}, {"a": 1, "b": 2}, {"b": 1, "z": 2}],
        [{}, {"a": 1}, {"a": "x", "b": 1}],
    ),
    Row("nothing required", {"required": []}, [{}, {"a": 1}], drafts=drafts("draft-06")),
    Row(
        "additionalProperties",
        {"properties": {"a": {}}, "additionalProperties": INTEGER},
        [{}, {"a": "x"}, {"a": "x", "b": 1}, {"b": 1, "c": 2}, *OTHERS],
        [{"b": "x"}, {"a": 1, "b": None}],
    ),
    Row(
        "no additionalProperties",
        {"properties": {"a": {}, "ab": {}}, "additionalProperties": False},
        [{}, {"a": 1, "ab": 2}, *OTHERS],
        [{"b": 1}, {"a": 1, "aa": 2}, {"": 0}],
    ),
    Row(
        "a map",
        {"additionalProperties": STRING},
        [{}, {"x": "1", "y": "2"}],
        [{"x": 1}, {"x": "1", "y": []}],
    ),
    Row(
        "additionalProperties does not look around",
        {"allOf": [{"properties": {"a": {}}}], "additionalProperties": INTEGER},
        [{"a": 1}],
        [{"a": "x"}],
    ),
    Row("only the empty object", {"additionalProperties": False}, [{}], [{"a": 1}]),
    Row(
        "patternProperties",
        {"patternProperties": {"^n_": INTEGER, "_s$": STRING}},
        [{}, {"n_a": 1, "b_s": "x"}, {"other": None}, *OTHERS],
        [{"n_a": "x"}, {"b_s": 1}, {"n_s": 1}, {"n_s": "x"}, {"n__s": 1}],
    ),
    Row(
        "patternProperties beside properties",
        {"properties": {"ab": {"minimum": 5}}, "patternProperties": {"^a": INTEGER}},
        [{"ab": 5}, {"ab": 5, "ac": 1}],
        [{"ab": 4}, {"ab": 5.5}, {"ac": "x"}],
    ),
    Row(
        "patternProperties and no others",
        {"properties": {"id": {}}, "patternProperties": {"^x-": {}}, "additionalProperties": False},
        [{"id": 1, "x-a": 2}, {"x-": 1, "x-b": 2}],
        [{"a": 1}, {"ax-": 1}],
    ),
    Row(
        "patternProperties and others",
        {"patternProperties": {"^[0-9]+$": STRING}, "additionalProperties": INTEGER},
        [{"12": "a", "b": 3}],
        [{"12": 3}, {"b": "a"}, {"1b": "x"}],
    ),
    Row(
        "impossible patternProperties",
        {"patternProperties": {"secret": False}},
        [{}, {"public": 1}],
        [{"secret": 1}, {"my secret": None}],
        drafts("draft-06"),
    ),
    Row(
        "propertyNames",
        {"propertyNames": {"maxLength": 2}},
        [{}, {"ab": 1, "c": 2}, *OTHERS],
        [{"abc": 1}, {"a": 1, "xyz": 2}],
        drafts("draft-06"),
    ),
    Row(
        "propertyNames pattern",
        {"propertyNames": {"pattern": "^[a-z]+$"}, "additionalProperties": INTEGER},
        [{"abc": 1}],
        [{"A": 1}, {"abc": "x"}, {"": 1}],
        drafts("draft-06"),
    ),
    Row(
        "propertyNames enum",
        {"propertyNames": {"enum": ["a", "b"]}},
        [{}, {"a": 1}, {"a": 1, "b": 2}],
        [{"c": 1}, {"a": 1, "c": 1}],
        drafts("draft-06"),
    ),
    Row(
        "no propertyNames", {"propertyNames": False}, [{}, *OTHERS], [{"a": 1}], drafts("draft-06")
    ),
    Row(
        "propertyNames and required",
        {"propertyNames": {"maxLength": 1}, "required": ["ab"]},
        [[]],
        [{}, {"ab": 1}],
        drafts("draft-06"),
    ),
    Row(
        "minProperties",
        {"minProperties": 2},
        [{"a": 1, "b": 2}, {"a": 1, "b": 2, "c": 3}, *OTHERS],
        [{}, {"a": 1}],
    ),
    Row(
        "maxProperties",
        {"maxProperties": 1},
        [{}, {"a": {"b": 1, "c": 2}}, *OTHERS],
        [{"a": 1, "b": 2}],
    ),
    Row(
        "number of named properties",
        {
            "properties": {"a": {}, "b": {}, "c": {}},
            "additionalProperties": False,
            "minProperties": 1,
            "maxProperties": 2,
        },
        [{"a": 1}, {"c": 1}, {"a": 1, "c": 1}],
        [{}, {"a": 1, "b": 1, "c": 1}, {"d": 1}],
    ),
    Row(
        "number of all properties",
        {"properties": {"a": {}}, "minProperties": 2, "maxProperties": 2},
        [{"a": 1, "x": 1}, {"x": 1, "y": 1}],
        [{"a": 1}, {"x": 1}, {"a": 1, "x": 1, "y": 1}],
    ),
    Row("no properties at all", {"maxProperties": 0}, [{}], [{"a": 1}]),
)

DEPENDENT = (
    Row(
        "dependentRequired",
        {"properties": {"a": {}, "b": {}}, "dependentRequired": {"a": ["b"]}},
        [{}, {"b": 1}, {"a": 1, "b": 2}, {"c": 0}, *OTHERS],
        [{"a": 1}, {"a": 1, "c": 2}],
        drafts("2019-09"),
    ),
    Row(
        "dependentRequired of several",
        {
            "properties": {"a": {}, "b": {}, "c": {}},
            "dependentRequired": {"c": ["a", "b"], "b": []},
        },
        [{"a": 1}, {"b": 1}, {"a": 1, "b": 1, "c": 1}],
        [{"c": 1}, {"a": 1, "c": 1}, {"b": 1, "c": 1}],
        drafts("2019-09"),
    ),
    Row(
        "dependentRequired both ways",
        {"properties": {"a": {}, "b": {}}, "dependentRequired": {"a": ["b"], "b": ["a"]}},
        [{}, {"a": 1, "b": 1}],
        [{"a": 1}, {"b": 1}],
        drafts("2019-09"),
    ),
    Row(
        "dependentRequired of unnamed ones",
        {"dependentRequired": {"x": ["y"]}},
        [{}, {"y": 1}, {"x": 1, "y": 1}, {"z": 1}],
        [{"x": 1}, {"x": 1, "z": 1}],
        drafts("2019-09"),
    ),
    Row(
        "dependentSchemas",
        {
            "properties": {"a": {}, "b": {}},
            "dependentSchemas": {"a": {"properties": {"b": INTEGER}, "required": ["b"]}},
        },
        [{}, {"b": "x"}, {"a": 1, "b": 2}, *OTHERS],
        [{"a": 1}, {"a": 1, "b": "x"}],
        drafts("2019-09"),
    ),
    Row(
        "dependentSchemas of booleans",
        {"dependentSchemas": {"a": True, "b": False}},
        [{}, {"a": 1}],
        [{"b": 1}, {"a": 1, "b": 1}],
        drafts("2019-09"),
    ),
    Row(
        "dependentSchemas that close",
        {
            "properties": {"a": {}},
            "dependentSchemas": {
                "a": {"additionalProperties": False, "properties": {"a": {}, "b": {}}}
            },
        },
        [{"a": 1}, {"a": 1, "b": 1}, {"c": 1}],
        [{"a": 1, "c": 1}],
        drafts("2019-09"),
    ),
    Row(
        "dependencies, names",
        {"properties": {"a": {}, "b": {}}, "dependencies": {"a": ["b"]}},
        [{}, {"b": 1}, {"a": 1, "b": 1}, *OTHERS],
        [{"a": 1}],
        OLD,
    ),
    Row(
        "dependencies, schema",
        {"properties": {"a": {}, "b": {}}, "dependencies": {"a": {"properties": {"b": INTEGER}}}},
        [{}, {"a": 1}, {"a": 1, "b": 1}, {"b": "x"}],
        [{"a": 1, "b": "x"}],
        OLD,
    ),
    Row(
        "dependencies, booleans",
        {"dependencies": {"a": True, "b": False}},
        [{}, {"a": 1}],
        [{"b": 1}],
        drafts("draft-06", "draft-07"),
    ),
    Row(
        "dependentRequired is no keyword",
        {"dependentRequired": {"a": ["b"]}, "dependentSchemas": {"a": False}},
        [{"a": 1}],
        [],
        OLD,
    ),
)


@every(PROPERTIES)
def test_properties(row: Row, draft: str) -> None:
    check(row, draft)


@every(DEPENDENT)
def test_dependent(row: Row, draft: str) -> None:
    check(row, draft)
