"""Work in a process that may be stopped: a time limit and a memory limit for every item."""

from __future__ import annotations

import gc
import os
import resource
import signal
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from time import perf_counter
from typing import Any

Work = Callable[[Any], dict[str, Any]]

# A copy of this process: what was loaded before the first item is there at once, again and again.
FORK = get_context("fork")
MEBIBYTE = 2**20


def _status(field: str) -> int:
    """Return a size of this process in MiB, or 0 where the system does not tell."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) // 1024 for line in lines if line.startswith(field)), 0)


def processor_seconds(process: int) -> float:
    """Return the processor time that a process has used."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _forget_peak() -> None:
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return


def _serve(pipe: Connection, work: Work, mebibytes: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the other process tells what is done
    limit = (_status("VmSize:") + mebibytes) * MEBIBYTE
    resource.setrlimit(resource.RLIMIT_AS, (limit, resource.RLIM_INFINITY))
    gc.freeze()  # the vocabularies are many objects and stay
    while True:
        item = pipe.recv()
        gc.collect()
        _forget_peak()
        before, start = _status("VmRSS:"), perf_counter()
        try:
            answer = work(item)
        except MemoryError:
            answer = {"status": "out of memory"}
        answer |= {"seconds": perf_counter() - start, "peak": _status("VmHWM:") - before}
        pipe.send(answer)


class Worker:
    """A process that does one item after the other; it is replaced when it fails.

    Args:
        work: what to do with an item; its answer has a ``status``. Runs in a copy of this process
            as it is when the first item comes, or the first one after a failure.
        seconds: time for one item.
        mebibytes: memory beyond what this process has.
        cpu: count processor time, not time on the wall.
    """

    def __init__(self, work: Work, seconds: float, mebibytes: int, cpu: bool) -> None:
        self.work = work
        self.seconds = seconds
        self.cpu = cpu
        self.mebibytes = mebibytes
        self.process: Any = None

    def __call__(self, item: Any) -> dict[str, Any]:
        """Return the answer, or only a status: ``time-out``, ``out of memory`` or ``died``."""
        if self.process is None:
            self._start()
        self.pipe.send(item)
        status = "time-out"
        if self._finished():
            try:
                answer: dict[str, Any] = self.pipe.recv()
            except EOFError:
                status = "died"
            else:
                if answer["status"] == "out of memory":
                    self.stop()
                return answer
        self.stop()
        return {"status": status, "seconds": self.seconds, "peak": 0}

    def _finished(self) -> bool:
        """Wait for the answer, or for the limit."""
        if not self.cpu:
            return bool(self.pipe.poll(self.seconds))
        limit = processor_seconds(self.process.pid) + self.seconds
        while not self.pipe.poll(min(1, self.seconds)):
            if self.process.is_alive() and processor_seconds(self.process.pid) > limit:
                return False
        return True

    def _start(self) -> None:
        self.pipe, end = FORK.Pipe()
        self.process = FORK.Process(target=_serve, args=(end, self.work, self.mebibytes))
        self.process.daemon = True
        self.process.start()
        end.close()

    def stop(self) -> None:
        """End the process, if there is one."""
        if self.process is not None:
            self.process.kill()
            self.process.join()
            self.pipe.close()
            self.process = None
