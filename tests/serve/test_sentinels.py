# ruff: noqa: RUF001 - DeepSeek's marks have these characters
"""Marks of fill-in-the-middle inside plain prompts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dllm_struct.serve.requests.sentinels import FAMILIES, Parts, parts_of

PLAIN = st.text(st.characters(exclude_characters="<>[]|｜", exclude_categories=["Cs"]))


@pytest.mark.parametrize(
    "prompt",
    [
        "<fim_prefix>before<fim_suffix>after<fim_middle>",
        "<fim_suffix>after<fim_prefix>before<fim_middle>",
        "<|fim_prefix|>before<|fim_suffix|>after<|fim_middle|>",
        "<PRE> before <SUF> after <MID>",
        "<PRE> before <SUF>after <MID>",
        "<｜fim▁begin｜>before<｜fim▁hole｜>after<｜fim▁end｜>",
        "[SUFFIX]after[PREFIX]before",
    ],
)
def test_families(prompt: str) -> None:
    assert parts_of(prompt, None) == Parts("before", "after")


def test_context_and_a_beginning() -> None:
    prompt = "# a.py\nx = 1\n<|fim_prefix|>y = <|fim_suffix|>\n<|fim_middle|>x"
    assert parts_of(prompt, None) == Parts("y = x", "\n", "# a.py\nx = 1\n")


@pytest.mark.parametrize(
    "prompt",
    ["", "plain", "<fim_prefix>a", "<fim_prefix>a<fim_middle>b<fim_suffix>c",
     "<fim_prefix>a<fim_suffix>b<fim_middle>c<fim_middle>"],
)  # fmt: skip
def test_no_marks(prompt: str) -> None:
    assert parts_of(prompt, None) is None


@given(PLAIN, PLAIN, PLAIN, st.sampled_from([m for m in FAMILIES if m.middle and not m.blanks]))
def test_both_orders(prefix: str, suffix: str, context: str, marks: object) -> None:
    first, second = f"{marks.prefix}{prefix}", f"{marks.suffix}{suffix}"  # type: ignore[attr-defined]
    for both in (first + second, second + first):
        prompt = f"{context}{both}{marks.middle}"  # type: ignore[attr-defined]
        assert parts_of(prompt, None) == Parts(prefix, suffix, context)


@pytest.mark.parametrize("suffix", ["", "<|endoftext|>", "</s>"])
def test_empty_suffixes(suffix: str) -> None:
    assert parts_of("a", suffix) == Parts("a", "")
