"""`choice` accepts exactly its options."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dllm_struct.errors import EmptyLanguage, InvalidInput
from dllm_struct.languages.choice import choice
from dllm_struct.languages.regex import regex

words = st.text(
    st.characters(codec="utf-8", max_codepoint=0x1FFFF) | st.sampled_from("ab"), max_size=4
)


@settings(max_examples=100, deadline=None)
@given(st.lists(words, min_size=1), st.lists(words))
def test_exactly_the_options(options: list[str], others: list[str]) -> None:
    language = choice(options)
    assert all(language.matches(option) for option in options)
    assert all(language.matches(other) == (other in options) for other in others)
    assert not language.matches(max(options, key=len) + "x" * 5)


def test_order_and_duplicates_do_not_matter() -> None:
    assert choice(["b", "a", "b"]) == choice(["a", "b"]) == regex("a|b")


def test_the_empty_string_is_an_option_like_any_other() -> None:
    assert choice(["", "a"]) == regex("a?")


def test_many_options() -> None:
    language = choice(str(number) for number in range(100_000))
    assert language == regex("0|[1-9][0-9]{0,4}")


def test_no_options() -> None:
    with pytest.raises(EmptyLanguage):
        choice([])


@pytest.mark.parametrize("options", ["abc", ["a", 3], ["\ud800"]])
def test_what_is_not_a_list_of_strings(options: object) -> None:
    with pytest.raises(InvalidInput):
        choice(options)  # type: ignore[arg-type]


def test_description_is_short() -> None:
    assert choice(["a", "b"]).description == "choice 'a' | 'b'"
    assert choice("abcde" + "f" for _ in range(1)).description == "choice 'abcdef'"
    assert choice(map(str, range(9))).description == "choice '0' | '1' | '2' | ... 6 more"


def test_pickles() -> None:
    language = choice(["x", "y"])
    assert pickle.loads(pickle.dumps(language)) == language
