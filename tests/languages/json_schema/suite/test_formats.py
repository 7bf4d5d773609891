"""Formats: asserted in every draft; a format that nobody knows is an annotation."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from dllm_struct.languages.json_schema import json_schema

CHECKER = Draft202012Validator.FORMAT_CHECKER
OTHERS: tuple[Any, ...] = (None, True, 12, 1.5, [], {}, ["x"], {"a": "x"})

# Strings that are and that are not of a format.
FORMATS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "date": (
        ("2024-02-29", "2000-02-29", "1999-12-31", "0001-01-01"),
        ("2023-02-29", "1900-02-29", "2024-13-01", "2024-00-10", "2024-04-31", "2024-1-1", "", "x"),
    ),
    "time": (
        ("00:00:00Z", "23:59:59.25+05:30", "12:30:00-00:00", "12:30:00z"),
        ("24:00:00Z", "12:60:00Z", "12:30:00", "12:30Z", "12:30:00+24:00", "1:00:00Z", ""),
    ),
    "date-time": (
        ("2024-02-29T12:00:00Z", "1985-04-12T23:20:50.52+01:00", "2024-01-01t00:00:00z"),
        ("2024-02-30T12:00:00Z", "2024-01-01T12:00:00", "2024-01-01", "2024-01-01T25:00:00Z"),
    ),
    "duration": (
        ("P3Y6M4DT12H30M5S", "PT1H", "P2W", "P1D", "PT0S"),
        ("P", "PT", "P1", "1D", "P1YT", "PT1D", "P1W2D", ""),
    ),
    "email": (
        ("ann@example.org", "a.b+c@example.co", "x_1@sub.example.org"),
        ("ann", "@", "example.org", ""),
    ),
    "hostname": (
        ("example.org", "a", "a-b.c1", "x" * 63),
        ("-a.org", "a-.org", "a_b", "a b", "x" * 64, ".org", ""),
    ),
    "ipv4": (
        ("0.0.0.0", "192.168.1.255", "9.99.100.249"),
        ("256.1.1.1", "1.2.3", "1.2.3.4.5", "01.2.3.4", "1.2.3.a", "", " 1.2.3.4"),
    ),
    "ipv6": (
        ("::", "::1", "2001:db8::8a2e:370:7334", "1:2:3:4:5:6:7:8", "::ffff:10.0.0.1"),
        (":", "1::2::3", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "12345::", "::g", "", "::1%eth0"),
    ),
    "uri": (
        ("https://example.org/a?b=c#d", "urn:isbn:0451450523", "mailto:a@b.c", "x:"),
        ("/a", "example.org", "//example.org/a", "http://a b", "http://[", "\\\\share", ""),
    ),
    "uri-reference": (
        ("/a/b?c", "#top", "a.html", "https://example.org", "", "//host/x"),
        ("\\\\share", "a b", "#a\\b", "%zz"),
    ),
    "uuid": (
        ("00000000-0000-0000-0000-000000000000", "3F2504E0-4f89-41d3-9a0c-0305e82c3301"),
        ("3F2504E04f8941d39a0c0305e82c3301", "3F2504E0-4f89-41d3-9a0c-0305e82c330", "", "g" * 36),
    ),
    "json-pointer": (
        ("", "/a/b", "/", "/a~1b~0", "/0", "/é"),
        ("a", "#/a", "/a~", "/~2"),
    ),
    "relative-json-pointer": (
        ("0", "1/a", "10#", "0/~0"),
        ("/a", "-1/a", "01/a", "a", "", "0/~2"),
    ),
    "regex": (
        ("^a[0-9]+(b|c)*$", "", "x{2,3}", "(?:a)"),
        ("(", "[", "^(abc]", "*", "a)"),
    ),
}
CASES = [
    (name, text, expected)
    for name, columns in FORMATS.items()
    for expected, texts in zip((True, False), columns, strict=True)
    for text in texts
]


# `jsonschema` itself is content with an @ somewhere.
LAX = {("email", "@")}


@pytest.mark.parametrize(("name", "text", "expected"), CASES)
def test_formats(name: str, text: str, expected: bool) -> None:
    """`jsonschema` judges too where its optional packages are installed."""
    if name in CHECKER.checkers and (name, text) not in LAX:
        assert CHECKER.conforms(text, name) == expected, f"the table is wrong: {text}"
    language = json_schema({"format": name})
    assert language.matches(json.dumps(text)) == expected


@pytest.mark.parametrize("name", FORMATS)
def test_formats_are_about_strings(name: str) -> None:
    language = json_schema({"format": name})
    assert all(language.matches(json.dumps(value)) for value in OTHERS)


@pytest.mark.parametrize("draft", ["draft-04", "draft-06", "draft-07"])
def test_formats_hold_in_old_drafts(draft: str) -> None:
    dialect = f"http://json-schema.org/{draft}/schema#"
    language = json_schema({"$schema": dialect, "type": "string", "format": "uuid"})
    assert language.matches('"3f2504e0-4f89-41d3-9a0c-0305e82c3301"')
    assert not language.matches('"3f2504e0"')


def test_unknown_formats_annotate_and_say_so() -> None:
    language = json_schema({"type": "string", "format": "colour", "maxLength": 3})
    assert language.matches('"red"')
    assert not language.matches('"green"')
    assert any("colour" in text for _, text in language.warnings)
