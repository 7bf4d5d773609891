"""Many clients at once: errors, validity, latency, throughput against one client.

    python benchmarks/load.py [--url URL [--api-key KEY]] [--clients 32] [--seconds 120]
                              [--hang-up 0.1] [--bad 0.1] [--options ...] [--json FILE]

Without a URL a server with the bundled model is started on loopback, and ended with the run;
``--options`` are for it. Each client sends one request after the other, of a kind drawn at random
(`load_requests`): schemas, a tool, regexes, choices, grammars, holes in code, documents with
several holes, free text; half of them streamed where they can be. Some hang up after the first
bytes of a stream, some send bad requests. Every reply is read by a judge that shares no code with
the library (jsonschema, re, ast, lark). The same is done first by one client, for a quarter of the
time.

A good request has to be answered with 200 and a valid text, a bad one with 4xx; anything else is an
error. What is refused with 429 or 503 is counted on its own.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from time import perf_counter, sleep

import httpx
from common import print_table
from load_requests import BAD, GOOD, Kind

PORT = 8799
REFUSED = (429, 503)


@dataclass
class Tally:
    """What became of the requests.

    Attributes:
        seconds: of every good request that was answered, by kind.
        outcomes: how many ended how.
        problems: the first few of what should not have been.
    """

    seconds: dict[str, list[float]] = field(default_factory=dict)
    outcomes: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)

    def problem(self, outcome: str, kind: str, what: str) -> None:
        """Note something that should not have been."""
        self.outcomes[outcome] += 1
        if len(self.problems) < 10:
            self.problems.append(f"{outcome}: {kind}: {what[:300]}")


@dataclass(frozen=True)
class Load:
    """What clients do.

    Attributes:
        clients: how many.
        seconds: how long.
        hang_up: share of requests whose client hangs up.
        bad: share of bad requests.
    """

    clients: int
    seconds: float
    hang_up: float
    bad: float


async def run(url: str, key: str | None, load: Load) -> tuple[Tally, float]:
    """Let clients send requests; return what became of them, and how long it took."""
    tally = Tally()
    headers = {} if key is None else {"Authorization": f"Bearer {key}"}
    limits = httpx.Limits(max_connections=None)
    start = perf_counter()
    async with httpx.AsyncClient(
        base_url=url, headers=headers, timeout=180, limits=limits, trust_env=False
    ) as client:
        until = start + load.seconds
        tasks = [_client(client, load, until, tally, number) for number in range(load.clients)]
        await asyncio.gather(*tasks)
    return tally, perf_counter() - start


async def _client(
    client: httpx.AsyncClient, load: Load, until: float, tally: Tally, number: int
) -> None:
    rng = random.Random(number)
    while perf_counter() < until:
        chance = rng.random()
        try:
            if chance < load.bad:
                await _bad(client, rng, tally)
            elif chance < load.bad + load.hang_up:
                await _hang_up(client, rng, tally)
            else:
                await _good(client, rng, tally)
        except httpx.HTTPError as error:
            tally.problem("broken connection", "", repr(error))


async def _bad(client: httpx.AsyncClient, rng: random.Random, tally: Tally) -> None:
    url, body = rng.choice(BAD)
    reply = await client.post(url, json=body)
    if reply.status_code in REFUSED:
        tally.outcomes[f"refused {reply.status_code}"] += 1
    elif 400 <= reply.status_code < 500 and reply.json()["error"]["code"]:
        tally.outcomes["bad, refused"] += 1
    else:
        tally.problem("error", f"bad {url}", f"{reply.status_code} {reply.text}")


async def _hang_up(client: httpx.AsyncClient, rng: random.Random, tally: Tally) -> None:
    kind = rng.choice([*GOOD.values()])
    body = {**kind.body, "seed": rng.randrange(1000), "stream": True}
    async with client.stream("POST", kind.url, json=body) as reply:
        async for _ in reply.aiter_bytes():
            break
    tally.outcomes["hung up"] += 1


async def _good(client: httpx.AsyncClient, rng: random.Random, tally: Tally) -> None:
    name = rng.choice([*GOOD])
    kind = GOOD[name]
    streams = kind.streams and rng.random() < 0.5
    body = {**kind.body, "seed": rng.randrange(1000)}
    start = perf_counter()
    status, text = await (_streamed if streams else _whole)(client, kind, body)
    if status in REFUSED:
        tally.outcomes[f"refused {status}"] += 1
    elif status != 200:
        tally.problem("error", name, f"{status} {text}")
    elif not _is_valid(kind, text):
        tally.problem("invalid", name, text)
    else:
        tally.outcomes["valid"] += 1
        tally.seconds.setdefault(name, []).append(perf_counter() - start)


def _is_valid(kind: Kind, text: str) -> bool:
    try:
        return kind.judge(text)
    except (ValueError, SyntaxError):
        return False


async def _whole(client: httpx.AsyncClient, kind: Kind, body: dict[str, object]) -> tuple[int, str]:
    reply = await client.post(kind.url, json=body)
    is_good = reply.status_code == 200
    return reply.status_code, kind.text(reply.json()) if is_good else reply.text


async def _streamed(
    client: httpx.AsyncClient, kind: Kind, body: dict[str, object]
) -> tuple[int, str]:
    text = ""
    async with client.stream("POST", kind.url, json={**body, "stream": True}) as reply:
        if reply.status_code != 200:
            return reply.status_code, (await reply.aread()).decode()
        async for line in reply.aiter_lines():
            if not line.startswith("data: {"):
                continue
            frame = json.loads(line.removeprefix("data: "))
            if "error" in frame:
                return 500, line
            for choice in frame["choices"]:
                text += choice.get("delta", choice).get("content", choice.get("text")) or ""
    return 200, text


def _rows(tally: Tally) -> Iterator[tuple[str, ...]]:
    everything = [second for own in tally.seconds.values() for second in own]
    for name, seconds in {**tally.seconds, "all": everything}.items():
        p50, p99 = median(seconds), sorted(seconds)[int(0.99 * (len(seconds) - 1))]
        yield name, str(len(seconds)), f"{p50:.2f}", f"{p99:.2f}"


def report(load: Load, tally: Tally, seconds: float) -> dict[str, object]:
    """Print what was measured; return it as plain data."""
    print(f"\n{load.clients} client(s), {seconds:.0f} s: {dict(tally.outcomes)}")
    rows = [*_rows(tally)]
    print_table(("kind", "replies", "p50 s", "p99 s"), rows)
    throughput = tally.outcomes["valid"] / seconds
    print(f"valid replies a second: {throughput:.2f}")
    for problem in tally.problems:
        print(problem)
    return {
        "clients": load.clients,
        "seconds": seconds,
        "outcomes": tally.outcomes,
        "rows": rows,
        "throughput": throughput,
    }


@contextmanager
def served(url: str | None, options: Sequence[str]) -> Iterator[str]:
    """Return the URL of a running server; without one, one is started and ended."""
    if url is not None:
        yield url
        return
    code = "from dllm_struct.cli import main; main()"
    command = [sys.executable, "-c", code, "serve", "--port", str(PORT), *options]
    process = subprocess.Popen(command)
    url = f"http://127.0.0.1:{PORT}"
    try:
        while not _answers(url):
            if process.poll() is not None:
                sys.exit("the server did not start")
            sleep(0.5)
        yield url
    finally:
        process.terminate()
        process.wait()


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/health", trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False


def main() -> None:
    """Run the load test."""
    parser = argparse.ArgumentParser(description="Many clients at once.")
    parser.add_argument("--url")
    parser.add_argument("--api-key")
    parser.add_argument("--clients", type=int, default=32)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--hang-up", type=float, default=0.1)
    parser.add_argument("--bad", type=float, default=0.1)
    parser.add_argument("--options", nargs=argparse.REMAINDER, default=[])
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    loads = [
        Load(1, given.seconds / 4, 0.0, 0.0),
        Load(given.clients, given.seconds, given.hang_up, given.bad),
    ]
    found = []
    with served(given.url, given.options) as url:
        for kind in GOOD.values():  # what is compiled once stays compiled
            httpx.post(url + kind.url, json=kind.body, timeout=180, trust_env=False)
        for load in loads:
            tally, seconds = asyncio.run(run(url, given.api_key, load))
            found.append(report(load, tally, seconds))
        load_left = httpx.get(f"{url}/health", trust_env=False).json()["load"]
        print(f"\nstill at work afterwards: {load_left}")
    if given.json is not None:
        given.json.write_text(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
