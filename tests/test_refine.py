"""Refining a text: what is outside the spans stays, byte for byte; the result is a member."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

import dllm_struct as ds
from dllm_struct.constraint import Constraint
from dllm_struct.errors import InvalidDecoding, InvalidInput, NotInLanguage
from dllm_struct.generation.splitting import split
from tests.tiny import (
    CODEC,
    SIZE,
    TEMPLATE,
    TEMPLATE_PATTERN,
    VOCABULARY,
    WITH_NULL,
    WITHOUT_NULL,
    WORD,
    model,
    random_network,
)

TEXT = '{"name": "hello", "n": 123, "b": true}'
SCHEMA = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "age": {"type": "integer"}},
    "required": ["name"],
    "additionalProperties": False,
}


@pytest.mark.parametrize("family", [WITH_NULL, WITHOUT_NULL])
@pytest.mark.parametrize("remasking", ["never", "editing", "dynamic"])
@pytest.mark.parametrize("length", ["fixed", "daedal", "posterior"])
@pytest.mark.parametrize("span", [(11, 13), (10, 15), (23, 26), (33, 37), (12, 24)])
def test_what_is_outside_a_span_stays(
    family: ds.Family, remasking: str, length: str, span: tuple[int, int]
) -> None:
    if family is WITHOUT_NULL and length != "fixed":
        return
    decoding = ds.Decoding(remasking=remasking, length=length)
    tested = model(random_network(9.0), replace(family, max_length=100))
    output = tested.refine(TEXT, TEMPLATE, spans=[span], decoding=decoding, seed=0)
    start, stop = span
    assert TEMPLATE_PATTERN.fullmatch(output.text)
    assert all(TEMPLATE_PATTERN.fullmatch(event.text) for event in output.trace)
    assert output.text.startswith(TEXT[:start])
    assert output.text.endswith(TEXT[stop:])


@settings(max_examples=60, deadline=None)
@given(st.text("abtruefls", min_size=1, max_size=14), st.data())
def test_any_span_of_any_word(word: str, data: st.DataObject) -> None:
    """Spans cut tokens wherever they like."""
    start = data.draw(st.integers(0, len(word) - 1))
    stop = data.draw(st.integers(start + 1, len(word)))
    output = model(random_network()).refine(word, WORD, spans=[(start, stop)], seed=0)
    assert re.fullmatch("[a-z]+", output.text)
    assert output.text.startswith(word[:start])
    assert output.text.endswith(word[stop:])


def test_several_spans_and_characters_of_several_bytes() -> None:
    text = "Grüße aus München, übermorgen"
    spans = [(2, 4), (11, 12), (19, 20)]
    output = model(random_network()).refine(text, spans=spans, seed=0)
    pieces = [re.escape(text[a:b]) for a, b in ((0, 2), (4, 11), (12, 19), (20, None))]
    assert re.fullmatch("(?s:.*)".join(pieces), output.text)


def test_a_span_of_a_whole_value_may_become_longer_or_shorter() -> None:
    """The network writes b wherever it may, ten times, then nothing."""

    def network(input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        logits = torch.zeros(*input_ids.shape, SIZE)
        start = bytes(VOCABULARY.decode(input_ids[0].tolist())).index(b'": "')
        logits[:, :, ord("b")] = 9.0
        logits[:, start + 14 :, SIZE - 1] = 20.0
        return logits

    output = model(network).refine(TEXT, TEMPLATE, spans=[(10, 15)], seed=0)
    assert re.fullmatch(r'\{"name": "b{6,25}", "n": 123, "b": true\}', output.text)


def test_a_fraction_is_what_the_model_believes_in_least() -> None:
    def network(input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """Believes in what it reads, except for "e" and "q"; writes "w" there."""
        logits = torch.zeros(*input_ids.shape, len(BYTES))
        logits.scatter_(2, input_ids[..., None], 9.0)
        logits[(input_ids == ord("e")) | (input_ids == ord("q"))] = 0.0
        logits[..., ord("w")] += 5.0
        return logits

    tested = ds.Model(network, BYTES, ds.Family(mask_token_id=256))
    output = tested.refine("abeabqab", WORD, fraction=0.25, seed=0)
    assert output.text == "abwabwab"
    assert output.stats.nfe == 1 + len(output.trace) == 3
    assert tested.refine("abeabqab", WORD, fraction=0.125, seed=0).text == "abwabqab"
    limited = tested.refine("abeabqab", WORD, fraction=1.0, decoding=ds.Decoding(steps=3), seed=0)
    assert limited.stats.nfe <= 3


BYTES = ds.Vocabulary([*(bytes([value]) for value in range(256)), None])


@pytest.mark.parametrize("text", ['{"name": "Ann"}', '{"name": "Ann", "age": 30}'])
def test_a_schemas_text_lies_on_its_slots(text: str) -> None:
    output = model(random_network()).refine(text, SCHEMA, spans=[(10, 13)], seed=0)
    assert "/name" in output.slots
    assert output.text.startswith('{"name": "')
    assert output.text.endswith(text[13:])
    free = ds.Decoding(structure="free")
    whole = model(random_network()).refine(text, SCHEMA, spans=[(10, 13)], decoding=free, seed=0)
    assert [*whole.slots] == [""]


def test_what_is_fixed_stays_and_costs_nothing() -> None:
    output = model(random_network()).refine(TEXT, TEMPLATE, spans=[(0, 9)], seed=0)
    assert output.text == TEXT
    assert output.stats.nfe == 0


def test_holes_in_an_outer_language_are_refined_together() -> None:
    pairs = ds.Template(
        (ds.Slot("a", ds.regex("[a-c]*")), ds.Invariant("-"), ds.Slot("b", ds.regex("[a-c]*"))),
        ds.regex("aa-bb|ab-cc|aa-ba"),
    )
    tested = model(random_network())
    assert tested.refine("aa-bb", pairs, spans=[(4, 5)], seed=0).text in ("aa-bb", "aa-ba")
    with pytest.raises(NotInLanguage):
        tested.refine("aa-cc", pairs, spans=[(4, 5)])


@pytest.mark.parametrize(
    ("text", "position"), [('{"name": "Hello", "n": 1, "b": true}', 10), (TEXT[:-1], 37), ("", 0)]
)
def test_a_text_that_is_no_member_is_refused(text: str, position: int) -> None:
    with pytest.raises(NotInLanguage) as caught:
        model(random_network()).refine(text, TEMPLATE, spans=[(0, 1)])
    assert caught.value.position == position


@pytest.mark.parametrize(
    "request_",
    [
        {},
        {"spans": [(0, 1)], "fraction": 0.5},
        {"fraction": 0.0},
        {"fraction": 1.5},
        {"spans": [(3, 3)]},
        {"spans": [(-1, 3)]},
        {"spans": [(0, len(TEXT) + 1)]},
    ],
)
def test_unclear_requests_are_refused(request_: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        model(random_network()).refine(TEXT, TEMPLATE, **request_)


def test_a_fraction_needs_a_step_besides_the_one_that_scores() -> None:
    with pytest.raises(InvalidDecoding):
        model(random_network()).refine(TEXT, TEMPLATE, fraction=0.5, decoding=ds.Decoding(steps=1))


@settings(max_examples=100, deadline=None)
@given(st.text("ab-", max_size=10))
def test_a_split_is_found_exactly_when_re_finds_one(text: str) -> None:
    template = ds.Template(
        (
            ds.Slot("x", ds.regex("[ab]*")),
            ds.Invariant("-"),
            ds.Slot("y", ds.regex("(ab)+")),
            ds.Slot("z", ds.regex("b*")),
        )
    )
    parts = Constraint(template, CODEC, None).parts
    if re.fullmatch("[ab]*-(ab)+b*", text) is None:
        with pytest.raises(NotInLanguage):
            split(parts, text.encode(), VOCABULARY)
        return
    found = [text[start:stop] for start, stop in split(parts, text.encode(), VOCABULARY)]
    assert "".join(found) == text
    for piece, pattern in zip(found, ("[ab]*", "-", "(ab)+", "b*"), strict=True):
        assert re.fullmatch(pattern, piece)
