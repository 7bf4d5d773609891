"""The likeliest tokens of a row, against a sort of all of them."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from dllm_struct.posterior.exploration.likely import BLOCK, likely_tokens

MASKED = np.full(1, -1)
FIRST = np.zeros(1, np.int64)


def _row(seed: int, width: int, step: float) -> NDArray[np.float32]:
    """Noise, some of it impossible; with a step there are equals."""
    rng = np.random.default_rng(seed)
    row = 3 * rng.standard_normal(width)
    row = np.round(row / step) * step if step else row
    row[rng.random(width) < rng.choice([0.0, 0.5, 0.99, 1.0])] = -np.inf
    return row.astype(np.float32)


ROWS = st.builds(
    _row,
    st.integers(0, 10**6),
    st.sampled_from([1, 7, BLOCK - 1, BLOCK, BLOCK + 1, 5 * BLOCK, 20 * BLOCK + 3]),
    st.sampled_from([0.0, 0.01, 1.0, 10.0]),
)


@given(ROWS, st.integers(1, 70), st.integers(0, 9))
def test_the_largest_logits_come_in_order_the_smaller_token_first(
    row: NDArray[np.float32], most: int, unused: int
) -> None:
    num_tokens = max(1, len(row) - unused)
    most = min(most, num_tokens)
    tokens, counts, is_sound = likely_tokens(row[None], FIRST, MASKED, num_tokens, most)
    order = np.argsort(-row[:num_tokens], kind="stable")
    expected = order[row[order] > -np.inf][:most]
    assert is_sound
    assert tokens[0, : counts[0]].tolist() == expected.tolist()


@given(ROWS, st.data())
def test_nan_and_infinity_are_found_wherever_they_are(
    row: NDArray[np.float32], data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(row) - 1))
    row[place] = data.draw(st.sampled_from([np.nan, -np.nan, np.inf]))
    num_tokens = data.draw(st.integers(1, len(row)))
    assert not likely_tokens(row[None], FIRST, MASKED, num_tokens, 1)[2]
    assert likely_tokens(row[None], FIRST, np.zeros(1, np.int64), num_tokens, 1)[2]
