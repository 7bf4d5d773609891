"""The loop on cases small enough to work out by hand."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor

import dllm_struct as ds
from dllm_struct.decoding import Daedal
from dllm_struct.generation import Output
from tests.tiny import NULL, SIZE, Network, favouring, model

BYTES = ds.Vocabulary([*(bytes([value]) for value in range(256)), None, None])
EXACT = ds.Family(mask_token_id=256)


def byte_model(network: Network, family: ds.Family = EXACT) -> ds.Model:
    return ds.Model(network, BYTES, family)


def sure_of(certainty: list[float]) -> Network:
    """Position i of the canvas is "a" with logit ``certainty[i]``, anything else with 0."""

    def network(input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        logits = torch.zeros(*input_ids.shape, len(BYTES))
        for position in range(min(len(certainty), input_ids.shape[1])):
            logits[:, position, ord("a")] = certainty[position]
        return logits

    return network


def favouring_bytes(token: int) -> Network:
    def network(input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        logits = torch.zeros(*input_ids.shape, len(BYTES))
        logits[..., token] = 9.0
        return logits

    return network


def committed(output: Output) -> list[list[int]]:
    return [list(event.committed) for event in output.trace]


def letters(count: int) -> ds.Language:
    return ds.regex(f"[a-z]{{{count}}}")


def run(certainty: list[float], **decoding: Any) -> list[list[int]]:
    tested = byte_model(sure_of(certainty))
    return committed(tested.generate("", letters(len(certainty)), ds.Decoding(**decoding), seed=0))


CERTAINTY = [1.0, 5.0, 2.0, 9.0, 3.0, 8.0, 4.0, 6.0]
ORDER = [3, 5, 7, 1, 6, 4, 2, 0]  # by falling certainty


def test_one_position_a_step_without_a_limit() -> None:
    assert run(CERTAINTY) == [[position] for position in ORDER]


@pytest.mark.parametrize(("steps", "counts"), [(1, [8]), (3, [3, 3, 2]), (4, [2] * 4)])
def test_steps_are_shared_out_and_the_surest_come_first(steps: int, counts: list[int]) -> None:
    expected, start = [], 0
    for count in counts:
        expected.append(sorted(ORDER[start : start + count]))
        start += count
    assert run(CERTAINTY, steps=steps) == expected


def test_more_steps_than_positions_are_not_used() -> None:
    assert len(run(CERTAINTY, steps=64)) == 8


def test_blocks_are_done_from_left_to_right() -> None:
    assert run(CERTAINTY, steps=4, block_length=4) == [[1, 3], [0, 2], [5, 7], [4, 6]]
    assert run(CERTAINTY, block_length=1) == [[position] for position in range(8)]


def test_the_threshold_commits_all_that_are_sure() -> None:
    certainty = [20.0, 0.0, 20.0, 0.5]
    assert run(certainty, sampler="threshold", threshold=0.9) == [[0, 2], [3], [1]]


def test_rows_of_a_batch_have_schedules_of_their_own() -> None:
    tested = byte_model(sure_of(CERTAINTY))
    outputs = tested.generate(["", ""], [letters(8), letters(5)], ds.Decoding(steps=4), seed=0)
    assert [[len(step) for step in committed(output)] for output in outputs] == [
        [2, 2, 2, 2],
        [2, 1, 1, 1],
    ]


def test_what_follows_from_a_commit_is_settled_without_a_pass() -> None:
    tested = byte_model(favouring_bytes(ord("f")), ds.Family(mask_token_id=256, null_token_id=257))
    output = tested.generate("", ds.choice(["true", "false"]), seed=0)
    assert output.text == "false"
    assert committed(output) == [[0]]
    assert output.trace[0].forced == (1, 2, 3, 4)
    assert (output.stats.committed, output.stats.forced, output.stats.nfe) == (1, 4, 1)


def test_a_null_settles_the_tail_which_is_deleted() -> None:
    output = model(favouring(NULL)).generate("", ds.regex("[a-z]*"), seed=0)
    assert output.text == ""
    first = output.trace[0]
    assert len(first.canvas.tokens) == 0
    assert sum(edit.count for edit in first.deleted) == output.stats.shrunk == 64


def test_daedal_extends_before_denoising_until_the_end_is_sure() -> None:
    """The network wants 20 letters and then nulls, wherever its canvas ends."""

    def network(input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        logits = torch.zeros(*input_ids.shape, SIZE)
        logits[:, :20, ord("a")] = 30.0
        logits[:, 20:, NULL] = 30.0
        return logits

    wanted = ds.Template((ds.Invariant("<"), ds.Slot("s", ds.regex("[a-z]*")), ds.Invariant(">")))
    decoding = ds.Decoding(length="daedal", sampler="threshold")
    output = model(network).generate("", wanted, decoding, max_tokens=100, seed=0)
    # 20 positions: mean null 1/20; 28: 9/28; 36: 17/32, in the window, >= 0.5 (one is the "<")
    assert output.stats.grown == 16
    assert [len(event.inserted) for event in output.trace] == [1, 1, 0]
    assert output.text == "<" + "a" * 19 + ">"


def test_daedal_expands_where_the_model_is_least_sure() -> None:
    """The end is likely but not sure; position 3 is a guess."""

    def network(input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        logits = torch.zeros(*input_ids.shape, SIZE)
        logits[:, :5, ord("a")] = 20.0
        logits[:, 3] = 0.0
        logits[:, 5:, NULL] = 5.0
        return logits

    decoding = ds.Decoding(length=Daedal(initial=10, tau_expand=0.95))
    wanted = ds.Template((ds.Invariant("<"), ds.Slot("s", ds.regex("[a-z]+")), ds.Invariant(">")))
    output = model(network).generate("", wanted, decoding, max_tokens=60, seed=0)
    expansions = [edit for event in output.trace for edit in event.inserted]
    assert expansions
    assert expansions[0].index == 2  # position 3 of the canvas
    assert all(edit.count <= 7 for edit in expansions)


def test_masks_are_what_the_network_sees() -> None:
    seen: list[Tensor] = []

    def network(input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        seen.append(input_ids.clone())
        assert attention_mask.tolist() == [[1, 1, 1, 1], [1, 1, 1, 0]]
        return torch.zeros(*input_ids.shape, len(BYTES))

    tested = ds.Model(network, BYTES, ds.Family(mask_token_id=256))
    tested.generate(["p", ""], letters(3), ds.Decoding(steps=1), seed=0)
    assert seen[0][0].tolist() == [ord("p"), 256, 256, 256]
    assert seen[0][1, :3].tolist() == [256, 256, 256]
