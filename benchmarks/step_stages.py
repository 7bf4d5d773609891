"""The posterior of a first step by its stages, on a device, for `step.py`."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from importlib.util import find_spec
from statistics import median

import torch
from step_setting import Setting, made_up
from step_timing import SECOND, seconds
from torch import Tensor

from dllm_struct.automata.tokens import TokenAutomaton
from dllm_struct.posterior import MASKED, Problem
from dllm_struct.posterior.device import Engine, batches
from dllm_struct.posterior.device.batch import Batch


def problems_of(setting: Setting, tables: Sequence[Tensor]) -> list[Problem]:
    """One problem for every slot of every canvas, all masked; those that a device solves."""
    canvas, found = setting.constraint.canvas(setting.initial, None), []
    for span, start in canvas.starts():
        if span.slot is None:
            continue
        automaton = setting.constraint.compiled[span.slot].automaton
        if isinstance(automaton, TokenAutomaton):
            committed, null = [MASKED] * len(span.tokens), setting.constraint.null_token_id
            parts = (table[start : start + len(committed)] for table in tables)
            found += [Problem(automaton, part, committed, null) for part in parts]
    return found


def stage(engine: Engine, problems: Sequence[Problem], read: Callable[[Batch], object]) -> None:
    """Solve problems up to some quantity of the batch."""
    read(batches(engine)(problems))


def by_stages(options: argparse.Namespace, positions: int) -> Iterator[list[str]]:
    """Rows of the fourth table; the times of a stage include those of the stages before it."""
    setting, device = made_up(options, positions), options.device
    dtype = torch.float32 if device == "cpu" else torch.bfloat16
    shape = (setting.positions, len(setting.codec.vocabulary))
    engines: list[Engine] = ["torch"]
    if device != "cpu" and find_spec("triton") is not None:
        engines.append("triton")
    for batch in options.batch:
        if device == "cpu" and batch * setting.positions > options.most_positions:
            continue
        tables = [3 * torch.randn(shape, device=device, dtype=dtype) for _ in range(batch)]
        problems = problems_of(setting, tables)
        runs = range(options.runs + 1)
        for engine in engines:
            reads: list[Callable[[Batch], object]] = [
                lambda found: found.sizes,
                lambda found: found.scores,
                lambda found: found.report,
            ]
            times = []
            for read in reads:
                run = partial(stage, engine, problems, read)
                run()  # compiles what is compiled
                times.append(median(seconds(run, device) for _ in runs))
            cells = (f"{SECOND * took:.2f}" for took in times)
            yield [f"{setting.positions}", f"{batch}", f"{len(problems)}", engine, *cells]
