"""Strings: spellings, lengths in code points, patterns and formats."""

from __future__ import annotations

import datetime
import ipaddress
import itertools
import json
import random
import re
import uuid
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dllm_struct.automata.utf8 import code_points, utf8_text
from dllm_struct.languages.json_schema import json_schema
from dllm_struct.languages.json_schema.escapes import escaped
from dllm_struct.languages.json_schema.formats import FORMATS, format_text
from dllm_struct.languages.json_schema.lengths import lengths
from dllm_struct.languages.json_schema.nodes import String
from dllm_struct.languages.json_schema.strings import content, literal_body
from tests.languages.json_documents import is_valid, member

ANY = escaped(utf8_text(), "any")
CANONICAL = escaped(utf8_text(), "canonical")

characters = st.characters(codec="utf-8")
texts = st.text(characters, max_size=6)


def body(value: str, ascii_only: bool) -> bytes:
    return json.dumps(value, ensure_ascii=ascii_only)[1:-1].encode()


def loads(text: bytes) -> str | None:
    """What `json` reads between quotes; None when it is no literal, or has a lone surrogate."""
    try:
        value: str = json.loads(b'"' + text + b'"')
        value.encode()
    except (ValueError, UnicodeError):
        return None
    return value


@settings(deadline=None)
@given(texts)
def test_spellings_of_json_dumps(value: str) -> None:
    assert ANY.matches(body(value, True))
    assert ANY.matches(body(value, False))
    assert CANONICAL.matches(body(value, False))
    assert CANONICAL.matches(body(value, True)) == (body(value, True) == body(value, False))


PIECES = ["\\", "u", '"', "/", "n", "0", "00", "0041", "d83d", "DE00", "dc00", "\\ud83d", "\\uDE00",
          "\\u0041", "\\/", "\\b", "\n", "\x00", "\x7f", "é", "€", "😀", "G", "x"]  # fmt: skip


@settings(deadline=None, max_examples=400)
@given(st.lists(st.sampled_from(PIECES), max_size=5).map("".join).map(str.encode))
def test_any_spelling_is_what_json_reads(text: bytes) -> None:
    value = loads(text)
    assert ANY.matches(text) == (value is not None)
    assert CANONICAL.matches(text) == (value is not None and body(value, False) == text)


