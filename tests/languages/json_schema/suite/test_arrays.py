"""Keywords for arrays."""

from __future__ import annotations

from typing import Any

from tests.languages.json_schema.suite.table import Row, check, drafts, every

OTHERS: tuple[Any, ...] = (None, False, 3, "text", {}, {"0": "x"})
INTEGER, STRING = {"type": "integer"}, {"type": "string"}
OLD = drafts("draft-04", "2019-09")
NEW = ("2020-12",)

ITEMS = (
    Row("items", {"items": INTEGER}, [[], [1], [1, 2, 3], *OTHERS], [["a"], [1, "a"], [None, 1]]),
    Row(
        "nested", {"items": {"items": STRING}}, [[], [[]], [["a"], []], [3]], [[[1]], [["a"], [2]]]
    ),
    Row("no items", {"items": False}, [[], *OTHERS], [[1], [None, None]], drafts("draft-06")),
    Row("any items", {"items": True}, [[], [1, "a", None]], drafts=drafts("draft-06")),
    Row(
        "prefixItems",
        {"prefixItems": [INTEGER, STRING]},
        [[], [1], [1, "a"], [1, "a", None], *OTHERS],
        [["a"], [1, 2], [None]],
        NEW,
    ),
    Row(
        "prefixItems and items",
        {"prefixItems": [INTEGER], "items": STRING},
        [[], [1], [1, "a", "b"]],
        [["a"], [1, 2], [1, "a", 3]],
        NEW,
    ),
    Row(
        "a closed tuple",
        {"prefixItems": [{}, STRING], "items": False},
        [[], [1], [1, "a"]],
        [[1, 2], [1, "a", 3]],
        NEW,
    ),
    Row("prefix of booleans", {"prefixItems": [True, False]}, [[], [1]], [[1, 2], [1, 2, 3]], NEW),
    Row(
        "items as a list",
        {"items": [INTEGER, STRING]},
        [[], [1], [1, "a"], [1, "a", None], *OTHERS],
        [["a"], [1, 2]],
        OLD,
    ),
    Row(
        "additionalItems",
        {"items": [INTEGER], "additionalItems": STRING},
        [[], [1], [1, "a", "b"]],
        [["a"], [1, 2], [1, "a", 3]],
        OLD,
    ),
    Row(
        "no additionalItems",
        {"items": [{}, STRING], "additionalItems": False},
        [[], [1, "a"]],
        [[1, 2], [1, "a", 3]],
        OLD,
    ),
    Row("additionalItems alone", {"additionalItems": False}, [[], [1, 2]], [], OLD),
    Row(
        "additionalItems beside one schema",
        {"items": INTEGER, "additionalItems": False},
        [[], [1, 2]],
        [["a"]],
        OLD,
    ),
    Row(
        "additionalItems is no keyword",
        {"prefixItems": [INTEGER], "additionalItems": False},
        [[1, 2]],
        [["a"]],
        NEW,
    ),
    Row("minItems", {"minItems": 2}, [[1, 2], [None, None, None], *OTHERS], [[], [[1, 2]]]),
    Row("maxItems", {"maxItems": 1}, [[], [[1, 2]], *OTHERS], [[1, 2], [None, None, None]]),
    Row(
        "a fixed number",
        {"minItems": 2, "maxItems": 2, "items": INTEGER},
        [[1, 2]],
        [[1], [1, 2, 3], [1, "a"]],
    ),
    Row("no number", {"type": "array", "minItems": 2, "maxItems": 1}, [], [[], [1], [1, 2]]),
    Row(
        "tuple and minItems",
        {"prefixItems": [INTEGER, STRING], "minItems": 2},
        [[1, "a"], [1, "a", 2]],
        [[1], [], [1, 2]],
        NEW,
    ),
    Row(
        "minItems beyond a closed tuple",
        {"type": "array", "prefixItems": [{}], "items": False, "minItems": 2},
        [],
        [[], [1], [1, 2]],
        NEW,
    ),
)

