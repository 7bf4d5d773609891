"""Loops over positions that are cut into parts."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from dllm_struct.posterior import parallel
from dllm_struct.posterior.parallel import over_positions


@given(st.lists(st.booleans(), max_size=40), st.integers(1, 9), st.integers(1, 5))
def test_every_position_is_in_one_part_and_the_parts_are_in_order(
    is_read: list[bool], width: int, threads: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parallel, "AT_LEAST", 8)
        patch.setattr(torch, "get_num_threads", lambda: threads)
        parts = over_positions(lambda part: range(40)[part], np.array(is_read, bool), width)
    positions = [i for part in parts for i in part if i < len(is_read)]
    assert positions == [*range(len(is_read))]
    assert len(parts) == max(1, min(threads, sum(is_read) * width // 8))


def test_an_error_in_any_part_is_raised() -> None:
    def fail(part: slice) -> None:
        if part.stop == 8:
            raise ValueError("here")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(torch, "get_num_threads", lambda: 2)
        with pytest.raises(ValueError, match="here"):
            over_positions(fail, np.ones(8, bool), parallel.AT_LEAST)
