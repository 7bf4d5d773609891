"""Recording: the event of the step that a row has just made."""

from __future__ import annotations

from time import perf_counter

from dllm_struct.decoding.row import Row
from dllm_struct.trace import Event, Snapshot

MILLISECONDS = 1e3


def record(row: Row) -> Event:
    """Return the step that just ended."""
    now = perf_counter()
    elapsed, row.clock = now - row.clock, now
    row.stats.seconds += elapsed
    changes = row.changes
    committed = changes.positions(changes.committed)
    return Event(
        sequence=row.sequence,
        step=row.stats.nfe,
        committed=committed,
        committed_confidence=changes.confidences(committed),
        block=0 if row.window is None else row.window.block,
        forced=changes.positions(changes.forced),
        replaced=changes.positions(changes.replaced),
        remasked=changes.positions(changes.remasked),
        deleted=tuple(changes.deleted),
        inserted=tuple(changes.inserted),
        seen=tuple(changes.seen),
        canvas=Snapshot.of(row.canvas),
        text=row.text,
        ms=elapsed * MILLISECONDS,
        decode=row.codec.decode,
    )
