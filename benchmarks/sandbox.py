"""Running programs that nobody has read: little time, little memory, no network where possible."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

MEBIBYTE = 2**20
NOBODY = 65534
PROCESSES = 64
SYSTEM_PYTHON = "/usr/bin/python3"
NO_NETWORK = ("unshare", "--user", "--map-root-user", "--net", "--pid", "--fork", "--kill-child")


@dataclass(frozen=True)
class Way:
    """How programs are run.

    Attributes:
        isolation: a command that runs the rest of its line without network, or nothing.
        python: the interpreter.
        is_nobody: whether it runs as a user without rights.
    """

    isolation: tuple[str, ...]
    python: str
    is_nobody: bool

    def __str__(self) -> str:
        network = "no network" if self.isolation else "the network NOT shut off"
        return f"{network}, {'as nobody' if self.is_nobody else 'with the rights of this user'}"


class Sandbox:
    """Runs Python programs, each in a process of its own and an empty folder.

    The strictest way that this system offers is taken.

    Args:
        seconds: of processor time; on the wall twice as many.
        mebibytes: of memory.

    Raises:
        RuntimeError: nothing can be run.
    """

    def __init__(self, seconds: int = 5, mebibytes: int = 1024) -> None:
        self.seconds, self.mebibytes = seconds, mebibytes
        for self._way in _ways():
            if self.succeeds("pass"):
                self.description = f"programs get {seconds} s and {mebibytes} MiB, {self._way}"
                return
        raise RuntimeError("no way to run a Python program was found")

    def succeeds(self, program: str) -> bool:
        """Whether a program ends without an exception, within the limits."""
        with TemporaryDirectory() as folder:
            file = Path(folder) / "program.py"
            try:
                file.write_text(program, "utf-8")
            except UnicodeEncodeError:
                return False
            Path(folder).chmod(0o777)  # nobody may write here, and nowhere else
            process = subprocess.Popen(
                [*self._way.isolation, self._way.python, "-I", "-B", str(file)],
                cwd=folder,
                env={},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                preexec_fn=self._limit,  # noqa: PLW1509 - no threads run beside it
            )
            try:
                return process.wait(2 * self.seconds) == 0
            except subprocess.TimeoutExpired:
                return False
            finally:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def _limit(self) -> None:
        for what, most in (
            (resource.RLIMIT_CPU, self.seconds),
            (resource.RLIMIT_AS, self.mebibytes * MEBIBYTE),
            (resource.RLIMIT_FSIZE, MEBIBYTE),
            (resource.RLIMIT_NOFILE, 64),
            (resource.RLIMIT_NPROC, PROCESSES),
            (resource.RLIMIT_CORE, 0),
        ):
            resource.setrlimit(what, (most, most))
        if self._way.is_nobody:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)


def _ways() -> Iterator[Way]:
    """Yield what might work, the strictest first."""
    isolations = [NO_NETWORK, ()] if shutil.which(NO_NETWORK[0]) else [()]
    rights = [True, False] if os.geteuid() == 0 else [False]
    pythons = [sys.executable, *([SYSTEM_PYTHON] if Path(SYSTEM_PYTHON).exists() else [])]
    for isolation, is_nobody, python in product(isolations, rights, pythons):
        yield Way(isolation, python, is_nobody)