CONTAINS = (
    Row(
        "contains",
        {"contains": {"minimum": 5}},
        [[5], [1, 9, 2], [6, 7], *OTHERS, ["a"]],
        [[], [1], [1, 4]],
        drafts("draft-06"),
    ),
    Row(
        "contains const",
        {"contains": {"const": "x"}, "items": STRING},
        [["x"], ["a", "x", "x"]],
        [[], ["a"], ["x", 1]],
        drafts("draft-06"),
    ),
    Row("contains anything", {"contains": True}, [[1], [None, 2]], [[]], drafts("draft-06")),
    Row("contains nothing", {"contains": False}, [*OTHERS], [[], [1]], drafts("draft-06")),
    Row(
        "does not contain",
        {"not": {"contains": INTEGER}},
        [[], ["a"]],
        [[1], ["a", 1], 3],
        drafts("draft-06"),
    ),
    Row(
        "contains two things",
        {"allOf": [{"contains": {"const": 1}}, {"contains": {"const": 2}}]},
        [[1, 2], [2, 0, 1]],
        [[1], [2, 2], []],
        drafts("draft-06"),
    ),
    Row(
        "minContains",
        {"contains": INTEGER, "minContains": 2},
        [[1, 2], [1, "a", 3]],
        [[], [1], ["a", 1]],
        drafts("2019-09"),
    ),
    Row(
        "maxContains",
        {"contains": INTEGER, "maxContains": 1},
        [[1], ["a", 1, "b"]],
        [[], ["a"], [1, 2]],
        drafts("2019-09"),
    ),
    Row(
        "minContains and maxContains",
        {
            "contains": INTEGER,
            "minContains": 1,
            "maxContains": 2,
            "items": {"type": ["integer", "null"]},
        },
        [[1], [None, 1, 2]],
        [[], [1, 2, 3], [1, "a"]],
        drafts("2019-09"),
    ),
    Row(
        "minContains of 0",
        {"contains": INTEGER, "minContains": 0},
        [[], ["a"], [1]],
        [],
        drafts("2019-09"),
    ),
    Row(
        "minContains of 0 and maxContains",
        {"contains": INTEGER, "minContains": 0, "maxContains": 1},
        [[], ["a"], ["a", 1]],
        [[1, 2]],
        drafts("2019-09"),
    ),
    Row(
        "minContains above maxContains",
        {"contains": INTEGER, "minContains": 2, "maxContains": 1},
        [3],
        [[], [1], [1, 2]],
        drafts("2019-09"),
    ),
    Row(
        "minContains alone",
        {"minContains": 2, "maxContains": 1},
        [[], [1], [1, 2, 3]],
        [],
        drafts("2019-09"),
    ),
    Row(
        "minContains is no keyword",
        {"contains": INTEGER, "minContains": 2},
        [[1]],
        [["a"]],
        drafts("draft-06", "draft-07"),
    ),
)

UNIQUE = (
    Row(
        "uniqueItems",
        {"uniqueItems": True},
        [[], [1], [1, 2, "1"], [None, False, 0], *OTHERS],
        [[1, 1], ["a", "b", "a"], [None, None]],
    ),
    Row("uniqueItems false", {"uniqueItems": False}, [[1, 1], []]),
    Row(
        "equal numbers",
        {"uniqueItems": True},
        [[1, 1.5], [0, 10]],
        [[1, 1.0], [0, 0.0], [100, 1e2]],
    ),
    Row(
        "booleans are no numbers",
        {"uniqueItems": True},
        [[1, True], [0, False], [[1], [True]], [{"a": 0}, {"a": False}]],
        [[True, True], [False, 0, False]],
    ),
    Row(
        "unique arrays",
        {"uniqueItems": True},
        [[[1], [2]], [[1], [1, 1]], [[], [[]]]],
        [[[1], [1]], [["a", [2]], 0, ["a", [2.0]]]],
    ),
    Row(
        "unique objects",
        {"uniqueItems": True},
        [[{"a": 1}, {"a": 2}], [{}, {"a": 1}]],
        [[{"a": 1}, {"a": 1}], [{"a": 1, "b": 2}, {"b": 2, "a": 1}], [{}, {}]],
    ),
    Row(
        "unique of an enum",
        {"items": {"enum": ["x", "y"]}, "uniqueItems": True},
        [[], ["x"], ["y", "x"]],
        [["x", "x"], ["x", "y", "x"], ["z"]],
    ),
    Row(
        "unique and minItems",
        {"items": {"enum": [1, 2]}, "uniqueItems": True, "minItems": 2},
        [[1, 2], [2, 1]],
        [[1], [1, 1], [1, 2, 1]],
    ),
    Row(
        "more unique items than values",
        {"type": "array", "items": {"type": "boolean"}, "uniqueItems": True, "minItems": 3},
        [],
        [[True, False], [True, False, True], []],
    ),
    Row(
        "unique strings",
        {"items": STRING, "uniqueItems": True},
        [["a", "A", ""], ["é", "e"]],
        [["a", "a"], ["é", "x", "é"], [1]],
    ),
    Row(
        "unique tuple",
        {"prefixItems": [INTEGER, INTEGER], "items": False, "uniqueItems": True},
        [[1, 2], [1]],
        [[1, 1], [1, 2, 3]],
        NEW,
    ),
    Row(
        "some are equal",
        {"type": "array", "not": {"uniqueItems": True}},
        [[1, 1], ["a", "b", "a"]],
        [[], [1], [1, 2]],
    ),
)


@every(ITEMS)
def test_items(row: Row, draft: str) -> None:
    check(row, draft)


@every(CONTAINS)
def test_contains(row: Row, draft: str) -> None:
    check(row, draft)


@every(UNIQUE)
def test_unique_items(row: Row, draft: str) -> None:
    check(row, draft)
