"""The promise, for every strategy and every network, adversarial ones too: the same test body."""

from __future__ import annotations

import re
from itertools import cycle, product

import pytest

from dllm_struct.decoding import Decoding
from dllm_struct.decoding.blocks import BLOCKS
from dllm_struct.decoding.length import LENGTHS
from dllm_struct.decoding.samplers import SAMPLERS
from dllm_struct.generation import Output
from dllm_struct.models.family import Family
from dllm_struct.template import Invariant, Slot, Template
from dllm_struct.trace import Event
from dllm_struct.vocabulary import Vocabulary
from tests.tiny import (
    CASES,
    NETWORKS,
    PAIRS,
    TEMPLATE,
    VOCABULARY,
    WITH_EDITS,
    WITH_NULL,
    WITHOUT_NULL,
    WORD,
    model,
    random_network,
    sampler,
)

TEMPERATURES = (0.0, 0.7)
STEPS = (None, 1, 2, 7, 64)
LIMIT = 60


SAMPLER_NAMES = SAMPLERS.main_names
SPECULATIVE = "self-speculative"
STEPWISE = [name for name in SAMPLER_NAMES if name != SPECULATIVE]
WITH_LENGTH = {"semi-autoregressive", "adaptive"}


def decodings(name: str, has_null: bool, of: Vocabulary = VOCABULARY) -> list[Decoding]:
    """Every temperature with every number of steps; blocks and lengths in turn."""
    if name == SPECULATIVE:  # it goes with temperature 0 and fixed lengths only
        return [
            Decoding(name, blocks=blocks, block_length=5 if blocks in WITH_LENGTH else None)
            for blocks in BLOCKS.main_names
        ]
    lengths = [name for name in LENGTHS.main_names if has_null or name == "fixed"]
    turns = cycle(product(BLOCKS.main_names, lengths))
    decodings = []
    for (temperature, steps), (blocks, length) in zip(
        product(TEMPERATURES, STEPS), turns, strict=False
    ):
        block_length = 5 if blocks in WITH_LENGTH else None
        decodings.append(
            Decoding(
                sampler(name, of),
                steps,
                temperature=temperature,
                blocks=blocks,
                block_length=block_length,
                length=length,
            )
        )
    return decodings


def family(length: str) -> Family:
    """One with the tokens that a length policy needs, and no others."""
    return WITH_EDITS if length == "expand-delete" else WITH_NULL


@pytest.mark.parametrize("has_null", [True, False])
@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("name", SAMPLER_NAMES)
def test_every_output_is_in_its_language(name: str, network: str, has_null: bool) -> None:
    """Networks take turns with the decodings, a third each."""
    cases, turn = cycle(CASES.values()), [*NETWORKS].index(network) % 3
    for decoding in decodings(name, has_null)[turn::3]:
        tested = model(
            NETWORKS[network], family(str(decoding.length)) if has_null else WITHOUT_NULL
        )
        for case in (CASES["template"], next(cases)):
            output = tested.generate("go", case.output_type, decoding, max_tokens=LIMIT, seed=1)
            assert case.pattern.fullmatch(output.text), (decoding, output.text)
            assert decoding.steps is None or output.stats.nfe <= decoding.steps
            assert all(len(event.canvas.tokens) <= LIMIT for event in output.trace)


