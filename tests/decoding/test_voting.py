"""Votes across steps and across runs, on numbers worked out by hand."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest
import torch
from torch import Tensor

import dllm_struct as ds
from dllm_struct.decoding import voting
from dllm_struct.decoding.remasking import Committed, Remasking
from dllm_struct.decoding.stats import Stats
from dllm_struct.decoding.voting.runs import majority
from dllm_struct.decoding.voting.stitching import Step, below, best_steps
from dllm_struct.errors import InvalidInput
from dllm_struct.generation import Output
from dllm_struct.trace import Trace
from tests.decoding.test_loop import BYTES, EXACT, byte_model, letters
from tests.decoding.test_metrics import trace_of
from tests.tiny import (
    TEMPLATE,
    TEMPLATE_PATTERN,
    WORD,
    model,
    random_network,
)


def saying(texts: Sequence[str]) -> Trace:
    """A trace whose steps have these texts."""
    plain = trace_of([[i] for i in range(len(texts))], len(texts))
    return Trace(tuple(replace(e, text=text) for e, text in zip(plain, texts, strict=True)))


def answering(texts: Sequence[str], read: Callable[[str], Any]) -> Output:
    return Output(texts[-1], read(texts[-1]), {}, saying(texts), Stats(len(texts)), read)


def test_votes_count_by_weight() -> None:
    trace = saying(["a", "a", "a", "b", "b"])
    fixed = voting.vote(trace, "fixed")
    assert (fixed.value, fixed.share) == ("a", pytest.approx(3 / 5))
    linear = voting.vote(trace, "linear")  # 1 + 2 + 3 against 4 + 5
    assert (linear.value, linear.share) == ("b", pytest.approx(9 / 15))
    heights = [math.exp(5 * step / 5) for step in range(1, 6)]
    exponential = voting.vote(trace)
    assert exponential.share == pytest.approx(sum(heights[3:]) / sum(heights))
    assert dict(exponential.shares).keys() == {"b", "a"}
    assert voting.vote(trace, alpha=0.0).share == pytest.approx(3 / 5)


def test_of_equal_weights_the_latest_answer_wins() -> None:
    assert voting.vote(saying(["a", "b", "b", "a"]), "fixed").value == "a"
    assert voting.vote(saying(["a", "a", "b", "b"]), "fixed").value == "b"


def test_values_vote_not_texts() -> None:
    output = answering(["1.0", "1", "2"], float)
    assert voting.vote(output, "fixed").value == 1
    assert voting.vote(output, "fixed").text == "1"
    assert voting.vote(output, "fixed", key=lambda value: value > 0).share == 1


def test_what_cannot_be_parsed_is_skipped_and_counted() -> None:
    output = answering(["x", "x", "x", "7", "8"], float)
    vote = voting.vote(output, "fixed")
    assert (vote.skipped, vote.value, vote.share) == (3, 8.0, 0.5)
    assert voting.semantic_entropy(output) == pytest.approx(math.log(2))


@pytest.mark.parametrize(
    ("a", "b", "equal"),
    [
        (1, 1.0, True),
        (1, True, False),
        (0, False, False),
        ([1, {"a": True}], [1.0, {"a": True}], True),
        ([1, {"a": True}], [1, {"a": 1}], False),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, True),
        ({"a": 1}, {"a": 1, "b": 2}, False),
        ([1, 2], [2, 1], False),
        ([], {}, False),
        (None, 0, False),
    ],
)
def test_values_are_equal_as_json(a: Any, b: Any, equal: bool) -> None:
    assert voting.json_equal(a, b) is voting.json_equal(b, a) is equal


def test_entropy_is_that_of_the_shares() -> None:
    assert voting.semantic_entropy(saying(["a"] * 4)) == 0
    assert voting.semantic_entropy(saying("abcd")) == pytest.approx(math.log(4))
    skewed = -(0.75 * math.log(0.75) + 0.25 * math.log(0.25))
    assert voting.semantic_entropy(saying("aaba")) == pytest.approx(skewed)
    same = voting.semantic_entropy(saying("aAbB"), same=lambda a, b: a.lower() == b.lower())
    assert same == pytest.approx(math.log(2))


def test_what_was_right_and_lost_again_is_oscillation() -> None:
    items = [answering(texts, float) for texts in (["1", "2"], ["2", "1"], ["3", "4"])]
    expected = [1, 1, 1]
    assert voting.ever_pass(items, expected) == pytest.approx(2 / 3)
    assert voting.final_pass(items, expected) == pytest.approx(1 / 3)
    assert voting.oscillation(items, expected) == pytest.approx(1 / 3)
    with pytest.raises(InvalidInput):
        voting.ever_pass(items, [1])


def test_every_step_of_a_run_can_vote() -> None:
    output = model(random_network()).generate("go", TEMPLATE, seed=0)
    assert TEMPLATE_PATTERN.fullmatch(voting.vote(output).value)
    assert voting.vote(output.trace).value == voting.vote(output).value
    age = model(random_network()).generate("go", {"type": "integer"}, seed=0)
    assert isinstance(voting.vote(age).value, int)


def test_a_hole_votes_with_its_content() -> None:
    output = model(random_network()).infill("a 1 ", " b1 ", output_type=int, seed=0)
    assert output.read(output.trace[-1].text) == output.value
    assert isinstance(voting.vote(output).value, int)


def test_an_output_without_a_pass_votes_for_itself() -> None:
    output = model(random_network()).generate("go", ds.choice(["only"]), seed=0)
    assert not output.trace
    assert voting.vote(output).value == "only"
    assert voting.semantic_entropy(output) == 0


@pytest.mark.parametrize("weights", ["exponentially", None])
def test_unknown_weights_are_refused(weights: Any) -> None:
    with pytest.raises(InvalidInput):
        voting.vote(saying("ab"), weights)
    with pytest.raises(InvalidInput):
        voting.vote(Trace())


def constant_network(seed: int = 0) -> tuple[Tensor, Any]:
    """The same random prediction for every position, whatever is on the canvas."""
    rows = torch.randn(64, len(BYTES), generator=torch.Generator().manual_seed(seed))

    def network(input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        return rows[: input_ids.shape[1]].expand(len(input_ids), -1, -1).clone()

    return rows, network


@pytest.mark.parametrize("temperature", [0.0, 1.0])
@pytest.mark.parametrize("sampler", ["confidence", "random"])
@pytest.mark.parametrize("null", [None, 257])
def test_evidence_is_the_log_probability_of_the_output(
    sampler: str, temperature: float, null: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For a prediction that does not depend on the canvas, p(x) is a product over positions."""
    monkeypatch.setattr("dllm_struct.posterior.base.ROWS_AT_ONCE", 3)
    rows, network = constant_network()
    tested = ds.Model(network, BYTES, ds.Family(mask_token_id=256, null_token_id=null))
    language = ds.regex("[ab][a-d]{3}|[b-d]{2}[de]")  # no position is forced at first
    template = ds.Template((ds.Slot("s", language, max_tokens=4),))
    output = tested.generate("", template, ds.Decoding(sampler, temperature=temperature), seed=5)
    logs = rows.double().log_softmax(-1)
    n = 4 if null is not None else len(output.text)
    tokens = [*output.text.encode(), *[null] * (n - len(output.text))]
    assert voting.evidence(output) == pytest.approx(
        float(sum(logs[i, token] for i, token in enumerate(tokens))), abs=1e-4
    )
    members = [
        text
        for length in range(n + 1)
        for text in _words("abcde", length)
        if language.matches(text) and (null is not None or length == n)
    ]
    mass = torch.stack(
        [
            torch.stack(
                [logs[i, t] for i, t in enumerate([*m.encode(), *[null] * (n - len(m))])]
            ).sum()
            for m in members
        ]
    ).logsumexp(0)
    assert output.log_evidence == pytest.approx(float(mass), abs=1e-4)


