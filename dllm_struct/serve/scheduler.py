r"""Continuous batching: requests are compiled side by side and denoised together.

    submit -> prepare (workers) -> line -> runner: step, step, ... -> output
                   \                         |
                    \_ heavy: step, step ... |  -> output
                                       \____ passes: one thread owns the network

Outputs join and leave a running batch between two steps. Heavy ones (languages that are expanded
lazily, large automata) are denoised where they were compiled, since their steps may take long;
their forward passes are shared with the others all the same.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from time import monotonic
from typing import Literal, Protocol

from dllm_struct.generation import Model
from dllm_struct.generation.job import Job
from dllm_struct.serve.ask import Ask
from dllm_struct.serve.errors import Busy, ShuttingDown
from dllm_struct.serve.isolation.pool import Pool
from dllm_struct.serve.limits import Limits
from dllm_struct.serve.lines import Line
from dllm_struct.serve.metrics import Metrics
from dllm_struct.serve.pace import Pace
from dllm_struct.serve.passes import Passes
from dllm_struct.serve.runner import Batch, Runner
from dllm_struct.serve.threads import Threads
from dllm_struct.serve.tickets import Deliver, Seat, Started, Ticket

Isolation = Literal["processes", "threads"]
"""Where constraints are compiled: in processes that can be ended, or in threads that cannot."""


class Workshop(Protocol):
    """Prepares jobs."""

    @property
    def workers(self) -> int:
        """How many are ready, or at work."""
        ...

    @property
    def is_down(self) -> bool:
        """Whether there will be none any more."""
        ...

    def submit(self, ticket: Ticket) -> None:
        """Take a request."""
        ...

    def wait(self) -> None:
        """Wait until it is ready for the first."""
        ...

    def close(self) -> None:
        """Take no more."""
        ...


class Scheduler:
    """Denoises requests; used from any thread.

    Args:
        model: with which.
        limits: how many at a time, and how long.
        metrics: counts.
        isolation: where constraints are compiled.
        clock: seconds, for time limits.
    """

    def __init__(
        self,
        model: Model,
        limits: Limits,
        metrics: Metrics,
        isolation: Isolation = "processes",
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self.limits, self.metrics, self.clock = limits, metrics, clock
        pace = Pace(limits.pass_seconds)
        self._passes = Passes(model.forward, metrics.rows_of_pass.observe, pace, clock)
        self._plain: Line[Seat] = Line()
        self._heavy: Line[Seat] = Line()
        self._lock = Lock()
        self._tickets: set[Ticket] = set()
        self._load = 0
        self._open = True
        places: list[tuple[Line[Seat], int | None]] = [(self._plain, None)]
        self._workshop: Workshop
        if isolation == "threads":
            places += [(self._heavy, 1)] * limits.workers
            self._workshop = Threads(
                model.through(self._passes), limits.workers, self._place, self._gone
            )
        else:
            self._workshop = Pool(model, limits, self._passes, clock, self._place, self._gone)
        self._runners = [
            Runner(
                Batch(self._passes, clock, self._leaves, lambda: pace.room, limits.batch),
                line,
                most,
            )
            for line, most in places
        ]

    @property
    def load(self) -> int:
        """Outputs that are being compiled, waiting, or written."""
        return self._load

    @property
    def workers(self) -> int:
        """Workers that are ready, or at work."""
        return self._workshop.workers

    @property
    def is_down(self) -> bool:
        """Whether there are no workers, and will be none."""
        return self._workshop.is_down

    def wait(self) -> None:
        """Wait until requests find somebody who works on them."""
        self._workshop.wait()

    def submit(self, ask: Ask, deliver: Deliver) -> Ticket:
        """Accept a request.

        Args:
            ask: what to write.
            deliver: hears what becomes of it, in other threads.

        Raises:
            Busy: too much is waiting.
            ShuttingDown: nothing is accepted any more.
        """
        with self._lock:
            if not self._open:
                raise ShuttingDown
            if self._load + ask.count > self.limits.batch + self.limits.queue:
                raise Busy
            self._add(ask.count)
            ticket = Ticket(ask, deliver, self.clock() + ask.seconds)
            self._tickets.add(ticket)
        self._workshop.submit(ticket)
        return ticket

    def close(self) -> None:
        """End everything: whoever waits is told so."""
        with self._lock:
            self._open = False
            tickets = list(self._tickets)
        for ticket in tickets:
            ticket.fail(ShuttingDown())
        for line in (self._plain, self._heavy):
            line.close()
        for runner in self._runners:
            runner.join()
        self._workshop.close()
        self._passes.close()

    def _place(self, ticket: Ticket, job: Job) -> None:
        """Let a prepared job be denoised."""
        ticket.tell(Started())
        for row in job.rows:
            line = self._heavy if row.constraint.explores else self._plain
            line.put(Seat(ticket, job, row))

    def _leaves(self, seat: Seat) -> None:
        assert isinstance(seat.ticket, Ticket)
        self._release(seat.ticket, 1)

    def _gone(self, ticket: Ticket) -> None:
        self._release(ticket, ticket.ask.count)

    def _release(self, ticket: Ticket, count: int) -> None:
        with self._lock:
            self._add(-count)
            if ticket.is_over:
                self._tickets.discard(ticket)

    def _add(self, count: int) -> None:
        self._load += count
        self.metrics.load.set(self._load)
