"""Loads what every worker needs before workers are forked: modules, loops, shipped grammars."""

from __future__ import annotations

import torch

from dllm_struct.serve.isolation import worker
from dllm_struct.serve.warming import warm_up


def load() -> None:
    """Compile and solve something of every kind."""
    assert worker  # it is here to be imported
    torch.set_num_threads(1)  # threads do not survive a fork
    warm_up()


load()
