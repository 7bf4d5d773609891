"""The server under load: many clients with different constraints, some impolite.

    python benchmarks/load.py [--clients 32] [--seconds 120] [--hostile 0.002] [--json FILE]
                              [--options ...]

Starts the server with the bundled model on loopback, lets one client ask for a quarter of the time,
then all of them; ``--options`` are for the server. A client sends one request after the other, of a
kind drawn at random (`load_requests`), half of them decoded with a preset that takes few passes:
schemas, among them a large and a recursive one, a free
object, a tool, a regex, a choice, grammars, holes in code and in a document, free text, an edit;
a third of them streamed where they can be. One in ten is bad and has to be answered with 4xx, one
in ten hangs up after the first piece of a stream, and a few keep a worker busy until it is ended.
Prints latency by kind, throughput, and everything that was not as it should be.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import socket
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter, sleep
from typing import Any

import httpx
from common import print_table
from load_requests import BAD, HOSTILE, KINDS, Asked

TIMEOUT = 180.0
BAD_SHARE = HANG_UPS = 0.1
STREAMED = 1 / 3
DECODINGS: tuple[dict[str, Any], ...] = ({}, {"decoding": "balanced"})
"""The default takes one pass for a token or two, the preset few passes for all."""

REFUSED = (httpx.codes.TOO_MANY_REQUESTS, httpx.codes.SERVICE_UNAVAILABLE)


@dataclass
class Seen:
    """What clients saw.

    Attributes:
        seconds: of every request that was answered as it should be, by kind.
        ends: how many requests ended how.
        problems: what should not have been.
    """

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    ends: Counter[str] = field(default_factory=Counter)
    problems: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class Load:
    """How much is asked for.

    Attributes:
        clients: how many.
        seconds: how long.
        hostile: share of requests that keep a worker busy; a client alone sends good ones only.
    """

    clients: int
    seconds: float
    hostile: float


async def ask(client: httpx.AsyncClient, rng: random.Random, load: Load, to: Seen) -> None:
    """Send one request, perhaps an impolite one, and judge what comes back."""
    dice = rng.random() if load.clients > 1 else 1.0
    if dice < load.hostile:
        await _refused(client, HOSTILE, "hostile", to)
    elif dice < load.hostile + BAD_SHARE:
        await _refused(client, rng.choice(BAD), "bad", to)
    elif dice < load.hostile + BAD_SHARE + HANG_UPS:
        kind = rng.choice([*KINDS])
        await _hang_up(client, KINDS[kind](rng), rng)
        to.ends["hung up"] += 1
    else:
        kind = rng.choice([*KINDS])
        await _good(client, kind, KINDS[kind](rng), rng, to)


async def _refused(
    client: httpx.AsyncClient, sent: tuple[str, dict[str, Any]], kind: str, to: Seen
) -> None:
    start = perf_counter()
    answer = await client.post(sent[0], json=sent[1])
    if answer.status_code in REFUSED:
        to.ends[f"{answer.status_code}"] += 1
    elif answer.is_client_error:
        to.ends[f"{kind}, refused"] += 1
        to.seconds[f"({kind})"].append(perf_counter() - start)
    else:
        to.problems[f"{kind}: {answer.status_code} {answer.text[:80]}"] += 1


async def _good(
    client: httpx.AsyncClient, kind: str, request: Asked, rng: random.Random, to: Seen
) -> None:
    body = request.body | {"seed": rng.randrange(1 << 30)} | rng.choice(DECODINGS)
    streams = request.streams and rng.random() < STREAMED
    start = perf_counter()
    status, text = await (_streamed if streams else _whole)(client, request, body)
    if status in REFUSED:
        to.ends[f"{status}"] += 1
    elif status != httpx.codes.OK:
        to.problems[f"{kind}: {status} {text[:80]}"] += 1
    elif not _is_valid(request, text):
        to.problems[f"{kind}: invalid {text[:60]}"] += 1
    else:
        to.ends["valid"] += 1
        to.seconds[kind].append(perf_counter() - start)


def _is_valid(request: Asked, text: str) -> bool:
    try:
        return request.is_valid(text)
    except (ValueError, SyntaxError):
        return False


async def _whole(
    client: httpx.AsyncClient, request: Asked, body: dict[str, Any]
) -> tuple[int, str]:
    answer = await client.post(request.path, json=body)
    is_good = answer.status_code == httpx.codes.OK
    return answer.status_code, request.text(answer.json()) if is_good else answer.text


async def _streamed(
    client: httpx.AsyncClient, request: Asked, body: dict[str, Any]
) -> tuple[int, str]:
    text = ""
    async with client.stream("POST", request.path, json={**body, "stream": True}) as answer:
        if answer.status_code != httpx.codes.OK:
            return answer.status_code, (await answer.aread()).decode()
        async for line in answer.aiter_lines():
            if line.startswith("data: {"):
                frame = json.loads(line.removeprefix("data: "))
                if "error" in frame:
                    return {"time_limit": REFUSED[1]}.get(frame["error"]["code"], 500), line
                for choice in frame.get("choices", ()):
                    text += choice.get("delta", choice).get("content", choice.get("text")) or ""
    return httpx.codes.OK, text


async def _hang_up(client: httpx.AsyncClient, request: Asked, rng: random.Random) -> None:
    body = request.body | {"seed": rng.randrange(1 << 30), "stream": True}
    async with client.stream("POST", request.path, json=body) as answer:
        async for _ in answer.aiter_bytes():
            return


async def run(url: str, load: Load) -> Seen:
    """Let clients ask."""
    seen, end = Seen(), perf_counter() + load.seconds

    async def one(number: int) -> None:
        rng = random.Random(number)
        async with httpx.AsyncClient(base_url=url, timeout=TIMEOUT, trust_env=False) as client:
            while perf_counter() < end:
                try:
                    await ask(client, rng, load, seen)
                except (httpx.HTTPError, ValueError, KeyError) as error:
                    seen.problems[f"{type(error).__name__}: {error}"] += 1

    await asyncio.gather(*map(one, range(load.clients)))
    return seen


async def every_kind(url: str) -> None:
    """Send one request of each kind, whose constraints are compiled then."""
    rng = random.Random(0)
    async with httpx.AsyncClient(base_url=url, timeout=TIMEOUT, trust_env=False) as client:
        for make in KINDS.values():
            request = make(rng)
            await client.post(request.path, json=request.body)


def show(load: Load, seen: Seen, seconds: float, busy: float) -> dict[str, Any]:
    """Print what clients saw; return it as plain data.

    Args:
        load: what was asked for.
        seen: what came of it.
        seconds: until the last answer was there.
        busy: seconds of processors that the server took.
    """
    good = [value for kind in KINDS for value in seen.seconds.get(kind, ())]
    throughput = len(good) / seconds
    print(f"\n{load.clients} client(s), {seconds:.0f} s: {throughput:.2f} valid replies a second")
    print(f"{busy / seconds:.2f} processors busy, {busy / max(1, len(good)):.2f} s for each reply")
    print(", ".join(f"{count} {end}" for end, count in seen.ends.items()), end="\n\n")
    rows = []
    for kind, values in [*sorted(seen.seconds.items()), ("all valid", good)]:
        ordered = sorted(values) or [float("nan")]
        p50, p99 = (ordered[int(q * (len(ordered) - 1))] for q in (0.5, 0.99))
        rows.append([kind, f"{len(values)}", f"{p50:.2f}", f"{p99:.2f}", f"{ordered[-1]:.2f}"])
    print_table(("request", "answers", "p50 s", "p99 s", "max s"), rows)
    for problem, count in seen.problems.most_common(10):
        print(f"PROBLEM, {count} times: {problem}")
    ends, problems = dict(seen.ends), dict(seen.problems)
    found = {"clients": load.clients, "seconds": seconds, "throughput": throughput}
    found["busy"] = busy
    return found | {"ends": ends, "problems": problems, "rows": rows}


@contextmanager
def served(options: Sequence[str]) -> Iterator[tuple[str, int]]:
    """Start the server, wait until it answers, and end it; yields its URL and its process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    start = "from dllm_struct.cli import main; main()"
    command = [sys.executable, "-c", start, "serve", "--port", str(port), *options]
    url = f"http://127.0.0.1:{port}"
    server = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        end = perf_counter() + TIMEOUT
        while not _answers(url):
            if perf_counter() > end or server.poll() is not None:
                raise SystemExit("the server did not start")
            sleep(0.2)
        yield url, server.pid
    finally:
        server.terminate()
        server.wait()


