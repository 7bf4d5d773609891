"""The posterior of a slot: evidence, marginals, MAP, joint samples, length.

For a finite automaton it is exact: logits are summed into token classes, then forward-backward runs
over (position x state x class). For one that is expanded lazily the same sums run over the part
that was explored. See docs/explanation/posterior.md for the formulas.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch

from dllm_struct.posterior.base import MASKED, Drawn, Posterior, Problem
from dllm_struct.posterior.device import solve_on_device
from dllm_struct.posterior.exploration.automaton import LazyAutomaton
from dllm_struct.posterior.exploration.posterior import solve_by_exploring
from dllm_struct.posterior.host import solve_on_host

__all__ = ["MASKED", "Drawn", "Posterior", "Problem", "solve"]


def solve(problems: Sequence[Problem]) -> list[Posterior]:
    """The posteriors of many slots, of any languages, lengths and devices, in one call.

    Raises:
        InvalidInput: logits of the wrong shape.
        NonFiniteLogits: NaN or +inf in a row that is not committed.
        BudgetExceeded: a language that is expanded lazily: no witness was found in a long search,
            nor is it sure that none exists.
    """
    by_place: dict[torch.device | None, list[int]] = {}
    for index, problem in enumerate(problems):
        is_lazy = isinstance(problem.automaton, LazyAutomaton)
        place = None if is_lazy else problem.logits.device
        by_place.setdefault(place, []).append(index)
    found: dict[int, Posterior] = {}
    for place, indices in by_place.items():
        own = [problems[i] for i in indices]
        if place is not None and place.type != "cpu":
            answers = solve_on_device(own)
        else:
            plain = [problem.divided() for problem in own]
            answers = solve_by_exploring(plain) if place is None else solve_on_host(plain)
        found.update(zip(indices, answers, strict=True))
    return [found[index] for index in range(len(problems))]
