"""How long something takes on a device, and how much memory, for `step.py`."""

from __future__ import annotations

import gc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from common import now

SECOND, MEBIBYTE = 1e3, 2**20


def seconds(run: Callable[[], object], device: str) -> float:
    """Return how long a call takes, from an idle device to an idle device.

    On a GPU by its own events, so that what the host does while the device waits counts as well.
    """
    if device == "cpu":
        start = now()
        run()
        return now() - start
    event: Any = torch.cuda.Event  # it carries no types
    begun, done = (event(enable_timing=True) for _ in range(2))
    torch.cuda.synchronize()
    begun.record()
    run()
    done.record()
    torch.cuda.synchronize()
    return float(begun.elapsed_time(done)) / SECOND


def peak(run: Callable[[], object], device: str) -> float:
    """Most memory that a call takes beyond what is in use before, in MiB."""
    gc.collect()
    if device != "cpu":
        torch.cuda.synchronize()
        before: float = torch.cuda.memory_allocated()
        torch.cuda.reset_peak_memory_stats()
        run()
        return (torch.cuda.max_memory_allocated() - before) / MEBIBYTE
    Path("/proc/self/clear_refs").write_text("5")  # the peak becomes what is in use now
    before = _resident("VmRSS")
    run()
    return (_resident("VmHWM") - before) / 1024


def _resident(name: str) -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith(name))
