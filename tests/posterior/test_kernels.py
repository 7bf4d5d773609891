"""The kernels against plain torch; without a GPU, Triton's interpreter runs them."""

from __future__ import annotations

import itertools
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import dllm_struct as ds
from dllm_struct.errors import EmptyLanguage, NonFiniteLogits
from dllm_struct.posterior import MASKED, Posterior, Problem
from dllm_struct.posterior.device import solve_on_device
from dllm_struct.posterior.device.tables import SIZES, TABLES, cut
from tests.posterior.test_posterior import (
    NULL,
    TOKENS,
    VOCABULARY,
    assert_same,
    in_a_table,
    random_case,
)

pytest.importorskip("triton")

ROOT = Path(__file__).parents[2]
DEVICE = "cuda" if torch.cuda.is_available() else "cpu"
TYPES = [torch.float32, torch.bfloat16, torch.float16, torch.float64]


@pytest.fixture(autouse=True)
def few_programs(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The interpreter takes its time for each program, and warns of what a GPU does silently."""
    monkeypatch.setattr("dllm_struct.posterior.device.fused.LEAST_BLOCKS", 2)
    with np.errstate(all="ignore"):
        yield


def moved(problem: Problem, change: Callable[[torch.Tensor], torch.Tensor]) -> Problem:
    return replace(problem, logits=change(problem.logits).to(DEVICE))


def wider(logits: torch.Tensor) -> torch.Tensor:
    """Columns that stand for no token."""
    return torch.nn.functional.pad(logits, (0, 3), value=40.0)


def turned(logits: torch.Tensor) -> torch.Tensor:
    """The same numbers, rows side by side in memory."""
    return logits.T.contiguous().T


def thinned(logits: torch.Tensor) -> torch.Tensor:
    """Some tokens are impossible."""
    return torch.where(logits < -1.5, -torch.inf, logits)


CHANGES = [wider, turned, thinned, torch.clone]


def both(problems: list[Problem]) -> Iterator[tuple[Posterior, Posterior]]:
    """What the kernels find, and what plain torch does."""
    found, expected = solve_on_device(problems, "triton"), solve_on_device(problems, "torch")
    return zip(found, expected, strict=True)


@settings(max_examples=8)
@given(
    seed=st.integers(0, 10**6),
    scale=st.sampled_from([0.0, 1.0, 5.0, 300.0]),
    dtype=st.sampled_from(TYPES),
    change=st.sampled_from(CHANGES),
    temperature=st.sampled_from([1.0, 0.7, 3.0]),
)
def test_kernels_agree_with_plain_torch(
    seed: int, scale: float, dtype: torch.dtype, change: Any, temperature: float
) -> None:
    cases = [random_case(seed + i, scale) for i in range(2)]
    problems = [in_a_table(case.problem, seed) for case in cases if case is not None]
    problems = [moved(p, lambda logits: change(logits).to(dtype)) for p in problems]
    problems = [replace(problem, temperature=temperature) for problem in problems]
    for found, expected in both(problems):
        assert_same(found, expected)


def test_slots_of_several_types_are_solved_together() -> None:
    cases = [case for seed in range(8) if (case := random_case(seed, 2.0)) is not None]
    kinds = itertools.cycle(TYPES)
    problems = [moved(case.problem, partial(torch.Tensor.to, dtype=next(kinds))) for case in cases]
    for found, expected in both(problems):
        assert found.has_member == expected.has_member
        torch.testing.assert_close(found.log_marginals, expected.log_marginals)


@pytest.fixture(scope="module")
def large() -> list[Problem]:
    """More states, edges, classes, and tokens of a class than a program takes at a time."""
    rng, words = np.random.default_rng(0), {bytes([byte]): None for byte in range(128)}
    while len(words) < 700:
        words[bytes(rng.choice(list(b"abcdef01-:. "), rng.integers(2, 5)).tolist())] = None
    vocabulary = ds.Vocabulary([*words, None])
    patterns = [r"[a-f ]{0,300}", r"([a-f]{0,9}:[01]{0,9}(-[a-f]{2}){0,9}\. ?){0,5}", "[01]{2,3}"]
    problems = []
    for n, pattern in zip((3, 4, 5), patterns, strict=True):
        logits = torch.tensor(3 * rng.standard_normal((n, len(vocabulary))), dtype=torch.float32)
        automaton = ds.compile(ds.regex(pattern), vocabulary).automaton
        problems.append(Problem(automaton, logits.to(DEVICE), [MASKED] * n, len(words)))
    return problems


def test_large_automata_take_several_rounds(large: list[Problem]) -> None:
    for found, expected in both(large):
        assert_same(found, expected)


def test_results_are_the_same_at_every_call(large: list[Problem]) -> None:
    one, other = solve_on_device(large, "triton")[1], solve_on_device(large[1:], "triton")[0]
    assert one.log_evidence == other.log_evidence
    assert one.log_marginals.equal(other.log_marginals)


@pytest.mark.parametrize("size", [1e18, 1e30, 3.4028234663852886e38])
def test_logits_of_any_finite_size(size: float) -> None:
    """Also the least number that a float32 has, which some networks use for impossible."""
    automaton = ds.compile(ds.regex("[ab]{2}"), VOCABULARY).automaton
    logits = torch.full((2, len(TOKENS)), -size)
    logits[0, 0] = logits[1, 1] = size
    for problem in (
        Problem(automaton, logits.to(DEVICE), [MASKED] * 2),
        Problem(automaton, torch.full_like(logits, -size).to(DEVICE), [MASKED] * 2),
    ):
        for found, expected in both([problem]):
            assert_same(found, expected)


@pytest.mark.parametrize("bad", [torch.nan, torch.inf])
def test_only_the_slot_whose_logits_are_bad_is_refused(bad: float) -> None:
    automaton = ds.compile(ds.regex("(ab)+"), VOCABULARY).automaton
    logits = torch.zeros(2, 2, len(TOKENS) + 1)
    logits[1, 1, -1] = bad  # of no token
    rows = [Problem(automaton, row.to(DEVICE), [MASKED] * 2, NULL) for row in logits]
    fine, refused = solve_on_device(rows, "triton")
    assert fine.has_member
    with pytest.raises(NonFiniteLogits, match="token 6 at position 1"):
        refused.map()
    settled = replace(rows[1], committed=[0, 1])  # committed rows do not count
    assert solve_on_device([settled], "triton")[0].map().tolist() == [0, 1]


def test_no_member_fits() -> None:
    automaton = ds.compile(ds.regex("(ab)+"), VOCABULARY).automaton
    problem = Problem(automaton, torch.zeros(1, len(TOKENS), device=DEVICE), [2])
    (posterior,) = solve_on_device([problem], "triton")
    assert posterior.log_evidence == -torch.inf
    with pytest.raises(EmptyLanguage):
        posterior.map()


def test_slots_without_positions() -> None:
    automaton = ds.compile(ds.regex("a*"), VOCABULARY).automaton
    problem = Problem(automaton, torch.zeros(0, len(TOKENS), device=DEVICE), [])
    for found, expected in both([problem]):
        assert_same(found, expected)


@given(st.lists(st.integers(0, 20), max_size=8), st.integers(1, 5))
def test_rows_are_cut_into_pieces(sizes: list[int], width: int) -> None:
    start = np.cumsum([0, *sizes])
    pieces = cut(start, width)
    for row, (low, high) in enumerate(zip(pieces.start, pieces.start[1:], strict=False)):
        elements = [e for p in range(low, high) for e in range(pieces.low[p], pieces.end[p])]
        assert elements == [*range(start[row], start[row + 1])]
        assert all(0 < pieces.end[p] - pieces.low[p] <= width for p in range(low, high))


def test_kernels_know_the_columns_by_name() -> None:
    from dllm_struct.posterior.device.kernels import arrays  # noqa: PLC0415 - needs triton

    for prefix, names in [
        ("", (*SIZES, *TABLES)),
        ("SLOT_", arrays.SLOT_COLUMNS),
        ("AT_", arrays.POSITION_COLUMNS),
    ]:
        for number, name in enumerate(names):
            assert getattr(arrays, f"{prefix}{name.upper()}").value == number


@pytest.mark.slow
def test_kernels_compile_for_a_device_that_is_not_there() -> None:
    """The interpreter runs what the compiler refuses."""
    command = [sys.executable, "-m", "tests.posterior.compile_kernels"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [
        "sum_pieces",
        "join",
        "backward",
        "forward",
        "class_marginals",
        "witness",
        "draw_path",
        "draw_tokens",
    ]
