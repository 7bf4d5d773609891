"""How a witness is drawn: truncation, noise, and what the language makes of it.

The oracle of top-p and top-k restates Dream's ``sample_tokens`` in NumPy: logits / temperature,
then top-p, then top-k.
"""

from __future__ import annotations

import math
import re
from itertools import product

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

import dllm_struct as ds
from dllm_struct import drawing as module
from dllm_struct.drawing import Drawing
from dllm_struct.errors import NonFiniteLogits
from tests.decoding.test_loop import byte_model

REMOVED = float(np.finfo(np.float32).min)


def dream(
    logits: np.ndarray, temperature: float, top_p: float | None, top_k: int | None
) -> np.ndarray:
    """Which tokens keep their logit, bool [V]; also how far from a border the nearest one is."""
    if temperature > 0:
        logits = logits / temperature
    if top_p is not None and top_p < 1:
        order = np.argsort(-logits)
        values = np.exp(logits[order] - logits.max())
        cumulative = np.cumsum(values / values.sum())
        remove = cumulative > top_p
        remove[1:] = remove[:-1].copy()
        remove[0] = False
        logits = logits.copy()
        logits[order[remove]] = REMOVED
    if top_k is not None:
        kth = np.sort(logits)[::-1][min(top_k, len(logits)) - 1]
        logits = np.where(logits < kth, REMOVED, logits)
    kept: np.ndarray = logits > REMOVED
    return kept


def is_near_a_border(logits: np.ndarray, temperature: float, top_p: float | None) -> bool:
    if top_p is None or top_p >= 1:
        return False
    scaled = logits / temperature if temperature > 0 else logits
    values = np.sort(np.exp(scaled - scaled.max()))[::-1]
    return bool(np.abs(np.cumsum(values / values.sum()) - top_p).min() < 1e-4)


def kept(drawing: Drawing, logits: Tensor) -> np.ndarray:
    """Which tokens `Drawing.scaled` leaves where they are."""
    plain = Drawing(drawing.temperature, noise=drawing.noise)
    same = drawing.scaled(logits) == plain.scaled(logits)
    return same.numpy()


@given(
    seed=st.integers(0, 10**6),
    width=st.integers(2, 40),
    spread=st.sampled_from([0.1, 1.0, 5.0]),
    temperature=st.sampled_from([0.0, 0.3, 1.0, 2.0]),
    top_p=st.sampled_from([None, 1e-6, 0.3, 0.7, 0.95, 1.0]),
    top_k=st.sampled_from([None, 1, 2, 5, 100]),
    noise=st.sampled_from(["joint", "gumbel"]),
)
@settings(max_examples=300, deadline=None)
def test_top_p_and_top_k_keep_what_dream_keeps(
    seed: int,
    width: int,
    spread: float,
    temperature: float,
    top_p: float | None,
    top_k: int | None,
    noise: str,
) -> None:
    drawing = Drawing(temperature, top_k, top_p, noise)  # type: ignore[arg-type]
    logits = torch.randn(3, width, generator=torch.Generator().manual_seed(seed)) * spread
    found = kept(drawing, logits)
    for row, expected in zip(logits.numpy().astype(np.float64), found, strict=True):
        if not is_near_a_border(row, temperature, top_p):
            assert (dream(row, temperature, top_p, top_k) == expected).all()


def test_a_token_at_the_border_is_kept_as_dream_keeps_it() -> None:
    logits = torch.tensor([[0.5, 0.25, 0.125, 0.125]]).log()
    assert kept(Drawing(top_p=0.5), logits).tolist() == [[True, True, False, False]]
    assert kept(Drawing(top_p=0.49), logits).tolist() == [[True, False, False, False]]
    equals = torch.zeros(1, 4)
    assert kept(Drawing(top_k=2), equals).all()  # none of them is more likely than another


