"""Caches: exact where attention is block-causal, near elsewhere, never a reason for a wrong text.

The oracle of a pass is the network called at once on the whole input, with a mask written down here
pair by pair.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from transformers import LlamaConfig, LlamaForCausalLM, Qwen2Config, Qwen2ForCausalLM

import dllm_struct as ds
from dllm_struct.canvas import MASKED
from dllm_struct.decoding.caches import CACHES, Cache, Cached, Kept
from dllm_struct.decoding.caches.block_causal import BlockCausal
from dllm_struct.decoding.caches.delayed import Delayed
from dllm_struct.decoding.caches.dual import Dual
from dllm_struct.decoding.caches.kept import Known
from dllm_struct.decoding.caches.prefix import Prefix
from dllm_struct.decoding.signals import View
from dllm_struct.errors import InvalidDecoding
from dllm_struct.logit_rows import LogitRows
from dllm_struct.models.caching.forward import CachingForward
from dllm_struct.models.family import Call, Family, Mask
from tests.tiny import MASK, NULL, SIZE, VOCABULARY, random_network

BLOCK = 4
EXACT = 1e-5
SIZES: dict[str, Any] = {
    "vocab_size": SIZE,
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 256,
    "initializer_range": 0.3,
    "use_cache": False,
}


def llama(**changes: Any) -> LlamaForCausalLM:
    """A random Llama that sees both sides."""
    torch.manual_seed(0)
    config = LlamaConfig(**SIZES | {"is_causal": False} | changes)
    return LlamaForCausalLM(config).eval()


def qwen() -> Qwen2ForCausalLM:
    """A random Qwen that sees both sides."""
    torch.manual_seed(0)
    return Qwen2ForCausalLM(Qwen2Config(**SIZES, is_causal=False)).eval()


FULL = Family(mask_token_id=MASK, null_token_id=NULL)
SHIFTED = Family(mask_token_id=MASK, null_token_id=NULL, logits_shift=True)
BLOCKS = Family(
    mask_token_id=MASK, null_token_id=NULL, block_length=BLOCK, call=Call(Mask.ADDITIVE)
)


@torch.no_grad()
def at_once(network: Any, family: Family, tokens: Sequence[int]) -> Tensor:
    """The logits of every position of an input, by one plain call, [n, V]."""
    n, low = len(tokens), torch.finfo(torch.float32).min
    size = family.block_length or n
    mask = torch.zeros(1, 1, n, n)
    for i in range(n):
        for j in range(n):
            if j // size > i // size:
                mask[0, 0, i, j] = low
    ids = torch.tensor([[MASK if token == MASKED else token for token in tokens]])
    logits: Tensor = network(input_ids=ids, attention_mask=mask).logits[0]
    return torch.cat([logits[:1], logits[:-1]]) if family.logits_shift else logits


class Sequences:
    """Some sequences that change between passes, each with a cache of its own."""

    def __init__(self, lengths: Sequence[tuple[int, int]], cache: Cache, seed: int = 0) -> None:
        self.rng = random.Random(seed)
        self.prompts = [tuple(self.rng.choices(range(200), k=before)) for before, _ in lengths]
        self.canvases = [[MASKED] * length for _, length in lengths]
        self.numbers = [[*range(length)] for _, length in lengths]
        self.kept = [Kept() for _ in lengths]
        self.cache = cache

    def views(self, cached: bool = True) -> list[View]:
        """What the network reads of them."""
        return [
            View(prompt, tuple(canvas), None, _masked(canvas), self._cached(i) if cached else None)
            for i, (prompt, canvas) in enumerate(zip(self.prompts, self.canvases, strict=True))
        ]

    def _cached(self, row: int) -> Cached:
        before, masked = len(self.prompts[row]), _masked(self.canvases[row])
        open_ = (before + masked[0], before + masked[0] + BLOCK) if masked else None
        numbers = (*range(-before, 0), *self.numbers[row])
        return Cached(self.cache, self.kept[row], numbers, open_)

    def change(self, ways: Sequence[str]) -> None:
        """Commit, remask, insert or delete somewhere in every sequence."""
        for canvas, numbers in zip(self.canvases, self.numbers, strict=True):
            self._change(canvas, numbers, self.rng.choice(ways))

    def _change(self, canvas: list[int], numbers: list[int], way: str) -> None:
        masked = _masked(canvas)
        committed = [i for i in range(len(canvas)) if i not in masked]
        if way == "commit":
            for i in masked[:2]:
                canvas[i] = self.rng.randrange(200)
        elif way == "remask" and committed:
            canvas[self.rng.choice(committed)] = MASKED
        elif way == "insert":
            at = self.rng.randint(0, len(canvas))
            canvas.insert(at, MASKED)
            numbers.insert(at, max(numbers, default=0) + 1000)
        elif way == "delete" and len(canvas) > 1:
            at = self.rng.randrange(len(canvas))
            del canvas[at], numbers[at]


def _masked(canvas: Sequence[int]) -> tuple[int, ...]:
    return tuple(i for i, token in enumerate(canvas) if token == MASKED)


def never(views: Sequence[View]) -> Sequence[LogitRows]:
    """Stands for the pass without caches."""
    raise AssertionError("every input has a cache")


def largest_error(network: Any, family: Family, sequences: Sequences) -> float:
    """How far a pass over the caches is from one without, as a share of the largest logit."""
    views = sequences.views()
    worst = 0.0
    for view, found in zip(views, CachingForward(never, network, family)(views), strict=True):
        expected = at_once(network, family, (*view.prompt, *view.canvas))[len(view.prompt) :]
        wanted = [*(view.wanted or ())]
        if wanted:
            difference = (found.at(wanted) - expected[wanted]).abs().max()
            worst = max(worst, float(difference / expected.abs().max()))
    return worst


EVERY_CHANGE = ("commit", "commit", "commit", "remask", "insert", "delete")


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    lengths=st.lists(st.tuples(st.integers(0, 9), st.integers(1, 14)), min_size=1, max_size=3),
)
def test_block_causal_is_exact_whatever_happens_to_the_canvas(
    seed: int, lengths: list[tuple[int, int]]
) -> None:
    network, cache = llama(), BlockCausal().bound(BLOCKS, NETWORK)
    sequences = Sequences(lengths, cache, seed)
    for _ in range(8):
        assert largest_error(network, BLOCKS, sequences) < EXACT
        sequences.change(EVERY_CHANGE)


NETWORK = llama()


@pytest.mark.parametrize("family", [FULL, SHIFTED], ids=["plain", "shifted"])
@pytest.mark.parametrize("network", [llama, qwen])
@pytest.mark.parametrize("cache", [Prefix(refresh=1), Dual(refresh=1), Delayed(refresh=1)])
def test_what_is_refreshed_in_every_pass_is_exact(
    cache: Cache, network: Callable[[], Any], family: Family
) -> None:
    sequences, made = Sequences([(5, 12), (0, 9), (9, 3)], cache), network()
    for _ in range(6):
        assert largest_error(made, family, sequences) < EXACT
        sequences.change(EVERY_CHANGE)


@pytest.mark.parametrize("family", [FULL, SHIFTED], ids=["plain", "shifted"])
@pytest.mark.parametrize("cache", [Prefix(), Dual(), Delayed(refresh=None)])
def test_nothing_stale_is_read_after_something_was_taken_back(cache: Cache, family: Family) -> None:
    sequences = Sequences([(5, 12), (2, 9)], cache)
    for _ in range(3):
        largest_error(NETWORK, family, sequences)
        sequences.change(["commit"])
    for way in ("remask", "insert"):
        for canvas, numbers in zip(sequences.canvases, sequences.numbers, strict=True):
            canvas[0 if way == "remask" else 1] = MASKED
            if way == "insert":
                canvas.insert(0, MASKED)
                numbers.insert(0, max(numbers) + 1)
        sequences_open_late = [_late(view) for view in sequences.views()]
        found = CachingForward(never, NETWORK, family)(sequences_open_late)
        for view, rows in zip(sequences_open_late, found, strict=True):
            exact = at_once(NETWORK, family, (*view.prompt, *view.canvas))[len(view.prompt) :]
            wanted = [*(view.wanted or ())]
            assert torch.allclose(rows.at(wanted), exact[wanted], atol=EXACT)


def _late(view: View) -> View:
    """The same with a block that opens behind the first mask."""
    assert view.cached is not None and view.cached.open is not None
    start, stop = view.cached.open
    cached = Cached(view.cached.cache, view.cached.kept, view.cached.numbers, (start + 3, stop + 3))
    return View(view.prompt, view.canvas, None, view.wanted, cached)


def test_an_approximation_is_none_where_nothing_changed() -> None:
    """Keys of an unchanged input are those of a full pass, so a part of it comes out the same."""
    for cache in (Prefix(), Dual(), Delayed()):
        sequences = Sequences([(6, 11), (3, 14)], cache)
        assert largest_error(NETWORK, FULL, sequences) < EXACT
        assert largest_error(NETWORK, FULL, sequences) < EXACT


def test_what_each_cache_feeds() -> None:
    masked = np.array([False, False, True, False, True, True, True, False])
    fresh = np.array([True, True, True, False, True, True, True, True])
    changed = np.zeros(8, bool)
    known = Known(masked, fresh, changed, (2, 5), 3)
    assert [*Prefix().feeds(known)] == [2, 3, 4, 5, 6, 7]
    assert [*Dual().feeds(known)] == [2, 3, 4]
    assert [*Delayed().feeds(known)] == [2, 3, 4, 5, 6]
    assert [*BlockCausal(BLOCK).feeds(known)] == [0, 1, 2, 3, 4, 5, 6, 7]
    assert [*BlockCausal(2).feeds(known)] == [2, 3, 4, 5, 6, 7]
    for cache in (Prefix(3), Dual(3), Delayed(3), Cache()):
        assert [*cache.feeds(known)] == [*range(8)]
    early, late = changed.copy(), changed.copy()
    early[1], late[6] = True, True
    for cache in (Prefix(), Dual(), Delayed()):
        assert len(cache.feeds(Known(masked, fresh, early, (2, 5), 3))) == 8
    assert [*Prefix().feeds(Known(masked, fresh, late, (2, 5), 3))] == [2, 3, 4, 5, 6, 7]
    assert len(Prefix().feeds(Known(masked, fresh, changed, None, 3))) == 8


class Watched(nn.Module):
    """Counts what a network is fed."""

    def __init__(self, network: Any) -> None:
        super().__init__()
        self.fed: list[tuple[int, ...]] = []
        network.register_forward_pre_hook(self._note, with_kwargs=True)

    def _note(self, module: Any, args: Any, kwargs: dict[str, Any]) -> None:
        self.fed.append(tuple(kwargs["input_ids"].shape))


def decoding(cache: str | Cache) -> ds.Decoding:
    """Two positions a pass, in blocks."""
    return ds.Decoding(cache=cache, sampler="confidence", steps=12, block_length=BLOCK)


PATTERN = r"[a-z]{3,9} [0-9]{2,7}(, [a-z]+)?"


@pytest.mark.parametrize("cache", CACHES.main_names)
def test_texts_are_in_the_language(cache: str) -> None:
    family = BLOCKS if cache == "block-causal" else FULL
    model = ds.Model(llama(), VOCABULARY, family)
    outputs = model.generate(["", "a prompt", "be"], ds.regex(PATTERN), decoding(cache), 20, seed=1)
    assert all(re.fullmatch(PATTERN, output.text) for output in outputs)


def test_block_causal_writes_what_full_passes_write() -> None:
    network = llama()
    model = ds.Model(network, VOCABULARY, BLOCKS)
    watched = Watched(network)
    prompts = ["", "a prompt that is a bit longer", "be"]

    def texts(cache: str | Cache) -> tuple[list[str], int]:
        watched.fed.clear()
        found = model.generate(prompts, ds.regex(PATTERN), decoding(cache), 24, seed=1)
        return [output.text for output in found], sum(rows * width for rows, width in watched.fed)

    (expected, everything), (found, fed) = texts(Cache()), texts("block-causal")
    assert found == expected
    assert fed < everything


@pytest.mark.parametrize("cache", ["prefix", "dual", "delayed"])
def test_less_is_computed(cache: str) -> None:
    network = llama()
    model = ds.Model(network, VOCABULARY, FULL)
    watched = Watched(network)
    counts = []
    for one in ("none", cache):
        watched.fed.clear()
        model.generate("a prompt", ds.regex("[a-z]{24}"), decoding(one), seed=1)
        counts.append(sum(rows * width for rows, width in watched.fed))
    assert counts[1] < 0.8 * counts[0]


def test_rows_with_and_without_a_cache_share_a_batch() -> None:
    sequences = Sequences([(4, 7), (2, 5)], Prefix())
    plain = View((1, 2), (MASKED, 7, MASKED), None, (0, 2))
    first, second = sequences.views()

    def forward(views: Sequence[View]) -> Sequence[LogitRows]:
        assert list(views) == [plain]
        return [LogitRows(torch.full((3, 1), 5.0))]

    found = CachingForward(forward, NETWORK, FULL)([first, plain, second])
    assert [len(rows) for rows in found] == [7, 3, 5]
    assert float(found[1].dense[0, 0]) == 5.0


class Ignoring(LlamaForCausalLM):
    """Ignores keys and values."""

    def forward(
        self,
        input_ids: Any = None,
        attention_mask: Any = None,
        position_ids: Any = None,
        past_key_values: Any = None,
        use_cache: Any = None,
        **rest: Any,
    ) -> Any:
        return super().forward(input_ids=input_ids, attention_mask=None, **rest)


@pytest.mark.parametrize("cache", sorted({*CACHES.main_names} - {"none"}))
def test_networks_without_a_cache_are_refused_before_the_first_pass(cache: str) -> None:
    torch.manual_seed(0)
    networks = {
        "that takes attention_mask": random_network(),
        "layers of sliding": _sliding(),
        "not what it should be|no cache": Ignoring(LlamaConfig(**SIZES, is_causal=False)).eval(),
    }
    for message, network in networks.items():
        model = ds.Model(network, VOCABULARY, BLOCKS if cache == "block-causal" else FULL)
        with pytest.raises(InvalidDecoding, match=message):
            model.stream("", ds.regex("[a-z]+"), ds.Decoding(cache=cache))


def _sliding() -> Any:
    changes = {"layer_types": ["sliding_attention", "full_attention", "full_attention"]}
    config = Qwen2Config(**SIZES, is_causal=False, use_sliding_window=True, **changes)
    return Qwen2ForCausalLM(config).eval()


def test_a_causal_network_is_refused() -> None:
    model = ds.Model(llama(is_causal=True), VOCABULARY, FULL)
    with pytest.raises(InvalidDecoding, match="not what it should be"):
        model.stream("", ds.regex("[a-z]+"), ds.Decoding(cache="prefix"))


def test_settings_that_contradict_a_cache_are_refused() -> None:
    with pytest.raises(InvalidDecoding, match="block-causal attention"):
        ds.Model(llama(), VOCABULARY, FULL).stream(
            "", ds.regex("[a-z]+"), ds.Decoding(cache="block-causal")
        )
    with pytest.raises(InvalidDecoding, match="blocks of 3"):
        ds.Model(llama(), VOCABULARY, BLOCKS).stream(
            "", ds.regex("[a-z]+"), ds.Decoding(cache="block-causal(block_size=3)")
        )
    for settings_ in ({"guidance": "smoothing"}, {"sampler": "self-speculative"}):
        with pytest.raises(InvalidDecoding, match="cache"):
            ds.Decoding(cache="dual", **settings_)  # type: ignore[arg-type]
    with pytest.raises(InvalidDecoding, match="refresh"):
        ds.Decoding(cache="prefix(refresh=0)")


STRATEGIES: list[dict[str, Any]] = [
    {"remasking": "static"},
    {"remasking": "editing", "steps": 12},
    {"remasking": "second-stage", "steps": 12},
    {"guidance": "cfg"},
    {"guidance": "credit"},
    {"length": "daedal", "steps": None},
    {"length": "daedal(end='published')", "steps": None},
    {"length": "posterior", "steps": None},
    {"blocks": "adaptive", "block_length": None},
    {"temperature": 0.7, "top_p": 0.9},
    {"sampler": "threshold", "steps": None, "block_length": None},
]


@pytest.mark.parametrize("strategy", STRATEGIES, ids=str)
@pytest.mark.parametrize("cache", ["prefix", "dual", "delayed(refresh=3)", "block-causal"])
def test_caches_go_with_other_strategies(cache: str, strategy: dict[str, Any]) -> None:
    model = ds.Model(NETWORK, VOCABULARY, BLOCKS if cache == "block-causal" else FULL)
    how = decoding(cache).replace(**strategy)
    (output,) = model.generate(["go"], ds.regex(PATTERN), how, 24, seed=2)
    assert re.fullmatch(PATTERN, output.text)
