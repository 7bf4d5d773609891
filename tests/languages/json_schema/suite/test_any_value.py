"""Keywords for any value: `type`, `enum`, `const`, boolean schemas, and what only annotates."""

from __future__ import annotations

from typing import Any

from tests.languages.json_schema.suite.table import Row, check, drafts, every

VALUES: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    7,
    -1.5,
    "",
    "seven",
    [],
    [1, [2]],
    {},
    {"k": {"l": 0}},
)


def but(*excluded: object) -> tuple[object, ...]:
    """One of each kind of value, without some; 0 is not False here."""
    kept = [(type(value), value) for value in excluded]
    return tuple(value for value in VALUES if (type(value), value) not in kept)


ROWS = (
    Row("no keyword", {}, VALUES),
    Row("null", {"type": "null"}, [None], but(None)),
    Row("boolean", {"type": "boolean"}, [True, False], but(True, False)),
    Row("string", {"type": "string"}, ["", "seven"], but("", "seven")),
    Row("number", {"type": "number"}, [0, 7, -1.5, 1e30, 2e-9], but(0, 7, -1.5)),
    Row("array", {"type": "array"}, [[], [1, [2]]], but([], [1, [2]])),
    Row("object", {"type": "object"}, [{}, {"k": {"l": 0}}], but({}, {"k": {"l": 0}})),
    Row("integer", {"type": "integer"}, [0, 7, -12, 10**25], [0.5, -1.5, "7", None, [7], True]),
    Row("integer with zeros", {"type": "integer"}, [1.0, -3.0, 1e3], [1.01], drafts("draft-06")),
    Row("number with zeros", {"type": "number"}, [1.0, 1]),
    Row("two types", {"type": ["null", "array"]}, [None, [], [3]], [0, "", {}, False]),
    Row("one type in a list", {"type": ["string"]}, ["a"], [1, None]),
    Row("integer or number", {"type": ["integer", "number"]}, [1, 1.5], ["1"]),
    Row(
        "all types",
        {"type": ["null", "boolean", "string", "number", "array", "object"]},
        VALUES,
    ),
    Row(
        "enum",
        {"enum": ["low", 3, None, [1, "x"], {"a": 1, "b": [2]}]},
        ["low", 3, 3.0, None, [1, "x"], [1.0, "x"], {"a": 1, "b": [2]}, {"a": 1.0, "b": [2]}],
        ["lo", "Low", "3", 4, False, [], ["x", 1], [1, "x", 1], {}, {"a": 1}, {"a": 1, "b": 2}],
    ),
    Row("enum and type", {"type": "string", "enum": ["x", 1, None]}, ["x"], [1, None, "1"]),
    Row("enum of one", {"enum": ["only"]}, ["only"], ["", "onl", "only "]),
    Row("zero is not false", {"enum": [0, [0]]}, [0, 0.0, [0]], [False, [False], "0", []]),
    Row("false is not zero", {"enum": [False, [False]]}, [False, [False]], [0, 0.0, [0], None]),
    Row("one is not true", {"enum": [1]}, [1, 1.0], [True, [1]]),
    Row("true is not one", {"enum": [True, {"a": True}]}, [True, {"a": True}], [1, {"a": 1}]),
    Row(
        "enum of odd strings",
        {"enum": ['quo"te', "back\\slash", "line\n", "\u0000", "é", "😀", "/"]},
        ['quo"te', "back\\slash", "line\n", "\u0000", "é", "😀", "/"],
        ["quote", "line", "line\\n", "", "e", "\\/"],
    ),
    Row("const", {"const": "x"}, ["x"], ["y", "", "xx", ["x"], None], drafts("draft-06")),
    Row("const null", {"const": None}, [None], [0, "", False, "null"], drafts("draft-06")),
    Row("const number", {"const": 2}, [2, 2.0, 2e0], [2.5, "2", 20], drafts("draft-06")),
    Row("const fraction", {"const": -0.5}, [-0.5], [0.5, -0.05, -5], drafts("draft-06")),
    Row("const zero", {"const": 0}, [0, 0.0, -0.0], [False, "0", 1], drafts("draft-06")),
    Row("const false", {"const": False}, [False], [0, None, ""], drafts("draft-06")),
    Row("const array", {"const": [[], 1]}, [[[], 1]], [[], [1, []], [[]]], drafts("draft-06")),
    Row(
        "const object",
        {"const": {"a": [1], "b": None}},
        [{"a": [1], "b": None}, {"a": [1.0], "b": None}],
        [{"a": [1]}, {"a": [], "b": None}, {"a": [1], "b": None, "c": 0}, []],
        drafts("draft-06"),
    ),
    Row("const and type", {"const": 1, "type": "string"}, [], [1, "1"], drafts("draft-06")),
    Row("true", True, VALUES, drafts=drafts("draft-06")),
    Row("false", False, [], VALUES, drafts("draft-06")),
    Row(
        "annotations",
        {
            "title": "t",
            "description": "d",
            "default": "no integer",
            "type": "integer",
        },
        [3],
        ["no integer"],
    ),
    Row(
        "later annotations",
        {
            "$comment": "c",
            "examples": ["x"],
            "readOnly": True,
            "writeOnly": False,
            "contentEncoding": "base64",
            "contentMediaType": "application/json",
        },
        ["{", "#", 1],
        drafts=drafts("draft-07"),
    ),
    Row("unknown keyword", {"x-shade": "dark", "shade": {"type": "null"}}, VALUES),
    Row("a default is not filled in", {"required": ["a"], "default": {"a": 1}}, [{"a": 1}], [{}]),
)


@every(ROWS)
def test_any_value(row: Row, draft: str) -> None:
    check(row, draft)


def test_old_integers_have_no_fraction() -> None:
    """Draft 4 leaves it open whether 1.0 is an integer; 1.5 never is."""
    check(Row("", {"type": "integer"}, [1], [1.5, "1"]), "draft-04")
