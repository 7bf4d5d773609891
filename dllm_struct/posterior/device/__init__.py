"""The posterior on an accelerator: all slots of all sequences at once."""

from __future__ import annotations

from collections.abc import Sequence

from dllm_struct.posterior.base import Posterior, Problem
from dllm_struct.posterior.device.batch import DevicePosterior
from dllm_struct.posterior.device.plain import PlainBatch

__all__ = ["solve_on_device"]


def solve_on_device(problems: Sequence[Problem]) -> list[Posterior]:
    """`dllm_struct.posterior.solve` for problems whose logits are on one device."""
    if not problems:
        return []
    batch = PlainBatch(problems)
    return [DevicePosterior(batch, index) for index in range(len(problems))]
