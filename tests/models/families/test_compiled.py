"""Compiled forward passes say what plain ones say, at few shapes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

import dllm_struct as ds
from dllm_struct.canvas import MASKED
from dllm_struct.decoding.signals import View
from dllm_struct.errors import InvalidInput
from dllm_struct.models.network import Forward
from tests.models.families.checkpoints import CHECKPOINTS

EAGER = ds.Compilation(backend="eager", multiple=16, dynamic=False)
VIEWS = [
    View((7, 8, 9, 10, 11), (MASKED, 20, MASKED), wanted=(0, 2)),
    View((7,), (MASKED, MASKED)),
    View(tuple(range(20, 60)), (MASKED, 13, MASKED, MASKED), wanted=(3,)),
]


@pytest.fixture(autouse=True)
def forgotten() -> None:
    """What an earlier test compiled does not count."""
    torch.compiler.reset()


@pytest.mark.parametrize("kind", CHECKPOINTS)
def test_logits_are_those_of_the_network(kind: str, loaded: Any) -> None:
    model = loaded(kind)[1]
    plain, compiled = (Forward(model.network, model.family, c) for c in (None, EAGER))
    for view, one, other in zip(VIEWS, plain(VIEWS), compiled(VIEWS), strict=True):
        wanted = range(len(view.canvas)) if view.wanted is None else view.wanted
        assert torch.allclose(one.at(wanted), other.at(wanted), atol=1e-4)


def test_the_network_itself_stays_as_it_is(loaded: Any) -> None:
    network, model = loaded("llama")
    Forward(model.network, model.family, EAGER)(VIEWS)
    assert type(model.network) is type(network)


class Counting:
    """A backend that runs graphs as they are, and counts them."""

    def __init__(self) -> None:
        self.compiled = 0

    def __call__(self, graph: Any, inputs: Sequence[Any]) -> Callable[..., Any]:
        self.compiled += 1
        return graph.forward


class Reads(torch.nn.Module):
    """A network whose logits depend on the token alone."""

    def __init__(self) -> None:
        super().__init__()
        self.table = torch.nn.Embedding(260, 260)

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        logits: Tensor = self.table(input_ids)
        return logits


def test_rows_that_shrink_are_compiled_once() -> None:
    backend, network = Counting(), Reads()
    family = ds.Family(mask_token_id=258, null_token_id=259, max_length=200)
    vocabulary = ds.Vocabulary([*(bytes([byte]) for byte in range(256)), b"ab", b"cd", None, None])

    compilation = ds.Compilation(backend=backend, multiple=128, dynamic=False)
    outputs = [
        ds.Model(network, vocabulary, family, how).generate(
            "?", ds.regex("[a-f]{3,40}"), max_tokens=60, seed=0
        )
        for how in (None, compilation)
    ]
    assert outputs[0].text == outputs[1].text
    assert outputs[1].stats.nfe > 1
    assert backend.compiled == 1


@given(st.integers(1, 300), st.integers(1, 70), st.none() | st.integers(1, 300))
def test_counts_are_rounded_up(count: int, multiple: int, most: int | None) -> None:
    found = replace(EAGER, multiple=multiple).rounded(count, most)
    assert count <= found < count + multiple
    assert found % multiple == 0 or found in (count, most)
    assert most is None or found <= max(count, most)


def test_nothing_is_a_multiple_of_zero() -> None:
    with pytest.raises(InvalidInput, match="multiple of 0"):
        ds.Compilation(multiple=0)


def test_the_bundled_model_writes_the_same_when_it_is_compiled() -> None:
    compilation = ds.Compilation(backend="aot_eager", dynamic=False)
    prompt, schema = "Ada is 36.", {"type": "object", "properties": {"age": {"type": "integer"}}}
    plain, compiled = (
        ds.load(device="cpu", compilation=how).generate(prompt, schema, seed=0)
        for how in (None, compilation)
    )
    assert plain.text == compiled.text
