"""Caches with networks as checkpoints bring them; the oracle is a pass without one."""

from __future__ import annotations

from typing import Any

import pytest
import torch

import dllm_struct as ds
from dllm_struct.decoding.caches import CACHES, Cache
from dllm_struct.decoding.caches.block_causal import BlockCausal
from dllm_struct.models.caching.forward import CachingForward
from dllm_struct.models.network import Forward
from tests.models.families.checkpoints import CHECKPOINTS
from tests.models.test_caches import EVERY_CHANGE, Sequences

BLOCKS = ("llada2", "sdar")
FULL = ("dream", "llama", "qwen")
LENGTHS = [(5, 40), (0, 9), (33, 20)]
TOLERANCE = 1e-4


def largest_error(model: ds.Model, sequences: Sequences) -> float:
    """How far the logits of a pass over the caches are from those of one without."""
    views, forward = sequences.views(), Forward(model.network, model.family)
    found = CachingForward(forward, model.network, model.family)(views)
    expected = forward(sequences.views(cached=False))
    errors = [
        (own.at(view.wanted) - full.at(view.wanted)).abs().max()
        for view, own, full in zip(views, found, expected, strict=True)
        if view.wanted
    ]
    return float(torch.stack(errors).max()) if errors else 0.0


@pytest.mark.parametrize("kind", BLOCKS)
def test_the_block_causal_cache_is_exact(kind: str, loaded: Any) -> None:
    model = loaded(kind)[1]
    cache = BlockCausal().bound(model.family, model.network)
    sequences = Sequences(LENGTHS, cache)
    for _ in range(12):
        assert largest_error(model, sequences) < TOLERANCE
        sequences.change(EVERY_CHANGE)


@pytest.mark.parametrize("kind", FULL)
@pytest.mark.parametrize("cache", ["prefix(refresh=1)", "dual(refresh=1)", "delayed(refresh=1)"])
def test_caches_that_forget_after_every_pass_are_exact(cache: str, kind: str, loaded: Any) -> None:
    model = loaded(kind)[1]
    sequences = Sequences(LENGTHS, CACHES.make(cache).bound(model.family, model.network))
    for _ in range(6):
        assert largest_error(model, sequences) < TOLERANCE
        sequences.change(EVERY_CHANGE)


@pytest.mark.parametrize("kind", BLOCKS)
def test_texts_are_those_of_full_passes(kind: str, loaded: Any) -> None:
    model, wanted = loaded(kind)[1], ds.regex("[a-f]{34}(x|yz)?")
    prompts = ["a", "a longer prompt", "bb"]
    texts = [
        [output.text for output in model.generate(prompts, wanted, how, max_tokens=48, seed=0)]
        for how in (
            ds.Decoding(cache=cache, sampler="threshold", block_length=8)
            for cache in (Cache(), "block-causal")
        )
    ]
    assert texts[0] == texts[1]
    assert all(wanted.matches(text) for text in texts[0])


@pytest.mark.parametrize("kind", FULL)
@pytest.mark.parametrize("cache", ["prefix", "dual", "delayed"])
def test_texts_stay_in_the_language(cache: str, kind: str, loaded: Any) -> None:
    wanted = ds.regex("[a-f]{12}(x|yz)?")
    how = ds.Decoding(cache=cache, sampler="threshold", block_length=8)
    outputs = loaded(kind)[1].generate(["a", "a longer prompt"], wanted, how, max_tokens=24, seed=0)
    assert all(wanted.matches(output.text) for output in outputs)


@pytest.mark.parametrize("kind", sorted({*CHECKPOINTS} - {*BLOCKS, *FULL}))
def test_other_networks_are_refused(kind: str, loaded: Any) -> None:
    with pytest.raises(ds.errors.InvalidDecoding, match="cache"):
        loaded(kind)[1].stream("", ds.regex("[a-f]+"), ds.Decoding(cache="prefix"))
