"""Compile time on a whole vocabulary, side by side with `outlines_core.Index`.

    python benchmarks/compile.py VOCABULARY [--runs 5] [--limit 120] [--only TEXT] [--cpu]

VOCABULARY is a tiktoken file (perhaps .gz). Ours is timed from the pattern or schema to the token
automaton, caches emptied, machine code already compiled; a schema once as a whole document, which
is what an Index holds, and once in template form (all slots). An Index runs in a process of its own
that is stopped at the limit; then its ratio is a lower bound. On a busy machine, --cpu measures the
processor time of both instead of the time on the wall.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any

from common import REGEXES, SCHEMAS, forget, milliseconds, print_table, read_tokens, read_vocabulary
from outlines_core import Index, Vocabulary
from outlines_core.json_schema import build_regex_from_schema

import dllm_struct as ds

MEMORY = 10 * 2**30
Clock = Callable[[], float]


def peer(pattern: str, path: Path, runs: int, clock: Clock) -> None:
    """Build an Index and print its time in milliseconds; runs in a process of its own."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    ids: dict[bytes, list[int]] = {}
    for i, token in enumerate(read_tokens(path)):
        ids.setdefault(token, []).append(i)
    end = sum(map(len, ids.values()))
    vocabulary = Vocabulary(end, ids)
    times: list[float] = []
    while len(times) < runs and sum(times) < 10_000:
        start = clock()
        Index(pattern, vocabulary)
        times.append(1000 * (clock() - start))
    print(median(times))


def time_of_peer(
    pattern: str, path: Path, runs: int, limit: float, cpu: bool
) -> tuple[float, bool]:
    """Return milliseconds and whether it finished; when not, the limit."""
    command = [sys.executable, __file__, str(path), f"--peer={pattern}", "--runs", str(runs)]
    command += ["--cpu"] * cpu
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=limit, check=False)
    except subprocess.TimeoutExpired:
        return 1000 * limit, False
    if done.returncode:
        print(f"outlines_core failed: {done.stderr.strip()[-200:]}", file=sys.stderr)
        return float("nan"), False
    return float(done.stdout), True


def closed(schema: Any) -> Any:
    """The schema without unnamed properties: the Index has none either."""
    if isinstance(schema, list):
        return [closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    parts = {key: closed(part) for key, part in schema.items()}
    if "properties" in schema and isinstance(schema["properties"], dict):
        parts["additionalProperties"] = False
    return parts


def cases(path: Path) -> dict[str, tuple[str, list[Callable[[], object]]]]:
    """Return, by name, the pattern for the Index and our runs: whole, then template form."""
    vocabulary = read_vocabulary(path)
    start = perf_counter()
    nodes = len(vocabulary.trie.byte)
    took = 1000 * (perf_counter() - start)
    print(f"{len(vocabulary)} tokens; trie of {nodes} nodes built once in {took:.0f} ms\n")

    def whole(language: Callable[[], ds.Language]) -> Callable[[], object]:
        return lambda: ds.compile(language(), vocabulary)

    def slots(schema: dict[str, object]) -> Callable[[], object]:
        return lambda: [
            ds.compile(slot.language, vocabulary)
            for slot in ds.json_schema(schema).template().slots
        ]

    found: dict[str, tuple[str, list[Callable[[], object]]]] = {}
    for name, pattern in REGEXES.items():
        found[f"regex: {name}"] = pattern, [whole(partial(ds.regex, pattern))]
    for name, schema in SCHEMAS.items():
        pattern = build_regex_from_schema(json.dumps(schema), " ?")
        ours = [whole(partial(ds.json_schema, closed(schema))), slots(schema)]
        found[f"schema: {name}"] = pattern, ours
    return found


def main() -> None:
    """Measure every case and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("vocabulary", type=Path)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--limit", type=float, default=120, help="seconds for one Index")
    parser.add_argument("--cpu", action="store_true", help="processor time, not wall time")
    parser.add_argument("--only", default="", help="cases whose name has this in it")
    parser.add_argument("--peer", help=argparse.SUPPRESS)
    options = parser.parse_args()
    clock = process_time if options.cpu else perf_counter
    if options.peer is not None:
        peer(options.peer, options.vocabulary, options.runs, clock)
        return
    rows, times, ratios = [], [], []
    for name, (pattern, ours) in cases(options.vocabulary).items():
        if options.only not in name:
            continue
        for run in ours:
            run()
        whole, *template = (milliseconds(run, options.runs, clock, forget) for run in ours)
        theirs, done = time_of_peer(
            pattern, options.vocabulary, options.runs, options.limit, options.cpu
        )
        times.append(whole)
        ratios.append(theirs / whole)
        more = "" if done else ">"
        rows.append(
            [
                name,
                f"{whole:.1f}",
                f"{template[0]:.1f}" if template else "",
                f"{more}{theirs:.0f}",
                f"{more}{theirs / whole:.0f} x",
            ]
        )
        print(f"{name}: {rows[-1][-1]}", file=sys.stderr)
    header = ["case", "whole ms", "template ms", "outlines_core.Index ms", "ratio"]
    print_table(header, rows)
    print(f"\nmedian {median(times):.1f} ms, median ratio {median(ratios):.0f} x")


if __name__ == "__main__":
    main()
