"""Caches in requests: what they keep stays on the side of the network, whoever denoises."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import torch
from transformers import LlamaConfig, LlamaForCausalLM

import dllm_struct as ds
from dllm_struct.decoding.caches import Kept
from dllm_struct.serve.app import Settings, create_app
from dllm_struct.serve.isolation.sharing import Parts, Sharing
from tests.serve.conftest import PATIENT, client_of, noise_model
from tests.tiny import MASK, NULL, SIZE, VOCABULARY

CACHES = ["prefix", "dual(refresh=3)", "delayed"]
LIGHT = {"regex": "[a-z]{5}"}
HEAVY = {"grammar": 'start: "a"+ "b"'}


def model() -> ds.Model:
    """A small random Llama, which takes keys and values."""
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=SIZE,
        hidden_size=32,
        intermediate_size=48,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=2,
        max_position_embeddings=256,
        initializer_range=0.3,
        use_cache=False,
        is_causal=False,
    )
    family = ds.Family(mask_token_id=MASK, null_token_id=NULL)
    return ds.Model(LlamaForCausalLM(config).eval(), VOCABULARY, family)


@pytest.fixture(scope="module", params=["processes", "threads"])
def cached(request: pytest.FixtureRequest) -> Iterator[httpx.Client]:
    """A server whose network takes a cache."""
    settings = Settings("llama", limits=PATIENT, isolation=request.param)
    with client_of(create_app(model(), settings)) as client:
        yield client


@pytest.mark.parametrize("cache", CACHES)
@pytest.mark.parametrize("output_type", [LIGHT, HEAVY])
def test_the_same_as_in_the_library(
    cached: httpx.Client, cache: str, output_type: dict[str, str]
) -> None:
    body = {"prompt": "a", "output_type": output_type, "max_tokens": 10, "seed": 1}
    reply = cached.post("/v1/infill", json={**body, "decoding": {"cache": cache}})
    assert reply.status_code == 200, reply.text
    (kind, value), *_ = output_type.items()
    language = ds.regex(value) if kind == "regex" else ds.grammar(value)
    own = model().generate("a", language, ds.Decoding(cache=cache), 10, 1)
    assert reply.json()["text"] == own.text
    assert reply.json()["stats"]["nfe"] == own.stats.nfe


@pytest.mark.parametrize("served", ["client", "isolated"])
def test_a_network_that_takes_none(request: pytest.FixtureRequest, served: str) -> None:
    body: dict[str, Any] = {"prompt": "a", "output_type": LIGHT, "decoding": {"cache": "dual"}}
    reply = request.getfixturevalue(served).post("/v1/infill", json=body)
    error = reply.json()["error"]
    assert (reply.status_code, error["param"]) == (400, "decoding")
    assert "cache" in error["message"]


def test_what_is_kept_is_sent_as_a_number() -> None:
    ours, theirs = Sharing(noise_model()), Sharing(Parts.of(noise_model()).model())
    kept, other = Kept(), Kept()
    sent = theirs.dumps([kept, other, kept])
    assert len(sent) < len(pickle.dumps(kept))
    first, second, again = ours.loads(sent)
    assert first is again and first is not second
    assert ours.loads(theirs.dumps(kept)) is first
    ours.forget()
    assert ours.loads(theirs.dumps(kept)) is not first
