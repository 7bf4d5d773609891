"""Settings that are unknown, impossible, or contradict each other: all are refused, with a hint."""

from __future__ import annotations

import copy
import math
import pickle
from dataclasses import dataclass
from typing import Any

import pytest
import torch
from torch import Tensor

import dllm_struct as ds
from dllm_struct.decoding.length.daedal import Daedal
from dllm_struct.decoding.samplers import Candidates
from dllm_struct.decoding.samplers.confidence import Confidence
from dllm_struct.decoding.samplers.threshold import Threshold
from dllm_struct.errors import InvalidDecoding, InvalidInput
from tests.tiny import WORD, model, random_network

NAN = math.nan

UNKNOWN: list[dict[str, Any]] = [
    {"samplr": "random"},
    {"temprature": 1.0},
    {"tokens": 3},
    {"sampler": "no such sampler"},
    {"sampler": ""},
    {"sampler": {"threshold": 0.5}},
    {"schedule": "no such schedule"},
    {"blocks": "no such blocks"},
    {"length": "no such policy"},
    {"structure": "no such structure"},
    {"remasking": "no such strategy"},
    {"guidance": "no such signal"},
    {"cache": "no such cache"},
    {"noise": "no such noise"},
    {"sampler": "threshold(no_such_parameter=1)"},
    {"sampler": {"name": "random", "seed": 1}},
    {"blocks": "adaptive(size=3)"},
    {"length": "daedal(end='guessed')"},
    {"remasking": "uniform(shows='nothing')"},
]

OF_THE_WRONG_TYPE: list[dict[str, Any]] = [
    {"sampler": 3},
    {"sampler": None},
    {"sampler": Confidence},
    {"sampler": ["confidence"]},
    {"length": None},
    {"guidance": [3]},
    {"guidance": None},
    {"steps": 2.5},
    {"steps": "8"},
    {"steps": True},
    {"block_length": 2.5},
    {"block_length": True},
    {"temperature": "1"},
    {"temperature": None},
    {"temperature": True},
    {"top_k": 1.5},
    {"top_p": "0.5"},
    {"sampler": "threshold", "threshold": "0.5"},
    {"sampler": "threshold(threshold='high')"},
    {"sampler": {"name": "factor", "factor": None}},
    {"length": "s3(initial=2.5)"},
    {"length": Daedal(window=2.5)},  # type: ignore[arg-type]
    {"length": "fixed(initial='few')"},
    {"guidance": "cfg(scale='much')"},
    {"guidance": {"name": "verifier", "function": 3}},
]

IMPOSSIBLE: list[dict[str, Any]] = [
    {"steps": 0},
    {"temperature": -1.0},
    {"temperature": NAN},
    {"temperature": math.inf},
    {"block_length": 0},
    {"top_k": 0},
    {"top_p": 0.0},
    {"top_p": NAN},
    {"sampler": "threshold", "threshold": 0.0},
    {"sampler": "threshold", "threshold": 1.5},
    {"sampler": "threshold", "threshold": NAN},
    {"sampler": "threshold(0.5)"},
    {"sampler": "threshold(threshold=0.5"},
    {"sampler": "threshold(threshold=0.5, threshold=0.6)"},
    {"sampler": "threshold(**{'threshold': 0.5})"},
    {"sampler": {"name": "confidence", "alg_temp": -1}},
    {"sampler": "entropy-bounded(gamma=-0.1)"},
    {"sampler": "factor(factor=-1)"},
    {"sampler": "calibrated"},
    {"sampler": "self-speculative(drafts=0)"},
    {"schedule": "timesteps(eps=2)", "steps": 4},
    {"schedule": "dilated(min_confidence=2)"},
    {"cache": "prefix(refresh=0)"},
    {"guidance": "credit(beta=2)"},
    {"guidance": "verifier"},
    {"length": "daedal(expansion=1)"},
    {"remasking": "static(count=0)"},
    {"remasking": "dynamic(threshold=2)"},
    {"remasking": "second-stage(fraction=0)"},
]

