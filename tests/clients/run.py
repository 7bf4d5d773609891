"""Runs the server against client libraries, each in an environment of its own; see `CLIENTS`.

    python tests/clients/run.py [--server PROGRAM] [CLIENT ...]

An environment is made on first use under ``.venv-clients``, with the versions of ``NAME.txt``. The
server has the bundled model and a key, and listens at a free port of loopback. Prints a table of
what passed; exits with 1 where anything did not.
"""

from __future__ import annotations

import argparse
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
ENVIRONMENTS = ROOT / ".venv-clients"
SERVER = ROOT / ".venv" / "bin" / "dllm-struct"

START_SECONDS = 300
"""For the server's first start, which compiles inner loops."""

SCRIPT_SECONDS = 300


@dataclass(frozen=True)
class Client:
    """A client library.

    Attributes:
        name: of its script and its list of versions.
        package: as its registry calls it.
        is_node: whether it runs on node.
    """

    name: str
    package: str
    is_node: bool = False

    @property
    def folder(self) -> Path:
        """Where it is installed."""
        return ENVIRONMENTS / self.name

    @property
    def command(self) -> list[str]:
        """What runs its script."""
        if self.is_node:
            return ["node", str(HERE / f"with_{self.name}.mjs")]
        return [str(self.folder / "bin" / "python"), str(HERE / f"with_{self.name}.py")]


@dataclass(frozen=True)
class Outcome:
    """What a client's script showed.

    Attributes:
        passed: names of checks.
        failed: names of checks; the script itself, where it ended early.
        log: what it wrote besides.
    """

    passed: list[str]
    failed: list[str]
    log: str


CLIENTS = (
    Client("openai", "openai"),
    Client("instructor", "instructor"),
    Client("mistralai", "mistralai"),
    Client("llm", "llm"),
    Client("litellm", "litellm"),
    Client("continue", "@continuedev/openai-adapters", is_node=True),
)


def main() -> int:
    """Run the clients that are named, or all; the exit status."""
    parser = argparse.ArgumentParser(description="run the server against client libraries")
    names = [client.name for client in CLIENTS]
    parser.add_argument("clients", nargs="*", metavar="CLIENT", help=", ".join(names))
    parser.add_argument("--server", default=str(SERVER), help="the program dllm-struct")
    asked = parser.parse_args()
    if unknown := set(asked.clients) - set(names):
        parser.error(f"unknown client '{min(unknown)}'; there are {', '.join(names)}")
    clients = [client for client in CLIENTS if not asked.clients or client.name in asked.clients]
    for client in clients:
        install(client)
    key = secrets.token_hex(16)
    with serving(asked.server, key) as url:
        outcomes = {client: outcome_of(client, url, key) for client in clients}
    rows = [row for client, outcome in outcomes.items() for row in rows_of(client, outcome)]
    print_table([("client", "version", "checks passed"), *rows])
    return int(any(outcome.failed for outcome in outcomes.values()))


def rows_of(client: Client, outcome: Outcome) -> list[tuple[str, str, str]]:
    """The lines of a table that are about a client; what failed is also told in full."""
    if outcome.failed:
        print(outcome.log, file=sys.stderr)
    total = len(outcome.passed) + len(outcome.failed)
    row = (client.package, version(client), f"{len(outcome.passed)} of {total}")
    return [row, *(("", "", f"failed: {name}") for name in outcome.failed)]


def install(client: Client) -> None:
    """Install a client in its environment, unless this list of versions is there already."""
    pins, mark = HERE / f"{client.name}.txt", client.folder / ".installed"
    if mark.exists() and mark.read_bytes() == pins.read_bytes():
        return
    print(f"installing {client.package} ...", file=sys.stderr)
    shutil.rmtree(client.folder, ignore_errors=True)
    if client.is_node:
        install_node(client, pins)
    else:
        venv.create(client.folder, with_pip=True)
        pip = [str(client.folder / "bin" / "python"), "-m", "pip", "--disable-pip-version-check"]
        subprocess.run([*pip, "install", "-q", "-c", str(pins), client.package], check=True)
    shutil.copyfile(pins, mark)


def install_node(client: Client, pins: Path) -> None:
    """Install a client with npm; its list of versions has lines ``PACKAGE@VERSION``."""
    client.folder.mkdir(parents=True)
    npm = ["npm", "install", "--no-fund", "--no-audit", "--ignore-scripts", "--loglevel=error"]
    subprocess.run([*npm, *pins.read_text().split()], cwd=client.folder, check=True)


def version(client: Client) -> str:
    """The version of a client in its list."""
    separator = "@" if client.is_node else "=="
    for line in (HERE / f"{client.name}.txt").read_text().splitlines():
        package, _, number = line.rpartition(separator)
        if package == client.package:
            return number
    raise ValueError(f"{client.name}.txt has no version of {client.package}")


def outcome_of(client: Client, url: str, key: str) -> Outcome:
    """Run a client's script against a server."""
    own = {"DLLM_STRUCT_URL": url, "DLLM_STRUCT_KEY": key, "CLIENT_FOLDER": str(client.folder)}
    done = subprocess.run(
        client.command,
        env=without_proxies() | own,
        capture_output=True,
        text=True,
        timeout=SCRIPT_SECONDS,
        check=False,
    )
    lines = done.stdout.splitlines()
    passed = [line.removeprefix("ok ") for line in lines if line.startswith("ok ")]
    failed = [line.removeprefix("failed ") for line in lines if line.startswith("failed ")]
    if not failed and (done.returncode or not passed):
        failed = [f"the script ended with {done.returncode}"]
    return Outcome(passed, failed, done.stdout + done.stderr)


@contextmanager
def serving(program: str, key: str) -> Iterator[str]:
    """Run the server; its address."""
    port = free_port()
    environment = {**os.environ, "DLLM_STRUCT_API_KEY": key}
    process = subprocess.Popen([program, "serve", "--port", str(port)], env=environment)
    url = f"http://127.0.0.1:{port}"
    try:
        wait_for(url, process)
        yield url
    finally:
        process.terminate()
        process.wait()


def wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    """Wait until a server answers.

    Raises:
        RuntimeError: it ended, or does not.
    """
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    late = time.monotonic() + START_SECONDS
    while time.monotonic() < late:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode}")
        try:
            with opener.open(f"{url}/health", timeout=5):
                return
        except (urllib.error.URLError, TimeoutError):
            time.sleep(0.2)
    raise RuntimeError("the server does not answer")


def free_port() -> int:
    """A port of loopback that nobody listens at."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
    return port


def without_proxies() -> dict[str, str]:
    """The environment, without what would lead a client away from loopback."""
    return {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}


def print_table(rows: list[tuple[str, str, str]]) -> None:
    """Print rows in columns."""
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        print("  ".join(cells).rstrip())


if __name__ == "__main__":
    sys.exit(main())
