"""How likely each token of an answer was when it was committed.

The probability of a token is the posterior's at its position: what the model's prediction says
under the constraint, given all that was committed by then, summed over everything else that may
still be written. It is that of the step in which the token was committed, in the order of the
denoising and not from left to right; so the sum over an answer is the log probability of the path
that led to it. A token that the constraint leaves no choice about, or that is fixed text, has 0.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dllm_struct.canvas import State
from dllm_struct.decoding.row import SMALLEST, Row
from dllm_struct.languages.base import any_text
from dllm_struct.witness import Witness

Likeliest = Mapping[int, Sequence[tuple[bytes, float]]]
"""By the lasting number of a position: tokens, and the log probability of each, in nats."""

FIXED = (State.INVARIANT, State.FORCED)


@dataclass(frozen=True)
class TokenProbability:
    """A token of an answer.

    Attributes:
        data: its bytes.
        log_probability: in nats, at most 0.
        top: the likeliest tokens at its position in that step, the null token not among them.
    """

    data: bytes
    log_probability: float
    top: tuple[tuple[bytes, float], ...] = ()


def likeliest(row: Row, witness: Witness, count: int) -> dict[int, list[tuple[bytes, float]]]:
    """Return the likeliest tokens at every masked position.

    Args:
        row: before anything is committed.
        witness: of the step.
        count: how many tokens for a position.
    """
    ids, found = row.canvas.ids, {}
    for slot in witness if count else ():
        marginals = slot.log_marginals[[*slot.masked]]
        best = marginals.topk(min(count + 1, marginals.shape[1]))
        rows = zip(slot.masked, best.indices.tolist(), best.values.tolist(), strict=True)
        for index, tokens, values in rows:
            named = [
                (data, value)
                for token, value in zip(tokens, values, strict=True)
                if value > -math.inf and (data := row.codec.decode([token]))
            ]
            found[ids[slot.start + index]] = named[:count]
    return found


def token_probabilities(
    row: Row, answer: str | None, top: Likeliest
) -> tuple[TokenProbability, ...]:
    """Return the tokens of an answer that have a text, in order.

    Args:
        row: at the end.
        answer: the slot that holds the answer; None: the whole text is the answer.
        top: the likeliest tokens of each position, when it was committed.
    """
    lead = 0 if answer is None else len(row.constraint.slots[answer].lead)
    found = []
    for span in row.canvas.spans[len(row.constraint.preface) :]:
        if answer not in (None, span.slot):
            continue
        for index, token in enumerate(span.witness):
            data = row.codec.decode([token])
            hidden = min(lead, len(data))
            lead -= hidden
            if not data[hidden:]:
                continue
            is_fixed = span.slot is None or span.states[index] in FIXED
            chance = 1.0 if is_fixed else min(1.0, max(span.confidence[index], SMALLEST))
            others = () if is_fixed else tuple(top.get(span.ids[index], ()))
            found.append(TokenProbability(data[hidden:], math.log(chance), others))
    return tuple(found)


def is_full(row: Row, answer: str | None) -> bool:
    """Whether a free text ends because no further token was allowed.

    Args:
        row: at the end.
        answer: the slot that holds the answer; None: the whole text is the answer.
    """
    slots = [slot for slot in row.canvas.slots if answer in (None, slot)]
    if len(slots) != 1 or row.constraint.slots[slots[0]].slot.language != any_text():
        return False
    tokens = row.canvas.witness_of(slots[0])
    has_end = any(not row.codec.decode([token]) for token in tokens)
    return not has_end and row.constraint.room(row.canvas, slots[0], row.limit) == 0
