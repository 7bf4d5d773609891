"""The device's posterior: which engine solves, and when the host waits for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

import dllm_struct as ds
from dllm_struct.canvas import Canvas
from dllm_struct.constraint import Constraint
from dllm_struct.drawing import Drawing
from dllm_struct.errors import InvalidInput, MissingExtra
from dllm_struct.logit_rows import LogitRows
from dllm_struct.posterior import Problem
from dllm_struct.posterior.device import DevicePosterior, chosen_engine, solve_on_device
from dllm_struct.posterior.device.batch import Batch, Report
from dllm_struct.posterior.device.plain import PlainBatch
from dllm_struct.transfer import fetch
from dllm_struct.vocabulary.codec import Codec
from dllm_struct.witness import Reading, find_witnesses
from tests.posterior.test_posterior import in_a_table, random_case


@pytest.mark.parametrize(
    ("named", "expected"), [("", "torch"), ("torch", "torch"), ("triton", "triton")]
)
def test_engine_is_chosen_openly(
    named: str, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DLLM_STRUCT_ENGINE", named)
    monkeypatch.setattr("dllm_struct.posterior.device.find_spec", lambda name: "spec")
    assert chosen_engine() == expected


def test_an_engine_that_is_not_there_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dllm_struct.posterior.device.find_spec", lambda name: None)
    monkeypatch.setenv("DLLM_STRUCT_ENGINE", "triton")
    with pytest.raises(MissingExtra, match="gpu"):
        chosen_engine()
    monkeypatch.setenv("DLLM_STRUCT_ENGINE", "cuda")
    with pytest.raises(InvalidInput, match="'cuda'"):
        chosen_engine()


class NoWaiting(TorchDispatchMode):
    """Refuses what makes the host wait for a device: an answer that only the device knows."""

    def __torch_dispatch__(
        self, func: Any, types: Any, args: Sequence[Any] = (), kwargs: Any = None
    ) -> Any:
        name, given = func.overloadpacket.__name__, {**(kwargs or {})}
        waits = name in ("_local_scalar_dense", "nonzero", "masked_select", "bincount", "equal")
        if name == "repeat_interleave":
            waits = given.get("output_size") is None
        if name in ("index", "index_put", "index_put_", "_index_put_impl_"):
            waits = any(at is not None and at.dtype == torch.bool for at in args[1])
        assert not waits, f"{func} waits for the device"
        return func(*args, **given)


def several() -> list[Problem]:
    cases = [case for seed in range(12) if (case := random_case(seed, 2.0)) is not None]
    return [in_a_table(case.problem, seed) for seed, case in enumerate(cases)]


class Unfetched(Exception):
    """The report is ready on the device."""


def batch_of(problems: Sequence[Problem], monkeypatch: pytest.MonkeyPatch) -> Batch:
    """A batch whose report is not fetched."""

    def of(slots: Tensor, positions: Tensor) -> Report:
        raise Unfetched

    monkeypatch.setattr(Report, "of", of)
    return PlainBatch(problems)


def test_nothing_waits_before_the_report_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    with NoWaiting():
        batch = batch_of(several(), monkeypatch)
        with pytest.raises(Unfetched):
            _ = batch.report


ASKED: list[Callable[[DevicePosterior], object]] = [
    lambda one: one.sample(2, torch.Generator().manual_seed(0)),
    lambda one: one.spread(),
    lambda one: one.log_marginals,
    lambda one: one.support,
    lambda one: one.log_probability(torch.zeros(len(one), dtype=torch.int64)),
]


@pytest.mark.parametrize("ask", ASKED)
def test_nothing_waits_after_the_report_is_fetched(
    ask: Callable[[DevicePosterior], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    posteriors = [one for one in solve_on_device(several(), "torch") if one.has_member]
    monkeypatch.setattr(DevicePosterior, "has_member", True)  # its answer is on the host now
    for posterior in posteriors:
        assert isinstance(posterior, DevicePosterior)
        with NoWaiting():
            ask(posterior)


def reading(seed: int, drawing: Drawing) -> Reading:
    """Two slots that are all masked, and random logits."""
    vocabulary = ds.Vocabulary([*(bytes([byte]) for byte in range(128)), None])
    slots = ds.Slot("a", ds.regex("[0-9]+"), max_tokens=6), ds.Slot("b", ds.regex("x*"))
    template = ds.Template((slots[0], ds.Invariant(" - "), slots[1]))
    constraint = Constraint(template, Codec(vocabulary, frozenset()), 128)
    canvas: Canvas = constraint.canvas(6, None)
    rng = np.random.default_rng(seed)
    logits = torch.tensor(rng.standard_normal((len(canvas), 129)), dtype=torch.float32)
    generator = torch.Generator().manual_seed(seed)
    return Reading(constraint, canvas, LogitRows(logits), generator, drawing)


@pytest.mark.parametrize(
    ("drawing", "fetches"), [(Drawing(), 1), (Drawing(0.7), 2), (Drawing(1.0, noise="gumbel"), 2)]
)
def test_a_step_fetches_once_and_once_more_for_samples(
    drawing: Drawing, fetches: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the number of slots and sequences; the CPU stands for a device here."""
    seen: list[int] = []

    def counted(tensors: Sequence[Tensor]) -> list[Tensor]:
        seen.append(len(tensors))
        return fetch(tensors)

    expected = find_witnesses([reading(seed, drawing) for seed in range(3)])
    monkeypatch.setattr(
        "dllm_struct.posterior.solve_on_host", lambda own: solve_on_device(own, "torch")
    )
    for module in ("posterior.base", "posterior.device.batch", "witness"):
        monkeypatch.setattr(f"dllm_struct.{module}.fetch", counted)
    found = find_witnesses([reading(seed, drawing) for seed in range(3)])
    assert len(seen) - (not drawing.is_random) == fetches  # what is here already is not fetched
    for one, other in zip(found, expected, strict=True):
        for slot, same in zip(one, other, strict=True):
            assert slot.tokens.equal(same.tokens)
            torch.testing.assert_close(slot.log_confidence, same.log_confidence)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
@pytest.mark.parametrize("engine", ["torch", "triton"])
def test_cuda_does_not_wait_but_for_the_report(engine: Any) -> None:
    problems = several()
    there = [
        Problem(p.automaton, p.logits.cuda(), p.committed, p.null_token_id, rows=p.rows)
        for p in problems
    ]
    torch.cuda.set_sync_debug_mode("error")
    try:
        posteriors = solve_on_device(there, engine)
        batch = posteriors[0]._batch  # type: ignore[attr-defined]
        batch.log_class_marginals(0)
    finally:
        torch.cuda.set_sync_debug_mode("default")
    for found, expected in zip(posteriors, solve_on_device(problems, "torch"), strict=True):
        assert found.has_member == expected.has_member
        if found.has_member:
            assert found.witness().tokens.equal(expected.witness().tokens)
