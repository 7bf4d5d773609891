"""Forward passes that several threads share: whatever waits when one begins goes into it.

One thread owns the network. Whoever calls waits for its logits; a pass that fails is made again for
each caller by itself, so that an input which the network cannot take harms nobody else.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from threading import Condition, Thread

from dllm_struct.decoding.loop import Forward
from dllm_struct.decoding.signals import View
from dllm_struct.logit_rows import LogitRows
from dllm_struct.serve.errors import ShuttingDown

Logits = Sequence[LogitRows]

SPREAD = 1.5
"""Inputs go into one pass when the longest is at most so many times as long as the shortest: all
are padded to the longest, and the network computes the padding too."""


class Passes:
    """A forward pass for callers in any thread.

    Args:
        forward: the network.
        seen: called with the number of inputs of every pass.
    """

    def __init__(self, forward: Forward, seen: Callable[[int], None]) -> None:
        self._forward, self._seen = forward, seen
        self._waiting: deque[tuple[Sequence[View], Future[Logits]]] = deque()
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
        answer: Future[Logits] = Future()
        with self._changed:
            if not self._open:
                raise ShuttingDown
            self._waiting.append((views, answer))
            self._changed.notify()
        return answer.result()

    def close(self) -> None:
        """Answer who waits, then make no more passes."""
        with self._changed:
            self._open = False
            self._changed.notify()
        self._thread.join()

    def _run(self) -> None:
        while together := self._next():
            self._pass(together)

    def _next(self) -> list[tuple[Sequence[View], Future[Logits]]]:
        with self._changed:
            while self._open and not self._waiting:
                self._changed.wait()
            together = list(self._waiting)
            self._waiting.clear()
            return together

    def _pass(self, together: Sequence[tuple[Sequence[View], Future[Logits]]]) -> None:
        try:
            logits = iter(self._read([view for views, _ in together for view in views]))
            answers = [[next(logits) for _ in views] for views, _ in together]
        except Exception as error:
            if len(together) == 1:
                together[0][1].set_exception(error)
            else:
                for one in together:
                    self._pass([one])
            return
        for (_, answer), own in zip(together, answers, strict=True):
            answer.set_result(own)

    def _read(self, views: Sequence[View]) -> list[LogitRows]:
        """The logits of inputs of any lengths, in as many passes as it takes."""
        found: dict[int, LogitRows] = {}
        for group in grouped([len(view.prompt) + len(view.canvas) for view in views]):
            logits = self._forward([views[index] for index in group])
            self._seen(len(group))
            found |= dict(zip(group, logits, strict=True))
        return [found[index] for index in range(len(views))]


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
