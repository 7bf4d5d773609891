"""Each strategy against its rule on hand-worked numbers, and the registry that names them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pytest
import torch
from torch import Tensor

from dllm_struct.decoding import Decoding
from dllm_struct.decoding.blocks import Window
from dllm_struct.decoding.blocks.semi_autoregressive import SemiAutoregressive
from dllm_struct.decoding.blocks.whole import Whole
from dllm_struct.decoding.length import LENGTHS, SlotLength
from dllm_struct.decoding.length.daedal import Daedal
from dllm_struct.decoding.length.fixed import Fixed
from dllm_struct.decoding.samplers import SAMPLERS, Candidates
from dllm_struct.decoding.samplers.confidence import Confidence
from dllm_struct.decoding.samplers.random import Random
from dllm_struct.decoding.samplers.threshold import Threshold
from dllm_struct.decoding.schedules.linear import Linear
from dllm_struct.errors import InvalidDecoding
from dllm_struct.trace import Edit

CONFIDENCE = [0.5, 0.95, 0.2, 0.92, 0.95, 0.7]


def candidates(quota: int) -> Candidates:
    m = len(CONFIDENCE)
    return Candidates(
        positions=torch.arange(10, 10 + m),
        tokens=torch.zeros(m, dtype=torch.int64),
        log_confidence=torch.tensor(CONFIDENCE).log(),
        quota=quota,
        log_marginals=lambda: torch.zeros(m, 1),
    )


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_confidence_takes_the_most_probable_and_the_leftmost_of_equals() -> None:
    assert Confidence().choose(candidates(1), generator()).tolist() == [1]
    assert Confidence().choose(candidates(4), generator()).tolist() == [1, 4, 3, 5]


@pytest.mark.parametrize(
    ("threshold", "quota", "chosen"),
    [(0.9, 1, {1, 3, 4}), (0.99, 1, {1}), (0.94, 1, {1, 4}), (0.9, 4, {1, 3, 4, 5})],
)
def test_threshold_takes_all_that_are_sure_and_at_least_the_quota(
    threshold: float, quota: int, chosen: set[int]
) -> None:
    assert set(Threshold(threshold).choose(candidates(quota), generator()).tolist()) == chosen


def test_random_is_uniform_and_reproducible() -> None:
    draws = 1200
    counts = torch.zeros(len(CONFIDENCE))
    source = generator()
    for _ in range(draws):
        chosen = Random().choose(candidates(2), source)
        assert len(set(chosen.tolist())) == 2
        counts[chosen] += 1
    expected = 2 * draws / len(CONFIDENCE)
    assert float(((counts - expected) ** 2 / expected).sum()) < 20.5  # chi-squared, 5 df, p = 0.001
    first = Random().choose(candidates(3), generator(7))
    assert first.tolist() == Random().choose(candidates(3), generator(7)).tolist()


def test_linear_is_base_and_remainder() -> None:
    left, taken = 10, []
    for steps_left in (4, 3, 2, 1):
        taken.append(Linear().quota(left, steps_left))
        left -= taken[-1]
    assert taken == [3, 3, 2, 2]
    assert Linear().quota(10, None) == 1


def test_whole_canvas_is_open() -> None:
    assert Whole().window([3, 9], 5, None) == Window(10, 5)


def test_blocks_share_the_steps_and_open_left_to_right() -> None:
    blocks = SemiAutoregressive(4)
    first = blocks.window([0, 1, 2, 3, 5, 6, 9], 7, None)
    assert first == Window(4, 2)  # 3 blocks with masks, 7 // 3 steps
    second = blocks.window([1, 3, 5, 6, 9], 6, first)
    assert second == Window(4, 1)
    assert blocks.window([5, 6, 9], 5, second) == Window(8, 2)
    assert blocks.window([9], None, None) == Window(12, None)


def test_fewer_steps_than_blocks_open_several_at_once() -> None:
    assert SemiAutoregressive(1).window([0, 1, 2, 3, 4], 2, None) == Window(3, 1)


def slot_length(null: list[float], confidence: list[float], room: int = 100) -> SlotLength:
    masked = [index for index, value in enumerate(confidence) if value < 1]
    return SlotLength("s", masked, torch.tensor(confidence), room, lambda: torch.tensor(null))


def test_fixed_never_grows() -> None:
    slot = slot_length([0.0] * 3, [0.01] * 3)
    assert Fixed().extend([slot]) == Fixed().grow([slot]) == []


@pytest.mark.parametrize(
    ("null", "room", "inserted"),
    [
        ([0.0, 0.4, 0.5], 100, [Edit("s", 3, 8)]),  # mean 0.3 < 0.5
        ([0.5, 0.5, 0.6], 100, []),
        ([0.0, 0.0, 0.0], 3, [Edit("s", 3, 3)]),
        ([0.0, 0.0, 0.0], 0, []),
    ],
)
def test_daedal_extends_while_the_end_is_not_sure(
    null: list[float], room: int, inserted: list[Edit]
) -> None:
    assert Daedal().extend([slot_length(null, [0.5] * 3, room)]) == inserted


def test_daedal_looks_at_the_tail_window_only() -> None:
    slot = slot_length([0.0, 0.0, 0.9, 0.9], [0.05] * 4)
    assert Daedal(window=4).extend([slot]) == [Edit("s", 4, 8)]
    assert Daedal(window=2).extend([slot]) == []


def test_daedal_replaces_the_least_sure_position_by_several_masks() -> None:
    sure_end = slot_length([0.95] * 3, [0.05, 0.5, 0.5])
    unsure_end = slot_length([0.2] * 3, [0.3, 0.07, 0.08])
    assert Daedal().grow([sure_end]) == []
    assert Daedal().grow([sure_end, unsure_end]) == [Edit("s", 1, 7)]
    assert Daedal(low=0.05).grow([unsure_end]) == []


def test_daedal_respects_its_maximum() -> None:
    assert Daedal(maximum=5).extend([slot_length([0.0] * 3, [0.5] * 3)]) == [Edit("s", 3, 2)]


@pytest.mark.parametrize(
    "settings",
    [
        {"sampler": "no such sampler"},
        {"sampler": 3},
        {"sampler": Confidence},
        {"schedule": "no such schedule"},
        {"length": "no such policy"},
        {"structure": "no such structure"},
        {"steps": 0},
        {"temperature": -1.0},
        {"temperature": math.nan},
        {"sampler": "threshold", "threshold": 0.0},
        {"block_length": 0},
        {"blocks": "semi-autoregressive"},
        {"blocks": "whole", "block_length": 8},
    ],
)
def test_unknown_and_contradictory_settings_are_refused(settings: dict[str, object]) -> None:
    with pytest.raises(InvalidDecoding) as caught:
        Decoding(**settings)  # type: ignore[arg-type]
    assert caught.value.hint


def test_names_take_their_parameters_from_the_settings() -> None:
    chosen = Decoding(sampler="threshold", threshold=0.7, block_length=8).strategies()
    assert chosen.sampler == Threshold(0.7)
    assert chosen.blocks == SemiAutoregressive(8)
    assert Decoding(length=Daedal(expansion=4)).strategies().length == Daedal(expansion=4)


def test_a_strategy_of_ones_own_is_an_object_with_the_same_method() -> None:
    @dataclass(frozen=True)
    class Leftmost:
        def choose(self, candidates: Candidates, generator: torch.Generator) -> Tensor:
            return torch.arange(candidates.quota)

    assert isinstance(Decoding(sampler=Leftmost()).strategies().sampler, Leftmost)


def test_registries_know_every_module_of_their_package() -> None:
    assert SAMPLERS.names == ["confidence", "random", "threshold"]
    assert LENGTHS.names == ["daedal", "fixed"]
