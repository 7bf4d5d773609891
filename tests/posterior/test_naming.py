"""Tokens that are made of a language's keywords and signs."""

import dllm_struct as ds
from dllm_struct.posterior.exploration.naming import naming_tokens


def test_tokens_that_name_a_literal() -> None:
    named = {b" if", b"if", b"(if", b"IF (", b"\n else if"}
    texts = [*named, b"iffy", b"(", b" ", b"xif", b"els", None]
    found = naming_tokens(ds.Vocabulary(texts), frozenset({b"if", b"else", b"("}))
    assert {texts[token] for token in found} == named


def test_a_language_without_literals_names_nothing() -> None:
    assert not len(naming_tokens(ds.Vocabulary([b"if", b" ", b"("]), frozenset()))
