"""The exact posterior of a slot: evidence, marginals, MAP, joint samples, length.

Logits are summed into token classes, then forward-backward runs over (position x state x class).
See docs/explanation/posterior.md for the formulas.
"""

from __future__ import annotations

from collections.abc import Sequence

from dllm_struct.posterior.base import MASKED, Posterior, Problem
from dllm_struct.posterior.host import HostPosterior

__all__ = ["MASKED", "Posterior", "Problem", "solve"]


def solve(problems: Sequence[Problem]) -> list[Posterior]:
    """The posteriors of many slots, of any languages and lengths, in one call.

    Raises:
        InvalidInput: logits of the wrong shape.
        NonFiniteLogits: NaN or +inf in a row that is not committed.
    """
    return [HostPosterior(problem) for problem in problems]
