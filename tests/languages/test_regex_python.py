"""`regex` accepts exactly what `re.fullmatch` matches."""

from __future__ import annotations

import pickle
import re

import interegular
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dllm_struct.languages.regex import regex
from tests.languages.regex_patterns import every_text, flags, patterns, texts

SEARCHED = settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))


@SEARCHED
@given(patterns, flags, texts())
def test_agrees_with_fullmatch(pattern: str, flags: int, texts: list[str]) -> None:
    language, compiled = regex(pattern, flags), re.compile(pattern, flags)
    for text in texts:
        assert language.matches(text) == bool(compiled.fullmatch(text)), text


LOOKING = [
    r"\ba\b",
    r"(?:\ba|b\b)*",
    r"(?:a(?=\b)|b(?<=\bb)| )*",
    r"a\Bb\B",
    r"(?:\Ba|\bb|\n)*",
    r"\B",
    r"(?=.*a)(?=.*b).{2,4}",
    r"(?!.*aa)(?:a|b)*(?<!b)",
    r"(?:(?!ab)[ab ])*",
    r"a(?=b)(?:b|c)",
    r"(?:(?=a.b|b.a)[ab]|(?<=ab)[ab ])*",
    r"(?:(?<=a(?=b))b|a)*",
    r"(?:(?<!a(?!b))[ab ])*",
    r"(?:(?=(?:a|b(?!a))*$)[ab])+",
    r"(?:(?!(?<=b)a)[ab ])*",
    r"(?:a$|\n)*",
    r"(?:^a|b$)+",
    r"(?m)^a$\n^b$",
    r"(?m)(?:^a?$\n?)*",
    r"(?m)(?:(?<!^)a|b$|\n)*",
    r"x*$|a$\n",
    r"^^a$$|(?:^|a)b",
    r"(?:(?=b)|a)+b",
    r"(?=)a|(?!)b",
    r"(?:(?=[ab]{3}).){1,3}[ab]*",
    r"(?<=a)b|ab(?<=ab)(?<!b)",
    r"a(?!b(?!a(?!b)))[ab]*",
]


@pytest.mark.parametrize("pattern", LOOKING)
def test_lookarounds_and_anchors_everywhere(pattern: str) -> None:
    language, compiled = regex(pattern), re.compile(pattern)
    for text in every_text("ab \n", 5):
        assert language.matches(text) == bool(compiled.fullmatch(text)), text


SIMPLE = [
    "(ab)+",
    "a{2,4}b?",
    "(a|b)*abb",
    "[^b]*b[ab]{2}",
    "(a*b|b*a)*c",
    "(?=.*b)[ab]{2,4}",
    "a?b?c?",
]


@pytest.mark.parametrize("pattern", SIMPLE)
def test_agrees_with_interegular(pattern: str) -> None:
    language, other = regex(pattern), interegular.parse_pattern(pattern).to_fsm()
    for text in every_text("abc", 6):
        assert language.matches(text) == other.accepts(text), text


@pytest.mark.parametrize(
    ("pattern", "flags", "members", "others"),
    [
        ("(ab)+", 0, ["ab", "abab", "ababab"], ["", "a", "aba"]),
        ("a{,3}", 0, ["", "aaa"], ["aaaa", "a{,3}"]),
        ("a{x}", 0, ["a{x}"], ["a"]),
        ("x*$", 0, ["", "xx"], ["x\n", "\n"]),
        ("x$\n", 0, ["x\n"], ["x", "xx\n"]),
        (".", 0, ["é", "漢", "😀", "\u2028"], ["\n", "ab", ""]),
        (".", re.DOTALL, ["\n"], []),
        ("s", re.IGNORECASE, ["S", "\u017f"], ["ß"]),
        ("\u017f", re.IGNORECASE, ["s", "S"], []),
        ("k", re.IGNORECASE, ["K", "\u212a"], []),
        ("[a-z]", re.IGNORECASE, ["\u212a", "\u017f", "\u0130", "\u0131"], ["é"]),
        ("[a-z]", re.IGNORECASE | re.ASCII, ["Z"], ["\u212a", "\u017f"]),
        ("[^k]", re.IGNORECASE, ["a"], ["K", "\u212a"]),
        ("[𐐀x]", re.IGNORECASE, ["X"], ["y"]),
        (r"\d", 0, ["7", "٣"], ["²"]),
        (r"\d", re.ASCII, ["7"], ["٣"]),
        (r"\w", 0, ["é", "漢", "_"], ["-", "😀"]),
        (r"\s", 0, [" ", "\u3000", "\x1c"], ["\u200b"]),
        ("a b # c", re.VERBOSE, ["ab"], ["a b # c"]),
        ("(?i:a)b", 0, ["Ab"], ["AB"]),
        ("(?i)a(?-i:b)", 0, ["Ab"], ["AB"]),
        ("(?P<first>a)(?:b)(c)", 0, ["abc"], ["ab"]),
        ("a+?b??", 0, ["aa", "ab"], ["b"]),
        (r"(?#comment)a|\N{DIGIT ONE}|\x41|\101", 0, ["a", "1", "A"], ["b"]),
        ("a||b", 0, ["", "a", "b"], ["ab"]),
        ("[]a]|[^]b]", 0, ["]", "a", "c"], ["b"]),
        (r"\ud800|b|[\ud800-\udfff]", 0, ["b"], ["", "\ud800", "\ufffd"]),
    ],
)
def test_dialect(pattern: str, flags: int, members: list[str], others: list[str]) -> None:
    language = regex(pattern, flags)
    assert [text for text in members if not language.matches(text)] == []
    assert [text for text in others if language.matches(text)] == []
    for text in members + others:
        surrogate = any(0xD800 <= ord(character) <= 0xDFFF for character in text)
        assert surrogate or language.matches(text) == bool(re.fullmatch(pattern, text, flags))


@settings(max_examples=50, deadline=None)
@given(st.characters(codec="utf-8"))
def test_classes_agree_for_every_character(character: str) -> None:
    for pattern in (r"\w", r"\d", r"\s", r"(?i)[a-zµσ]", "(?i)[^\u0131-\u017f]", r"(?a)[\W\d]"):
        assert regex(pattern).matches(character) == bool(re.fullmatch(pattern, character))


@pytest.mark.parametrize(
    ("pattern", "equal"), [("a|b|c", "[abc]"), ("(?:a|b)*", "(a*b*)*"), ("a+", "aa*")]
)
def test_equal_languages_are_equal(pattern: str, equal: str) -> None:
    assert regex(pattern) == regex(equal)
    assert hash(regex(pattern)) == hash(regex(equal))


def test_compiled_pattern_brings_its_flags() -> None:
    assert regex(re.compile("a.", re.IGNORECASE | re.DOTALL)).matches("A\n")


def test_a_language_survives_pickling() -> None:
    language = regex("a+b")
    assert pickle.loads(pickle.dumps(language)) == language
    assert language.description == "regex a+b"


def test_ill_formed_utf8_is_no_member() -> None:
    language = regex("(?s).*")
    assert language.matches("é".encode())
    assert not language.matches(b"\xc3")
    assert not language.matches(b"\xed\xa0\x80")
