"""Missing lines of Python functions by the bundled model, with the Python grammar and without.

    python benchmarks/infilling.py DATA [--examples 100] [--positions 32]

DATA is HumanEval-SingleLineInfilling.jsonl.gz of openai/human-eval-infilling: the text before a
line, the text after it, and tests. "parses" is the share of programs that `ast` reads, "passes" the
share whose tests pass. Both ways have the same canvas and the same decoder; without the grammar a
hole may hold any text. Programs run in processes of their own with little time, little memory, an
empty folder, and, where the system lets them, no network. NFE is the mean number of forward passes.
"""

from __future__ import annotations

import argparse
import ast
import gzip
import json
import random
import sys
import warnings
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

from common import print_table
from sandbox import Sandbox

import dllm_struct as ds
from dllm_struct.decoding.length.fixed import Fixed
from dllm_struct.languages.base import any_text

SURE = 0.9
HOLE = "line"


@dataclass(frozen=True)
class Answer:
    """What became of one problem.

    Attributes:
        program: the whole text; None: refused.
        nfe: forward passes.
        seconds: for the generation.
        problem: the refusal or error.
    """

    program: str | None
    nfe: int
    seconds: float
    problem: str = ""


def answers(
    model: ds.Model, problems: Sequence[dict[str, Any]], language: ds.Language | None, room: int
) -> Iterator[Answer]:
    """Yield a program for every problem."""
    decoding = ds.Decoding(sampler="threshold", threshold=SURE, length=Fixed(room))
    for problem in problems:
        start = perf_counter()
        hole = ds.Slot(HOLE, any_text(), max_tokens=room)
        parts = (ds.Invariant(problem["prompt"]), hole, ds.Invariant(problem["suffix"]))
        try:
            out = model.infill(ds.Template(parts, language), decoding=decoding, seed=0, prompt="")
        except ds.DllmStructError as error:
            kind = type(error).__name__
            yield Answer(None, 0, perf_counter() - start, f"{kind}: {error}")
        else:
            yield Answer(out.text, out.stats.nfe, perf_counter() - start)


def parses(program: str) -> bool:
    """Whether it is Python."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(program)
    except (SyntaxError, ValueError):
        return False
    return True


def passes(sandbox: Sandbox, problem: dict[str, Any], program: str) -> bool:
    """Whether the tests of a problem pass."""
    return sandbox.succeeds(f"{program}\n{problem['test']}\ncheck({problem['entry_point']})\n")


def read(path: Path, examples: int) -> list[dict[str, Any]]:
    """Return a sample of the problems, the same every time."""
    data = path.read_bytes()
    text = gzip.decompress(data) if path.suffix == ".gz" else data
    problems = [json.loads(line) for line in text.splitlines()]
    return random.Random(0).sample(problems, min(examples, len(problems)))


def main() -> None:
    """Fill with and without the grammar, run the tests, print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--examples", type=int, default=100)
    parser.add_argument("--positions", type=int, default=32, help="of the hole")
    options = parser.parse_args()

    model, sandbox = ds.load("bundled"), Sandbox()
    problems = read(options.data, options.examples)
    right = sum(
        passes(sandbox, p, p["prompt"] + p["canonical_solution"] + p["suffix"]) for p in problems
    )
    print(f"{len(problems)} problems, {right} of their own solutions pass; {sandbox.description}\n")
    rows = []
    refusals: dict[str, list[str]] = defaultdict(list)
    for name, language in {"any text": None, "Python grammar": ds.grammar("python")}.items():
        found = list(answers(model, problems, language, options.positions))
        done = [
            (p, a.program) for p, a in zip(problems, found, strict=True) if a.program is not None
        ]
        syntactic = [(p, program) for p, program in done if parses(program)]
        passed = sum(passes(sandbox, p, program) for p, program in syntactic)
        for problem, answer in zip(problems, found, strict=True):
            if answer.problem:
                refusals[answer.problem].append(problem["task_id"])
        count = len(problems)
        rows.append(
            [
                name,
                str(count - len(done)),
                f"{len(syntactic) / count:.1%}",
                f"{passed / count:.1%}",
                f"{sum(a.nfe for a in found) / max(1, len(done)):.1f}",
                f"{sum(a.seconds for a in found) / count:.2f}",
            ]
        )
        print(rows[-1], file=sys.stderr)
    print_table(["hole", "refused", "parses", "passes", "NFE", "s each"], rows)
    for why, tasks in refusals.items():
        print(f"\n{len(tasks)} x {why}\n  {', '.join(tasks)}")


if __name__ == "__main__":
    main()
