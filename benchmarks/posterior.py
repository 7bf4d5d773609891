"""One posterior call on a whole vocabulary on the CPU, and where its time goes.

    python benchmarks/posterior.py VOCABULARY [--positions 64] [--states 500] [--runs 20]

The slot is a JSON string whose maximum length is raised until its automaton has the states asked
for; its logits are random. A softmax of the same logits is timed beside it: a sampler pays for
that anyway.
"""

from __future__ import annotations

import argparse
from itertools import count
from pathlib import Path

import numpy as np
import torch
from common import milliseconds, print_table, read_vocabulary

import dllm_struct as ds
from dllm_struct.posterior import MASKED, Posterior, Problem, solve
from dllm_struct.posterior.class_sums import sum_classes
from dllm_struct.posterior.viterbi import group_maxima, viterbi


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
    edges, groups = len(automaton.edges.source), len(automaton.groups.start) - 1
    print(
        f"{compiled.language.description}: {compiled.num_states} states, "
        f"{compiled.num_classes} classes, {edges} edges, {groups} groups; "
        f"{options.positions} positions x {len(vocabulary)} tokens, "
        f"{torch.get_num_threads()} threads\n"
    )
    generator = torch.Generator().manual_seed(0)
    logits = 3 * torch.randn(options.positions, len(vocabulary), generator=generator)
    problem = Problem(automaton, logits, [MASKED] * options.positions)
    committed = np.asarray(problem.committed, np.int64)

    _, best = sum_classes(logits.numpy(), committed, automaton.classes)

    def most_probable() -> object:
        maxima = group_maxima(best, automaton.groups)
        return viterbi(maxima, automaton.edges, automaton.accepting)

    def fresh() -> Posterior:
        return solve([problem])[0]

    def evidence_and_marginals() -> None:
        posterior = fresh()
        assert posterior.log_evidence > -torch.inf
        assert posterior.log_class_marginals.shape == (options.positions, compiled.num_classes)

    runs = {
        "softmax": lambda: torch.softmax(logits, -1),
        "sums": lambda: sum_classes(logits.numpy(), committed, automaton.classes),
        "viterbi": most_probable,
        "prepared": fresh,
        "map": lambda: fresh().map(),
        "marginals": evidence_and_marginals,
    }
    for run in runs.values():
        run()
    time = {name: milliseconds(run, options.runs) for name, run in runs.items()}
    trace = max(0.0, time["map"] - time["prepared"])
    forward_backward = time["marginals"] - time["prepared"]
    check = time["prepared"] - time["sums"] - time["viterbi"]
    rows = [
        ("softmax of the logits (torch), for scale", time["softmax"]),
        ("finite check and copies", check),
        ("class sums", time["sums"]),
        ("MAP: Viterbi and its witness", time["viterbi"] + trace),
        ("forward-backward: evidence and marginals", forward_backward),
        ("all of it", time["marginals"] + trace),
    ]
    print_table(("part", "ms (median)"), [(name, f"{value:.2f}") for name, value in rows])


if __name__ == "__main__":
    main()
