"""The server under load: many clients with different constraints, some impolite.

    python benchmarks/load.py [--clients 32] [--seconds 120]

Starts the server with the bundled model on loopback, lets one client ask for a quarter of the time,
then all of them. A client sends one request after the other: a schema, a regex, a choice, a hole
in Python or a free object, streamed or not; one in ten is malformed and has to be answered with
400, one in ten hangs up after the first piece of a stream. Prints latency by kind, throughput, and
everything that was not as it should be.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import re
import socket
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

import httpx
from common import print_table
from jsonschema import Draft202012Validator

import dllm_struct as ds
from dllm_struct.models.bundled import Example, held_out

TIMEOUT = 120.0
IMPOLITE = 0.1
STREAMED = 0.3
PYTHON = ds.grammar("python")


@dataclass(frozen=True)
class Asked:
    """A request, and how its answer is judged.

    Attributes:
        path: where it goes.
        body: as JSON.
        is_valid: judges the text of the answer.
    """

    path: str
    body: dict[str, Any]
    is_valid: Callable[[str], bool]


@dataclass
class Seen:
    """What clients saw: seconds of each kind of request, replies by kind, and problems."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    problems: Counter[str] = field(default_factory=Counter)
    hung_up: int = 0
    refused: int = 0


def asked(kind: str, rng: random.Random, examples: list[Example]) -> Asked:
    """Return a request of a kind."""
    example = rng.choice(examples)
    chat: dict[str, Any] = {"messages": [{"role": "user", "content": example.prompt}]}
    chat |= {"decoding": "balanced", "seed": rng.randrange(1 << 30), "max_tokens": 256}
    path = "/v1/chat/completions"
    match kind:
        case "schema":
            shape = {"name": "answer", "schema": example.schema}
            chat["response_format"] = {"type": "json_schema", "json_schema": shape}
            judge = Draft202012Validator(example.schema)
            return Asked(path, chat, lambda text: judge.is_valid(json.loads(text)))
        case "object":
            chat["response_format"] = {"type": "json_object"}
            chat["max_tokens"] = 48
            return Asked(path, chat, lambda text: isinstance(json.loads(text), dict))
        case "regex":
            chat["guided_regex"] = r"[A-Z][a-z]{2,9}( [A-Z][a-z]{2,9}){0,2}"
            return Asked(path, chat, lambda t: bool(re.fullmatch(chat["guided_regex"], t)))
        case "choice":
            chat["guided_choice"] = ["yes", "no", "not said"]
            return Asked(path, chat, lambda text: text in chat["guided_choice"])
    before, after = "def area(w, h):\n    return ", "\n\nprint(area(2, 3))\n"
    body: dict[str, Any] = {"prefix": before, "suffix": after}
    body |= {"output_type": {"grammar": "python"}}
    body |= {"max_tokens": 48, "decoding": "balanced", "seed": chat["seed"]}
    return Asked("/v1/infill", body, lambda text: PYTHON.matches(before + text + after))


KINDS = ("schema", "schema", "regex", "choice", "python", "object")


async def ask(
    client: httpx.AsyncClient, rng: random.Random, world: list[Example], to: Seen
) -> None:
    """Send one request, perhaps an impolite one, and judge what comes back."""
    kind, dice = rng.choice(KINDS), rng.random()
    request = asked(kind, rng, world)
    start = perf_counter()
    if dice < IMPOLITE:
        kind, request.body["max_tokens"] = "malformed", "many"
        answer = await client.post(request.path, json=request.body)
        to.refused += answer.status_code == httpx.codes.BAD_REQUEST
        _require(to, answer.status_code == httpx.codes.BAD_REQUEST, kind, answer.status_code)
    elif dice < 2 * IMPOLITE and request.path.endswith("completions"):
        await _hang_up(client, request)
        to.hung_up += 1
        return
    elif dice < 2 * IMPOLITE + STREAMED and request.path.endswith("completions"):
        kind, text = f"{kind}, streamed", await _streamed(client, request)
        _require(to, request.is_valid(text), kind, text[:60])
    else:
        answer = await client.post(request.path, json=request.body)
        if answer.status_code != httpx.codes.OK:
            to.problems[f"{kind}: {answer.status_code} {answer.text[:80]}"] += 1
            return
        _require(to, request.is_valid(_text(answer.json())), kind, answer.text[:60])
    to.seconds[kind].append(perf_counter() - start)


