"""Taking committed tokens back, and replacing them, as a remasking strategy chooses.

A position whose token the constraint forced follows from its neighbours. So when a position is
taken back, the forced positions next to it are too: otherwise they would force it to what it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor

from dllm_struct.canvas import Canvas, State
from dllm_struct.decoding.remasking import Committed
from dllm_struct.decoding.row import Row
from dllm_struct.drawing import GREEDY
from dllm_struct.witness import Reading, Witness, find_witnesses


def take_back(row: Row, reading: Reading) -> None:
    """Mask again what the row's remasking strategy chooses at the end of a step."""
    if row.further_passes == 0:
        return
    committed = look_back(row, reading)
    if len(committed):
        chosen = row.strategies.remasking.remask(committed, row.generator)
        row.remask(with_forced(row.canvas, committed.positions[chosen].tolist()))


def revise(row: Row, reading: Reading) -> None:
    """Replace committed tokens as the row's remasking strategy and the posterior choose."""
    remasking = row.strategies.remasking
    committed = look_back(row, reading)
    chosen = committed.positions[remasking.edit(committed)].tolist() if len(committed) else []
    while chosen:
        opened = row.canvas.copy()
        followers = with_forced(opened, chosen)
        for position in followers:
            opened.remask(*opened.locate(position))
        (witness,) = find_witnesses([replace(reading, canvas=opened, drawing=GREEDY, samples=0)])
        tokens, confidence = _of_canvas(witness)
        changed = [
            position
            for position in chosen
            if tokens[position] != row.canvas.tokens[position]
            and confidence[position] > remasking.threshold_of_edits
        ]
        if changed == chosen:
            _apply(row, followers, tokens, confidence)
        chosen = [] if changed == chosen else changed


def _apply(
    row: Row, positions: Sequence[int], tokens: dict[int, int], confidence: dict[int, float]
) -> None:
    masked, before = row.canvas.masked, row.canvas.tokens
    for position in positions:
        if tokens[position] != before[position]:
            row.replace(*row.canvas.locate(position), tokens[position], confidence[position])
    for position in masked:
        place = row.canvas.locate(position)
        row.canvas.propose(*place, tokens[position], confidence[position])


def _of_canvas(witness: Witness) -> tuple[dict[int, int], dict[int, float]]:
    """Tokens and confidence of a witness by canvas position."""
    tokens, confidence = {}, {}
    for slot in witness:
        sure = slot.log_confidence.exp().tolist()
        for index in slot.masked:
            tokens[slot.start + index] = int(slot.tokens[index])
            confidence[slot.start + index] = sure[index]
    return tokens, confidence


def look_back(row: Row, reading: Reading) -> Committed:
    """The committed positions of the row's stage, for a remasking strategy."""
    canvas, positions = row.canvas, row.chosen
    at = torch.tensor(positions, dtype=torch.int64)
    new, ids = {*row.changes.committed}, canvas.ids
    return Committed(
        positions=at,
        tokens=torch.tensor(canvas.tokens, dtype=torch.int64)[at],
        confidence=torch.tensor([c for span in canvas.spans for c in span.confidence])[at],
        remasked=torch.tensor([count for span in canvas.spans for count in span.remasked])[at],
        rounds=row.rounds,
        is_new=torch.tensor([ids[position] in new for position in positions], dtype=torch.bool),
        masked=len(row.masked),
        block_start=0 if row.window is None else row.window.start,
        step=row.stats.nfe,
        idle=row.idle,
        steps_left=row.further_passes,
        read_log_probabilities=lambda: _log_probabilities(row, reading, at),
    )


def _log_probabilities(row: Row, reading: Reading, positions: Tensor) -> Tensor:
    seen = {number: place for place, number in enumerate(row.changes.seen)}
    ids = row.canvas.ids
    rows = reading.logits.at([seen[ids[position]] for position in positions.tolist()])
    return rows.float().log_softmax(-1)


def with_forced(canvas: Canvas, positions: Sequence[int]) -> list[int]:
    """Return positions and the runs of forced positions next to them in their slots, ascending."""
    found = set(positions)
    for span, start in canvas.starts():
        states = span.states
        for index in [p - start for p in positions if 0 <= p - start < len(states)]:
            for step in (-1, 1):
                near = index + step
                while 0 <= near < len(states) and states[near] is State.FORCED:
                    found.add(start + near)
                    near += step
    return sorted(found)
