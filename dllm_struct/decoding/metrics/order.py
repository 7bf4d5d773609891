"""AR-ness: how far a run went from left to right.

Gong et al. 2025, "DiffuCoder: Understanding and Improving Masked Diffusion Models for Code
Generation" (arXiv 2506.20639).

Local AR-ness@k asks whether commits follow one another: the share of steps whose last k + 1 commits
stand side by side, left to right. Global AR-ness@k asks whether the left end comes first: the share
of commits whose position was among the k leftmost masks. Both are 1 for autoregressive decoding.

Commits of one step are taken from left to right. Positions that nobody chose (invariants, and what
the constraint forced) are passed over: neighbours are the next positions that could be chosen.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from dllm_struct.decoding.metrics.replay import Moment, line_up, moments
from dllm_struct.errors import InvalidInput
from dllm_struct.trace import Event


def local_ar_ness(trace: Sequence[Event], k: int = 1) -> float:
    """Return the share of steps whose last k + 1 commits are neighbours, left to right.

    Args:
        trace: of one sequence.
        k: how many commits have to follow on another, 1 or more.

    Returns:
        A share of the steps after which k + 1 commits were made and that made one; NaN where there
        is no such step.

    Raises:
        InvalidInput: k is smaller than 1.
    """
    _check(k)
    place = {number: index for index, number in enumerate(line_up(trace))}
    follows: list[bool] = []  # of every commit: whether it stands right of the one before
    hits: list[bool] = []
    last: int | None = None
    for moment in moments(trace):
        own = moment.committed if last is None else (last, *moment.committed)
        follows += [_are_neighbours(a, b, moment, place) for a, b in pairwise(own)]
        if moment.committed:
            last = moment.committed[-1]
            if len(follows) >= k:
                hits.append(all(follows[-k:]))
    return sum(hits) / len(hits) if hits else math.nan


def global_ar_ness(trace: Sequence[Event], k: int = 1) -> float:
    """Return the share of commits whose position was among the k leftmost masks.

    Args:
        trace: of one sequence.
        k: how many masks count as leftmost, 1 or more.

    Returns:
        A share of all commits; NaN where there are none.

    Raises:
        InvalidInput: k is smaller than 1.
    """
    _check(k)
    hits: list[bool] = []
    for moment in moments(trace):
        masked = [number for number in moment.positions if number in moment.masked]
        for number in moment.committed:
            hits.append(number in masked[:k])
            masked.remove(number)
    return sum(hits) / len(hits) if hits else math.nan


def _are_neighbours(a: int, b: int, moment: Moment, place: dict[int, int]) -> bool:
    between = range(place[a] + 1, place[b])
    open_ = (
        number
        for number in moment.positions
        if place[number] in between and number not in moment.fixed
    )
    return place[a] < place[b] and next(open_, None) is None


def _check(k: int) -> None:
    if k < 1:
        raise InvalidInput(f"AR-ness@{k} has no meaning", hint="use k = 1 or more")
