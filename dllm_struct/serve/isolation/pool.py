"""Workers and the threads that talk to them: one thread for each process."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from threading import Event, Thread
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from dllm_struct.decoding.loop import Forward
from dllm_struct.errors import BudgetExceeded
from dllm_struct.generation import Model
from dllm_struct.generation.job import Job
from dllm_struct.serve.errors import Internal, RequestError, TimeLimit
from dllm_struct.serve.isolation.messages import GiveUp, Heard, Idle, Light, Logits, Look, Work
from dllm_struct.serve.isolation.sharing import Parts, Sharing
from dllm_struct.serve.isolation.worker import work
from dllm_struct.serve.limits import Limits
from dllm_struct.serve.lines import Line
from dllm_struct.serve.tickets import Failed, Finished, Ticket

PATIENCE = 0.05
"""Seconds between two looks at whether a request still has time."""

GRACE = 1.0
"""Seconds that a worker has for a step whose result nobody wants, or for its best effort."""

PAUSE = 0.2
"""Seconds before a worker that broke down is replaced."""

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
        self.sharing, self.limits, self.clock = Sharing(model), limits, clock
        self.forward, self.place, self.left = forward, place, left
        self.line: Line[Ticket] = Line()
        self._ready = Event()
        self._error: Exception | None = None
        self._parts = Parts.of(model)
        self._context = _context()
        self._talks = [Talk(self) for _ in range(limits.workers)]

    def submit(self, ticket: Ticket) -> None:
        """Take a request."""
        self.line.put(ticket)

    def wait(self) -> None:
        """Wait until a worker is ready.

        Raises:
            RuntimeError: none can be started.
        """
        self._ready.wait()
        if self._error is not None:
            raise RuntimeError("no worker can be started") from self._error

    def began(self, error: Exception | None) -> None:
        """Hear that a worker is ready, or that none can be started."""
        if not self._ready.is_set():
            self._error = error
            self._ready.set()

    def close(self) -> None:
        """End all workers."""
        self.line.close()
        for talk in self._talks:
            talk.join()

    def start(self) -> tuple[BaseProcess, Connection]:
        """Start a worker; return it and the pipe to it."""
        ours, theirs = self._context.Pipe()
        process = self._context.Process(
            target=work, args=(self._parts, theirs, self.limits.memory), daemon=True
        )
        process.start()
        theirs.close()
        return process, ours


class Talk:
    """A thread with a worker.

    Args:
        pool: that it belongs to.
    """

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._process: BaseProcess | None = None
        self._pipe: Connection | None = None
        self._is_placed = False  # the present request: another thread has it now
        self._thread = Thread(target=self._run, name="dllm-worker", daemon=True)
        self._thread.start()

    def join(self) -> None:
        """Wait for the end; the line has to be closed."""
        self._thread.join()

    def _run(self) -> None:
        line = self._pool.line
        while line.is_open:
            try:
                self._require_worker()
                for ticket in line.take(1, waits=True):
                    self._serve(ticket)
            except Exception as error:  # the worker broke down, or could not be started
                self._pool.began(error)
                self._end()
                time.sleep(PAUSE)
        self._end()

    def _serve(self, ticket: Ticket) -> None:
        """Let the worker do a request; whatever happens, the request gets its end."""
        self._is_placed = False
        try:
            if not ticket.is_over:
                self._send(Work(ticket.ask))
                self._listen(ticket)
        except (EOFError, OSError):
            ticket.fail(_crashed())
            self._end()
        except Exception as error:
            ticket.fail(error)
            self._end()
        finally:
            if not self._is_placed:
                self._pool.left(ticket)

    def _listen(self, ticket: Ticket) -> None:
        """Follow the worker until it is idle."""
        limits = self._pool.limits
        message = self._hear(ticket, limits.compile_seconds)
        while not isinstance(message, Idle):
            if isinstance(message, Light):
                self._pool.place(ticket, self._pool.sharing.loads(message.job))
                self._is_placed = True
            elif isinstance(message, Look):
                self._answer(ticket, message)
            elif isinstance(message, Heard):
                _pass_on(message, ticket)
            message = self._hear(None if self._is_placed else ticket, limits.step_seconds)
        if message.is_spent:
            self._end()

    def _answer(self, ticket: Ticket, look: Look) -> None:
        if ticket.is_over:
            self._send(GiveUp(TimeLimit()))
            return
        is_late = self._pool.clock() > ticket.deadline
        try:
            logits = self._pool.forward(look.views)
        except Exception as error:
            ticket.fail(error)
            self._send(GiveUp(Internal()))
            return
        self._send(Logits([(_array(rows.values), rows.row_of) for rows in logits], is_late))

    def _hear(self, ticket: Ticket | None, seconds: float) -> Any:
        """Wait for a message; None for a ticket: it is of no client's concern.

        Raises:
            BudgetExceeded: the worker takes too long.
            TimeLimit: the request has no time left.
        """
        assert self._pipe is not None
        clock = self._pool.clock
        waited = 0.0
        while not self._pipe.poll(PATIENCE):
            waited += PATIENCE
            if waited > seconds:
                raise BudgetExceeded(
                    f"a step of the work on this constraint takes more than {seconds:g} s",
                    hint="use a simpler constraint, or fewer tokens",
                )
            is_late = ticket is not None and clock() > ticket.deadline + GRACE
            if is_late or (ticket is not None and ticket.is_over and waited > GRACE):
                raise TimeLimit
            if not self._pool.line.is_open:
                raise EOFError
        return self._pool.sharing.loads(self._pipe.recv_bytes())

    def _send(self, message: Any) -> None:
        assert self._pipe is not None
        self._pipe.send_bytes(self._pool.sharing.dumps(message))

    def _require_worker(self) -> None:
        if self._process is None:
            self._process, self._pipe = self._pool.start()
            while not self._pipe.poll(PATIENCE):  # until it says that it is idle
                if not self._pool.line.is_open:
                    return
            self._pipe.recv_bytes()
            self._pool.began(None)

    def _end(self) -> None:
        process, pipe = self._process, self._pipe
        self._process = self._pipe = None
        if process is not None and pipe is not None:
            with suppress(OSError):
                pipe.close()
            process.kill()
            process.join()
            process.close()


def _pass_on(message: Heard, ticket: Ticket) -> None:
    item = message.item
    if isinstance(item, Finished):
        ticket.finish(item)
    elif isinstance(item, Failed):
        ticket.fail(item.error)
    else:
        ticket.tell(item)


def _array(values: Tensor) -> NDArray[np.float32]:
    return np.ascontiguousarray(values.detach().float().cpu().numpy())


def _crashed() -> RequestError:
    return RequestError(
        "the work on this constraint took too much", code="budget_exceeded", param=None
    )


def _context() -> Any:
    """How processes are started: forked from one that has loaded everything, where possible."""
    if "forkserver" in multiprocessing.get_all_start_methods():
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([PRELOAD])
        return context
    return multiprocessing.get_context("spawn")