def _require(to: Seen, is_fine: bool, kind: str, what: object) -> None:
    if not is_fine:
        to.problems[f"{kind}: {what}"] += 1


def _text(reply: dict[str, Any]) -> str:
    text = reply["choices"][0]["message"]["content"] if "choices" in reply else reply["text"]
    return str(text)


async def _streamed(client: httpx.AsyncClient, request: Asked) -> str:
    text = ""
    async with client.stream("POST", request.path, json={**request.body, "stream": True}) as reply:
        async for line in reply.aiter_lines():
            if line.startswith("data: {"):
                for choice in json.loads(line.removeprefix("data: ")).get("choices", ()):
                    text += choice["delta"].get("content") or ""
    return text


async def _hang_up(client: httpx.AsyncClient, request: Asked) -> None:
    async with client.stream("POST", request.path, json={**request.body, "stream": True}) as reply:
        async for _ in reply.aiter_lines():
            return


async def run(url: str, clients: int, seconds: float) -> Seen:
    """Let so many clients ask for so long."""
    world, seen, end = held_out(100, 0), Seen(), perf_counter() + seconds

    async def one(number: int) -> None:
        rng = random.Random(number)
        async with httpx.AsyncClient(base_url=url, timeout=TIMEOUT) as client:
            while perf_counter() < end:
                try:
                    await ask(client, rng, world, seen)
                except (httpx.HTTPError, ValueError, KeyError) as error:
                    seen.problems[f"{type(error).__name__}: {error}"] += 1

    await asyncio.gather(*map(one, range(clients)))
    return seen


def show(title: str, seen: Seen, seconds: float) -> None:
    """Print what clients saw."""
    everything = sorted(value for values in seen.seconds.values() for value in values)
    print(f"\n{title}: {len(everything) / seconds:.2f} answers a second")
    print(f"{seen.refused} malformed requests refused, {seen.hung_up} clients hung up\n")
    rows = []
    for kind, values in [*sorted(seen.seconds.items()), ("all", everything)]:
        ordered = sorted(values) or [float("nan")]
        p50, p99 = (ordered[int(q * (len(ordered) - 1))] for q in (0.5, 0.99))
        rows.append([kind, f"{len(values)}", f"{p50:.2f}", f"{p99:.2f}", f"{ordered[-1]:.2f}"])
    print_table(("request", "answers", "p50 s", "p99 s", "max s"), rows)
    for problem, count in seen.problems.most_common(10):
        print(f"PROBLEM, {count} times: {problem}")


def wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    """Wait until the server answers."""
    end = perf_counter() + TIMEOUT
    while perf_counter() < end and server.poll() is None:
        try:
            if httpx.get(f"{url}/health", timeout=5).status_code == httpx.codes.OK:
                return
        except httpx.HTTPError:
            pass
    raise SystemExit("the server did not start")


def main() -> None:
    """Start the server, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clients", type=int, default=32)
    parser.add_argument("--seconds", type=float, default=120)
    options = parser.parse_args()

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    start = "from dllm_struct.cli import main; main()"
    command = [sys.executable, "-c", start, "serve", "--port", str(port)]
    server = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        wait_for(url, server)
        asyncio.run(run(url, 1, 5))  # every kind once
        alone = options.seconds / 4
        show("1 client", asyncio.run(run(url, 1, alone)), alone)
        found = asyncio.run(run(url, options.clients, options.seconds))
        show(f"{options.clients} clients", found, options.seconds)
    finally:
        server.terminate()
        server.wait()


if __name__ == "__main__":
    main()
