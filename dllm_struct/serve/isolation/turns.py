"""Whose turn it is at a worker: what is light does not wait for all that is heavy.

Requests whose constraint turned out heavy before wait in a line of their own. One worker is kept
free of them, if there are several; and of two lines that wait, the one goes on whose requests have
had less of the workers' time. So neither waits for ever.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import dataclass
from threading import Condition

from dllm_struct.serve.tickets import Ticket

KNOWN = 4096
"""Heavy constraints that are remembered."""


@dataclass(frozen=True)
class Turn:
    """A request that a worker may do.

    Attributes:
        ticket: the request.
        is_heavy: whether it is known to be heavy.
    """

    ticket: Ticket
    is_heavy: bool


class Turns:
    """Requests that wait for a worker; used by several threads.

    Args:
        workers: how many there are.
    """

    def __init__(self, workers: int) -> None:
        self._most_heavy = max(1, workers - 1)
        self._lines: dict[bool, deque[Ticket]] = {False: deque(), True: deque()}
        self._used = {False: 0.0, True: 0.0}
        self._busy = {False: 0, True: 0}
        self._heavy: OrderedDict[int, None] = OrderedDict()
        self._changed = Condition()
        self._open = True

    @property
    def is_open(self) -> bool:
        """Whether anybody is let through."""
        return self._open

    def put(self, ticket: Ticket) -> None:
        """Let a request wait."""
        with self._changed:
            is_heavy = _key(ticket) in self._heavy
            if not (self._lines[is_heavy] or self._busy[is_heavy]):  # time is not saved up
                self._used[is_heavy] = max(self._used.values())
            self._lines[is_heavy].append(ticket)
            self._changed.notify()

    def take(self) -> Turn | None:
        """Wait for a request; None once there are no more turns."""
        with self._changed:
            while self._open:
                found = self._next()
                if found is not None:
                    return found
                self._changed.wait()
            return None

    def done(self, turn: Turn, seconds: float, was_heavy: bool) -> None:
        """Hear that a worker is done with a request.

        Args:
            turn: of the request.
            seconds: of the worker's time.
            was_heavy: whether the worker had to denoise it.
        """
        with self._changed:
            self._used[turn.is_heavy] += seconds
            self._busy[turn.is_heavy] -= 1
            key = _key(turn.ticket)
            if was_heavy:
                self._heavy[key] = None
                self._heavy.move_to_end(key)
                if len(self._heavy) > KNOWN:
                    self._heavy.popitem(last=False)
            else:
                self._heavy.pop(key, None)
            self._changed.notify_all()

    def rest(self, seconds: float) -> None:
        """Wait, but not beyond the end of all turns."""
        with self._changed:
            self._changed.wait_for(lambda: not self._open, seconds)

    def close(self) -> list[Ticket]:
        """Let nobody through any more; return who was waiting."""
        with self._changed:
            self._open = False
            left = [ticket for line in self._lines.values() for ticket in line]
            for line in self._lines.values():
                line.clear()
            self._changed.notify_all()
            return left

    def _next(self) -> Turn | None:
        may = [
            is_heavy
            for is_heavy, line in self._lines.items()
            if line and not (is_heavy and self._busy[True] >= self._most_heavy)
        ]
        if not may:
            return None
        is_heavy = min(may, key=self._used.__getitem__)
        self._busy[is_heavy] += 1
        return Turn(self._lines[is_heavy].popleft(), is_heavy)


def _key(ticket: Ticket) -> int:
    return hash(ticket.ask.prepare.key)
