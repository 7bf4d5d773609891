"""Talking to a worker: one thread for each process."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from threading import Thread
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from dllm_struct.decoding.loop import Forward
from dllm_struct.errors import BudgetExceeded
from dllm_struct.generation.job import Job
from dllm_struct.serve.errors import Internal, NoWorker, RequestError, TimeLimit
from dllm_struct.serve.isolation.messages import GiveUp, Heard, Idle, Light, Logits, Look, Work
from dllm_struct.serve.isolation.sharing import Sharing
from dllm_struct.serve.isolation.turns import Turn, Turns
from dllm_struct.serve.limits import Limits
from dllm_struct.serve.tickets import Failed, Finished, Ticket

LOG = logging.getLogger("dllm_struct.serve")

PATIENCE = 0.05
"""Seconds between two looks at whether a request still has time."""

GRACE = 1.0
"""Seconds that a worker has for a step whose result nobody wants, or for its best effort."""

STARTS = 5
"""How often a worker is started until it is given up."""

PAUSE = 0.1
"""Seconds before a worker that did not start is started again; twice as many each time."""


class Workers(Protocol):
    """What those who talk to workers have in common."""

    turns: Turns
    limits: Limits
    forward: Forward
    clock: Callable[[], float]
    place: Callable[[Ticket, Job], None]
    left: Callable[[Ticket], None]

    def sharing(self) -> Sharing:
        """Return what makes bytes for one worker."""
        ...

    def start(self) -> tuple[BaseProcess, Connection]:
        """Start a worker; return it and the pipe to it."""
        ...

    def ready(self, change: int) -> None:
        """Hear that a worker is ready (1), or that one has ended (-1)."""
        ...

    def lost(self, error: NoWorker) -> None:
        """Hear that a worker is given up."""
        ...


class Talk:
    """A thread with a worker.

    Args:
        pool: that it belongs to.
    """

    def __init__(self, pool: Workers) -> None:
        self._pool, self._sharing = pool, pool.sharing()
        self._process: BaseProcess | None = None
        self._pipe: Connection | None = None
        self._is_ready = False  # the worker
        self._is_placed = False  # the present request: another thread has it now
        self._thread = Thread(target=self._run, name="dllm-worker", daemon=True)
        self._thread.start()

    def join(self) -> None:
        """Wait for the end; the line has to be closed."""
        self._thread.join()

    def _run(self) -> None:
        turns = self._pool.turns
        try:
            while turns.is_open:
                self._require_worker()
                turn = turns.take()
                if turn is not None:
                    self._serve(turn)
        except NoWorker as error:
            self._pool.lost(error)
        except Exception:  # nobody talks to this worker any more
            self._pool.lost(NoWorker())
            raise
        finally:
            self._end()

    def _serve(self, turn: Turn) -> None:
        """Let the worker do a request; whatever happens, the request gets its end."""
        self._is_placed, ticket = False, turn.ticket
        start = self._pool.clock()
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
            was_heavy = turn.is_heavy if ticket.is_over else not self._is_placed
            self._sharing.forget()
            self._pool.turns.done(turn, self._pool.clock() - start, was_heavy)
            if not self._is_placed:
                self._pool.left(ticket)

    def _listen(self, ticket: Ticket) -> None:
        """Follow the worker until it is idle."""
        limits = self._pool.limits
        message = self._hear(ticket, limits.compile_seconds)
        while not isinstance(message, Idle):
            if isinstance(message, Light):
                self._pool.place(ticket, self._sharing.loads(message.job))
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
            if not self._pool.turns.is_open:
                raise EOFError
        return self._sharing.loads(self._pipe.recv_bytes())

    def _send(self, message: Any) -> None:
        assert self._pipe is not None
        self._pipe.send_bytes(self._sharing.dumps(message))

    def _require_worker(self) -> None:
        """Start a worker if there is none; try again a few times, after longer and longer pauses.

        Raises:
            NoWorker: none could be started.
        """
        for attempt in range(1, STARTS + 1):
            if self._process is not None or not self._pool.turns.is_open:
                return
            try:
                self._start()
            except Exception as error:
                self._end()
                log_failure(error, attempt)
                if attempt == STARTS:
                    raise NoWorker from error
                self._pool.turns.rest(PAUSE * 2**attempt)

    def _start(self) -> None:
        """Start a worker, and wait until it says that it is idle."""
        self._process, self._pipe = self._pool.start()
        while not self._pipe.poll(PATIENCE):
            if not self._pool.turns.is_open:
                return
        self._pipe.recv_bytes()
        self._pool.ready(+1)
        self._is_ready = True

    def _end(self) -> None:
        process, pipe = self._process, self._pipe
        self._process = self._pipe = None
        if self._is_ready:
            self._is_ready = False
            self._pool.ready(-1)
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


def log_failure(error: Exception, attempt: int) -> None:
    """Log that a worker could not be started; no request has to do with it."""
    frames = "".join(traceback.format_tb(error.__traceback__))
    name = type(error).__name__
    LOG.error("worker not started, attempt %d of %d: %s\n%s", attempt, STARTS, name, frames)
