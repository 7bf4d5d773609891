"""Constraint time of grammars on a whole vocabulary: half-masked canvases, and holes in files.

    python benchmarks/grammars.py VOCABULARY [--seeds 3] [--steady] [--positions 256] [--only TEXT]

Positions are committed one by one in random order; a step is the posterior and its most probable
member, given the one of the step before. The network is noise that likes the true text: at about
three positions in four its token is the likeliest. The noise is new at every step, so that other
tokens are likely each time; with --steady every position keeps its noise. "first" is the first
step, which knows of no member yet; "reading" is what it takes to read the logits alone, which is
part of a step, and "rest" is what the step takes besides. "setup" is the time from the grammar, and
the text around a hole, to the compiled constraint. Grammars and automata are forgotten before every
decode: all start cold.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from time import perf_counter

import numpy as np
import torch
from canvases import Canvas, Cases
from common import forget, print_table, read_vocabulary
from numpy.typing import NDArray
from torch import Tensor

import dllm_struct as ds
from dllm_struct.automata.tokens import TokenAutomaton
from dllm_struct.posterior import MASKED, Problem, solve
from dllm_struct.posterior.class_sums import sum_classes
from dllm_struct.posterior.exact import automaton_of
from dllm_struct.posterior.exploration.posterior import Reach
from dllm_struct.posterior.exploration.question import asked
from dllm_struct.posterior.support import wanted_at
from dllm_struct.vocabulary.codec import Codec

BUFFER = 2**25
NOISE, LIKED, SPREAD = 3.0, 16.0, 4.0
"""Standard deviation of the noise; mean and standard deviation of what true tokens get."""


@dataclass
class Times:
    """Seconds, of all decodes of a case."""

    setup: list[float] = field(default_factory=list)
    first: list[float] = field(default_factory=list)
    steps: list[float] = field(default_factory=list)
    reading: list[float] = field(default_factory=list)
    rest: list[float] = field(default_factory=list)
    whole: list[float] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


class Network:
    """Noise that likes the true tokens.

    Args:
        size: V, the number of logits at a position.
        is_steady: whether a position keeps its noise.
    """

    def __init__(self, size: int, *, is_steady: bool) -> None:
        self.size, self.is_steady = size, is_steady
        self.generator = torch.Generator().manual_seed(0)
        self.noise = NOISE * torch.randn(BUFFER, generator=self.generator)

    def renew(self, logits: Tensor, tokens: Sequence[int], masked: Sequence[int]) -> None:
        """Write new logits of the k masked positions, given all true tokens.

        Args:
            logits: float32 [>= k, V], whose first k rows are written.
            tokens: [n].
            masked: [k].
        """
        if self.is_steady:
            self.generator.manual_seed(len(tokens))
        starts = torch.randint(BUFFER - self.size, (len(tokens),), generator=self.generator)
        liked = LIKED + SPREAD * torch.randn(len(tokens), generator=self.generator)
        for row, index in enumerate(masked):
            start = int(starts[index])
            logits[row] = self.noise[start : start + self.size]
            logits[row, tokens[index]] = liked[index]


def decode(
    canvas: Canvas, cases: Cases, network: Network, rng: random.Random, times: Times, limit: float
) -> None:
    """Commit everything in random order; note the seconds it took."""
    null, vocabulary = cases.null, cases.codec.vocabulary
    start = perf_counter()
    automaton = ds.compile(canvas.language(), vocabulary).automaton
    times.setup.append(perf_counter() - start)
    masked, steps = rng.sample(canvas.masked, len(canvas.masked)), list[float]()
    committed = [MASKED if i in set(masked) else token for i, token in enumerate(canvas.tokens)]
    witness: list[int] | None = None
    buffer = torch.zeros(len(masked), len(vocabulary))
    while masked and sum(steps) < limit:
        network.renew(buffer, canvas.tokens, masked)
        start = perf_counter()
        logits, rows = buffer[: len(masked)], _rows(masked, len(committed))
        problem = Problem(automaton, logits, committed, null, witness, rows)
        posterior = solve([problem])[0]
        witness = posterior.map().tolist()
        steps.append(perf_counter() - start)
        times.reading.append(_reading(problem))
        times.rest.append(steps[-1] - times.reading[-1])
        index = masked.pop()
        committed[index] = witness[index]
    times.first.append(steps[0])
    times.steps += steps[1:]
    if masked:
        times.problems.append(f"stopped after {limit:.0f} s with {len(masked)} masks left")
        return
    times.whole.append(sum(steps))
    if complaint := canvas.complaint(cases.codec.decode(committed).decode()):
        times.problems.append(complaint)


def _rows(masked: Sequence[int], n: int) -> NDArray[np.int64]:
    """Where the logits of each position are. int64 [n]."""
    rows = np.zeros(n, np.int64)
    rows[list(masked)] = np.arange(len(masked))
    return rows


def _reading(problem: Problem) -> float:
    """Seconds that it takes to read the logits."""
    logits = problem.logits.numpy()
    if isinstance(problem.automaton, TokenAutomaton):
        automaton = automaton_of(problem)
        fixed = np.asarray(problem.committed, np.int64)
        wanted = wanted_at(
            fixed,
            automaton.start,
            automaton.accepting,
            automaton.edges,
            automaton.classes,
            automaton.groups,
        ).classes
        start = perf_counter()
        sum_classes(logits, problem.row_of, fixed, automaton.classes, wanted)
    else:
        start = perf_counter()
        asked(problem.automaton, logits, problem, Reach().likely, problem.automaton.start)
    return perf_counter() - start


def measure(
    make: Callable[[random.Random], Canvas],
    cases: Cases,
    network: Network,
    seeds: int,
    limit: float,
) -> Times:
    """Decode with every seed."""
    times = Times()
    for seed in range(seeds):
        rng = random.Random(seed)
        forget()
        canvas = make(rng)
        try:
            decode(canvas, cases, network, rng, times, limit)
        except ds.DllmStructError as error:
            times.problems.append(f"{type(error).__name__}: {error}")
    return times


def row(name: str, times: Times) -> list[str]:
    """Return the cells of a case."""
    ms = [1e3 * seconds for seconds in times.steps]
    return [
        name,
        str(len(times.whole)),
        _median(times.setup, 1, 2),
        f"{1e3 * max(times.first, default=float('nan')):.0f}",
        _median(times.steps, 1e3, 2),
        f"{np.quantile(ms, 0.95):.1f}" if ms else "",
        f"{max(ms):.1f}" if ms else "",
        _median(times.reading, 1e3, 2),
        _median(times.rest, 1e3, 2),
        _median(times.whole, 1, 2),
    ]


def _median(values: list[float], scale: float, digits: int) -> str:
    return f"{scale * median(values):.{digits}f}" if values else ""


def main() -> None:
    """Measure every case and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("vocabulary", type=Path)
    parser.add_argument("--seeds", type=int, default=3, help="decodes of a case")
    parser.add_argument("--steady", action="store_true", help="keep every position's noise")
    parser.add_argument("--positions", type=int, default=256, help="of a JSON canvas")
    parser.add_argument("--limit", type=float, default=120, help="seconds for one decode")
    parser.add_argument("--only", default="", help="cases whose name has this in it")
    options = parser.parse_args()

    # The null token comes after the tokens of the file.
    vocabulary = ds.Vocabulary([*read_vocabulary(options.vocabulary).tokens, None])
    codec, network = Codec(vocabulary), Network(len(vocabulary), is_steady=options.steady)
    cases = Cases(codec, options.positions)
    small = Cases(codec, 48)
    for _, make in list(small.all())[:2]:  # machine code is made once
        measure(make, small, network, 1, options.limit)
    print(f"{len(vocabulary)} tokens, {options.seeds} decodes of each case\n")
    rows = []
    for name, make in cases.all():
        if options.only in name:
            times = measure(make, cases, network, options.seeds, options.limit)
            rows.append(row(name, times))
            print(f"{name}: {rows[-1][4]} ms", *times.problems, sep="\n  ", file=sys.stderr)
    header = [
        "canvas",
        "done",
        "setup s",
        "first ms",
        "p50 ms",
        "p95",
        "max",
        "reading",
        "rest",
        "all s",
    ]
    print_table(header, rows)


if __name__ == "__main__":
    main()