def processor_seconds(server: int) -> float:
    """Return the processor time of a process and of all that it has started."""
    parents: dict[int, int] = {}
    ticks: dict[int, int] = {}
    for file in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = file.read_text().rpartition(")")[2].split()
            process = int(file.parent.name)
            parents[process], ticks[process] = int(fields[1]), sum(map(int, fields[11:15]))
    own = {server}
    while more := {process for process, parent in parents.items() if parent in own} - own:
        own |= more
    return sum(ticks.get(process, 0) for process in own) / os.sysconf("SC_CLK_TCK")


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/health", timeout=5, trust_env=False).is_success
    except httpx.HTTPError:
        return False


def main() -> None:
    """Start the server, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clients", type=int, default=32)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--hostile", type=float, default=0.002)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--options", nargs=argparse.REMAINDER, default=[])
    given = parser.parse_args()
    found = []
    with served(given.options) as (url, server):
        asyncio.run(every_kind(url))
        for clients, seconds in ((1, given.seconds / 4), (given.clients, given.seconds)):
            load = Load(clients, seconds, given.hostile)
            start, busy = perf_counter(), processor_seconds(server)
            seen = asyncio.run(run(url, load))
            busy = processor_seconds(server) - busy
            found.append(show(load, seen, perf_counter() - start, busy))
        left = httpx.get(f"{url}/health", trust_env=False).json()
        print(f"\nafterwards: {left}")
    if given.json is not None:
        given.json.write_text(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
