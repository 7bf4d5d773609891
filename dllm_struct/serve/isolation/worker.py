"""The process: one request after the other, until the pipe is closed."""

from __future__ import annotations

import contextlib
import errno
import pickle
import signal
from collections.abc import Sequence
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path

import torch

from dllm_struct.decoding.row import Row
from dllm_struct.decoding.signals import View
from dllm_struct.errors import BudgetExceeded
from dllm_struct.generation import Model
from dllm_struct.generation.job import Job
from dllm_struct.generation.target import Target, as_it_is
from dllm_struct.logit_rows import LogitRows
from dllm_struct.posterior.exploration.automaton import LazyAutomaton
from dllm_struct.serve.ask import Ask
from dllm_struct.serve.errors import Internal
from dllm_struct.serve.isolation.messages import (
    GiveUp,
    Heard,
    Idle,
    Light,
    Logits,
    Look,
    ToParent,
    Work,
)
from dllm_struct.serve.isolation.sharing import Parts, Sharing
from dllm_struct.serve.runner import Batch
from dllm_struct.serve.tickets import Failed, Finished, Seat, Started, Step
from dllm_struct.template import Template

LIGHT = 2_000_000
"""Edges of the automata times positions, up to which a step takes no time worth mentioning."""

STATUS = Path("/proc/self/status")


def work(parts: Parts, pipe: Connection, memory: int) -> None:
    """Do what comes through a pipe.

    Args:
        parts: of the model, without its network.
        pipe: to the process that has the network.
        memory: most bytes that may be needed besides what is needed now.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the other side ends this process
    torch.set_num_threads(1)
    limit = _limit_memory(memory)
    model = parts.model()
    link = Link(model, pipe)
    with contextlib.suppress(EOFError, BrokenPipeError):  # the other side is gone
        while True:
            spent = limit is not None and _data_bytes() > limit - memory // 2
            link.send(Idle(spent))
            if spent:
                return
            message = link.receive()
            assert isinstance(message, Work)
            _do(model, link, message.ask)


class Link:
    """The pipe, as a worker uses it.

    Args:
        model: of this side.
        pipe: to the other side.
    """

    def __init__(self, model: Model, pipe: Connection) -> None:
        self._pipe, self.sharing = pipe, Sharing(model)

    def send(self, message: ToParent) -> None:
        """Say something."""
        self._pipe.send_bytes(self.sharing.dumps(message))

    def receive(self) -> object:
        """Wait for what the other side says."""
        return self.sharing.loads(self._pipe.recv_bytes())


class Remote:
    """The client at the other end; see `tickets.Client`."""

    def __init__(self, ask: Ask, link: Link) -> None:
        self.ask, self._link = ask, link
        self.deadline = float("inf")
        self.is_over = False

    def tell(self, item: Started | Step) -> None:
        """Tell of something on the way."""
        self._link.send(Heard(item))

    def finish(self, item: Finished) -> None:
        """Hand over an output."""
        self._link.send(Heard(item))

    def fail(self, error: Exception) -> None:
        """End with an error."""
        if not self.is_over:
            self.is_over = True
            self._link.send(Heard(Failed(_portable(error))))

    def forward(self, views: Sequence[View]) -> list[LogitRows]:
        """Let the other side make a pass."""
        self._link.send(Look(views))
        answer = self._link.receive()
        if isinstance(answer, GiveUp):
            raise answer.error
        assert isinstance(answer, Logits)
        if answer.is_late:
            self.deadline = float("-inf")
        return [LogitRows(torch.from_numpy(values), rows) for values, rows in answer.tables]


def _do(model: Model, link: Link, ask: Ask) -> None:
    client = Remote(ask, link)
    try:
        job = _without_goals(ask.prepare(ask, model.through(client.forward)))
        if all(map(_is_light, job.rows)):
            link.send(Light(link.sharing.dumps(job)))
            return
        client.tell(Started())
        batch = Batch(client.forward, lambda: 0.0, lambda _: None)
        batch.add([Seat(client, job, row) for row in job.rows])
        while len(batch):
            batch.step()
    except (EOFError, BrokenPipeError):
        raise
    except Exception as error:
        client.fail(error)


def _is_light(row: Row) -> bool:
    """Whether a step of a row takes no time worth mentioning."""
    constraint, work = row.constraint, 0
    if constraint.explores:
        return False
    for slot, compiled in constraint.compiled.items():
        assert not isinstance(compiled.automaton, LazyAutomaton)
        work += len(compiled.automaton.edges.source) * len(row.canvas.slot(slot))
    return work <= LIGHT


def _without_goals(job: Job) -> Job:
    """A job whose values are its texts: parsers cannot be sent."""
    nothing = Template(())
    targets = [Target(nothing, as_it_is, goal.answer) for goal in job.targets]
    return replace(job, targets=targets)


def _portable(error: Exception) -> Exception:
    """An error that the other side can read."""
    is_torch = type(error) is RuntimeError and "allocate" in str(error)
    is_system = isinstance(error, OSError) and error.errno == errno.ENOMEM
    if is_torch or is_system or isinstance(error, MemoryError | RecursionError):
        return BudgetExceeded(
            "the constraint needs too much memory", hint="use a smaller or a flatter one"
        )
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return Internal()
    return error


def _limit_memory(more: int) -> int | None:
    """Bound what this process may allocate; return the bound, None where the system has none."""
    try:
        import resource  # noqa: PLC0415 - not on every system

        limit = _data_bytes() + more
    except (ImportError, OSError):
        return None
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    return limit


def _data_bytes() -> int:
    """What this process has allocated, in bytes."""
    lines = STATUS.read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmData")) * 1024
