"""`ecma_search` accepts the texts in which an ECMA-262 pattern matches somewhere."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dllm_struct.languages.regex import ecma_search
from tests.languages.ecma_patterns import CHARACTERS, Pair, patterns
from tests.languages.regex_patterns import every_text

ALPHABETS = ("ab\n", "a 0", "aé漢", "b_ ", "0a-", "😀a\u2028", "{}a")
SEARCHED = settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))


@SEARCHED
@given(patterns, st.sampled_from(ALPHABETS), st.lists(st.text(CHARACTERS, max_size=8), max_size=6))
def test_agrees_with_search(pattern: Pair, alphabet: str, longer: list[str]) -> None:
    found, compiled = ecma_search(pattern[0]), re.compile(pattern[1], re.ASCII)
    for text in every_text(alphabet, 4) + longer:
        assert found.matches(text.encode()) == bool(compiled.search(text)), text


TABLE: list[tuple[str, list[str], list[str]]] = [
    ("a", ["a", "xay"], ["", "b"]),
    ("^a$", ["a"], ["a\n", "xa", "ax"]),
    ("^a|b$", ["ax", "xb"], ["xa"]),
    ("", ["", "anything\n"], []),
    (".", ["a", "😀"], ["", "\n", "\r", "\u2028", "\u2029"]),
    ("^[^]$", ["\n", "😀"], ["", "ab"]),
    ("[]", [], ["", "a"]),
    (r"^\d+$", ["123"], ["٣", "1a"]),
    (r"^\w$", ["a", "_"], ["é", "\u017f"]),
    (r"^\s$", ["\ufeff", "\u00a0", "\u2029", "\u3000"], ["\x1c", "\x85", "\u200b"]),
    (r"^\S\D\W$", ["aé-"], ["a1-"]),
    (r"\bfoo\b", ["a foo b", "foo", "éfooé"], ["food", "_foo"]),
    (r"\Boo", ["foo"], ["oo", "f oo"]),
    (r"^\p{L}+$", ["aé漢"], ["1", "a b"]),
    (r"^\p{Lu}\p{Letter}\p{gc=Nd}\p{General_Category=Sc}$", ["Aé٣€"], ["aaa€"]),
    (r"^\p{Script=Greek}\p{sc=Latn}\p{Han}$", ["αa漢"], ["aaa"]),
    (r"^\P{L}\p{Alphabetic}\p{White_Space}\p{ASCII}$", ["1a b"], ["aa b"]),
    (r"^[\p{Lu}\d_]+$", ["A1_É"], ["a"]),
    (r"^[^\P{Lu}]$", ["A"], ["a"]),
    (r"^\cA\x41\u0042\u{43}\0$", ["\x01ABC\0"], ["ABC"]),
    (r"^\uD83D\uDE00[\uD83D\uDE00-\uD83D\uDE02]$", ["😀😁"], ["😀😃"]),
    (r"^\-\_\'\@\ \/\.\😀$", ["-_'@ /.😀"], ["-_'@ /x😀"]),
    ("^x{a}]{$", ["x{a}]{"], ["xa"]),
    ("^a{2}b{1,}c{0,1}?$", ["aab", "aabbc"], ["ab"]),
    (r"^[\w-a]+$", ["-a_9"], ["!"]),
    (r"^[a-c-e-]$", ["b", "-", "e"], ["d"]),
    (r"^[\]\\^-]$", ["]", "\\", "^", "-"], ["["]),
    (r"^[\b\t]$", ["\b", "\t"], ["b"]),
    ("^(?<year>[0-9]{4})-(?P<month>[0-9]{2})$", ["2024-05"], ["24-05"]),
    ("(?i)^abc$", ["AbC"], ["ab"]),
    ("^(?i:a)b(?-i:c)$", ["Abc"], ["ABc"]),
    ("(?s)^.$", ["\n"], []),
    ("(?m)^b$", ["a\nb", "a\rb\u2028c"], ["ab"]),
    (r"\Aab\Z|\Acd\z", ["ab", "cd"], ["xab", "ab\n"]),
    ("^(?#a comment)a$", ["a"], []),
    ("^(?=.*[0-9])(?=.*[a-z]).{4,8}$", ["abc1", "1bbbbbbb"], ["abcd", "a1", "abc1\n"]),
    ("^(?!.*--)[a-z-]+$", ["a-b"], ["a--b"]),
    ("(?<!a+)b$", ["b", "cb"], ["ab", "aab"]),
    ("(?<=^|,)x", ["x", "a,x"], ["ax"]),
    ("^(?:(?=a)*b|(?=c)?d)$", ["b", "d"], ["a"]),
    ("^[\\uD800]$", [], ["a", "\ufffd"]),
]


@pytest.mark.parametrize(("pattern", "members", "others"), TABLE)
def test_dialect(pattern: str, members: list[str], others: list[str]) -> None:
    found = ecma_search(pattern)
    assert [text for text in members if not found.matches(text.encode())] == []
    assert [text for text in others if found.matches(text.encode())] == []


def test_only_utf8_is_accepted() -> None:
    assert not ecma_search("a").matches(b"a\xff")
    assert ecma_search("") == ecma_search("^[^]*$")
