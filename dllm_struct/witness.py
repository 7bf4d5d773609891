"""The witness of a step: one complete member of every slot's language, the most likely or a sample.

The witness principle: a step commits only tokens of a witness, which agrees with all that is
committed. Any part of a witness can be completed (by the rest of it), so nothing is ever rolled
back for validity.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from dllm_struct.automata.tokens import TokenAutomaton
from dllm_struct.canvas import MASKED, Canvas
from dllm_struct.canvas.joint import Extent, Joint
from dllm_struct.constraint import Constraint
from dllm_struct.drawing import GREEDY, Drawing
from dllm_struct.errors import NonFiniteLogits
from dllm_struct.logit_rows import LogitRows
from dllm_struct.posterior import Drawn, Posterior, Problem, solve
from dllm_struct.posterior.spread import Spread
from dllm_struct.transfer import fetch

Judge = Callable[[Sequence[Sequence[int]]], Sequence[float]]
"""Complete canvases (token ids) to log weights."""


@dataclass(frozen=True)
class Reading:
    """What a network said about one canvas.

    Attributes:
        constraint: of the canvas.
        canvas: as the network saw it.
        logits: of the canvas's masked positions at least, on any device.
        generator: draws the witness when there is something to draw.
        drawing: how the witness is drawn.
        samples: how many candidates to judge; 0: the witness is not judged.
        judge: weighs the candidates.
    """

    constraint: Constraint
    canvas: Canvas
    logits: LogitRows
    generator: torch.Generator | None
    drawing: Drawing = GREEDY
    samples: int = 0
    judge: Judge | None = None

    @property
    def is_greedy(self) -> bool:
        """Whether the witness is the most likely member, whatever else is likely."""
        return self.samples <= 1 and not self.drawing.is_random


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

    @property
    def spread(self) -> Spread:
        """Entropy (float64 [n], nats) and the two best probabilities (float64 [n, 2])."""
        return Spread(*(values[self.rows] for values in self.posterior.spread()))

    def token_confidence(self, token: int | None) -> Tensor:
        """Return the posterior probability of a token at every position, float32 [n]."""
        if token is None:
            return torch.zeros_like(self.log_confidence)
        if token == self.posterior.problem.null_token_id:
            return self.posterior.null_confidence()[self.rows]
        everywhere = torch.full(
            (len(self.posterior),), token, device=self.posterior.problem.logits.device
        )
        return self.posterior.log_probability(everywhere)[self.rows].exp().cpu()

    def overrun(self, room: int) -> float:
        """Return the probability that the text would go on behind the slot, had it more positions.

        What fits is compared with the beginnings of members that fill the slot and do not end in
        it: 1 - Z(members) / Z(members or such beginnings). It is 0 for a slot whose language is
        explored, or tied to other slots: there beginnings are not summed.

        Args:
            room: how many positions more.
        """
        problem = self.posterior.problem
        automaton, alone = problem.automaton, self.rows == slice(0, len(problem.committed))
        if room <= 0 or not alone or not isinstance(automaton, TokenAutomaton):
            return 0.0
        (longer,) = solve([replace(problem, room=min(room, automaton.num_states))])
        return -math.expm1(min(0.0, self.posterior.log_evidence - longer.log_evidence))


Witness = tuple[SlotWitness, ...]
"""One complete output: the witnesses of all slots with masks; all other positions are settled."""


def find_witnesses(readings: Sequence[Reading]) -> list[Witness]:
    """Condition every slot of every canvas on its language, in one batched call.

    Raises:
        NonFiniteLogits: NaN or infinity at a masked position, or -inf for all that could fit.
        InvalidInput: logits narrower than the vocabulary.
    """
    questions = [list(_questions(reading)) for reading in readings]
    problems = [problem for own in questions for question in own for problem in question.problems]
    posteriors = iter(solve(problems))
    chosen = [
        _chosen(reading, own, [[next(posteriors) for _ in q.problems] for q in own])
        for reading, own in zip(readings, questions, strict=True)
    ]
    fetched = iter(fetch([values for own in chosen for member in own for values in member.drawn]))
    return [
        tuple(
            witness
            for question, member in zip(own, members, strict=True)
            for witness in _slot_witnesses(
                reading.canvas, question, member.posterior, Drawn(next(fetched), next(fetched))
            )
        )
        for reading, own, members in zip(readings, questions, chosen, strict=True)
    ]


@dataclass(frozen=True)
class _Question:
    """Slots of one canvas that are solved together, and what is asked of them.

    Attributes:
        extents: where they lie.
        problems: the one that confidence comes from; then, where there is noise, those whose most
            likely members are the candidates for the witness.
    """

    extents: tuple[Extent, ...]
    problems: tuple[Problem, ...]


def _questions(reading: Reading) -> Iterator[_Question]:
    canvas, joint = reading.canvas, reading.constraint.joint
    together = reading.constraint.together
    for span, start in canvas.starts():
        if span.slot is not None and span.slot not in together and MASKED in span.tokens:
            extent = Extent(span.slot, start, slice(0, len(span.tokens)))
            yield _question(reading, [extent], _problem(reading, span.slot, start))
    if joint is not None and any(canvas.is_masked(slot) for slot in together):
        yield _question(reading, joint.extents(canvas), _joint_problem(reading, joint))


def _question(reading: Reading, extents: Sequence[Extent], problem: Problem) -> _Question:
    problems, drawing = [problem], reading.drawing
    if drawing.perturbs:
        masked = _masked(problem.committed)
        for _ in range(max(1, reading.samples)):
            noisy = drawing.perturbed(_rows(problem).at(masked), reading.generator)
            problems.append(_with_rows(problem, noisy, masked))
    return _Question(tuple(extents), tuple(problems))


def _masked(tokens: Sequence[int]) -> list[int]:
    return [index for index, token in enumerate(tokens) if token == MASKED]


@dataclass(frozen=True, eq=False)
class _Chosen:
    """The witness of a question: a member, on any device, and the posterior it is judged by."""

    posterior: Posterior
    drawn: Drawn


def _chosen(
    reading: Reading, questions: Sequence[_Question], answers: Sequence[Sequence[Posterior]]
) -> list[_Chosen]:
    for question, posteriors in zip(questions, answers, strict=True):
        _require_member(question, posteriors[0])
    if reading.is_greedy:
        return [_Chosen(own[0], own[0].witness()) for own in answers]
    drawn = [_draw(reading, posteriors) for posteriors in answers]
    best = _judged(reading, questions, drawn)
    return [
        _Chosen(own[0], Drawn(tokens[best], own[0].log_probability(tokens[best])))
        for own, tokens in zip(answers, drawn, strict=True)
    ]


def _require_member(question: _Question, posterior: Posterior) -> None:
    if not posterior.has_member:
        slots = ", ".join(f"'{extent.slot}'" for extent in question.extents)
        raise NonFiniteLogits(
            f"the network gives every completion of slot {slots} the logit -inf",
            hint="check its weights and its number format (try dtype float32)",
        )


def _draw(reading: Reading, posteriors: Sequence[Posterior]) -> Tensor:
    """Candidates for the witness, int64 [k, n]: one, or as many as are to be judged.

    Without a temperature they are the most likely member and samples of the posterior.
    """
    drawing, generator = reading.drawing, reading.generator
    count = max(1, reading.samples)
    if drawing.samples:
        return posteriors[0].sample(count, generator)
    if drawing.perturbs:
        return torch.stack([posterior.map() for posterior in posteriors[1:]])
    best = posteriors[0].map()[None]
    return torch.cat([best, posteriors[0].sample(count - 1, generator)])


def _judged(reading: Reading, questions: Sequence[_Question], drawn: Sequence[Tensor]) -> int:
    """Which of the candidates is the witness."""
    if reading.judge is None or not drawn or len(drawn[0]) == 1:
        return 0
    canvases = []
    for candidate in range(len(drawn[0])):
        tokens = list(reading.canvas.tokens)
        for question, rows in zip(questions, drawn, strict=True):
            row = rows[candidate].tolist()
            for extent in question.extents:
                own = row[extent.rows]
                tokens[extent.start : extent.start + len(own)] = own
        canvases.append(tokens)
    weights = torch.tensor(reading.judge(canvases), dtype=torch.float64)
    if not reading.drawing.is_random:  # the first of equals: the most likely member
        return int(torch.sort(weights, descending=True, stable=True).indices[0])
    return int(torch.multinomial(weights.softmax(0), 1, generator=reading.generator))


def _slot_witnesses(
    canvas: Canvas, question: _Question, posterior: Posterior, drawn: Drawn
) -> Iterator[SlotWitness]:
    for extent in question.extents:
        if canvas.is_masked(extent.slot):
            yield SlotWitness(
                slot=extent.slot,
                start=extent.start,
                masked=tuple(_masked(canvas.slot(extent.slot))),
                tokens=drawn.tokens[extent.rows],
                log_confidence=drawn.log_confidence[extent.rows],
                posterior=posterior,
                rows=extent.rows,
            )


def _joint_problem(reading: Reading, joint: Joint) -> Problem:
    canvas, extents = reading.canvas, joint.extents(reading.canvas)
    committed = joint.row([canvas.slot(slot) for slot in joint.slots])
    masked = _masked(committed)
    logits = reading.drawing.scaled(joint.logits(canvas, reading.logits))
    null = reading.constraint.null_token_id
    for extent in extents:
        least = extent.rows.start + reading.constraint.slots[extent.slot].slot.min_tokens
        early = [row for row, i in enumerate(masked) if extent.rows.start <= i < least]
        if early and null is not None:
            logits[early, null] = -torch.inf
    rows = LogitRows.at_positions(logits, masked, len(committed))
    witness = joint.row([canvas.witness_of(slot) for slot in joint.slots])
    return Problem(joint.compiled.automaton, logits, committed, None, witness, rows.row_of)


def _problem(reading: Reading, slot: str, start: int) -> Problem:
    constraint, committed = reading.constraint, reading.canvas.slot(slot)
    null, least = constraint.null_token_id, constraint.slots[slot].slot.min_tokens
    rows = reading.logits.part(start, start + len(committed))
    problem = Problem(
        constraint.compiled[slot].automaton,
        rows.values,
        committed,
        null,
        reading.canvas.witness_of(slot),
        rows.row_of,
    )
    masked = _masked(committed)
    early = 0 if null is None else sum(index < least for index in masked)
    problem = replace(problem, temperature=reading.drawing.divisor)
    if not (early or reading.drawing.changes):
        return problem
    logits = rows.at(masked)
    if early:
        logits = logits.clone()
        logits[:early, null] = -torch.inf
    if reading.drawing.changes:
        logits = reading.drawing.scaled(logits.float())
    return _with_rows(problem, logits, masked)


def _rows(problem: Problem) -> LogitRows:
    return LogitRows(problem.logits, problem.rows)


def _with_rows(problem: Problem, logits: Tensor, positions: Sequence[int]) -> Problem:
    """A problem with other logits at its masked positions, float [m, V]."""
    rows = LogitRows.at_positions(logits, positions, len(problem.committed))
    return replace(problem, logits=logits, rows=rows.row_of)


def find_flat_witness(constraint: Constraint, canvas: Canvas) -> Witness:
    """Return some witness without a network's opinion."""
    widths = [len(compiled.vocabulary) for compiled in constraint.compiled.values()]
    flat = torch.zeros(1, max(widths, default=1)).expand(len(canvas), -1)
    return find_witnesses([Reading(constraint, canvas, LogitRows(flat), None)])[0]
