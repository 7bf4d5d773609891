"""The exact posterior of a slot: evidence, marginals, MAP, joint samples, length.

Logits are summed into token classes, then forward-backward runs over (position x state x class).
See docs/explanation/posterior.md for the formulas.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch

from dllm_struct.posterior.base import MASKED, Posterior, Problem
from dllm_struct.posterior.device import solve_on_device
from dllm_struct.posterior.host import solve_on_host

__all__ = ["MASKED", "Posterior", "Problem", "solve"]


def solve(problems: Sequence[Problem]) -> list[Posterior]:
    """The posteriors of many slots, of any languages, lengths and devices, in one call.

    Raises:
        InvalidInput: logits of the wrong shape.
        NonFiniteLogits: NaN or +inf in a row that is not committed.
    """
    by_device: dict[torch.device, list[int]] = {}
    for index, problem in enumerate(problems):
        by_device.setdefault(problem.logits.device, []).append(index)
    found: dict[int, Posterior] = {}
    for device, indices in by_device.items():
        engine = solve_on_host if device.type == "cpu" else solve_on_device
        found.update(zip(indices, engine([problems[i] for i in indices]), strict=True))
    return [found[index] for index in range(len(problems))]
