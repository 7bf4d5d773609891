"""Which positions a step commits: block, schedule and sampler one after the other."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import replace

import torch

from dllm_struct.decoding.blocks import Extent
from dllm_struct.decoding.blocks.whole import Whole
from dllm_struct.decoding.noise import accept
from dllm_struct.decoding.remasking.uniform import Uniform
from dllm_struct.decoding.resizing import tidy
from dllm_struct.decoding.row import Row
from dllm_struct.decoding.samplers import Candidates, most_confident
from dllm_struct.decoding.speculation import Speculative


def choose(row: Row, masked: Candidates) -> list[int]:
    """Return the canvas positions to commit, ascending, and note the window they are in.

    Args:
        row: its window is moved on.
        masked: all masked positions of the row's stage, at least one.
    """
    if row.steps_left == 1 or row.is_settled:
        return [int(position) for position in masked.positions]
    strategies = row.strategies
    blocks = Whole() if row.is_open else strategies.blocks
    window = blocks.window(masked, _extent(row), row.steps_left, row.window)
    row.window = window
    open_ = torch.arange(bisect_left(masked.positions.tolist(), window.stop))
    candidates = replace(
        masked.only(open_),
        start=window.start,
        stop=window.stop,
        masked=window.masked,
        step=window.step,
        block=window.block,
    )
    planned = strategies.schedule.plan(candidates, window.steps_left)
    chosen = strategies.sampler.choose(planned, row.generator)
    if not len(chosen):  # a step always gets something done
        chosen = most_confident(planned.log_confidence, 1)
    return sorted({int(position) for position in planned.positions[chosen]})


def _extent(row: Row) -> Extent:
    slots = row.stage.slots
    own = [
        (start, start + len(span.tokens))
        for span, start in row.canvas.starts()
        if span.slot is not None and (slots is None or span.slot in slots)
    ]
    return Extent(own[-1][1] - own[0][0], own[0][0])


def commit_chosen(row: Row, masked: Candidates) -> None:
    """Commit what `choose` returns; where noise stands for masks, all of it or nothing."""
    uniform = row.strategies.remasking
    if not isinstance(uniform, Uniform):
        row.commit([row.canvas.locate(position) for position in choose(row, masked)])
    elif row.steps_left == 1 or uniform.is_settled(masked, row.steady):
        row.commit([row.canvas.locate(position) for position in row.masked])
    else:
        accepted = {*choose(row, masked), *masked.positions[uniform.accept(masked)].tolist()}
        accept(row, [row.canvas.locate(position) for position in accepted])


def states(row: Row) -> list[Row]:
    """Return what a pass reads of a row: itself, and where its sampler has choices drafted, more.

    State i + 1 is state i after committing the draft's next choice.
    """
    found = [row]
    sampler = row.strategies.sampler
    if not isinstance(sampler, Speculative) or row.draft is None or not row.masked:
        return found
    while len(found) <= sampler.drafts:
        state = found[-1].copy()
        state.stats.views = 0  # its own are added to the row's
        commit_chosen(state, _drafted(state))
        tidy(state)
        if not state.masked:
            break
        found.append(state)
    return found


def is_same_question(row: Row, other: Row) -> bool:
    """Whether network and constraint are asked the same about both.

    Exploration starts at the latest witness, so that is a part of the question where a language is
    explored.
    """
    asked, drafted = ([span.tokens for span in each.canvas.spans] for each in (row, other))
    if asked != drafted:
        return False
    return not row.constraint.explores or row.canvas.witness == other.canvas.witness


def _drafted(row: Row) -> Candidates:
    """The masked positions with the latest witness's tokens and confidence."""
    positions = torch.tensor(row.masked)
    confidence = torch.tensor([c for span in row.canvas.spans for c in span.confidence])
    return Candidates(
        positions=positions,
        tokens=torch.tensor(row.canvas.witness)[positions],
        log_confidence=confidence[positions].log(),
        read_log_marginals=_no_marginals,
        decode=row.codec.decode,
    )


def _no_marginals(chosen: torch.Tensor) -> torch.Tensor:
    raise NotImplementedError("a draft has no marginals: it is older than its canvas")