@pytest.mark.parametrize(("bins", "at_once"), [(1, 7), (2, 1), (50, 16), (4096, 64)])
@pytest.mark.parametrize("top_p", [1e-9, 0.2, 0.9, 0.9999])
def test_bins_change_nothing(
    bins: int, at_once: int, top_p: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From rows that are all but flat to rows with one token, against a full sort."""
    logits = torch.randn(30, 200, generator=torch.Generator().manual_seed(0))
    logits *= torch.logspace(-3, 3, 30)[:, None]
    monkeypatch.setattr(module, "BINS", bins)
    monkeypatch.setattr(module, "ROWS_AT_ONCE", at_once)
    found = kept(Drawing(top_p=top_p), logits)
    for row, own in zip(logits.numpy().astype(np.float64), found, strict=True):
        if not is_near_a_border(row, 0.0, top_p):
            assert (dream(row, 0.0, top_p, None) == own).all()
    assert (found.sum(1) >= 1).all()


def test_rows_are_not_sorted_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[int] = []
    topk = Tensor.topk

    def watched(self: Tensor, k: int, *rest: object) -> object:
        looks.append(k)
        return topk(self, k, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(Tensor, "topk", watched)
    monkeypatch.setattr(Tensor, "sort", None)
    for spread in (0.5, 3.0, 9.0):
        logits = torch.randn(4, 50_000, generator=torch.Generator().manual_seed(0)) * spread
        Drawing(top_p=0.9).scaled(logits)
        Drawing(top_k=7).scaled(logits)
        Drawing(top_k=7, top_p=0.9).scaled(logits)
    assert max(looks) < 2500


@pytest.mark.parametrize("drawing", [Drawing(0.5), Drawing(0.0, 2), Drawing(0.7, None, 0.5)])
def test_the_model_s_own_logits_stay(drawing: Drawing) -> None:
    logits = torch.randn(5, 9, generator=torch.Generator().manual_seed(1))
    before = logits.clone()
    assert not torch.equal(drawing.scaled(logits), logits)
    noisy = Drawing(1.0, noise="gumbel").perturbed(logits, torch.Generator().manual_seed(0))
    assert (noisy != logits).all()
    assert torch.equal(logits, before)


def test_nothing_is_copied_where_nothing_changes() -> None:
    logits = torch.zeros(2, 3)
    assert Drawing().scaled(logits) is logits
    assert Drawing(1.0, noise="gumbel").scaled(logits) is logits
    assert Drawing(top_p=1.0).scaled(logits) is logits


def test_what_is_left_out_is_worse_than_the_worst_of_what_is_kept() -> None:
    """What a member may lose by kept tokens, 20000 nats, does not make up for one left out."""
    logits = torch.full((2, 258), -1e9)
    logits[0, [ord("a"), ord("x")]] = torch.tensor([1.0, 0.0])
    logits[1, [ord("b"), ord("c")]] = torch.tensor([2e4, 0.0])
    decoding, wanted = ds.Decoding(steps=1, top_k=2), ds.choice(["ac", "xb"])
    assert drawn(logits, 1, decoding, wanted) == ["xb"]  # all four tokens are kept
    logits[0, ord("y")] = 0.5
    assert drawn(logits, 1, decoding, wanted) == ["ac"]  # "x" is third now


def drawn(logits: Tensor, draws: int, decoding: ds.Decoding, wanted: ds.Language) -> list[str]:
    """The texts of many runs in one step each; every row of a batch has its own seed."""

    def network(input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        return logits.expand(len(input_ids), -1, -1)

    outputs = byte_model(network).generate([""] * draws, wanted, decoding, seed=1)
    return [output.text for output in outputs]


def chi_squared(counts: np.ndarray, expected: np.ndarray) -> float:
    return float(((counts - expected) ** 2 / expected).sum())


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
@pytest.mark.parametrize("noise", ["gumbel", "joint"])
def test_one_position_is_drawn_from_the_softmax(noise: str, temperature: float) -> None:
    draws, letters = 2000, "abcdef"
    logits = torch.full((1, 258), -50.0)
    values = torch.tensor([0.0, 1.0, -1.0, 0.5, 2.0, 0.2])
    logits[0, [ord(letter) for letter in letters]] = values
    decoding = ds.Decoding(steps=1, temperature=temperature, noise=noise)  # type: ignore[arg-type]
    texts = drawn(logits, draws, decoding, ds.regex("[a-f]"))
    counts = np.array([texts.count(letter) for letter in letters])
    shares = np.exp(values.numpy() / temperature)
    expected = draws * shares / shares.sum()
    assert chi_squared(counts, expected) < 20.5  # 5 degrees of freedom, p = 0.001


@pytest.mark.parametrize("noise", ["gumbel", "joint"])
def test_nothing_underflows(noise: str) -> None:
    """All allowed logits are below -745, where exp is 0: in linear space id 0 would win."""
    draws = 400
    logits = torch.zeros(2, 258)
    logits[:, [ord("a"), ord("b")]] = -2000.0
    decoding = ds.Decoding(steps=1, temperature=1.0, noise=noise)  # type: ignore[arg-type]
    texts = drawn(logits, draws, decoding, ds.regex("[ab]{2}"))
    members = ["aa", "ab", "ba", "bb"]
    assert {*texts} <= {*members}
    counts = np.array([texts.count(text) for text in members])
    assert chi_squared(counts, np.full(4, draws / 4)) < 16.3  # 3 degrees of freedom, p = 0.001


@pytest.mark.parametrize("truncation", [{"top_p": 0.5}, {"top_k": 1}, {"top_k": 3, "top_p": 0.9}])
@pytest.mark.parametrize(
    ("temperature", "noise"),
    [(0.0, "joint"), *product((1.0, 5.0), ("gumbel", "joint"))],
)
def test_a_language_gets_the_token_it_needs(
    temperature: float, noise: str, truncation: dict[str, float]
) -> None:
    logits = torch.zeros(3, 258)
    logits[:, ord("!")] = 30.0
    decoding = ds.Decoding(steps=1, temperature=temperature, noise=noise, **truncation)  # type: ignore[arg-type]
    texts = drawn(logits, 20, decoding, ds.regex("[0-9]{2}!"))
    assert all(re.fullmatch("[0-9]{2}!", text) for text in texts)
    assert (len({*texts}) > 1) == (temperature > 0)


@pytest.mark.parametrize("noise", ["gumbel", "joint"])
def test_what_is_left_out_is_not_drawn_while_others_will_do(noise: str) -> None:
    logits = torch.zeros(2, 258)
    logits[:, [ord("a"), ord("b")]] = 1.0
    decoding = ds.Decoding(steps=1, temperature=3.0, noise=noise, top_k=2)  # type: ignore[arg-type]
    texts = drawn(logits, 100, decoding, ds.regex("[a-z]{2}"))
    assert {*texts} == {"aa", "ab", "ba", "bb"}


def test_gumbel_confidence_is_that_of_the_logits_without_noise() -> None:
    logits = torch.full((1, 258), -50.0)
    logits[0, [ord("a"), ord("b")]] = torch.tensor([0.0, math.log(3)])

    def network(input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        return logits.expand(len(input_ids), -1, -1)

    expected = {"a": 0.25, "b": 0.75}
    decoding = ds.Decoding(steps=1, temperature=4.0, noise="gumbel")
    for output in byte_model(network).generate([""] * 20, ds.regex("[ab]"), decoding, seed=0):
        (cell,) = output.trace[0].cells()
        assert cell.confidence == pytest.approx(expected[output.text])


@pytest.mark.parametrize("bad", [math.nan, math.inf])
@pytest.mark.parametrize(
    "drawing",
    [{}, {"top_p": 0.9}, {"top_k": 2}, {"temperature": 0.5}, {"temperature": 1.0, "top_p": 0.5}],
)
def test_a_broken_network_is_noticed_all_the_same(bad: float, drawing: dict[str, float]) -> None:
    logits = torch.zeros(2, 258)
    logits[1, ord("q")] = bad
    with pytest.raises(NonFiniteLogits):
        drawn(logits, 1, ds.Decoding(**drawing), ds.regex("[a-z]{2}"))  # type: ignore[arg-type]


@pytest.mark.parametrize("temperature", [1e-3, 1.0, 50.0])
def test_impossible_stays_impossible_at_any_temperature(temperature: float) -> None:
    logits = torch.zeros(2, 258)
    logits[:, ord("a")] = -math.inf
    texts = drawn(logits, 30, ds.Decoding(temperature=temperature, top_p=0.9), ds.regex("[ab]{2}"))
    assert {*texts} == {"bb"}
