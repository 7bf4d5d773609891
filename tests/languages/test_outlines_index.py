"""An Index of outlines-core, read back as a language."""

from __future__ import annotations

import itertools
import re

import pytest

from dllm_struct.errors import EmptyLanguage
from dllm_struct.languages.outlines_index import from_outlines
from dllm_struct.vocabulary import Vocabulary

outlines_core = pytest.importorskip("outlines_core")

TOKENS = [b"a", b"b", b"c", b"ab", b"bca", None]
END = 5


def index_of(pattern: str, tokens: list[bytes | None]) -> object:
    ids = {token: [i] for i, token in enumerate(tokens) if token is not None}
    return outlines_core.Index(pattern, outlines_core.Vocabulary(END, ids))


@pytest.mark.parametrize("pattern", ["a*b", "(a|b)c{1,3}", "a?b?c?", "(a|bc){2}", "abca|c"])
def test_accepts_what_the_pattern_matches(pattern: str) -> None:
    language = from_outlines(index_of(pattern, TOKENS), Vocabulary(TOKENS))
    for length in range(6):
        for text in map("".join, itertools.product("abc", repeat=length)):
            assert language.matches(text) == bool(re.fullmatch(pattern, text)), text


def test_long_tokens_without_short_ones_are_spelled_out() -> None:
    tokens = [b"ab", b"bca", b"abab", None, None, None]
    language = from_outlines(index_of("(ab){2}|bca", tokens), Vocabulary(tokens))
    accepted = [t for t in ["ab", "abab", "bca", "a", "ababab"] if language.matches(t)]
    assert accepted == ["abab", "bca"]


def test_what_the_index_drops_is_not_invented() -> None:
    """outlines-core 0.2.14 ends ``(ab)+`` after two characters when "a" is the next token."""
    index = index_of("(ab)+", [b"a", b"b", None, None, None, None])
    language = from_outlines(index, Vocabulary([b"a", b"b"]))
    assert language.matches("ab")
    assert not language.matches("aba")


def test_an_index_for_another_vocabulary_is_refused() -> None:
    with pytest.raises(EmptyLanguage):
        from_outlines(index_of("ab", [b"a", b"b"]), Vocabulary([None, None, None, b"x"]))
