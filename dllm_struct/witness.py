"""The witness of a step: one complete member of every slot's language, the most likely or a sample.

The witness principle: a step commits only tokens of a witness, which agrees with all that is
committed. Any part of a witness can be completed (by the rest of it), so nothing is ever rolled
back for validity.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from dllm_struct.canvas import MASKED, Canvas
from dllm_struct.canvas.joint import Extent, Joint
from dllm_struct.constraint import Constraint
from dllm_struct.errors import NonFiniteLogits
from dllm_struct.posterior import Posterior, Problem, solve

LARGEST_LOGIT = 1e15
"""Logits divided by a temperature stay within this, so that sums of them stay finite."""


@dataclass(frozen=True)
class Reading:
    """What a network said about one canvas.

    Attributes:
        constraint: of the canvas.
        canvas: as the network saw it.
        logits: float [len(canvas), V], on any device.
        generator: draws the witness when the temperature is above 0.
    """

    constraint: Constraint
    canvas: Canvas
    logits: Tensor
    generator: torch.Generator | None


@dataclass(frozen=True)
class SlotWitness:
    """The witness of one slot that has masked positions.

    Attributes:
        slot: its id.
        start: canvas position of its first token.
        masked: indices of its masked positions, ascending.
        tokens: int64 [n], the witness, on the CPU.
        log_confidence: float32 [n], log posterior marginals of these tokens, on the CPU.
        posterior: everything else, on demand; of all slots that are solved together.
        rows: which of the posterior's positions are this slot's.
    """

    slot: str
    start: int
    masked: tuple[int, ...]
    tokens: Tensor
    log_confidence: Tensor
    posterior: Posterior
    rows: slice

    @property
    def log_marginals(self) -> Tensor:
        """Log posterior probability of every token at every position, float32 [n, V']."""
        return self.posterior.log_marginals[self.rows]

    def token_confidence(self, token: int | None) -> Tensor:
        """Return the posterior probability of a token at every position, float32 [n]."""
        if token is None:
            return torch.zeros_like(self.log_confidence)
        everywhere = torch.full(
            (len(self.posterior),), token, device=self.posterior.problem.logits.device
        )
        return self.posterior.log_probability(everywhere)[self.rows].exp().cpu()


Witness = tuple[SlotWitness, ...]
"""One complete output: the witnesses of all slots with masks; all other positions are settled."""


def find_witnesses(readings: Sequence[Reading], temperature: float) -> list[Witness]:
    """Condition every slot of every canvas on its language, in one batched call.

    Args:
        readings: canvases and logits.
        temperature: 0: the most likely member; above: a joint sample from the posterior at
            logits / temperature. Confidence is that of the same posterior.

    Raises:
        NonFiniteLogits: NaN or infinity at a masked position, or -inf for all that could fit.
        InvalidInput: logits narrower than the vocabulary.
    """
    questions = [question for reading in readings for question in _questions(reading, temperature)]
    posteriors = iter(solve([question.problem for question in questions]))
    found: dict[int, list[SlotWitness]] = {id(reading): [] for reading in readings}
    for question, posterior in zip(questions, posteriors, strict=True):
        found[id(question.reading)] += _slot_witnesses(question, posterior, temperature)
    return [tuple(found[id(reading)]) for reading in readings]


@dataclass(frozen=True)
class _Question:
    """Slots of one canvas that are solved together, and what is asked of them."""

    reading: Reading
    extents: tuple[Extent, ...]
    problem: Problem


def _questions(reading: Reading, temperature: float) -> list[_Question]:
    constraint, canvas = reading.constraint, reading.canvas
    if constraint.joint is not None:
        is_open = any(canvas.is_masked(slot) for slot in canvas.slots)
        return [_joint_question(reading, constraint.joint, temperature)] if is_open else []
    return [
        _Question(
            reading,
            (Extent(span.slot, start, slice(0, len(span.tokens))),),
            _problem(reading, span.slot, start, temperature),
        )
        for span, start in canvas.starts()
        if span.slot is not None and MASKED in span.tokens
    ]


def _slot_witnesses(
    question: _Question, posterior: Posterior, temperature: float
) -> list[SlotWitness]:
    reading, canvas = question.reading, question.reading.canvas
    if not posterior.has_member:
        slots = ", ".join(f"'{extent.slot}'" for extent in question.extents)
        raise NonFiniteLogits(
            f"the network gives every completion of slot {slots} the logit -inf",
            hint="check its weights and its number format (try dtype float32)",
        )
    tokens = posterior.sample(1, reading.generator)[0] if temperature > 0 else posterior.map()
    log_confidence = posterior.log_probability(tokens).cpu()
    tokens = tokens.cpu()
    return [
        SlotWitness(
            slot=extent.slot,
            start=extent.start,
            masked=tuple(i for i, t in enumerate(canvas.slot(extent.slot)) if t == MASKED),
            tokens=tokens[extent.rows],
            log_confidence=log_confidence[extent.rows],
            posterior=posterior,
            rows=extent.rows,
        )
        for extent in question.extents
        if canvas.is_masked(extent.slot)
    ]


def _joint_question(reading: Reading, joint: Joint, temperature: float) -> _Question:
    canvas, extents = reading.canvas, joint.extents(reading.canvas)
    logits = _scaled(joint.logits(canvas, reading.logits), temperature)
    null = reading.constraint.null_token_id
    for extent in extents:
        least = reading.constraint.slots[extent.slot].slot.min_tokens
        if least and null is not None:
            logits[extent.rows][:least, null] = -torch.inf
    problem = Problem(
        joint.compiled.automaton,
        logits,
        joint.row([canvas.slot(slot) for slot in joint.slots]),
        None,
        joint.row([canvas.witness_of(slot) for slot in joint.slots]),
    )
    return _Question(reading, tuple(extents), problem)


def _scaled(logits: Tensor, temperature: float) -> Tensor:
    if temperature == 0:
        return logits
    return (logits / temperature).clamp(-LARGEST_LOGIT, LARGEST_LOGIT)


def _problem(reading: Reading, slot: str, start: int, temperature: float) -> Problem:
    constraint, committed = reading.constraint, reading.canvas.slot(slot)
    logits = _scaled(reading.logits[start : start + len(committed)].float(), temperature)
    least = constraint.slots[slot].slot.min_tokens
    if least and constraint.null_token_id is not None:
        logits = logits.clone()
        logits[:least, constraint.null_token_id] = -torch.inf
    automaton = constraint.compiled[slot].automaton
    witness = reading.canvas.witness_of(slot)
    return Problem(automaton, logits, committed, constraint.null_token_id, witness)


def find_flat_witness(constraint: Constraint, canvas: Canvas) -> Witness:
    """Return some witness without a network's opinion."""
    widths = [len(compiled.vocabulary) for compiled in constraint.compiled.values()]
    flat = torch.zeros(1, max(widths, default=1)).expand(len(canvas), -1)
    return find_witnesses([Reading(constraint, canvas, flat, None)], temperature=0.0)[0]
