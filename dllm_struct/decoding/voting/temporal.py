"""Answers across the steps of one run.

Wang et al. 2025, "Time Is a Feature: Exploiting Temporal Dynamics in Diffusion Language Models"
(arXiv 2508.09138).

- Temporal self-consistency voting: every step votes for its answer, later steps with more weight:
  1, step / T, or exp(alpha * step / T), for T steps.
- Temporal semantic entropy: -sum p log p over the shares p of the steps' answers, in nats.
- Ever-pass: the share of items with a correct answer at any step. Oscillation: ever-pass minus the
  share of items whose final answer is correct: what was found and lost again.

The paper parses the model's guess at every step and skips what cannot be parsed. Here every step's
text is a valid output; what is skipped was refused by a check beyond the language.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from dllm_struct.decoding.voting.answers import (
    Key,
    Same,
    answers_of,
    clusters,
    json_equal,
    shares_of,
)
from dllm_struct.errors import InvalidInput
from dllm_struct.trace import Trace

if TYPE_CHECKING:
    from dllm_struct.generation.stream import Output

Weights = Literal["fixed", "linear", "exponential"]

ALPHA = 5.0


@dataclass(frozen=True)
class Vote:
    """The outcome of a vote.

    Attributes:
        value: the answer with the most weight; of equal ones, the one given latest.
        text: of the latest step that gave it.
        share: its part of all weight.
        shares: every answer with its part, the largest first.
        skipped: steps that did not vote, since their text could not be parsed.
    """

    value: Any
    text: str
    share: float
    shares: tuple[tuple[Any, float], ...]
    skipped: int


def vote(
    source: Output | Trace,
    weights: Weights = "exponential",
    alpha: float = ALPHA,
    key: Key | None = None,
    same: Same = json_equal,
) -> Vote:
    """Let the steps of a run vote on its answer.

    Args:
        source: an output; or a trace, whose steps vote with their texts.
        weights: ``fixed``: 1; ``linear``: step / T; ``exponential``: exp(alpha * step / T).
        alpha: of the exponential weights.
        key: what of a value is compared: ``lambda value: value["total"]``; None: all of it.
        same: whether two values are the same answer.

    Raises:
        InvalidInput: the weights are unknown, or no step has an answer.
    """
    answers = answers_of(source)
    if not answers.found:
        raise InvalidInput("no step has an answer", hint="vote on a run with at least one step")
    heights = [_weight(weights, alpha, own.step / answers.steps) for own in answers.found]
    groups = clusters([own.value for own in answers.found], key, same)
    shares = shares_of(groups, heights)
    ranked = sorted(zip(shares, groups, strict=True), key=lambda own: (-own[0], -own[1][-1]))
    latest = [(answers.found[group[-1]], share) for share, group in ranked]
    return Vote(
        value=latest[0][0].value,
        text=latest[0][0].text,
        share=latest[0][1],
        shares=tuple((answer.value, share) for answer, share in latest),
        skipped=answers.skipped,
    )


def _weight(weights: Weights, alpha: float, time: float) -> float:
    """The weight of a step at a time from 0 to 1, up to a factor."""
    match weights:
        case "fixed":
            return 1.0
        case "linear":
            return time
        case "exponential":
            return math.exp(alpha * (time - 1))
    raise InvalidInput(
        f"unknown weights '{weights}'", hint="known are fixed, linear and exponential"
    )


def semantic_entropy(
    source: Output | Trace, key: Key | None = None, same: Same = json_equal
) -> float:
    """Return how much the answers of the steps differ, in nats: 0 when all are the same.

    Args:
        source: an output; or a trace, whose texts are compared.
        key: what of a value is compared; None: all of it.
        same: whether two values mean the same; the paper asks a model for entailment.
    """
    found = answers_of(source).found
    groups = clusters([own.value for own in found], key, same)
    shares = shares_of(groups, [1.0] * len(found))
    return sum(-share * math.log(share) for share in shares)


def ever_pass(
    outputs: Sequence[Output], expected: Sequence[Any], correct: Same = json_equal
) -> float:
    """Return the share of outputs that had the expected value at some step.

    Args:
        outputs: one for each item, at least one.
        expected: the right answer of each item.
        correct: compares a value with the right answer.

    Raises:
        InvalidInput: there is not one answer for each output.
    """
    _check_items(outputs, expected)
    passed = [
        any(correct(answer.value, right) for answer in answers_of(output).found)
        for output, right in zip(outputs, expected, strict=True)
    ]
    return sum(passed) / len(passed)


def final_pass(
    outputs: Sequence[Output], expected: Sequence[Any], correct: Same = json_equal
) -> float:
    """Return the share of outputs whose value is the expected one; see `ever_pass`."""
    _check_items(outputs, expected)
    passed = [correct(output.value, right) for output, right in zip(outputs, expected, strict=True)]
    return sum(passed) / len(passed)


def oscillation(
    outputs: Sequence[Output], expected: Sequence[Any], correct: Same = json_equal
) -> float:
    """Return ever-pass minus final pass: the share of right answers that were lost again."""
    return ever_pass(outputs, expected, correct) - final_pass(outputs, expected, correct)


def _check_items(outputs: Sequence[Output], expected: Sequence[Any]) -> None:
    if not outputs or len(outputs) != len(expected):
        raise InvalidInput(
            f"{len(expected)} expected values for {len(outputs)} outputs",
            hint="pass one expected value for each output, and at least one",
        )
