"""Each strategy against its rule on hand-worked numbers, and the registry that names them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch
from torch import Tensor

from dllm_struct.decoding import Decoding
from dllm_struct.decoding.blocks import BLOCKS, Extent, Window
from dllm_struct.decoding.blocks.semi_autoregressive import SemiAutoregressive
from dllm_struct.decoding.blocks.whole import Whole
from dllm_struct.decoding.caches import CACHES
from dllm_struct.decoding.length import LENGTHS, SlotLength
from dllm_struct.decoding.length.daedal import Daedal
from dllm_struct.decoding.length.fixed import Fixed
from dllm_struct.decoding.remasking import REMASKINGS
from dllm_struct.decoding.samplers import SAMPLERS, Candidates
from dllm_struct.decoding.samplers.confidence import Confidence
from dllm_struct.decoding.samplers.random import Random
from dllm_struct.decoding.samplers.threshold import Threshold
from dllm_struct.decoding.schedules import SCHEDULES
from dllm_struct.decoding.schedules.linear import Linear
from dllm_struct.decoding.signals import SIGNALS
from dllm_struct.trace import Edit

ALL = Extent(10)

CONFIDENCE = [0.5, 0.95, 0.2, 0.92, 0.95, 0.7]


def candidates(quota: int) -> Candidates:
    m = len(CONFIDENCE)
    return Candidates(
        positions=torch.arange(10, 10 + m),
        tokens=torch.zeros(m, dtype=torch.int64),
        log_confidence=torch.tensor(CONFIDENCE).log(),
        read_log_marginals=lambda chosen: torch.zeros(len(chosen), 1),
        decode=bytes,
        quota=quota,
    )


def masked_at(*positions: int) -> Candidates:
    """Candidates at canvas positions, all with the same confidence."""
    m = len(positions)
    return Candidates(
        positions=torch.tensor(positions),
        tokens=torch.zeros(m, dtype=torch.int64),
        log_confidence=torch.full((m,), math.log(0.5)),
        read_log_marginals=lambda chosen: torch.zeros(len(chosen), 1),
        decode=bytes,
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
        taken.append(Linear().plan(masked_at(*range(left)), steps_left).quota)
        left -= taken[-1]
    assert taken == [3, 3, 2, 2]
    assert Linear().plan(masked_at(*range(10)), None).quota == 1


def test_whole_canvas_is_open() -> None:
    first = Whole().window(masked_at(3, 9), ALL, 5, None)
    assert first == Window(10, 5, start=3, masked=2)
    assert Whole().window(masked_at(9), ALL, 4, first) == Window(10, 4, start=3, step=1, masked=2)


def test_blocks_share_the_steps_and_open_left_to_right() -> None:
    blocks = SemiAutoregressive(4)
    first = blocks.window(masked_at(0, 1, 2, 3, 5, 6, 9), ALL, 7, None)
    assert first == Window(4, 2, masked=4)  # 3 blocks with masks, 7 // 3 steps
    second = blocks.window(masked_at(1, 3, 5, 6, 9), ALL, 6, first)
    assert second == Window(4, 1, step=1, masked=4)
    third = blocks.window(masked_at(5, 6, 9), ALL, 5, second)
    assert third == Window(8, 2, start=5, block=1, masked=2)
    assert blocks.window(masked_at(9), ALL, None, None) == Window(12, None, start=9, masked=1)


def test_fewer_steps_than_blocks_open_several_at_once() -> None:
    assert SemiAutoregressive(1).window(masked_at(*range(5)), ALL, 2, None) == Window(
        3, 1, masked=3
    )


def none_best() -> tuple[Tensor, Tensor]:
    raise AssertionError("not needed")


def slot_length(null: list[float], confidence: list[float], room: int = 100) -> SlotLength:
    masked = [index for index, value in enumerate(confidence) if value < 1]
    return SlotLength(
        "s", masked, torch.tensor(confidence), room, lambda: torch.tensor(null), none_best
    )


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
    assert Daedal(initial=3, maximum=5).extend([slot_length([0.0] * 3, [0.5] * 3)]) == [
        Edit("s", 3, 2)
    ]


def test_names_take_their_parameters_from_the_settings() -> None:
    chosen = Decoding(sampler="threshold", threshold=0.7, block_length=8).strategies()
    assert chosen.sampler == Threshold(0.7)
    assert Decoding("threshold(threshold=0.6)").strategies().sampler == Threshold(0.6)
    mapping = {"name": "Threshold", "threshold": 0.6}
    assert Decoding(mapping).strategies().sampler == Threshold(0.6)
    assert Decoding("low_confidence_dynamic").strategies().sampler == Threshold()
    assert chosen.blocks == SemiAutoregressive(8)
    assert Decoding(length=Daedal(expansion=4)).strategies().length == Daedal(expansion=4)


def test_a_strategy_of_ones_own_is_an_object_with_the_same_method() -> None:
    @dataclass(frozen=True)
    class Leftmost:
        def choose(self, candidates: Candidates, generator: torch.Generator) -> Tensor:
            return torch.arange(candidates.quota)

    assert isinstance(Decoding(sampler=Leftmost()).strategies().sampler, Leftmost)


def test_registries_know_every_module_of_their_package() -> None:
    assert {"confidence", "random", "threshold"} <= {*SAMPLERS.names}
    assert {"daedal", "fixed"} <= {*LENGTHS.names}


def test_the_reference_lists_every_strategy() -> None:
    page = (Path(__file__).parents[2] / "docs/reference/strategies.md").read_text()
    registries = (SAMPLERS, SCHEDULES, BLOCKS, REMASKINGS, LENGTHS, SIGNALS, CACHES)
    names = [name for registry in registries for name in registry.names]
    assert [name for name in names if f"`{name}`" not in page] == []