def _words(letters: str, length: int) -> list[str]:
    words = [""]
    for _ in range(length):
        words = [word + letter for word in words for letter in letters]
    return words


def test_confidence_at_commit_makes_the_log_probability() -> None:
    output = model(random_network()).generate("go", TEMPLATE, ds.Decoding(temperature=1.0), seed=2)
    total = 0.0
    for event in output.trace:
        sure = dict(zip(event.canvas.ids, event.canvas.confidence, strict=True))
        numbers = [event.seen[position] for position in event.committed]
        if not all(number in sure for number in numbers):
            return  # nulls, already deleted
        total += sum(math.log(sure[number]) for number in numbers)
    assert output.log_probability == pytest.approx(total)


def test_what_is_taken_back_does_not_count() -> None:
    """Remasking that masks everything again once: only the second commits are in the sum."""

    @dataclass(frozen=True)
    class Once(Remasking):
        def remask(self, committed: Committed, generator: torch.Generator) -> Tensor:
            fresh = (committed.remasked == 0) & (committed.masked == 0)
            return fresh.nonzero()[:, 0]

    rows, network = constant_network()
    tested = byte_model(network)
    settings = {"steps": 8, "temperature": 1.0}
    once = tested.generate("", letters(3), ds.Decoding(remasking=Once(), **settings), seed=0)
    assert once.stats.remasked == 3
    logs = rows.double().log_softmax(-1)
    total = float(sum(logs[i, token] for i, token in enumerate(once.text.encode())))
    assert voting.evidence(once) == pytest.approx(total, abs=1e-4)


