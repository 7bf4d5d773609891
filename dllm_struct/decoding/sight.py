"""What the network reads of a row, and whose logits are wanted of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from dllm_struct.decoding.caches import Cached
from dllm_struct.decoding.row import Row
from dllm_struct.decoding.signals import Situation, View


@dataclass(frozen=True)
class Sight:
    """What the network reads of a row: first the canvas, then what each signal adds."""

    situations: Sequence[Situation]
    canvas: View
    further: Sequence[Sequence[View]]

    @property
    def views(self) -> list[View]:
        """All of them, in order."""
        return [self.canvas, *(view for own in self.further for view in own)]


def sight_of(row: Row) -> Sight:
    """Return what the network reads in the next pass."""
    signals, situations = row.strategies.signals, row.situations()
    view = row.view
    for signal, situation in zip(signals, situations, strict=True):
        view = signal.see(view, situation)
    seen = [replace(situation, view=view) for situation in situations]
    further = [signal.views(s) for signal, s in zip(signals, seen, strict=True)]
    row.stats.views += 1 + sum(map(len, further))
    return Sight(seen, replace(view, wanted=_wanted(row), cached=_cached(row, view)), further)


def _wanted(row: Row) -> tuple[int, ...] | None:
    """The positions whose logits are read after the pass, ascending; None: all.

    They are the masked ones, and all of slots where a strategy looks back at what is committed. A
    signal gets those of all positions, unless a cache spares some of them. A canvas without masks
    is read to be judged.
    """
    strategies, masked = row.strategies, row.canvas.masked
    fuses = any(signal.fuses for signal in strategies.signals)
    if not masked or (fuses and not strategies.cache.keeps):
        return None
    if not (strategies.remasking.looks_back or strategies.length.looks_back):
        return tuple(masked)
    return tuple(
        start + index
        for span, start in row.canvas.starts()
        if span.slot is not None
        for index in range(len(span.tokens))
    )


def _cached(row: Row, view: View) -> Cached | None:
    """What the network need not compute again when it reads a view of the canvas."""
    strategy, window, before = row.strategies.cache, row.window, len(view.prompt)
    if not strategy.keeps:
        row.kept.clear()
        return None
    open_ = None
    if window is not None and any(position < window.stop for position in row.masked):
        open_ = before + window.start, before + window.stop
    return Cached(strategy, row.kept, (*range(-before, 0), *row.canvas.ids), open_)
