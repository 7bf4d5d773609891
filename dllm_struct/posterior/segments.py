"""Reductions over consecutive runs of rows: the one primitive of the device path.

Runs are summed in a fixed order, without atomics, so a result is the same at every call.
"""

from __future__ import annotations

import torch
from torch import Tensor


def segment_max(values: Tensor, lengths: Tensor) -> Tensor:
    """Largest value of each run of rows.

    Args:
        values: float [M, ...].
        lengths: int64 [R], how many rows each run has; they add up to M.

    Returns:
        float [R, ...], -inf for an empty run.
    """
    return _reduce(values, "max", lengths, -torch.inf)


def segment_log_sum_exp(values: Tensor, lengths: Tensor) -> Tensor:
    """Log of the sum of exponentials of each run of rows; shapes as `segment_max`."""
    largest = segment_max(values, lengths)
    shift = torch.where(largest.isfinite(), largest, torch.zeros_like(largest))
    scaled = (values - shift.repeat_interleave(lengths, dim=0, output_size=len(values))).exp()
    return _reduce(scaled, "sum", lengths, 0.0).log() + shift


def first_of_run(chosen: Tensor, lengths: Tensor) -> Tensor:
    """Row number of the first chosen row of each run.

    Args:
        chosen: bool [M, ...].
        lengths: int64 [R].

    Returns:
        int64 [R, ...]; M where no row of the run is chosen.
    """
    rows = torch.arange(len(chosen), device=chosen.device, dtype=torch.float64)
    rows = rows.reshape(-1, *[1] * (chosen.dim() - 1))
    candidates = torch.where(chosen, rows, torch.full_like(rows, len(chosen)))
    return _reduce(candidates, "min", lengths, float(len(chosen))).long()


def _reduce(values: Tensor, how: str, lengths: Tensor, initial: float) -> Tensor:
    return torch.segment_reduce(
        values.contiguous(), how, lengths=lengths, axis=0, initial=initial, unsafe=True
    )