def test_nothing_to_choose_is_certain() -> None:
    output = byte_model(constant_network()[1]).generate("", ds.choice(["only"]), seed=0)
    assert output.log_probability == output.log_evidence == 0


def test_of_the_thinking_and_the_answer_the_answer_counts() -> None:
    rows, network = constant_network()
    thinking = ds.Thinking(max_tokens=3, patience=None, closing="")
    output = byte_model(network).generate("", letters(2), seed=0, thinking=thinking)
    logs = rows.double().log_softmax(-1)
    total = float(sum(logs[3 + i, token] for i, token in enumerate(output.text.encode())))
    assert voting.evidence(output) == pytest.approx(total, abs=1e-4)


def test_runs_are_those_of_their_seeds() -> None:
    tested = model(random_network())
    made = voting.runs(tested, "go", TEMPLATE, n=3, seed=7)
    for index, output in enumerate(made):
        alone = tested.generate("go", TEMPLATE, ds.Decoding(temperature=1.0), seed=7 + index)
        assert alone.text == output.text
    assert len({output.text for output in made}) > 1
    with pytest.raises(InvalidInput):
        voting.runs(tested, "go", TEMPLATE, n=0)


def test_the_best_run_has_the_best_score() -> None:
    tested = model(random_network())
    made = voting.runs(tested, "go", TEMPLATE, n=4, seed=7)
    best = voting.best_of(tested, "go", TEMPLATE, n=4, seed=7)
    assert best.text == max(made, key=lambda o: o.log_evidence + o.log_probability).text
    shortest = voting.best_of(
        tested, "go", WORD, n=4, score=lambda output: -len(output.text), seed=7
    )
    words = voting.runs(tested, "go", WORD, n=4, seed=7)
    assert len(shortest.text) == min(len(word.text) for word in words)
    assert len({output.log_evidence for output in made}) == 1  # one prompt, one first pass


def scored(value: Any, log_probability: float) -> Output:
    stats = Stats(log_probability=log_probability)
    return Output(str(value), value, {}, Trace(), stats, str)


def test_the_majority_wins_and_evidence_breaks_ties() -> None:
    outputs = [scored(1, -9.0), scored(2, -1.0), scored(1.0, -5.0)]
    consensus = majority(outputs)
    assert (consensus.value, consensus.share) == (1.0, 2 / 3)
    assert consensus.output is outputs[2]
    assert majority([scored("a", -3.0), scored("b", -2.0)]).value == "b"
    assert majority(outputs, key=lambda value: 0).value == 2
    with pytest.raises(InvalidInput):
        majority([])


def test_self_consistency_over_runs() -> None:
    tested = model(random_network())
    first = voting.self_consistency(tested, "go", bool, n=5, seed=0)
    again = voting.self_consistency(tested, "go", bool, n=5, seed=0)
    values = [output.value for output in first.outputs]
    assert first.value is (sum(values) > 2)
    assert first.share == max(values.count(True), values.count(False)) / 5
    assert first.value == again.value


