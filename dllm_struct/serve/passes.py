"""Forward passes that several threads share: whatever waits when one begins goes into it.

One thread owns the network. Whoever calls waits for its logits; a pass that fails is made again for
each caller by itself, so that an input which the network cannot take harms nobody else.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from threading import Condition, Thread
from time import monotonic

from dllm_struct.decoding.loop import Forward
from dllm_struct.decoding.signals import View
from dllm_struct.logit_rows import LogitRows
from dllm_struct.serve.errors import ShuttingDown
from dllm_struct.serve.pace import Pace

Logits = Sequence[LogitRows]

SPREAD = 1.5
"""Inputs go into one pass when the longest is at most so many times as long as the shortest: all
are padded to the longest, and the network computes the padding too."""


@dataclass(eq=False)
class _Call:
    """Inputs of one caller, and what has been found of them."""

    views: Sequence[View]
    answer: Future[Logits] = field(default_factory=Future)
    found: dict[int, LogitRows] = field(default_factory=dict)

    def take(self, index: int, logits: LogitRows) -> None:
        """Take the logits of one input; with the last of them the caller has its answer."""
        self.found[index] = logits
        if len(self.found) == len(self.views):
            self.answer.set_result([self.found[index] for index in range(len(self.views))])


class Passes:
    """A forward pass for callers in any thread.

    Args:
        forward: the network.
        seen: called with the number of inputs of every pass.
        pace: is told how long passes take.
        clock: seconds.
    """

    def __init__(
        self,
        forward: Forward,
        seen: Callable[[int], None],
        pace: Pace,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._forward, self._seen, self._pace, self._clock = forward, seen, pace, clock
        self._waiting: deque[_Call] = deque()
        self._changed = Condition()
        self._open = True
        self._thread = Thread(target=self._run, name="dllm-passes", daemon=True)
        self._thread.start()

    def __call__(self, views: Sequence[View]) -> Logits:
        """Return the logits of every input's canvas, at the positions that are wanted at least.

        Raises:
            ShuttingDown: there are no more passes.
            Exception: whatever the network raises for these inputs.
        """
        if not views:
            return []
        call = _Call(views)
        with self._changed:
            if not self._open:
                raise ShuttingDown
            self._waiting.append(call)
            self._changed.notify()
        return call.answer.result()

    def close(self) -> None:
        """Answer who waits, then make no more passes."""
        with self._changed:
            self._open = False
            self._changed.notify()
        self._thread.join()

    def _run(self) -> None:
        while together := self._next():
            self._pass(together)

    def _next(self) -> list[_Call]:
        with self._changed:
            while self._open and not self._waiting:
                self._changed.wait()
            together = list(self._waiting)
            self._waiting.clear()
            return together

    def _pass(self, calls: Sequence[_Call]) -> None:
        """Read everything; the shortest inputs are answered first."""
        places = [(call, index) for call in calls for index in range(len(call.views))]
        for group in grouped([size(call.views[index]) for call, index in places]):
            own = [places[number] for number in group]
            self._read([place for place in own if not place[0].answer.done()])

    def _read(self, places: Sequence[tuple[_Call, int]]) -> None:
        """Read inputs of similar lengths in one pass; where it fails, each caller's in its own."""
        try:
            found = self._timed([call.views[index] for call, index in places])
            logits = dict(zip(places, found, strict=True))
        except Exception as error:
            calls = [*dict.fromkeys(call for call, _ in places)]
            for call in calls:
                if len(calls) == 1:
                    call.answer.set_exception(error)
                else:
                    self._read([place for place in places if place[0] is call])
            return
        for (call, index), rows in logits.items():
            call.take(index, rows)

    def _timed(self, views: Sequence[View]) -> Iterable[LogitRows]:
        start = self._clock()
        found = self._forward(views) if views else []
        if views:
            self._pace.saw(len(views) * max(map(size, views)), self._clock() - start)
            self._seen(len(views))
        return found


def size(view: View) -> int:
    """Return the positions of an input."""
    return len(view.prompt) + len(view.canvas)


def grouped(lengths: Sequence[int]) -> list[list[int]]:
    """Return indices in groups of similar lengths.

    Args:
        lengths: in positions.
    """
    groups: list[list[int]] = []
    for index in sorted(range(len(lengths)), key=lengths.__getitem__):
        if groups and lengths[index] <= SPREAD * lengths[groups[-1][0]]:
            groups[-1].append(index)
        else:
            groups.append([index])
    return groups
