"""The loop: denoise canvases under their constraints.

    forward  ->  witness  ->  choose positions  ->  commit  ->  settle  ->  delete, grow
       ^                                                                        |
       +-------------------------- while masks are left ------------------------+

Every step commits a part of one witness, so what is committed can always be completed, and the
witness itself is a valid output: the loop may stop after any step. Rows of a batch share forward
passes and the posterior call, nothing else.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence

from torch import Tensor

from dllm_struct.decoding.row import Row
from dllm_struct.decoding.samplers import Candidates, most_confident
from dllm_struct.decoding.settings import Strategies
from dllm_struct.trace import Edit, Event
from dllm_struct.witness import Reading, Witness, find_witnesses

Forward = Callable[[Sequence[Row]], Sequence[Tensor]]
"""Rows to the logits of their canvases, each [len(canvas), V]."""


def denoise(rows: Sequence[Row], forward: Forward, strategies: Strategies) -> Iterator[list[Event]]:
    """Denoise rows until no masks are left.

    Args:
        rows: sequences with laid-out canvases; changed in place.
        forward: the network.
        strategies: how to choose.

    Yields:
        For every forward pass, one event for each row that took part.

    Raises:
        NonFiniteLogits: the network returned NaN or infinity where it matters.
    """
    for row in rows:
        row.settle()
        row.delete_null_tails()
    while active := [row for row in rows if not row.is_done]:
        readings = [
            Reading(row.constraint, row.canvas, logits, row.generator)
            for row, logits in zip(active, forward(active), strict=True)
        ]
        witnesses = find_witnesses(readings, strategies.temperature)
        yield [
            step(row, witness, strategies) for row, witness in zip(active, witnesses, strict=True)
        ]


def step(row: Row, witness: Witness, strategies: Strategies) -> Event:
    """Do what follows one forward pass of one row."""
    row.stats.nfe += 1
    row.propose(witness)
    if inserted := extend(row, witness, strategies):
        return row.event(inserted=inserted)
    place = {slot.start + index: (slot.slot, index) for slot in witness for index in slot.masked}
    committed = choose(row, witness, list(place), strategies)
    row.commit(place[position] for position in committed)
    settled = set(row.settle())
    forced = [position for position in place if place[position] in settled]
    deleted = row.delete_null_tails()
    inserted = row.insert(strategies.length.grow(row.lengths(witness)))
    return row.event(committed, forced, deleted, inserted)


def extend(row: Row, witness: Witness, strategies: Strategies) -> list[Edit]:
    """Let slots grow before denoising; it takes at most half of a limited number of steps."""
    has_time = row.steps is None or 2 * row.stats.nfe <= row.steps
    edits = strategies.length.extend(row.lengths(witness)) if row.is_extending and has_time else []
    inserted = row.insert(edits)
    row.is_extending = bool(inserted)
    return inserted


def choose(row: Row, witness: Witness, masked: Sequence[int], strategies: Strategies) -> list[int]:
    """Return the positions to commit: all at the last step, else what the sampler chooses."""
    if row.steps_left == 1:
        return list(masked)
    row.window = strategies.blocks.window(masked, row.steps_left, row.window)
    count = bisect_left(masked, row.window.stop)
    quota = strategies.schedule.quota(count, row.window.steps_left)
    candidates = Candidates.of(witness, count, max(1, min(quota, count)))
    chosen = strategies.sampler.choose(candidates, row.generator)
    if not len(chosen):  # a step always gets something done
        chosen = most_confident(candidates.log_confidence, 1)
    return sorted({masked[index] for index in chosen.tolist()})
