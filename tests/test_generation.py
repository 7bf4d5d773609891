"""`Model` as users call it: prompts, output types, values, infilling, streams, errors."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import dllm_struct as ds
from dllm_struct.decoding import Fixed
from dllm_struct.errors import (
    InvalidDecoding,
    InvalidInput,
    LimitTooSmall,
    NonFiniteLogits,
    PromptTooLong,
)
from dllm_struct.generation import Output
from dllm_struct.trace import Event
from tests.tiny import (
    MASK,
    NULL,
    SIZE,
    TEMPLATE,
    TEMPLATE_PATTERN,
    VOCABULARY,
    WORD,
    favouring,
    model,
    random_network,
)

SCHEMA = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "maxLength": 8},
        "age": {"type": "integer", "minimum": 0, "maximum": 150},
        "tags": {"type": "array", "items": {"enum": ["a", "b"]}, "maxItems": 3},
    },
    "required": ["name", "age"],
}
MESSAGES = [{"role": "system", "content": "be brief"}, {"role": "user", "content": "go"}]


def a_model(**family: Any) -> ds.Model:
    return model(random_network(), ds.Family(mask_token_id=MASK, null_token_id=NULL, **family))


@pytest.mark.parametrize("structure", ["template", "free"])
def test_a_schema_gives_its_value(structure: Any) -> None:
    output = a_model().generate("go", SCHEMA, ds.Decoding(structure=structure), seed=4)
    assert output.value == json.loads(output.text)
    assert ds.json_schema(SCHEMA).matches(output.text)
    assert ("" in output.slots) == (structure == "free")


def test_python_types_give_python_values() -> None:
    @dataclass
    class Person:
        age: int
        is_here: bool

    assert isinstance(a_model().generate("go", Person, seed=1).value, Person)
    assert isinstance(a_model().generate("go", int, seed=1).value, int)
    assert isinstance(a_model().generate("go", bool, seed=1).value, bool)


def test_slots_hold_what_was_written_into_them() -> None:
    output = a_model().generate("go", TEMPLATE, seed=1)
    assert TEMPLATE.render(output.slots) == output.text


def test_prompts_may_be_text_messages_or_a_list_of_either() -> None:
    assert isinstance(a_model().generate(MESSAGES, WORD, seed=0), Output)
    outputs = a_model().generate(["go", MESSAGES], [TEMPLATE, WORD], seed=0)
    assert TEMPLATE_PATTERN.fullmatch(outputs[0].text)
    assert WORD.matches(outputs[1].text)
    assert a_model().generate([], WORD) == []


@pytest.mark.parametrize("prompt", [3, None, [{"role": "user"}], "\ud800"])
def test_a_prompt_that_is_none_is_refused(prompt: Any) -> None:
    with pytest.raises(InvalidInput):
        a_model().generate(prompt, WORD)


def test_a_list_of_types_needs_one_for_each_prompt() -> None:
    with pytest.raises(InvalidInput):
        a_model().generate(["a", "b"], [WORD])


def test_stats_add_up() -> None:
    output = a_model().generate("go", TEMPLATE, ds.Decoding(length="daedal"), max_tokens=60, seed=3)
    stats, first, last = output.stats, output.trace[0], output.trace[-1]
    grown_at_once = sum(edit.count for edit in first.inserted)
    shrunk_at_once = sum(edit.count for edit in first.deleted)
    start = len(first.canvas.tokens) - grown_at_once + shrunk_at_once
    assert len(last.canvas.tokens) == start + stats.grown - stats.shrunk
    assert stats.nfe == len(output.trace)
    assert stats.seconds > 0


def test_null_tails_are_deleted() -> None:
    output = model(favouring(NULL)).generate("go", TEMPLATE, seed=3)
    assert output.stats.shrunk > 0
    assert NULL not in output.trace[-1].canvas.tokens


def test_what_is_determined_takes_no_pass() -> None:
    constant = a_model().generate("go", {"const": {"a": 1}}, seed=0)
    assert constant.text == '{"a": 1}'
    assert constant.stats.nfe == 0
    assert len(constant.trace) == 0


def test_the_context_bounds_prompt_and_canvas() -> None:
    small = a_model(max_length=40)
    output = small.generate("go", TEMPLATE, seed=0)
    assert TEMPLATE_PATTERN.fullmatch(output.text)
    assert len(output.trace[0].canvas.tokens) <= 38
    with pytest.raises(PromptTooLong):
        small.generate("x" * 30, TEMPLATE)
    with pytest.raises(LimitTooSmall):
        small.generate("go", TEMPLATE, max_tokens=10)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_non_finite_logits_are_refused(value: float) -> None:
    with pytest.raises(NonFiniteLogits):
        model(lambda i, a: torch.full((*i.shape, SIZE), value)).generate("go", WORD)


def test_a_network_of_another_shape_is_refused() -> None:
    for network in (lambda i, a: torch.zeros(3), lambda i, a: None):
        with pytest.raises(InvalidInput):
            model(network).generate("go", WORD)  # type: ignore[arg-type]


def test_contradictions_are_refused() -> None:
    with pytest.raises(InvalidDecoding):
        a_model().generate("go", TEMPLATE, ds.Decoding(structure="free"))
    lengthless = ds.Model(random_network(), VOCABULARY, ds.Family(mask_token_id=MASK))
    with pytest.raises(InvalidDecoding):
        lengthless.generate("go", WORD, ds.Decoding(length="daedal"))
    with pytest.raises(InvalidInput):
        ds.Family(mask_token_id=1, null_token_id=1)
    with pytest.raises(InvalidInput):
        ds.Model(random_network(), VOCABULARY, ds.Family(mask_token_id=MASK, null_token_id=SIZE))


def test_eos_takes_the_part_of_a_missing_null_token() -> None:
    family = ds.Family(mask_token_id=MASK, eos_token_id=NULL)
    output = model(favouring(NULL), family).generate("go", TEMPLATE, seed=3)
    assert TEMPLATE_PATTERN.fullmatch(output.text)
    assert output.stats.shrunk > 0


def test_infilling_returns_the_hole() -> None:
    output = a_model().infill("def f(x):\n    return ", "\n", ds.regex("[a-z]{2,5}"), seed=0)
    assert ds.regex("[a-z]{2,5}").matches(output.text)
    shown = "".join(cell.text for cell in output.trace[-1].cells())
    assert shown == f"def f(x):\n    return {output.text}\n"
    anything = a_model().infill("a", "b", seed=0)
    assert anything.text == anything.value
    by_template = a_model().infill(TEMPLATE, seed=0)
    assert TEMPLATE_PATTERN.fullmatch(by_template.text)


def test_a_stream_yields_events_and_then_outputs() -> None:
    prompts, kinds = ["go", "on"], [TEMPLATE, WORD]
    items = list(a_model().stream(prompts, kinds, seed=0))
    outputs = a_model().generate(prompts, kinds, seed=0)
    assert [item.text for item in items[-2:]] == [output.text for output in outputs]
    events = [item for item in items if isinstance(item, Event)]
    assert len(events) == len(items) - 2
    assert {event.sequence for event in events} == {0, 1}


def test_a_trace_is_written_as_json_lines(tmp_path: Path) -> None:
    output = a_model().generate("go", TEMPLATE, seed=0)
    output.trace.to_jsonl(tmp_path / "trace.jsonl")
    lines = (tmp_path / "trace.jsonl").read_text().splitlines()
    assert [json.loads(line)["text"] for line in lines] == [event.text for event in output.trace]


class Shifted(nn.Module):
    """Predicts the next token's position: token i at position i - 1."""

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        logits = torch.zeros(*input_ids.shape, SIZE)
        for position in range(input_ids.shape[1]):
            logits[:, position, ord("a") + (position + 1) % 26] = 9.0
        return logits


def test_shifted_logits_are_read_one_position_before() -> None:
    family = ds.Family(mask_token_id=MASK, logits_shift=True)
    decoding = ds.Decoding(length=Fixed(initial=64))
    output = ds.Model(Shifted(), VOCABULARY, family).generate(
        "x", ds.regex("[a-z]{5}"), decoding, seed=0
    )
    assert output.text == "bcdef"


def test_mask_and_null_are_never_text_even_where_the_vocabulary_has_bytes_for_them() -> None:
    vocabulary = ds.Vocabulary([b"a", b"b", b"c"])

    def network(input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        return torch.tensor([0.0, 5.0, 2.0]).expand(*input_ids.shape, 3)

    family = ds.Family(mask_token_id=1, null_token_id=2)
    output = ds.Model(network, vocabulary, family).generate("a", ds.regex("[abc]+"), seed=0)
    assert set(output.text) == {"a"}


def test_the_context_of_a_transformers_network_is_known() -> None:
    class Config:
        max_position_embeddings = 12

    class Network(nn.Module):
        config = Config()

        def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
            return torch.zeros(*input_ids.shape, SIZE)

    with pytest.raises(PromptTooLong):
        model(Network()).generate("go", TEMPLATE)
