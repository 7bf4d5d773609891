"""Autoregressive models of transformers: every text is a member and fits into its tokens."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import LogitsProcessorList

import dllm_struct as ds
from dllm_struct.errors import InvalidInput, LimitTooSmall, NonFiniteLogits
from dllm_struct.integrations.transformers import NextTokenConstraint
from tests.integrations.test_canvas_constraint import CASES, END, OPEN, TOKENS, is_open, text_of
from tests.integrations.tiny import EOS, PAD, SIZE, llama, tokenizer

MODES: dict[str, dict[str, Any]] = {
    "greedy": {"do_sample": False},
    "sampling": {"do_sample": True, "temperature": 1.5, "top_k": 0},
    "a few likely ones": {"do_sample": True, "top_k": 3, "top_p": 0.9},
    "beams": {"num_beams": 3, "do_sample": False},
}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("limit", [30, 45])
def test_the_stock_loop_stays_in_the_language(name: str, mode: str, limit: int) -> None:
    output_type, is_member = CASES[name]
    texts = generated(output_type, limit, **MODES[mode])
    assert all(is_member(text) for text in texts), texts


@pytest.mark.parametrize("mode", MODES)
def test_keys_of_any_text_come_once(mode: str) -> None:
    (text,) = generated(OPEN, 24, rows=1, **MODES[mode])
    assert is_open(text)


def generated(output_type: Any, limit: int, rows: int = 2, **options: Any) -> list[str]:
    prompt = torch.tensor([tokenizer().encode("Go")] * rows)
    constraint = NextTokenConstraint(output_type, tokenizer(), max_new_tokens=limit)
    torch.manual_seed(0)
    out = llama().generate(
        prompt,
        attention_mask=torch.ones_like(prompt),
        logits_processor=LogitsProcessorList([constraint]),
        max_new_tokens=limit,
        pad_token_id=PAD,
        eos_token_id=EOS,
        **options,
    )
    return [text_of(row) for row in out[:, prompt.shape[1] :]]


def test_rows_and_their_beams_have_languages_of_their_own() -> None:
    types = [ds.regex("z{5}y*"), CASES["grammar"][0]]
    for mode in ("sampling", "beams"):
        letters, nested = generated(types, 20, **MODES[mode])
        assert re.fullmatch("z{5}y*", letters)
        assert CASES["grammar"][1](nested)


def is_pairs(text: str) -> bool:
    half = len(text) // 2
    return text == "a" * half + "b" * half


LANGUAGES: dict[str, tuple[Any, Callable[[str], object]]] = {
    pattern: (ds.regex(pattern), re.compile(pattern).fullmatch)
    for pattern in ("(ab)*", "a+b", "(a|bb)*a", "b{2,5}", "a*")
} | {"pairs": (ds.grammar('start: ("a" start "b")?'), is_pairs)}


@cache
def members(name: str, limit: int) -> tuple[tuple[int, ...], ...]:
    """All sequences of text tokens, up to so many, that spell a member."""
    is_member = LANGUAGES[name][1]
    sequences = (s for k in range(limit + 1) for s in itertools.product(range(END), repeat=k))
    return tuple(s for s in sequences if is_member(TOKENS.decode(s).decode()))


@settings(max_examples=80, deadline=None)
@given(name=st.sampled_from([*LANGUAGES]), limit=st.integers(2, 6), data=st.data())
def test_exactly_the_tokens_that_lead_to_a_member_are_allowed(
    name: str, limit: int, data: st.DataObject
) -> None:
    own = members(name, limit)
    constraint = NextTokenConstraint(
        LANGUAGES[name][0], TOKENS, max_new_tokens=limit, eos_token_id=END
    )
    text: tuple[int, ...] = ()
    while True:
        ids = torch.tensor([(0, 0, *text)])
        scores = constraint(ids, torch.zeros(1, END + 1))[0]
        allowed = {v for v in range(END + 1) if scores[v] > -torch.inf}
        ways = {s[len(text)] if len(s) > len(text) else END for s in own if s[: len(text)] == text}
        assert allowed == ways
        token = data.draw(st.sampled_from(sorted(ways)))
        if token == END or len(text) == limit:
            return
        text = (*text, token)


def test_refusals() -> None:
    with pytest.raises(LimitTooSmall):
        NextTokenConstraint(ds.regex("z{20}"), tokenizer(), max_new_tokens=19)
    constraint = NextTokenConstraint(ds.regex("z"), tokenizer(), max_new_tokens=3)
    for value in (torch.nan, -torch.inf):
        with pytest.raises(NonFiniteLogits):
            constraint(torch.tensor([[1]]), torch.full((1, SIZE), value))
    with pytest.raises(InvalidInput, match="goes on"):
        constraint(torch.tensor([[1, 70]]), torch.zeros(1, SIZE))
