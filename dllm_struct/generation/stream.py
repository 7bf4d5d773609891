"""A running generation: events as they happen, outputs at the end, and a way to stop."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from dllm_struct.decoding.row import Row
from dllm_struct.decoding.stats import Stats
from dllm_struct.rendering.html import of_output
from dllm_struct.rendering.pieces import visible
from dllm_struct.trace import Event, Trace


@dataclass(frozen=True)
class Output:
    """One result.

    Attributes:
        text: a member of the language that was asked for.
        value: the text parsed, and validated where a Python type was asked for.
        slots: what was written into every slot, by slot id.
        trace: one event per step.
        stats: what it took.
        read: from the text of an event to the value that the output would have had then.
    """

    text: str
    value: Any
    slots: Mapping[str, str]
    trace: Trace
    stats: Stats
    read: Callable[[str], Any] = field(repr=False, compare=False)

    def _repr_html_(self) -> str:
        """Draw the output in a notebook."""
        return of_output(self.text, self.slots, self.stats, self.trace, self.value)

    def __rich__(self) -> RenderableType:
        """Draw the output in a terminal, with ``rich.print``."""
        return Group(Text(visible(self.text)), Text(), self.trace)

    @property
    def log_probability(self) -> float:
        """Log probability of the path to this output, in nats; see `Stats`."""
        return self.stats.log_probability

    @property
    def log_evidence(self) -> float:
        """Log of the probability that the model gives to the language, in nats; see `Stats`."""
        return self.stats.log_evidence


Finish = Callable[[Row, Trace], Output]
"""Makes the output of a row from its draft."""


class Stream(Iterator[Event | Output]):
    """Yields an `Event` for every step of every sequence, then an `Output` for every sequence.

    Args:
        rows: the sequences.
        passes: the running loop over them, a list of events for every forward pass.
        finish: makes outputs.
    """

    def __init__(self, rows: Sequence[Row], passes: Iterator[list[Event]], finish: Finish) -> None:
        self._rows = rows
        self._finish = finish
        self._events: list[list[Event]] = [[] for _ in rows]
        self._items = self._run(passes)
        self._stopped = False

    def __next__(self) -> Event | Output:
        return next(self._items)

    def stop(self) -> None:
        """Make no further pass: every sequence ends with its latest witness."""
        self._stopped = True

    @property
    def prompts(self) -> list[tuple[int, ...]]:
        """Token ids before every canvas."""
        return [row.prompt for row in self._rows]

    @property
    def tokens(self) -> list[tuple[int, ...]]:
        """Token ids of the latest witness of every sequence, without those that have no text."""
        return [
            tuple(token for token in row.canvas.witness if row.codec.decode([token]))
            for row in self._rows
        ]

    def outputs(self, stop: Callable[[Event], bool] | None = None) -> list[Output]:
        """Run to the end and return the outputs, in the order of the prompts.

        Args:
            stop: called with every event; a true answer makes that pass the last one.
        """
        outputs = []
        for item in self:
            if isinstance(item, Output):
                outputs.append(item)
            elif stop is not None and stop(item):
                self.stop()
        return outputs

    def _run(self, passes: Iterator[list[Event]]) -> Iterator[Event | Output]:
        while not self._stopped and (events := next(passes, None)) is not None:
            for event in events:
                self._events[event.sequence].append(event)
            yield from events
        for row, steps in zip(self._rows, self._events, strict=True):
            yield self._finish(row, Trace(tuple(steps)))