CONTRADICTORY: list[dict[str, Any]] = [
    {"blocks": "whole", "block_length": 8},
    {"blocks": "deferred", "block_length": 8},
    {"sampler": "random", "threshold": 0.5},
    {"sampler": "entropy-bounded", "threshold": 0.5},
    {"sampler": Threshold(), "threshold": 0.5},
    {"sampler": "threshold(threshold=0.5)", "threshold": 0.6},
    {"schedule": "cosine"},
    {"schedule": "timesteps"},
    {"noise": "gumbel"},
    {"length": "daedal(initial=50, maximum=20)"},
    {"length": "posterior(initial=50, maximum=20)"},
    {"remasking": "static(count=1, share=0.5)"},
    {"guidance": ["smoothing", "soft-masking"]},
    {"guidance": "smoothing", "cache": "prefix"},
    {"remasking": "uniform", "block_length": 4},
    {"remasking": "uniform", "cache": "delayed"},
    {"remasking": "uniform", "guidance": "smoothing"},
    *(
        {"sampler": "self-speculative", **other}
        for other in (
            {"steps": 4},
            {"temperature": 1.0},
            {"length": "daedal"},
            {"remasking": "editing"},
            {"remasking": "uniform"},
            {"guidance": "credit"},
            {"cache": "prefix"},
        )
    ),
]


@pytest.mark.parametrize(
    "settings", [*UNKNOWN, *OF_THE_WRONG_TYPE, *IMPOSSIBLE, *CONTRADICTORY], ids=str
)
def test_what_cannot_be_meant_is_refused_with_a_hint(settings: dict[str, Any]) -> None:
    with pytest.raises(InvalidDecoding) as caught:
        ds.Decoding(**settings)
    assert caught.value.hint
    with pytest.raises(InvalidDecoding):
        ds.Decoding().replace(**settings)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"temprature": 1.0}, "did you mean temperature?"),
        ({"tokens": 3}, "it has block_length, blocks, cache"),
        ({"steps": "8"}, "it takes a whole number or None"),
        ({"sampler": "calibrated"}, "needs profile"),
        ({"sampler": "random(seed=1)"}, "has no parameter seed"),
        ({"length": "s3(initial=2.5)"}, "initial=2.5 of length policy 's3' is of the wrong type"),
    ],
)
def test_the_message_says_what_to_do(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidDecoding) as caught:
        ds.Decoding(**settings)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    "settings",
    [
        {"sampler": "pc(frequencies='/no/such/file')"},
        {"guidance": "soft-masking"},
        {"length": "expand-delete"},
        {"cache": "block-causal"},
    ],
)
def test_what_only_the_model_can_tell_is_refused_before_the_first_pass(
    settings: dict[str, Any],
) -> None:
    def network(input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        raise AssertionError("a pass was made")

    with pytest.raises((InvalidDecoding, InvalidInput)) as caught:
        model(network).generate("go", WORD, ds.Decoding(**settings))
    assert caught.value.hint


def test_a_sampler_of_ones_own_may_have_types_that_nobody_else_knows() -> None:
    class Weight:
        """Known to this function alone."""

    @dataclass(frozen=True)
    class Heavy:
        weight: Weight
        most: int = 2

        def choose(self, candidates: Candidates, generator: torch.Generator) -> Tensor:
            return torch.arange(min(self.most, len(candidates)))

    decoding = ds.Decoding(sampler=Heavy(Weight()))
    assert model(random_network()).generate("go", WORD, decoding, max_tokens=9, seed=0).text
    with pytest.raises(InvalidDecoding):
        ds.Decoding(sampler=Heavy(Weight(), most="all"))  # type: ignore[arg-type]


def test_settings_are_equal_copied_and_pickled_as_ever() -> None:
    decoding = ds.Decoding("threshold", threshold=0.8, steps=4)
    assert copy.copy(decoding) == copy.deepcopy(decoding) == decoding
    assert pickle.loads(pickle.dumps(decoding)) == decoding
    assert hash(decoding) == hash(decoding.replace())
