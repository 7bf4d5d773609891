"""The threads after a byte, those that have become equal made one."""

from __future__ import annotations

from collections.abc import Iterator

from dllm_struct.languages.json_schema.machine.frames import Document, Frame, Interned, Returns
from dllm_struct.languages.json_schema.machine.open_objects import ObjectFrame
from dllm_struct.languages.json_schema.machine.reading import OpenFrame, Plan, Plans, Thread
from dllm_struct.languages.json_schema.machine.scalars import Scalars
from dllm_struct.languages.json_schema.machine.threads import (
    After,
    Before,
    End,
    Leaf,
    Opened,
)
from dllm_struct.languages.json_schema.shapes import Place


class Successors:
    """Collects the threads after a byte.

    Values that begin at the same byte and are of the same place, or are read by the same automaton,
    are one thread that returns to several frames.
    """

    def __init__(self, plans: Plans) -> None:
        self.plans = plans
        self.style = plans.places.style
        self._threads: set[Thread] = set()
        self._begun: dict[tuple[Place, int], list[Frame]] = {}
        self._scalars: dict[tuple[Scalars, int, bytes | None], list[Returns]] = {}
        self._opened: dict[Plan, list[Returns]] = {}

    def add(self, thread: Thread) -> None:
        """A thread as it is."""
        self._threads.add(thread)

    def begin(self, place: Place, frame: Frame, room: int) -> None:
        """A value that is to come, for a frame."""
        self._begun.setdefault((place, room), []).append(frame)

    def scalar(self, scalars: Scalars, state: int, returns: Returns, text: bytes | None) -> None:
        """A scalar begun, for a set of frames."""
        self._scalars.setdefault((scalars, state, text), []).append(returns)

    def open(self, plan: Plan, returns: Returns) -> None:
        """An array or object opened, for a set of frames."""
        self._opened.setdefault(plan, []).append(returns)

    def end(self, returns: Returns, value: int | None) -> None:
        """A value that has ended."""
        for frame in returns.frames:
            after = frame.received(value)
            if isinstance(after, Document):
                self.add(End(self.style.room))
            elif isinstance(after, OpenFrame):
                self.add(After(after, self.style.room))

    def step_past(self, returns: Returns, value: int | None, byte: int) -> None:
        """A value that has ended before the byte."""
        ended = Successors(self.plans)
        ended.end(returns, value)
        for thread in ended.threads():
            thread.step(byte, self)

    def threads(self) -> frozenset[Thread]:
        """All that was added."""
        interned = self.plans.interned
        for (scalars, state, text), several in self._scalars.items():
            self._add_scalar(scalars, state, interned.union(several), text)
        for plan, outside in self._opened.items():
            self._add_opened(plan, interned.union(outside))
        for (place, room), frames in self._begun.items():
            self.add(Before(place, interned.returns(frames), room))
        if len(self._threads) > 1:
            return frozenset(_merged(self._threads, interned))
        return frozenset(self._threads)

    def _add_scalar(
        self, scalars: Scalars, state: int, returns: Returns, text: bytes | None
    ) -> None:
        values = self.plans.values
        if scalars.final(state):
            self.end(returns, None if text is None else values.scalar(text))
            return
        leaf = Leaf(scalars, state, returns, text)
        if text is None or leaf.has_fresh(values):
            self.add(leaf)

    def _add_opened(self, plan: Plan, returns: Returns) -> None:
        frame = plan.opened(returns)
        room = self.style.room
        if isinstance(frame, ObjectFrame) or frame.closable():
            self.add(Opened(frame, room))
        if not isinstance(frame, ObjectFrame):
            for place, waiting in frame.options():
                self.begin(place, waiting, room)


def _merged(threads: set[Thread], interned: Interned) -> Iterator[Thread]:
    """Frames with equal contents become one frame that stands in all that they stood in."""
    alike: dict[tuple[object, int], list[OpenFrame]] = {}
    for thread in threads:
        if isinstance(thread, After):
            alike.setdefault((thread.frame.contents, thread.room), []).append(thread.frame)
        else:
            yield thread
    for (_, room), frames in alike.items():
        returns = interned.union([frame.returns for frame in frames])
        yield After(frames[0].with_returns(returns), room)