@pytest.mark.parametrize(
    "bad", [b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe2\x82"]
)
def test_malformed_utf8(bad: bytes) -> None:
    assert not ANY.matches(bad)
    assert not CANONICAL.matches(bad)


def hexadecimal(c: str) -> bytes:
    """A character as escapes, with digits of both cases."""
    units = c.encode("utf-16-be")
    return b"".join(b"\\u%02x%02X" % (units[i], units[i + 1]) for i in range(0, len(units), 2))


@settings(deadline=None, max_examples=60)
@given(st.sets(characters, min_size=1, max_size=5), st.lists(characters, max_size=20))
def test_escapes_of_sets_of_characters(members: set[str], others: list[str]) -> None:
    dfa = code_points((ord(c), ord(c)) for c in members)
    any_spelling, canonical = escaped(dfa, "any"), escaped(dfa, "canonical")
    neighbours = {chr(ord(c) ^ 1) for c in members - {"\ud7ff", "\ue000"}}
    for c in {*members, *others, *neighbours}:
        assert any_spelling.matches(hexadecimal(c)) == (c in members)
        assert any_spelling.matches(body(c, False)) == (c in members)
        assert canonical.matches(body(c, False)) == (c in members)


@settings(deadline=None)
@given(texts, st.integers(0, 5), st.integers(0, 3))
def test_lengths_count_code_points(value: str, low: int, more: int) -> None:
    assert lengths(low, low + more).matches(value.encode()) == (low <= len(value) <= low + more)
    assert lengths(low, None).matches(value.encode()) == (low <= len(value))
    language = json_schema({"type": "string", "minLength": low, "maxLength": low + more})
    for ascii_only in (True, False):
        text = json.dumps(value, ensure_ascii=ascii_only)
        assert language.matches(text) == (low <= len(value) <= low + more)


def test_large_lengths_are_held_to_a_thousand() -> None:
    language = json_schema({"type": "string", "maxLength": 10**9})
    assert language.matches('"' + 1000 * "é" + '"')
    assert not language.matches('"' + 1001 * "x" + '"')
    assert json_schema({"type": "string", "minLength": 1200, "maxLength": 1300}).matches(
        '"' + 1200 * "x" + '"'
    )


def test_patterns_are_found_anywhere_and_combine() -> None:
    language = json_schema({"type": "string", "pattern": "b", "minLength": 2, "maxLength": 3})
    assert [t for t in ("b", "ab", "abc", "bb", "acc", "abcd") if language.matches(f'"{t}"')] == [
        "ab", "abc", "bb",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "pattern", [r"^\D+$", r"^\W$", r"^[^\w]{2}$", r"^\S$", r"^(?!\d)..$", r"\bé\b"]
)
def test_what_is_written_satisfies_python_too(pattern: str) -> None:
    string = String(patterns=(pattern,))
    written, allowed = literal_body(string, "canonical"), content(string)
    for seed in range(40):
        text = loads(member(written, random.Random(seed)))
        assert text is not None
        assert re.search(pattern, text)
        assert allowed.matches(text.encode())


# formats


def test_dates_are_those_of_the_calendar() -> None:
    dates = format_text("date")
    for year in (1, 4, 100, 1900, 2000, 2023, 2024, 2100, 2400, 9999):
        for month, day in itertools.product(range(14), range(33)):
            text = f"{year:04}-{month:02}-{day:02}"
            try:
                datetime.date.fromisoformat(text)
                real = True
            except ValueError:
                real = False
            assert dates.matches(text.encode()) == real, text
    assert not dates.matches(b"0000-01-01")
    assert not dates.matches(b"2024-1-01")


FORMAT_CASES = {
    "date": (["2024-02-29", "0001-01-01"], ["2023-02-29", "2024-02-30", "20240101", "2024-W01"]),
    "time": (
        ["00:00:00Z", "23:59:59.123456789+23:59", "12:00:00z", "12:00:00-00:00"],
        [
            "24:00:00Z",
            "12:60:00Z",
            "12:00:60Z",
            "12:00Z",
            "12:00:00",
            "12:00:00.Z",
            "12:00:00+24:00",
        ],
    ),
    "date-time": (
        ["2024-02-29T12:00:00Z", "1998-12-31t23:59:59.5+01:00"],
        ["2023-02-29T12:00:00Z", "2024-01-01 12:00:00Z", "2024-01-01T12:00:00", "2024-01-01"],
    ),
    "email": (
        ["a@b", "anna.berg+x@mail.example.org", "x" * 64 + "@a.b", "~{}!#$%&'*+/=?^_`|@a-b.c"],
        [
            "@b",
            "a@",
            "a b@c",
            "a..b@c",
            ".a@b",
            "a.@b",
            "a@-b",
            "a@b_c",
            "x" * 65 + "@a.b",
            "a@b@c",
        ],
    ),
    "hostname": (
        ["localhost", "a.b-c.d1", "1.example", "x" * 63, "a--b"],
        ["", "-a", "a-", "a..b", ".a", "a.", "a_b", "x" * 64, "é.de"],
    ),
    "ipv4": (
        ["0.0.0.0", "255.255.255.255", "10.1.99.100"],
        ["256.1.1.1", "01.1.1.1", "1.1.1", "1.1.1.1.1"],
    ),
    "ipv6": (
        ["::", "::1", "2001:db8::1", "1:2:3:4:5:6:7:8", "::ffff:1.2.3.4", "1::", "fe80::A"],
        [
            "1:2:3",
            ":::",
            "1::2::3",
            "12345::",
            "fe80::1%eth0",
            "1:2:3:4:5:6:7:8:9",
            "::1.2.3",
            ":1::",
        ],
    ),
    "uri": (
        [
            "https://a.b/c?d=e#f",
            "mailto:x@y.z",
            "urn:isbn:1",
            "http://[::1]:80/",
            "a:",
            "http://u:p@h:1/%20",
        ],
        [
            "",
            "//a/b",
            "a b:c",
            "http://a b",
            "1a:b",
            "http://[::1",
            "http://%zz",
            "/path",
            "http://é",
        ],
    ),
    "uuid": (
        ["123e4567-e89b-12d3-a456-426614174000", "ABCDEF01-0000-0000-0000-000000000000"],
        ["123e4567e89b12d3a456426614174000", "123e4567-e89b-12d3-a456-42661417400", "g" * 36],
    ),
}


def test_every_format_has_cases() -> None:
    assert FORMAT_CASES.keys() == FORMATS


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_formats(name: str) -> None:
    members, others = FORMAT_CASES[name]
    language = json_schema({"type": "string", "format": name})
    assert [text for text in members if not language.matches(json.dumps(text))] == []
    assert [text for text in others if language.matches(json.dumps(text))] == []


PARSERS: dict[str, Any] = {
    "date": datetime.date.fromisoformat,
    "date-time": lambda text: datetime.datetime.fromisoformat(text.upper()),
    "time": lambda text: datetime.time.fromisoformat(text.upper()),
    "ipv4": ipaddress.IPv4Address,
    "ipv6": ipaddress.IPv6Address,
    "uuid": uuid.UUID,
}


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_members_of_formats_are_valid(name: str) -> None:
    for spelling, seed in itertools.product(("any", "canonical"), range(60)):
        dfa = format_text(name, spelling)
        text = member(dfa, random.Random(seed), patience=30).decode()
        assert is_valid({"format": name}, text), text
        PARSERS.get(name, str)(text)


GROUPS = st.lists(
    st.sampled_from(("", "", "1", "ab", "ffff", "12345", "1.2.3.4", "g", "0")),
    min_size=1,
    max_size=9,
)


@settings(deadline=None, max_examples=500)
@given(GROUPS)
def test_ipv6_agrees_with_ipaddress(groups: list[str]) -> None:
    text = ":".join(groups)
    try:
        ipaddress.IPv6Address(text)
        real = True
    except ValueError:
        real = False
    assert format_text("ipv6").matches(text.encode()) == real


def test_times_are_written_in_upper_case() -> None:
    assert format_text("time", "any").matches(b"12:00:00z")
    assert not format_text("time", "canonical").matches(b"12:00:00z")
    assert not format_text("date-time", "canonical").matches(b"2024-01-01t12:00:00Z")