@pytest.mark.parametrize("temperature", TEMPERATURES)
@pytest.mark.parametrize("length", LENGTHS.main_names)
@pytest.mark.parametrize("name", STEPWISE)
def test_stopping_after_any_step_gives_a_member(name: str, length: str, temperature: float) -> None:
    decoding = Decoding(sampler(name), length=length, temperature=temperature)
    tested = model(random_network(), family(length))
    for case in CASES.values():
        whole = tested.generate("go", case.output_type, decoding, max_tokens=LIMIT, seed=2)
        assert all(case.pattern.fullmatch(event.text) for event in whole.trace)
        for last in {1, 2, len(whole.trace) // 2, len(whole.trace)} & {*range(1, len(whole.trace))}:

            def is_last(event: Event, last: int = last) -> bool:
                return event.step == last

            output = tested.generate(
                "go", case.output_type, decoding, max_tokens=LIMIT, seed=2, stop=is_last
            )
            assert output.text == whole.trace[last - 1].text
            assert len(output.trace) == last


def test_stopping_ends_all_sequences_after_the_same_pass() -> None:
    kinds = [case.output_type for case in CASES.values()]
    outputs = model(random_network()).generate(
        ["go"] * len(kinds), kinds, seed=0, stop=lambda event: event.step == 2
    )
    for output, case in zip(outputs, CASES.values(), strict=True):
        assert case.pattern.fullmatch(output.text)
        assert output.stats.nfe == len(output.trace) == (0 if case is CASES["fixed"] else 2)


def test_stopping_before_the_first_step_gives_a_member() -> None:
    for case in CASES.values():
        stream = model(random_network()).stream("go", case.output_type)
        stream.stop()
        (output,) = stream.outputs()
        assert case.pattern.fullmatch(output.text)
        assert output.stats.nfe == 0


@pytest.mark.parametrize("length", LENGTHS.main_names)
@pytest.mark.parametrize("name", STEPWISE)
def test_a_seed_reproduces_everything(name: str, length: str) -> None:
    decoding = Decoding(sampler(name), length=length, temperature=1.0)

    def run(seed: int) -> Output:
        tested = model(random_network(), family(length))
        return tested.generate("go", TEMPLATE, decoding, max_tokens=LIMIT, seed=seed)

    first, again, other = run(5), run(5), run(6)
    assert [e.canvas for e in first.trace] == [e.canvas for e in again.trace]
    assert first.text != other.text


@pytest.mark.parametrize("length", LENGTHS.main_names)
@pytest.mark.parametrize("name", STEPWISE)
def test_a_row_does_not_depend_on_its_batch(name: str, length: str) -> None:
    decoding = Decoding(sampler(name), length=length, temperature=0.5, steps=9)
    tested = model(random_network(), family(length))
    prompts = ["go", "a longer prompt", ""]
    kinds = [TEMPLATE, CASES["word"].output_type, CASES["pairs"].output_type]
    together = tested.generate(prompts, kinds, decoding, max_tokens=LIMIT, seed=10)
    for index, (prompt, kind) in enumerate(zip(prompts, kinds, strict=True)):
        alone = tested.generate(prompt, kind, decoding, max_tokens=LIMIT, seed=10 + index)
        assert alone.text == together[index].text
        assert alone.stats.nfe == together[index].stats.nfe


@pytest.mark.parametrize("length", LENGTHS.main_names)
@pytest.mark.parametrize("network", ["random", "prefers null", "detests null"])
def test_limits_of_slots_hold(network: str, length: str) -> None:
    template = Template(
        (
            Slot("first", WORD, min_tokens=3, max_tokens=9),
            Invariant(" "),
            Slot("second", PAIRS, min_tokens=2, max_tokens=4),
        )
    )
    for steps in STEPS:
        output = model(NETWORKS[network], family(length)).generate(
            "go", template, Decoding(steps=steps, length=length), seed=3
        )
        assert re.fullmatch("[a-z]+ (ab)*", output.text)
        final = output.trace[-1].canvas
        positions = dict(final.spans)
        assert 3 <= positions["first"] <= 9
        assert 2 <= positions["second"] <= 4


def test_events_tell_what_happened() -> None:
    output = model(random_network()).generate("go", TEMPLATE, seed=0)
    committed = sum(len(event.committed) for event in output.trace)
    forced = sum(len(event.forced) for event in output.trace)
    assert committed == output.stats.committed
    assert forced <= output.stats.forced  # more may be forced before the first step
    assert [event.step for event in output.trace] == list(range(1, output.stats.nfe + 1))
    assert output.trace[-1].masked == 0
    assert "".join(cell.text for cell in output.trace[-1].cells()) == output.text
