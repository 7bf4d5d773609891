"""Remasking: each strategy against its rule, by hand and against the published rule restated."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor

import dllm_struct as ds
from dllm_struct.automata import algebra
from dllm_struct.canvas import Canvas, State
from dllm_struct.canvas.binding import bind
from dllm_struct.decoding.remasking import REMASKINGS, Committed
from dllm_struct.decoding.remasking.dynamic import DynamicRemasking
from dllm_struct.decoding.remasking.editing import Editing
from dllm_struct.decoding.remasking.second_stage import SecondStage
from dllm_struct.decoding.remasking.static import StaticRemasking
from dllm_struct.decoding.revision import with_forced
from dllm_struct.errors import InvalidDecoding
from dllm_struct.languages.base import Regular
from dllm_struct.vocabulary.codec import Codec
from tests.tiny import CASES, TEMPLATE, WITH_NULL, WITHOUT_NULL, Network, model, random_network

BYTES = ds.Vocabulary([*(bytes([value]) for value in range(256)), None])
MASK, SIZE, LENGTH = 256, 257, 10
EVERYTHING = Regular("anything", algebra.repeat(algebra.byte_set([(0, 255)]), 0, None))
SIGMA = ds.Template((ds.Slot("s", EVERYTHING, min_tokens=LENGTH, max_tokens=LENGTH),))

NOW = [0.9, 0.2, 0.6, 0.2, 0.4]
AT_COMMIT = [0.5, 0.9, 0.3, 0.8, 0.3]


def committed(remasked: tuple[int, ...] = (0, 0, 0, 0, 0), **changes: Any) -> Committed:
    """Five committed positions: token 0 with the probabilities above."""
    settings: dict[str, Any] = {
        "positions": torch.arange(3, 8),
        "tokens": torch.zeros(5, dtype=torch.int64),
        "confidence": torch.tensor(AT_COMMIT),
        "remasked": torch.tensor(remasked),
        "rounds": 0,
        "is_new": torch.zeros(5, dtype=torch.bool),
        "masked": 0,
        "block_start": 0,
        "step": 4,
        "idle": 0,
        "steps_left": None,
        "read_log_probabilities": lambda: torch.tensor([[p, 1 - p] for p in NOW]).log(),
    }
    return Committed(**{**settings, **changes})


def chosen(strategy: Any, seen: Committed) -> list[int]:
    found: list[int] = strategy.remask(seen, torch.Generator()).tolist()
    return sorted(found)


def test_static_remasking_takes_the_least_probable_now() -> None:
    assert chosen(StaticRemasking(), committed()) == [1]  # the leftmost of two
    assert chosen(StaticRemasking(count=3), committed()) == [1, 3, 4]
    assert chosen(StaticRemasking(share=0.3), committed()) == [1, 3]  # ceil(0.3 * 5)


def test_static_remasking_leaves_what_was_masked_often_enough_and_what_is_new() -> None:
    seen = committed((0, 1, 0, 2, 0))
    assert chosen(StaticRemasking(count=2), seen) == [2, 4]
    assert chosen(StaticRemasking(count=2, rounds=2), seen) == [1, 4]
    new = torch.tensor([False, True, False, False, False])
    assert chosen(StaticRemasking(), committed(is_new=new)) == [3]


def test_dynamic_remasking_takes_all_below_the_threshold() -> None:
    assert chosen(DynamicRemasking(), committed()) == [1, 3, 4]
    assert chosen(DynamicRemasking(threshold=0.19), committed()) == []
    assert chosen(DynamicRemasking(), committed((0, 1, 0, 0, 0))) == [3, 4]


def test_the_second_stage_takes_the_least_sure_at_commit_once() -> None:
    assert chosen(SecondStage(), committed()) == [2, 4]  # ceil(0.25 * 5), by confidence at commit
    assert chosen(SecondStage(fraction=0.5), committed()) == [0, 2, 4]
    assert chosen(SecondStage(), committed(masked=1)) == []
    assert chosen(SecondStage(), committed(rounds=1)) == []


def test_the_second_stage_keeps_steps_for_itself() -> None:
    assert [SecondStage(0.25).reserve(steps) for steps in (1, 2, 5, 10)] == [0, 1, 1, 2]


def test_editing_looks_at_tokens_that_are_not_the_favourite_and_stops() -> None:
    assert Editing().edit(committed()).tolist() == [1, 3, 4]
    assert [Editing().goes_on(idle, 1) for idle in (0, 1, 15, 16)] == [True, True, True, False]
    assert Editing().goes_on(0, 0)
    assert not Editing().goes_on(1, 0)


@pytest.mark.parametrize(
    "remasking",
    [
        "static(count=0)",
        "static(share=0.0)",
        "static(count=1, share=0.5)",
        "static(rounds=0)",
        "dynamic(threshold=0.0)",
        "dynamic(rounds=0)",
        "editing(threshold=0.4)",
        "editing(threshold=1.0)",
        "editing(passes=-1)",
        "second-stage(fraction=0.0)",
        "second-stage(fraction=1.5)",
    ],
)
def test_impossible_parameters_are_refused(remasking: str) -> None:
    with pytest.raises(InvalidDecoding):
        ds.Decoding(remasking=remasking)


def sharp(scale: float, seed: int = 0) -> Network:
    """Random logits that depend on the canvas; sure enough for edits."""
    noise = random_network(scale, SIZE)

    def network(input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        logits = noise(input_ids + seed, attention_mask).clone()
        logits[..., MASK] = -1e9
        return logits

    return network


def published(network: Network, tau: float, edit: float, passes: int) -> list[list[int]]:
    """LLaDA2.1 restated: commit above tau or the best one, edit above 0.9, 16 passes more."""
    canvas, canvases, idle = torch.full((LENGTH,), MASK), [], 0
    while True:
        masked = canvas == MASK
        if not masked.any():
            idle += 1
        p, best = network(canvas[None], torch.ones(1, LENGTH))[0].float().softmax(-1).max(-1)
        edits = ~masked & (best != canvas) & (p > edit)
        sure = masked & (p >= tau)
        if masked.any() and not sure.any():
            sure[torch.where(masked, p, -1.0).argmax()] = True
        canvas = torch.where(edits | sure, best, canvas)
        canvases.append(canvas.tolist())
        if not (canvas == MASK).any() and idle and (not edits.any() or idle == passes):
            return canvases


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("scale", [3.0, 12.0, 40.0])
def test_without_a_constraint_editing_is_the_published_rule(scale: float, seed: int) -> None:
    network = sharp(scale, seed)
    decoding = ds.Decoding(sampler="threshold", threshold=0.95, remasking="editing")
    output = ds.Model(network, BYTES, ds.Family(mask_token_id=MASK)).generate("", SIGMA, decoding)
    ours = [[MASK if t < 0 else t for t in event.canvas.tokens] for event in output.trace]
    assert ours == published(network, 0.95, 0.9, 16)
    changes = [
        sum(a not in (b, MASK) for a, b in zip(before, after, strict=True))
        for before, after in zip([[MASK] * LENGTH, *ours], ours, strict=False)
    ]
    assert output.stats.replaced == sum(changes)
    if scale == 40.0:  # every pass disagrees with the one before: only the limit ends it
        full = [MASK not in canvas for canvas in ours]
        assert full.count(True) == 17


def test_tokens_that_follow_from_an_edited_one_follow_it() -> None:
    """The first pass prefers "there", all later ones "false"; one letter forces two others."""

    def network(input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        logits = torch.zeros(*input_ids.shape, SIZE)
        word = b"there" if int(input_ids[0, 0]) == MASK else b"false"
        for index, letter in enumerate(word[: input_ids.shape[1]]):
            logits[:, index, letter] = 20.0
        return logits

    family = ds.Family(mask_token_id=MASK)
    wanted = ds.choice(["there", "false", "these"])
    decoding = ds.Decoding(remasking="editing")
    output = ds.Model(network, BYTES, family).generate("", wanted, decoding, seed=0)
    assert [event.text for event in output.trace] == ["there", "false", "false"]
    assert output.trace[1].replaced == (0, 1, 2)
    assert output.stats.replaced == 3


def test_forced_runs_next_to_a_position_are_taken_back_with_it() -> None:
    parts = bind(TEMPLATE, Codec(BYTES))
    canvas = Canvas(parts, {"/name": 3, "/n": 2, "/b": 4})
    states = {"/name": "CCC", "/n": "CC", "/b": "CFFF"}
    for slot, kinds in states.items():
        for index, kind in enumerate(kinds):
            canvas.propose(slot, index, 97, 1.0)
            canvas.commit(slot, index, State.FORCED if kind == "F" else State.COMMITTED)
    start = {span.slot: start for span, start in canvas.starts()}
    first = start["/b"]
    assert with_forced(canvas, [first]) == [first, first + 1, first + 2, first + 3]
    assert with_forced(canvas, [first + 2]) == [first + 1, first + 2, first + 3]
    assert with_forced(canvas, [start["/name"]]) == [start["/name"]]


def test_the_second_stage_sees_the_whole_canvas() -> None:
    """Blocks of two are drafted from left to right; the second stage works anywhere."""
    certainty = [9.0, 1.0, 2.0, 9.0, 9.0, 9.0, 1.5, 9.0]

    def network(input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        logits = torch.zeros(*input_ids.shape, SIZE)
        logits[0, : len(certainty), ord("a")] = torch.tensor(certainty)
        return logits

    decoding = ds.Decoding(remasking="second-stage(fraction=0.375)", block_length=2)
    tested = ds.Model(network, BYTES, ds.Family(mask_token_id=MASK))
    output = tested.generate("", ds.regex("[a-z]{8}"), decoding, seed=0)
    steps = [list(event.committed) for event in output.trace]
    assert steps[:8] == [[0], [1], [3], [2], [4], [5], [7], [6]]
    assert output.trace[7].remasked == (1, 2, 6)
    assert steps[8:] == [[2], [6], [1]]  # by confidence, whatever the blocks
    limited = tested.generate("", ds.regex("[a-z]{8}"), decoding.replace(steps=6), seed=0)
    assert [len(event.remasked) for event in limited.trace] == [0, 0, 0, 3, 0, 0]
    assert limited.stats.nfe == 6


@pytest.mark.parametrize("remasking", [name for name in REMASKINGS.names if name != "never"])
@pytest.mark.parametrize("settings", [{}, {"steps": 5}, {"block_length": 4, "temperature": 0.7}])
def test_every_step_has_a_member_and_everything_ends(
    remasking: str, settings: dict[str, Any]
) -> None:
    if remasking in ("uniform", "renoising"):  # it has the whole canvas open
        settings = {name: value for name, value in settings.items() if name != "block_length"}
    decoding = ds.Decoding(remasking=remasking, **settings)
    for family in (WITH_NULL, WITHOUT_NULL):
        for case in CASES.values():
            output = model(random_network(9.0), family).generate(
                "go", case.output_type, decoding, max_tokens=48, seed=1
            )
            assert case.pattern.fullmatch(output.text)
            assert all(case.pattern.fullmatch(event.text) for event in output.trace)
            assert decoding.steps is None or output.stats.nfe <= decoding.steps
