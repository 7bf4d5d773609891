"""Uniform noise: nothing is committed before the end, and every step is a valid end."""

from __future__ import annotations

import re

import pytest
import torch
from torch import Tensor

import dllm_struct as ds
from dllm_struct.canvas import State
from dllm_struct.decoding.length import LENGTHS
from dllm_struct.decoding.samplers import SAMPLERS
from dllm_struct.decoding.settings import Decoding
from dllm_struct.errors import InvalidDecoding
from tests.tiny import (
    CASES,
    DELETE,
    EXPAND,
    NETWORKS,
    NULL,
    SIZE,
    VOCABULARY,
    model,
    random_network,
    sampler,
)

NO_MASK = ds.Family(mask_token_id=None, null_token_id=NULL)
NO_NULL = ds.Family(mask_token_id=None)
LIMIT = 60
STEPWISE = [name for name in SAMPLERS.main_names if name != "self-speculative"]


@pytest.mark.parametrize("family", [NO_MASK, NO_NULL], ids=["null", "no null"])
@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("temperature", [0.0, 0.9])
def test_models_without_a_mask_keep_the_promise(
    network: str, family: ds.Family, temperature: float
) -> None:
    tested = model(NETWORKS[network], family)
    for case in CASES.values():
        decoding = Decoding(temperature=temperature, steps=5)
        output = tested.generate("go", case.output_type, decoding, max_tokens=LIMIT, seed=1)
        assert case.pattern.fullmatch(output.text), output.text
        assert all(case.pattern.fullmatch(event.text) for event in output.trace)
        assert output.stats.nfe <= 5


@pytest.mark.parametrize("name", STEPWISE)
def test_every_sampler_accepts(name: str) -> None:
    tested = model(random_network(), NO_MASK)
    for length in {*LENGTHS.main_names} - {"expand-delete"}:
        decoding = Decoding(sampler(name), steps=4, length=length, remasking="uniform")
        output = tested.generate("go", CASES["template"].output_type, decoding, max_tokens=LIMIT)
        assert CASES["template"].pattern.fullmatch(output.text)


def test_slots_grow_and_shrink_by_tokens_that_ask_for_it() -> None:
    family = ds.Family(None, NULL, expand_token_id=EXPAND, delete_token_id=DELETE)
    decoding = Decoding(steps=6, length="expand-delete")
    for network in NETWORKS.values():
        output = model(network, family).generate("go", CASES["word"].output_type, decoding, LIMIT)
        assert CASES["word"].pattern.fullmatch(output.text)


def test_grammars_and_documents() -> None:
    recursive = {
        "type": "object",
        "properties": {"v": {"type": "boolean"}, "next": {"$ref": "#"}},
        "required": ["v"],
        "additionalProperties": False,
    }
    tested = model(random_network(), NO_MASK)
    output = tested.generate("go", recursive, Decoding(steps=3), max_tokens=LIMIT, seed=0)
    assert isinstance(output.value["v"], bool)
    hole = tested.infill("x = [", "]", ds.grammar('start: "x = [" ("1" | "[" start "]")* "]"'))
    assert set(hole.text) <= set("x = []1")


def test_nothing_is_committed_before_the_last_step() -> None:
    output = model(random_network(), NO_MASK).generate(
        "go", CASES["template"].output_type, Decoding(steps=6), max_tokens=LIMIT, seed=0
    )
    *before, last = output.trace
    assert all(event.committed == () for event in before)
    assert all(State.COMMITTED not in event.canvas.states for event in before)
    assert State.MASKED not in last.canvas.states
    assert len(output.trace) == 6


