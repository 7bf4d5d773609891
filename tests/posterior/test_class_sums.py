"""Sums over logits, against torch in float64."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from dllm_struct.posterior.class_sums import AT_ONCE, sum_rows


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    rows=st.integers(0, 4),
    width=st.one_of(st.integers(1, 70), st.integers(AT_ONCE - 20, 2 * AT_ONCE + 20)),
    scale=st.sampled_from([0.0, 1.0, 30.0, 1e4]),
    impossible=st.sampled_from([0.0, 0.5, 1.0]),
)
def test_rows_are_summed(seed: int, rows: int, width: int, scale: float, impossible: float) -> None:
    rng = np.random.default_rng(seed)
    logits = (scale * rng.standard_normal((rows, width))).astype(np.float32)
    logits[rng.random((rows, width)) < impossible] = -np.inf
    expected = torch.from_numpy(logits).double().logsumexp(-1)
    assert sum_rows(logits) == pytest.approx(expected.numpy(), rel=1e-6, abs=1e-5)
