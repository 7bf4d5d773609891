r"""Continuous batching: requests are compiled side by side and denoised together.

    submit -> prepare (threads) -> line -> runner: step, step, ... -> output
                                               \_ passes: one thread owns the network

Outputs join and leave a running batch between two steps. Those under languages that are expanded
lazily have runners of their own, since their steps may take long; their forward passes are shared
with the others all the same.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from time import monotonic

from dllm_struct.generation import Model
from dllm_struct.serve.ask import Ask
from dllm_struct.serve.errors import Busy, ShuttingDown
from dllm_struct.serve.limits import Limits
from dllm_struct.serve.metrics import Metrics
from dllm_struct.serve.passes import Passes
from dllm_struct.serve.runner import Line, Runner
from dllm_struct.serve.tickets import Deliver, Seat, Started, Ticket


class Scheduler:
    """Denoises requests; used from any thread.

    Args:
        model: with which.
        limits: how many at a time.
        metrics: counts.
        clock: seconds, for time limits.
    """

    def __init__(
        self,
        model: Model,
        limits: Limits,
        metrics: Metrics,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self.model, self.limits, self.metrics, self.clock = model, limits, metrics, clock
        self._passes = Passes(model.forward, metrics.rows_of_pass.observe)
        self._plain, self._exploring = Line(), Line()
        places = [(self._plain, limits.batch), *[(self._exploring, 1)] * limits.exploring]
        self._runners = [
            Runner(line, self._passes, most, clock, self._leaves) for line, most in places
        ]
        self._pool = ThreadPoolExecutor(limits.preparing, "dllm-prepare")
        self._lock = Lock()
        self._tickets: set[Ticket] = set()
        self._load = 0
        self._open = True

    @property
    def load(self) -> int:
        """Outputs that are being compiled, waiting, or written."""
        return self._load

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
            self._pool.submit(self._prepare, ticket)
        return ticket

    def close(self) -> None:
        """End everything: whoever waits is told so."""
        with self._lock:
            self._open = False
            tickets = list(self._tickets)
        for ticket in tickets:
            ticket.fail(ShuttingDown())
        self._pool.shutdown(wait=False, cancel_futures=True)
        for line in (self._plain, self._exploring):
            line.close()
        for runner in self._runners:
            runner.join()
        self._passes.close()

    def _prepare(self, ticket: Ticket) -> None:
        ask = ticket.ask
        try:
            seats = [] if ticket.is_over else self._seats(ticket)
        except Exception as error:
            ticket.fail(error)
            seats = []
        if not seats:
            self._release(ticket, ask.count)
            return
        ticket.tell(Started())
        for seat in seats:
            explores = seat.row.constraint.explores
            (self._exploring if explores else self._plain).put(seat)

    def _seats(self, ticket: Ticket) -> list[Seat]:
        job = ticket.ask.prepare(ticket.ask, self.model)
        return [Seat(ticket, job, row) for row in job.rows]

    def _leaves(self, seat: Seat) -> None:
        self._release(seat.ticket, 1)

    def _release(self, ticket: Ticket, count: int) -> None:
        with self._lock:
            self._add(-count)
            if ticket.is_over:
                self._tickets.discard(ticket)

    def _add(self, count: int) -> None:
        self._load += count
        self.metrics.load.set(self._load)
