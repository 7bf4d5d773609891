"""Keywords for numbers and strings."""

from __future__ import annotations

from typing import Any

from tests.languages.json_schema.suite.table import Row, check, drafts, every

OTHERS: tuple[Any, ...] = (None, True, [], {}, [100], {"a": -100})
"""What keywords for numbers and strings let through."""

NUMBERS = (
    Row("minimum", {"minimum": 2.5}, [2.5, 3, 1e9, "1", *OTHERS], [2, 2.4999, -7, 0]),
    Row("negative minimum", {"minimum": -3}, [-3, -2.99, -3.0, 0, 5], [-3.01, -4, -1e3]),
    Row("maximum", {"maximum": 10}, [10, 10.0, 9.99, -1e9, "11", *OTHERS], [10.01, 11, 1e2]),
    Row("negative maximum", {"maximum": -0.5}, [-0.5, -1, -1e5], [-0.49, 0, 1]),
    Row("both", {"minimum": 1, "maximum": 3}, [1, 2.2, 3], [0.9, 3.1, -2]),
    Row("nothing between", {"type": "number", "minimum": 3, "maximum": 2}, [], [2, 2.5, 3, "x"]),
    Row(
        "exclusive",
        {"exclusiveMinimum": 0, "exclusiveMaximum": 1},
        [0.5, 1e-9, 0.999, "5", None],
        [0, 0.0, -0.0, 1, 1.0, 2, -1],
        drafts("draft-06"),
    ),
    Row(
        "exclusive and inclusive",
        {"minimum": 5, "exclusiveMinimum": 3, "maximum": 8, "exclusiveMaximum": 8},
        [5, 7.5],
        [3, 4.5, 8, 9],
        drafts("draft-06"),
    ),
    Row(
        "exclusive of draft 4",
        {"minimum": 0, "exclusiveMinimum": True, "maximum": 9, "exclusiveMaximum": False},
        [0.1, 9],
        [0, -1, 9.1],
        ("draft-04",),
    ),
    Row(
        "exclusive of integers",
        {"type": "integer", "exclusiveMinimum": 1.5},
        [2, 7],
        [1, 1.6],
        drafts("draft-06"),
    ),
    Row("multiples of 3", {"multipleOf": 3}, [0, 3, -9, 300, 6.0, "4", *OTHERS], [1, -2, 3.5, 10]),
    Row("multiples of 0.5", {"multipleOf": 0.5}, [0, 1, -2.5, 10.5], [0.25, 1.1]),
    Row("multiples of 0.01", {"multipleOf": 0.01}, [0, 0.5, 12, -3.25], [0.005, 1.001]),
    Row("multiples of 2.5", {"multipleOf": 2.5}, [5, 7.5, -2.5], [1, 2, 6]),
    Row("multiples of 1", {"multipleOf": 1}, [4, -4, 4.0], [4.5]),
    Row(
        "multiples in a range",
        {"type": "integer", "multipleOf": 7, "minimum": -7, "maximum": 20},
        [-7, 0, 7, 14],
        [-14, 21, 8, 7.5],
    ),
    Row("two divisors", {"allOf": [{"multipleOf": 2}, {"multipleOf": 3}]}, [6, 0, -12], [2, 3, 8]),
    Row(
        "small integers", {"type": "integer", "minimum": 1, "maximum": 12}, [1, 9, 12], [0, 13, 1.5]
    ),
    Row(
        "huge bounds",
        {"type": "integer", "minimum": 10**20},
        [10**20, 10**21],
        [10**20 - 1, -(10**21)],
    ),
)

