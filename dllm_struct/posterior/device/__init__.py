"""The posterior on an accelerator: all slots of all sequences at once.

Two engines give the same answers: ``torch``, plain torch, which runs anywhere, and ``triton``,
kernels that read every logit once. `chosen_engine` says which one is taken.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from importlib.util import find_spec
from typing import Literal

import torch

from dllm_struct.errors import InvalidInput, MissingExtra
from dllm_struct.posterior.base import Posterior, Problem
from dllm_struct.posterior.device.batch import Batch, DevicePosterior
from dllm_struct.posterior.device.plain import PlainBatch

__all__ = ["Engine", "batches", "chosen_engine", "solve_on_device"]

Engine = Literal["triton", "torch"]

VARIABLE = "DLLM_STRUCT_ENGINE"
"""An environment variable that names the engine."""


def chosen_engine() -> Engine:
    """Return the engine that the environment variable ``DLLM_STRUCT_ENGINE`` names, else ``torch``.

    The kernels have to be asked for as long as only Triton's interpreter has run them.

    Raises:
        InvalidInput: the variable names no engine.
        MissingExtra: it names ``triton``, which is not installed.
    """
    named = os.environ.get(VARIABLE) or "torch"
    if named == "torch":
        return "torch"
    if named != "triton":
        raise InvalidInput(
            f"{VARIABLE} names the engine '{named}'", hint="known are triton and torch"
        )
    if find_spec("triton") is None:
        raise MissingExtra(
            f"{VARIABLE} asks for triton, which is not installed",
            hint="pip install 'dllm-struct[gpu]', or set it to torch",
        )
    return "triton"


def solve_on_device(problems: Sequence[Problem], engine: Engine | None = None) -> list[Posterior]:
    """`dllm_struct.posterior.solve` for problems whose logits are on one device.

    Args:
        problems: any number.
        engine: None: that of `chosen_engine`.
    """
    if not problems:
        return []
    kind = batches(engine or chosen_engine())
    by_type: dict[torch.dtype, list[int]] = {}
    for index, problem in enumerate(problems):
        by_type.setdefault(problem.logits.dtype, []).append(index)
    found: dict[int, Posterior] = {}
    for indices in by_type.values():
        batch = kind([problems[index] for index in indices])
        found |= {index: DevicePosterior(batch, k) for k, index in enumerate(indices)}
    return [found[index] for index in range(len(problems))]


def batches(engine: Engine) -> type[Batch]:
    """Return the kind of batch that an engine solves."""
    if engine == "torch":
        return PlainBatch
    from dllm_struct.posterior.device.fused import FusedBatch  # noqa: PLC0415 - needs an extra

    return FusedBatch