class Watching:
    """A network that keeps what it reads."""

    def __init__(self, favourites: list[int] | None = None) -> None:
        self.seen: list[list[int]] = []
        self.favourites = favourites

    def __call__(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        self.seen += input_ids.tolist()
        if self.favourites is None:
            return random_network()(input_ids, attention_mask)
        logits = torch.zeros(*input_ids.shape, SIZE)
        start = input_ids.shape[1] - len(self.favourites)
        for i, token in enumerate(self.favourites):
            logits[:, start + i, token] = 30.0
        return logits


WORD = ds.regex("[a-z]{6}")


def read(decoding: Decoding, seed: int = 0) -> tuple[list[list[int]], ds.Output]:
    network = Watching()
    output = ds.Model(network, VOCABULARY, NO_MASK).generate("", WORD, decoding, 6, seed)
    return network.seen, output


def test_the_next_pass_reads_what_is_accepted_and_noise_elsewhere() -> None:
    everything, output = read(Decoding(steps=5, remasking="uniform(gamma=1e9)"))
    for canvas, event in zip(everything[1:], output.trace, strict=False):
        assert tuple(canvas) == event.canvas.witness
    drafts, output = read(Decoding(steps=5, remasking="uniform(gamma=0, shows='draft')"))
    for canvas, event in zip(drafts[1:], output.trace, strict=False):
        assert tuple(canvas) == event.canvas.witness
    noise, output = read(Decoding(steps=5, remasking="uniform(gamma=0)"))
    for canvas, event in zip(noise[1:], output.trace, strict=False):
        pairs = zip(canvas, event.canvas.witness, strict=True)
        assert 1 <= sum(shown == token for shown, token in pairs) < len(canvas)
    assert noise == read(Decoding(steps=5, remasking="uniform(gamma=0)"))[0]
    assert noise != read(Decoding(steps=5, remasking="uniform(gamma=0)"), seed=1)[0]


def test_it_ends_when_the_draft_is_stable_and_sure() -> None:
    wanted = [*b"stable"]
    tested = ds.Model(Watching(wanted), VOCABULARY, NO_MASK)
    output = tested.generate("", WORD, max_tokens=6)
    assert output.text == "stable"
    assert output.stats.nfe == 2
    patient = Decoding(remasking="uniform(steady=4, steps=9)")
    assert tested.generate("", WORD, patient, 6).stats.nfe == 5
    unsure = Decoding(remasking="uniform(entropy=0, steps=9)")
    assert tested.generate("", WORD, unsure, 6).stats.nfe == 9


def test_a_row_does_not_depend_on_its_batch() -> None:
    tested = model(random_network(), NO_MASK)
    decoding = Decoding(steps=4)
    alone = [tested.generate("go", WORD, decoding, 9, seed).text for seed in (5, 6)]
    both = tested.generate(["go", "go"], [WORD, WORD], decoding, 9, seed=5)
    assert [output.text for output in both] == alone


def test_a_model_with_a_mask_may_be_read_so_too() -> None:
    output = ds.load("bundled").generate(
        "a word", WORD, Decoding(steps=4, remasking="uniform"), max_tokens=9, seed=0
    )
    assert re.fullmatch("[a-z]{6}", output.text)


@pytest.mark.parametrize(
    "settings",
    [
        {"block_length": 4, "remasking": "uniform"},
        {"remasking": "uniform", "sampler": "self-speculative"},
        {"remasking": "uniform(gamma=-1)"},
        {"remasking": "uniform(steps=0)"},
        {"remasking": "uniform(steady=-1)"},
        {"remasking": "uniform(shows='masks')"},
    ],
)
def test_settings_that_contradict_uniform_noise(settings: dict[str, object]) -> None:
    with pytest.raises(InvalidDecoding):
        Decoding(**settings)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "settings",
    [
        {"remasking": "dynamic-remasking"},
        {"guidance": "cfg"},
        {"sampler": "self-speculative"},
        {"block_length": 4},
    ],
)
def test_what_needs_a_mask_is_refused_before_the_first_pass(settings: dict[str, object]) -> None:
    network = Watching()
    with pytest.raises(InvalidDecoding):
        ds.Model(network, VOCABULARY, NO_MASK).generate("", WORD, Decoding(**settings))  # type: ignore[arg-type]
    assert not network.seen
