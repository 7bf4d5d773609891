"""Workers: processes, each with a thread that talks to it."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from threading import Event, Lock
from typing import Any

from dllm_struct.decoding.loop import Forward
from dllm_struct.generation import Model
from dllm_struct.generation.job import Job
from dllm_struct.serve.errors import NoWorker
from dllm_struct.serve.isolation.sharing import Parts, Sharing
from dllm_struct.serve.isolation.talk import Talk
from dllm_struct.serve.isolation.turns import Turns
from dllm_struct.serve.isolation.worker import work
from dllm_struct.serve.limits import Limits
from dllm_struct.serve.tickets import Ticket

PRELOAD = "dllm_struct.serve.isolation.preload"


class Pool:
    """Processes that prepare jobs, and denoise the heavy ones.

    Args:
        model: with its network, which stays here.
        limits: of time and memory.
        forward: one pass, for the heavy ones.
        clock: seconds.
        place: takes a light job.
        left: called when a worker is done with a request that was not light.
    """

    def __init__(
        self,
        model: Model,
        limits: Limits,
        forward: Forward,
        clock: Callable[[], float],
        place: Callable[[Ticket, Job], None],
        left: Callable[[Ticket], None],
    ) -> None:
        self.limits, self.clock, self._model = limits, clock, model
        self.forward, self.place, self.left = forward, place, left
        self.turns = Turns(limits.workers)
        self._begun = Event()
        self._lock = Lock()
        self._count, self._left_over = 0, limits.workers
        self._error: NoWorker | None = None
        self._parts = Parts.of(model)
        self._context = _context()
        self._talks = [Talk(self) for _ in range(limits.workers)]

    @property
    def workers(self) -> int:
        """How many are ready, or at work."""
        return self._count

    @property
    def is_down(self) -> bool:
        """Whether all workers are given up."""
        return self._error is not None

    def submit(self, ticket: Ticket) -> None:
        """Take a request; without workers it fails at once."""
        with self._lock:
            if self._error is None:
                self.turns.put(ticket)
                return
        self._refuse(ticket)

    def wait(self) -> None:
        """Wait until a worker is ready.

        Raises:
            RuntimeError: none can be started.
        """
        self._begun.wait()
        if self._error is not None:
            raise RuntimeError("no worker can be started") from self._error

    def ready(self, change: int) -> None:
        """Hear that a worker is ready (1), or that one has ended (-1)."""
        with self._lock:
            self._count += change
        self._begun.set()

    def lost(self, error: NoWorker) -> None:
        """Hear that a worker is given up; with the last one everybody who waits is told so."""
        with self._lock:
            self._left_over -= 1
            if self._left_over:
                return
            self._error = error
            waiting = self.turns.close()
        self._begun.set()
        for ticket in waiting:
            self._refuse(ticket)

    def close(self) -> None:
        """End all workers."""
        self.turns.close()
        for talk in self._talks:
            talk.join()

    def _refuse(self, ticket: Ticket) -> None:
        ticket.fail(NoWorker())
        self.left(ticket)

    def sharing(self) -> Sharing:
        """Return what makes bytes for one worker."""
        return Sharing(self._model)

    def start(self) -> tuple[BaseProcess, Connection]:
        """Start a worker; return it and the pipe to it."""
        ours, theirs = self._context.Pipe()
        process = self._context.Process(
            target=work, args=(self._parts, theirs, self.limits.memory), daemon=True
        )
        process.start()
        theirs.close()
        return process, ours


def _context() -> Any:
    """How processes are started: forked from one that has loaded everything, where possible."""
    if "forkserver" in multiprocessing.get_all_start_methods():
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([PRELOAD])
        return context
    return multiprocessing.get_context("spawn")
