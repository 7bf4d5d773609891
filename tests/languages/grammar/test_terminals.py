"""A terminal takes of every text exactly what `re.match` takes."""

from __future__ import annotations

import re
from functools import lru_cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lark import Lark
from lark.lexer import TerminalDef

from dllm_struct.errors import UnsupportedRegex
from dllm_struct.languages.grammar.notation.matching import Matching, matching
from dllm_struct.languages.grammar.notation.spelling import spelled
from tests.languages.regex_patterns import every_text, patterns, texts


def taken(matches: Matching, text: str) -> int | None:
    """Characters of the longest beginning that is a member and that no guard refuses."""
    ends = [
        end
        for end in range(len(text) + 1)
        if matches.texts.matches(text[:end].encode()) and not refused(matches, text, end)
    ]
    return max(ends, default=None)


def refused(matches: Matching, text: str, end: int) -> bool:
    before, after = text[:end].encode(), text[end:]
    return any(
        guard.refused.matches(after[:count].encode())
        for guard in matches.guards
        if guard.texts.matches(before)
        for count in range(len(after) + 1)
    )


def compare(pattern: str, given: list[str]) -> None:
    matches, compiled = matching(pattern), re.compile(pattern)
    for text in given:
        found = compiled.match(text)
        assert taken(matches, text) == (found.end() if found else None), text


@settings(max_examples=100)
@given(patterns, texts())
def test_takes_what_re_prefers(pattern: str, texts: list[str]) -> None:
    try:
        matching(pattern)
    except UnsupportedRegex:
        return
    compare(pattern, texts)


PREFERENCES = [
    "a|ab",
    "ab|a",
    "(?:a|ab)(?:b|bb|)",
    "a*?b",
    "a+?b*",
    "a??b?",
    "(?:a|b)*?a",
    "(?:|a)*b?",
    "(?:a|)*b",
    "(?:a*)*b|a",
    "(?:a*?)*b?",
    "(?:(?:|a)b?)+",
    "(?:(?:a?){2}b??){1,2}",
    "(?:a?b??)*?a",
    "(?:a{0,2}?b)+",
    "(?:|a){2,}b",
    "(?:a|b|ab){1,2}?b?",
    "a(?!b)",
    "a+(?!b)",
    "a*?(?!a)b?",
    "(?!ab)[ab]+",
    "[ab][ab]+(?<!ba)",
    "(?!(?:ab|b)\\b)\\w+",
    "a(?:(?!b)[ab])?",
    "a\\b|ab",
    "ab(?!a)|a",
    "a$|ab",
    "(?m:a$)|ab",
    "a(?=b)|aa(?!b)|a",
]


@pytest.mark.parametrize("pattern", PREFERENCES)
def test_preferences(pattern: str) -> None:
    compare(pattern, every_text("ab", 6) + every_text("ab \n", 4))


@pytest.mark.parametrize(
    ("grammar", "alphabet"),
    [
        ("common.ESCAPED_STRING", '"\\a\n'),
        ("common.C_COMMENT", "/*\n"),
        ("common.SIGNED_NUMBER", "1.e-"),
        ("common.CNAME", "a_1-"),
        ("common.NEWLINE", "\r\n a"),
        ("common.WS", " \ta"),
        ("python.STRING", "rb\"'\\"),
        ("python.LONG_STRING", "r\"'\\"),
        ("python.DEC_NUMBER", "01_a"),
        ("python.FLOAT_NUMBER", "1_.e-"),
        ("python.IMAG_NUMBER", "1_.j"),
        ("python.HEX_NUMBER", "0xa_g"),
        ("python.NAME", "aé1-"),
        ("python._NEWLINE", "\n #a"),
    ],
)
def test_terminals_of_lark(grammar: str, alphabet: str) -> None:
    library, _, name = grammar.partition(".")
    terminal = definition(f"start: {name}\n%import {library}.{name}", name)
    longest = {2: 10, 3: 8, 4: 7, 5: 6}.get(len(alphabet), 5)
    compare(terminal.pattern.to_regexp(), every_text(alphabet, longest)[:20_000])


@lru_cache
def definition(grammar: str, name: str) -> TerminalDef:
    return next(each for each in Lark(grammar).terminals if each.name == name)


@given(st.lists(st.sampled_from(['"""', "'''", '"', "'", "\\", "a", "\n", "rb"]), max_size=9))
def test_strings_of_python(pieces: list[str]) -> None:
    text = "".join(pieces)
    for name in ("STRING", "LONG_STRING"):
        terminal = definition(f"start: {name}\n%import python.{name}", name)
        compare(terminal.pattern.to_regexp(), [text])


def test_what_follows_is_told_in_the_guards() -> None:
    guards = matching(r"0(?:_?0)*(?![1-9])").guards
    assert [guard.refused.shortest() for guard in guards] == [b"1"]
    assert guards[0].texts.matches(b"0_0")
    assert not matching(r"\w+\b").guards, "a longer match is there where the boundary is not"


def test_lazy_patterns_end_where_they_may() -> None:
    string = matching(r'".*?"').texts
    assert string.matches(b'"a"')
    assert string.run(b'"a"b') == 0


@pytest.mark.parametrize(
    ("pattern", "construct"),
    [
        (r"(a)\1", "a backreference"),
        (r"a(?=b)", "a lookahead, $ or \\b at the end that asks for something to follow"),
        (r"\ba", "a lookbehind, ^ or \\b that sees what stands before it"),
        (r"^a", "a lookbehind, ^ or \\b that sees what stands before it"),
        (r"a(?!\bb)", "a lookbehind or \\b at the start of a lookahead"),
        (r"a(?=a|(?<=^))", "a lookbehind or \\b at the start of a lookahead"),
        (r"ab(?<=(?<!b)b)", "a lookaround inside a lookbehind"),
    ],
)
def test_refusals_name_the_construct(pattern: str, construct: str) -> None:
    with pytest.raises(UnsupportedRegex) as caught:
        matching(pattern)
    assert caught.value.construct == construct
    assert caught.value.hint


@pytest.mark.parametrize(
    ("pattern", "member", "other"),
    [
        (r"\p{Lu}+", "AÉ", "a"),
        (r"[\p{Lu}_]+", "A_", "a"),
        (r"\P{L}", "1", "a"),
        (r"[^\p{L}\]]", "1", "]"),
        (r"\\p{Lu}", "\\p{Lu}", "A"),
        (r"[[\p{Lu}]", "[", "a"),
    ],
)
@pytest.mark.filterwarnings("ignore:Possible nested set:FutureWarning")
def test_unicode_properties(pattern: str, member: str, other: str) -> None:
    if pattern.startswith("\\\\"):
        pattern = pattern.replace("{", r"\{")
    texts = matching(spelled(pattern)).texts
    assert texts.matches(member.encode())
    assert not texts.matches(other.encode())