STRINGS = (
    Row("minLength", {"minLength": 2}, ["ab", "abc", 1, *OTHERS], ["", "a", "é", "😀"]),
    Row("maxLength", {"maxLength": 2}, ["", "ab", "éé", "😀😀", 12345, *OTHERS], ["abc", "😀😀😀"]),
    Row("length", {"minLength": 2, "maxLength": 3}, ["ab", "a\nb", '"\\'], ["a", "abcd"]),
    Row("no length", {"type": "string", "minLength": 3, "maxLength": 2}, [], ["ab", "abc", ""]),
    Row("whole length", {"minLength": 2.0}, ["ab"], ["a"], drafts("draft-06")),
    Row("pattern finds", {"pattern": "ab+"}, ["ab", "xabbby", 5, *OTHERS], ["", "a", "ba", "a b"]),
    Row("anchors", {"pattern": "^x[0-9]{2}$"}, ["x01"], ["x1", "x011", " x01", "ax01"]),
    Row("alternatives", {"pattern": "^(yes|no)$"}, ["yes", "no"], ["yesno", "maybe", ""]),
    Row(
        "half anchored alternatives", {"pattern": "^yes|no$"}, ["yes!", "oh no"], ["oh yes!", "no!"]
    ),
    Row("empty pattern", {"type": "string", "pattern": ""}, ["", "x"], [1]),
    Row("any but a newline", {"pattern": "^.$"}, ["x", "é", "😀"], ["", "\n", "xy"]),
    Row("classes", {"pattern": "^[^a-c]\\w\\d\\S$"}, ["x_1é", "Aa0-"], ["ax1-", "x-1-", "x_1 "]),
    Row("escapes", {"pattern": "^\\u00e9\\x41\\t\\.\\/$"}, ["éA\t./"], ["éA\tx/", "eA\t./"]),
    Row("quotes", {"pattern": '^"\\\\$'}, ['"\\'], ['"', "\\"]),
    Row("lazy and groups", {"pattern": "^(?:a+?)(b)?c$"}, ["aac", "abc"], ["c", "abbc"]),
    Row("lookahead", {"pattern": "^(?!no)[a-z]+$"}, ["yes", "n", "on"], ["no", "nope"]),
    Row(
        "two patterns", {"allOf": [{"pattern": "a"}, {"pattern": "b"}]}, ["ab", "xbay"], ["a", "b"]
    ),
    Row(
        "pattern and length",
        {"pattern": "^a*$", "minLength": 2, "maxLength": 4},
        ["aa", "aaaa"],
        ["a", "aaaaa", "ab"],
    ),
    Row("pattern and enum", {"enum": ["a1", "b", 3], "pattern": "[0-9]"}, ["a1", 3], ["b", "c1"]),
    Row("escaped controls", {"type": "string"}, ["\u0000", "\u001f", "\u007f", "\u2028", "\ud7ff"]),
)


# Patterns are ECMA-262's; Python's `re`, which `jsonschema` asks, differs here.
ECMA = (
    Row("the end is the end", {"pattern": "^x$"}, ["x"], ["x\n", "\nx"]),
    Row("ASCII words", {"pattern": "^\\w\\W$"}, ["aé", "_ "], ["éa", "é ", "ab"]),
    Row("ASCII digits", {"pattern": "^\\d$"}, ["7"], ["٣", "७", "x"]),
    Row("spaces", {"pattern": "^\\s$"}, [" ", "\u00a0", "\ufeff", "\u2028"], ["\u001c", "\u0085"]),
    Row("dot", {"pattern": "^.$"}, ["x", "\u0085", "😀"], ["\n", "\r", "\u2028"]),
    Row("properties", {"pattern": "^\\p{Lu}\\P{L}$"}, ["Ä1", "A😀"], ["ä1", "AB"]),
    Row("code points", {"pattern": "^\\u{1F600}\\cA$"}, ["😀\u0001"], ["😀A"]),
    Row("named groups", {"pattern": "^(?<year>[0-9]{4})$"}, ["2024"], ["20245", "year"]),
)


@every(NUMBERS)
def test_numbers(row: Row, draft: str) -> None:
    check(row, draft)


@every(STRINGS)
def test_strings(row: Row, draft: str) -> None:
    check(row, draft)


@every(ECMA)
def test_ecma_patterns(row: Row, draft: str) -> None:
    check(row, draft, judge=False)
