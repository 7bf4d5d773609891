"""Compiling in threads of this process: for clients that one trusts, with less memory."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from dllm_struct.generation import Model
from dllm_struct.generation.job import Job
from dllm_struct.serve.tickets import Ticket


class Threads:
    """Threads that prepare jobs; what a request makes them do cannot be ended.

    Args:
        model: with which.
        count: how many.
        place: takes a job.
        left: called for a request that comes to nothing.
    """

    def __init__(
        self,
        model: Model,
        count: int,
        place: Callable[[Ticket, Job], None],
        left: Callable[[Ticket], None],
    ) -> None:
        self._model, self._place, self._left = model, place, left
        self._count = count
        self._pool = ThreadPoolExecutor(count, "dllm-prepare")

    @property
    def workers(self) -> int:
        """Threads are always ready."""
        return self._count

    @property
    def is_down(self) -> bool:
        """Never."""
        return False

    def submit(self, ticket: Ticket) -> None:
        """Take a request."""
        self._pool.submit(self._prepare, ticket)

    def wait(self) -> None:
        """Threads are always ready."""

    def close(self) -> None:
        """Take no more."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _prepare(self, ticket: Ticket) -> None:
        try:
            job = None if ticket.is_over else ticket.ask.prepare(ticket.ask, self._model)
        except Exception as error:
            ticket.fail(error)
            job = None
        if job is None:
            self._left(ticket)
        else:
            self._place(ticket, job)
