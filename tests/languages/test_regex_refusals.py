"""What is malformed or not regular is refused by name and position; what explodes is stopped."""

from __future__ import annotations

import re

import pytest

from dllm_struct.errors import BudgetExceeded, InvalidRegex, UnsupportedRegex
from dllm_struct.languages.regex import ecma_search, regex


@pytest.mark.parametrize(
    ("pattern", "construct", "position"),
    [
        (r"(a)\1", "a backreference", 3),
        (r"[\1](?P<n>a)(?P=n)", "a backreference", 12),
        ("(?x) # \\1\n(a) \\1", "a backreference", 14),
        ("(a)?(?(1)b|c)", "a conditional group", 4),
        ("[(?>](?>a)", "an atomic group", 5),
        ("[+*]+a++", "a possessive quantifier", 7),
        ("a{2}+", "a possessive quantifier", 4),
    ],
)
def test_python_constructs_that_are_not_regular(
    pattern: str, construct: str, position: int
) -> None:
    with pytest.raises(UnsupportedRegex) as caught:
        regex(pattern)
    assert (caught.value.construct, caught.value.position) == (construct, position)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("pattern", "position"),
    [("(", 0), ("a)", 1), ("[a", 0), ("*a", 0), (r"\p{L}", 0), ("(?<=a+)b", None), ("a{3,2}", 2)],
)
def test_python_patterns_that_re_refuses(pattern: str, position: int | None) -> None:
    with pytest.raises(re.error):
        re.compile(pattern)
    with pytest.raises(InvalidRegex) as caught:
        regex(pattern)
    assert caught.value.position == position


@pytest.mark.parametrize("flags", [re.LOCALE, re.ASCII | re.UNICODE])
def test_flags_that_re_refuses(flags: int) -> None:
    with pytest.raises(InvalidRegex):
        regex("a", flags)


@pytest.mark.parametrize("pattern", [b"a", re.compile(b"a"), 3])
def test_only_text_patterns(pattern: object) -> None:
    with pytest.raises(InvalidRegex, match="must be a string"):
        regex(pattern)  # type: ignore[arg-type]


def test_a_compiled_pattern_takes_no_flags() -> None:
    with pytest.raises(InvalidRegex, match="compiled"):
        regex(re.compile("a"), re.IGNORECASE)


@pytest.mark.parametrize(
    ("pattern", "construct", "position"),
    [
        (r"(a)\1", "a backreference", 3),
        (r"(?<n>a)\k<n>", "a backreference", 7),
        ("(?P=n)", "a backreference", 0),
        ("a(?>b)", "an atomic group", 1),
        ("ab++", "a possessive quantifier", 2),
        ("(?(1)a)", "a conditional group", 0),
        ("(?|a)", "a branch reset group", 0),
        ("a(?R)", "a recursive group", 1),
        ("(?&n)", "a recursive group", 0),
        (r"ab\y", r"the escape \y", 2),
        (r"[\a]", r"the escape \a", 1),
        ("[[:alpha:]]", "the POSIX class [:alpha:]", 1),
        ("[a&&[b]]", "the class intersection &&", 2),
        ("[]a]", "a ] after an empty class", 3),
        ("a{,3}", "the quantifier {,3}", 1),
        ("(?x)a", "the flag x", 0),
        ("a(?i)b", "a flag in the middle", 1),
    ],
)
def test_ecma_constructs_that_are_refused(pattern: str, construct: str, position: int) -> None:
    with pytest.raises(UnsupportedRegex) as caught:
        ecma_search(pattern)
    assert (caught.value.construct, caught.value.position) == (construct, position)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("pattern", "position"),
    [
        ("(a", 0),
        ("a)", 1),
        ("[a", 0),
        ("*a", 0),
        ("a**", 2),
        ("{2}", 0),
        ("a{3,2}", 1),
        ("[z-a]", 1),
        ("a\\", 1),
        (r"\x4", 0),
        (r"\u12", 0),
        (r"\u{110000}", 0),
        (r"\c1", 0),
        (r"\012", 0),
        (r"\p{Nonsense}", 0),
        (r"\p{foo=Lu}", 0),
        (r"\p{=Lu}", 0),
        (r"\pL", 0),
        ("(?~a)", 0),
    ],
)
def test_ecma_patterns_that_are_malformed(pattern: str, position: int) -> None:
    with pytest.raises(InvalidRegex) as caught:
        ecma_search(pattern)
    assert caught.value.position == position


@pytest.mark.parametrize(
    "pattern",
    [
        "(.*a.{40})",
        "(.{0,5000}){7,5000}",
        "a{99999999}",
        r"\w{2000}",
        "(?:(?=.*a.{40})[ab])*[ab]{50,}",
        "(?:(?<!a.{20})b|[ab])*",
        "(?:" * 3000 + ")" * 3000,
    ],
)
def test_an_explosion_is_stopped(pattern: str) -> None:
    with pytest.raises(BudgetExceeded):
        assert regex(pattern).dfa.is_empty


def test_an_explosion_is_stopped_in_a_schema() -> None:
    with pytest.raises(BudgetExceeded):
        ecma_search("a[ab]{40}$")


@pytest.mark.parametrize(
    ("pattern", "num_states"),
    [
        ("[a-z]{3,1000}", 1002),
        ("(ab|cd){2,300}", 902),
        ("(a|aa){1,500}", 1002),
        ("((a?){100}){100}", 10002),
        ("(?:a{1,50}b){1,50}", 2552),
        ("(?:a?){400}a{400}", 802),
        ("(?:[ab](?<=a.{20})|b)*", 2),
    ],
)
def test_bounds_are_compiled_to_minimal_automata(pattern: str, num_states: int) -> None:
    assert regex(pattern).dfa.num_states == num_states
