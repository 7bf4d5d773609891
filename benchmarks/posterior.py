"""One posterior call on a whole vocabulary on the CPU, and where its time goes.

    python benchmarks/posterior.py VOCABULARY [--positions 64] [--states 500] [--runs 20]

The slot is a JSON string whose maximum length is raised until its automaton has the states asked
for; its logits are random. A softmax of the same logits is timed beside it: a sampler pays for
that anyway.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from functools import partial
from itertools import count
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import TypeVar

import numpy as np
import torch
from common import print_table, read_vocabulary

import dllm_struct as ds
from dllm_struct.automata.tokens import TokenAutomaton
from dllm_struct.posterior import MASKED, Problem, solve
from dllm_struct.posterior.class_sums import sum_classes
from dllm_struct.posterior.exact import ExactPosterior

T = TypeVar("T")


def string_slot(vocabulary: ds.Vocabulary, states: int) -> ds.Compiled:
    """Return the contents of a JSON string with at least so many states."""
    for longest in count(1):
        schema = {"type": "string", "maxLength": longest}
        (slot,) = ds.json_schema(schema).template().slots
        if slot.language.dfa.num_states >= states:
            return ds.compile(slot.language, vocabulary)
    raise AssertionError


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("vocabulary", type=Path)
    parser.add_argument("--positions", type=int, default=64)
    parser.add_argument("--states", type=int, default=500)
    parser.add_argument("--runs", type=int, default=20)
    options = parser.parse_args()

    vocabulary = read_vocabulary(options.vocabulary)
    compiled = string_slot(vocabulary, options.states)
    automaton = compiled.automaton
    assert isinstance(automaton, TokenAutomaton)
    edges, groups = len(automaton.edges.source), len(automaton.groups.start) - 1
    print(
        f"{compiled.language.description}: {compiled.num_states} states, "
        f"{compiled.num_classes} classes, {edges} edges, {groups} groups; "
        f"{options.positions} positions x {len(vocabulary)} tokens, "
        f"{torch.get_num_threads()} threads\n"
    )
    generator = torch.Generator().manual_seed(0)
    logits = 3 * torch.randn(options.positions, len(vocabulary), generator=generator)
    null = len(vocabulary) - 1
    problem = Problem(automaton, logits, [MASKED] * options.positions, null)
    committed = np.asarray(problem.committed, np.int64)

    def softmax() -> None:
        torch.softmax(logits, -1)

    every = np.ones((len(committed), automaton.num_classes), np.bool_)

    def class_sums() -> None:
        rows = np.arange(len(committed))
        sum_classes(logits.numpy(), rows, committed, automaton.classes, every)

    def prepared() -> ExactPosterior:
        posterior = solve([problem])[0]
        assert isinstance(posterior, ExactPosterior)
        return posterior

    def marginals(posterior: ExactPosterior) -> None:
        assert posterior.log_evidence > -torch.inf
        assert posterior.log_class_marginals.shape == (options.positions, compiled.num_classes)

    parts: dict[str, list[float]] = {}
    for _ in range(options.runs + 1):
        timed(parts, "softmax of the logits (torch), for scale", softmax)
        timed(parts, "class sums, alone", class_sums)
        posterior = timed(parts, "class sums, finite check and Viterbi", prepared)
        timed(parts, "MAP: the witness's tokens", posterior.map)
        timed(parts, "forward-backward: evidence and marginals", partial(marginals, posterior))
        timed(parts, "entropies and two best probabilities", posterior.spread)
    rows = [(name, f"{1e3 * median(times[1:]):.2f}") for name, times in parts.items()]
    print_table(("part", "ms (median)"), rows)


def timed(parts: dict[str, list[float]], name: str, run: Callable[[], T]) -> T:
    """Run, and note the seconds it took."""
    start = perf_counter()
    result = run()
    parts.setdefault(name, []).append(perf_counter() - start)
    return result


if __name__ == "__main__":
    main()