def test_the_best_steps_are_kept_in_order() -> None:
    steps = [
        Step("first", 0.5, 0, 0),
        Step("second", 0.1, 0, 1),
        Step("first", 0.9, 1, 0),
        Step("third", 0.7, 1, 2),
        Step("other", 0.8, 1, 1),
    ]
    assert [step.text for step in best_steps(steps, 3)] == ["first", "other", "third"]
    assert best_steps(steps, 1) == [steps[2]]
    assert best_steps(steps, 0) == []


class Reader:
    """Writes the letter that it reads most often; keeps what it read."""

    def __init__(self) -> None:
        self.read: list[str] = []

    def __call__(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        for row, mask in zip(input_ids.tolist(), attention_mask.tolist(), strict=True):
            kept = [t for t, m in zip(row, mask, strict=True) if m and t < 256]
            self.read.append(bytes(kept).decode(errors="replace"))
        noise = torch.randn(64, len(BYTES), generator=torch.Generator().manual_seed(len(self.read)))
        return noise[: input_ids.shape[1]].expand(len(input_ids), -1, -1).clone()


STEPS = ds.json_schema(
    {"type": "array", "items": {"enum": ["add", "halve"]}, "minItems": 2, "maxItems": 2}
)


@pytest.mark.parametrize("chat", [False, True])
def test_the_solver_reads_the_best_steps(chat: bool) -> None:
    reader = Reader()
    prompt: Any = [{"role": "user", "content": "ask"}] if chat else "ask"
    prefixes: list[list[str]] = []

    def score(steps: Sequence[str]) -> float:
        prefixes.append([*steps])
        return steps[-1] == "halve"

    how = voting.Rollouts(3, STEPS, decoding=ds.Decoding(temperature=1.0, structure="free"))
    stitched = voting.stitch(
        ds.Model(reader, BYTES, EXACT), prompt, letters(2), how, score, keep=1, seed=0
    )
    assert len(stitched.rollouts) == 3
    assert sorted(map(len, prefixes)) == [1, 1, 1, 2, 2, 2]
    texts = [step.text for step in stitched.steps]
    assert len(texts) == 1
    assert reader.read[-1].startswith(f"ask\n\n{texts[0]}")
    assert len(stitched.output.text) == 2


def test_a_text_is_cut_into_lines() -> None:
    reader = Reader()
    tested = ds.Model(reader, BYTES, EXACT)
    how = voting.Rollouts(2, ds.regex("[a-z]{3}\n\n[a-z]{2}"))
    stitched = voting.stitch(tested, "ask", letters(1), how, len, seed=0)
    assert sorted(len(step.text) for step in stitched.steps) == [2, 2, 3, 3]
    assert [step.index for step in stitched.steps] == [0, 0, 1, 1]
    plain = voting.stitch(tested, "ask", letters(1), how, lambda steps: 0.0, keep=0, seed=0)
    assert reader.read[-1].startswith("ask")
    assert plain.steps == ()


def test_impossible_stitching_is_refused() -> None:
    tested = ds.Model(Reader(), BYTES, EXACT)
    how = voting.Rollouts(1, letters(2))
    with pytest.raises(InvalidInput, match="no number"):
        voting.stitch(tested, "ask", letters(1), how, lambda steps: math.nan, seed=0)
    with pytest.raises(InvalidInput, match="keep"):
        voting.stitch(tested, "ask", letters(1), how, lambda steps: 0.0, keep=-1)
    with pytest.raises(InvalidInput, match="no steps"):
        voting.stitch(tested, "ask", letters(1), voting.Rollouts(1, bool), lambda steps: 0.0)


def test_the_prompt_stays_as_it_is_without_steps() -> None:
    assert below("ask", []) == "ask"
    chat = [{"role": "system", "content": "s"}, {"role": "user", "content": "u"}]
    assert below(chat, ["x"]) == [chat[0], {"role": "user", "content": "u\n\nx"}]
    assert chat[1]["content"] == "u"
