"""How strings are spelled as JSON literals, and how long they are."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dllm_struct.automata.dfa import minimal
from dllm_struct.automata.utf8 import code_points, utf8_text
from dllm_struct.errors import BudgetExceeded
from dllm_struct.languages.json_schema.escapes import escaped
from dllm_struct.languages.json_schema.scalars import (
    format_text,
    length_text,
    pattern_text,
)

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


@pytest.mark.parametrize(
    "pattern", ["^[a-z]{3}", "\\d\\w.*é", "^[\U0001f600-\U0001ffffЀ-\uffff]{1,3}$"]
)
@pytest.mark.parametrize("spelling", ["any", "canonical"])
def test_literals_are_canonical_automata(pattern: str, spelling: str) -> None:
    found = escaped(pattern_text(pattern), spelling)  # type: ignore[arg-type]
    again = minimal(found.transitions, found.byte_class, found.start, found.accepting)
    assert again == found


@settings(deadline=None)
@given(texts, st.integers(0, 5), st.integers(0, 3))
def test_lengths_count_code_points(value: str, low: int, more: int) -> None:
    data = value.encode()
    assert length_text(low, low + more).matches(data) == (low <= len(value) <= low + more)
    assert length_text(low, None).matches(data) == (low <= len(value))
    literal = escaped(length_text(low, low + more), "any")
    for ascii_only in (True, False):
        assert literal.matches(body(value, ascii_only)) == (low <= len(value) <= low + more)


def test_long_lengths() -> None:
    assert length_text(0, 10_000).matches(("é" * 10_000).encode())
    assert not length_text(0, 10_000).matches(("é" * 10_001).encode())
    with pytest.raises(BudgetExceeded):
        length_text(0, 10**9)


def test_only_well_formed_text() -> None:
    for dfa in (length_text(0, None), pattern_text(""), format_text("json-pointer")):
        assert not dfa.matches(b"/\xff")
