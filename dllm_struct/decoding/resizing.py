"""Slots that grow and shrink: what of it the limits and the constraint allow."""

from __future__ import annotations

from collections.abc import Sequence

from dllm_struct.decoding.row import Row
from dllm_struct.trace import Edit


def tidy(row: Row) -> None:
    """Do what follows from commits: settle what has no choice left, delete null tails."""
    row.settle(_rooms(row))
    delete_null_tails(row)


def _rooms(row: Row) -> dict[str, int]:
    """By how much slots may still grow, by id, where their length policies ever let them."""
    growing = [
        stage
        for stage in row.stages
        if stage.strategies.length.grows and (stage is not row.stage or row.may_wait)
    ]
    return {
        slot: row.constraint.room(row.canvas, slot, row.limit)
        for stage in growing
        for slot in row.canvas.slots
        if slot not in row.closed and (stage.slots is None or slot in stage.slots)
    }


def delete_null_tails(row: Row) -> None:
    """Delete the committed null tokens that end slots."""
    for slot in row.canvas.slots:
        count = row.canvas.null_tail(slot, row.constraint.null_token_id)
        if count:
            row.delete(slot, len(row.canvas.slot(slot)) - count, count)
            row.closed.add(slot)


def edit(row: Row, insertions: Sequence[Edit], deletions: Sequence[Edit]) -> bool:
    """Insert and delete masks where limits allow it and the canvas can still be completed.

    Args:
        row: whose slots.
        insertions: where they are on the canvas as it is.
        deletions: likewise, of masked positions.

    Returns:
        Whether anything was done.
    """
    before = len(row.changes.inserted) + len(row.changes.deleted)
    edits = [*((e, _insert) for e in insertions), *((e, _shrink) for e in deletions)]
    for change, perform in sorted(edits, key=lambda pair: pair[0].index, reverse=True):
        perform(row, change)  # from right to left, so that indices stay what they are
    if deletions and not row.masked:
        row.propose(())  # the draft had something where nothing is now
    return len(row.changes.inserted) + len(row.changes.deleted) > before


def _shrink(row: Row, change: Edit) -> None:
    if row.constraint.can_delete(row.canvas, change.slot, change.index, change.count):
        row.delete(change.slot, change.index, change.count)


def _insert(row: Row, change: Edit) -> None:
    slot, index = change.slot, change.index
    count = min(change.count, row.constraint.room(row.canvas, slot, row.limit))
    if count <= 0 or row.canvas.is_fixed(slot, index):
        return
    if row.constraint.can_insert(row.canvas, slot, index, count):
        row.insert(slot, index, count)
