"""A step of the loop that denoises canvases under their constraints (`batch` runs it).

    forward -> signals -> revise -> witness -> choose -> commit -> settle -> remask -> resize
       ^                                                                                 |
       +------------------------------ while masks are left ----------------------------+

Every step commits a part of one witness, so what is committed can always be completed, and the
witness itself is a valid output: the loop may stop after any step. Rows of a batch share forward
passes and the posterior call, nothing else; each has its own strategies.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from dllm_struct.canvas import MASKED
from dllm_struct.decoding.choice import commit_chosen, is_same_question
from dllm_struct.decoding.length import SlotLength
from dllm_struct.decoding.recording import record
from dllm_struct.decoding.resizing import edit, tidy
from dllm_struct.decoding.revision import take_back
from dllm_struct.decoding.row import Row
from dllm_struct.decoding.samplers import Candidates
from dllm_struct.decoding.sight import Sight, sight_of
from dllm_struct.decoding.signals import View, checked
from dllm_struct.evidence import log_evidence
from dllm_struct.logit_rows import LogitRows
from dllm_struct.trace import Event
from dllm_struct.transfer import fetch
from dllm_struct.witness import (
    Judge,
    Reading,
    SlotWitness,
    Witness,
)

ROWS_AT_ONCE = 16
"""Positions whose logits are copied at a time."""

Forward = Callable[[Sequence[View]], Sequence[LogitRows]]
"""Inputs to the logits of their canvases, at the positions that are wanted at least."""


def look(rows: Sequence[Row], forward: Forward) -> list[Reading]:
    """Read every row in one forward pass, and let its signals work on what comes out."""
    sights = [sight_of(row) for row in rows]
    outputs = iter(forward([view for sight in sights for view in sight.views]))
    return [
        _reading(row, sight, [next(outputs) for _ in sight.views])
        for row, sight in zip(rows, sights, strict=True)
    ]


def _reading(row: Row, sight: Sight, outputs: Sequence[LogitRows]) -> Reading:
    logits, rest = outputs[0], iter(outputs[1:])
    signals = row.strategies.signals
    for signal, situation, views in zip(signals, sight.situations, sight.further, strict=True):
        others = [next(rest).dense for _ in views]
        if signal.fuses:
            logits = LogitRows(signal.fuse(logits.dense, others, situation))
    samples = max((signal.candidates for signal in signals), default=0)
    return Reading(
        constraint=row.constraint,
        canvas=row.canvas,
        logits=logits,
        generator=row.generator,
        drawing=row.strategies.drawing,
        samples=samples,
        judge=_judge(row) if samples else None,
    )


def _judge(row: Row) -> Judge:
    judges = [signal for signal in row.strategies.signals if signal.candidates]

    def judge(canvases: Sequence[Sequence[int]]) -> list[float]:
        start = row.constraint.start(row.canvas)
        texts = [row.codec.decode(ids[start:]).decode(errors="replace") for ids in canvases]
        opinions = [checked(j.judge(texts), len(texts), f"the judge {j}") for j in judges]
        return torch.stack(opinions).sum(0).tolist()

    return judge


def reach(
    row: Row, own: Sequence[Row], found: Sequence[tuple[Reading, Witness]]
) -> tuple[Reading, Witness]:
    """Bring a row to the last of its states that is confirmed; return what was read there.

    A drafted state is confirmed when the state before it, by its own witness, steps to the same.
    """
    row.stats.views = sum(state.stats.views for state in own)
    state, reached = row, found[0]
    for drafted, read in zip(own[1:], found[1:], strict=True):
        following = state.copy()
        following.propose(reached[1])
        commit_chosen(following, _masked(following, reached[1]))
        tidy(following)
        if not is_same_question(following, drafted):
            break
        state, reached = following, read
    if state is not row:
        row.adopt(state)
    return reached


def step(row: Row, reading: Reading, witness: Witness) -> Event:
    """Do what follows one forward pass of one row."""
    row.propose(witness)
    if row.passes == 1:
        row.stats.log_evidence = log_evidence(_of_stage(row, witness))
    if extend(row, reading, witness):
        return record(row)
    is_resized = bool(row.masked) and not commit(row, reading, witness)
    tidy(row)
    take_back(row, reading)
    if not is_resized:
        resize(row, reading, witness)
    row.go_on()
    return record(row)


def commit(row: Row, reading: Reading, witness: Witness) -> bool:
    """Commit part of the witness; or resize where the length policy holds everything back.

    Returns:
        Whether something was committed.
    """
    free = not_held(row, reading, witness)
    if not len(free):
        if resize(row, reading, witness):
            return False
        free = _masked(row, witness)
    commit_chosen(row, free)
    return True


def not_held(row: Row, reading: Reading, witness: Witness) -> Candidates:
    """Return the masked positions that the length policy does not hold back."""
    masked, policy = _masked(row, witness), row.strategies.length
    if row.steps_left == 1 or not row.may_wait:
        return masked
    starts = {slot.slot: slot.start for slot in witness}
    held = {
        starts[slot.slot] + index
        for slot in lengths(row, reading, witness)
        for index in policy.holds(slot)
    }
    free = [i for i, position in enumerate(masked.positions.tolist()) if position not in held]
    return masked.only(torch.tensor(free, dtype=torch.int64)) if held else masked


def _masked(row: Row, witness: Witness) -> Candidates:
    return Candidates.of(witness, row.codec.decode, row.stage.slots)


def _of_stage(row: Row, witness: Witness) -> Witness:
    slots = row.stage.slots
    return tuple(slot for slot in witness if slots is None or slot.slot in slots)


def extend(row: Row, reading: Reading, witness: Witness) -> bool:
    """Let slots grow before denoising."""
    edits = (
        row.strategies.length.extend(lengths(row, reading, witness))
        if row.is_extending and row.may_wait
        else []
    )
    row.is_extending = edit(row, edits, ())
    return row.is_extending


def resize(row: Row, reading: Reading, witness: Witness) -> bool:
    """Let slots grow and shrink after the commits of a step; return whether one did."""
    policy, slots = row.strategies.length, lengths(row, reading, witness)
    return edit(row, policy.grow(slots), policy.shrink(slots))


def lengths(row: Row, reading: Reading, witness: Witness) -> list[SlotLength]:
    """Return what a length policy may see: slots that have masks and no deleted tail."""
    slots = row.stage.slots
    return [
        _length(row, reading, slot)
        for slot in witness
        if slot.slot not in row.closed
        and row.canvas.is_masked(slot.slot)
        and (slots is None or slot.slot in slots)
    ]


def _length(row: Row, reading: Reading, slot: SlotWitness) -> SlotLength:
    tokens = row.canvas.slot(slot.slot)
    length = len(slot.tokens)
    read = range(length) if row.strategies.length.looks_back else slot.masked

    def best() -> tuple[Tensor, Tensor]:
        logits = reading.logits.at([slot.start + index for index in read])
        shares, favourites = torch.zeros(length), torch.full((length,), MASKED)
        best = logits.max(-1)
        starts = range(0, max(1, len(logits)), ROWS_AT_ONCE)
        total = [logits[at : at + ROWS_AT_ONCE].float().logsumexp(-1) for at in starts]
        found = (best.values.float() - torch.cat(total)).exp()
        shares[[*read]], favourites[[*read]] = fetch([found, best.indices])
        return favourites, shares

    masked = [index for index, token in enumerate(tokens) if token == MASKED]
    stop = None if row.window is None or row.is_open else row.window.stop
    room = row.constraint.room(row.canvas, slot.slot, row.limit)
    return SlotLength(
        slot=slot.slot,
        masked=masked,
        open=[index for index in masked if stop is None or slot.start + index < stop],
        confidence=slot.log_confidence.exp(),
        room=room,
        read_overrun=lambda: slot.overrun(room),
        read_null=lambda: slot.token_confidence(row.constraint.null_token_id),
        read_best=best,
        null_token_id=row.constraint.null_token_id,
        grown=row.stats.grown,
    )
