"""A template bound to a canvas: how long slots may be, and the witness of every step.

The witness principle: a step commits only tokens of a witness, one complete member of every slot's
language that agrees with what is committed. Any part of a witness can be completed (by the rest of
it), so nothing is ever rolled back for validity.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from dllm_struct.canvas import MASKED, Canvas
from dllm_struct.canvas.binding import BoundInvariant, BoundPart, BoundSlot, bind
from dllm_struct.canvas.capacity import WORK, SlotLimits, candidate_sizes, share, slot_limits
from dllm_struct.canvas.joint import Extent, Joint, document_of, own_languages
from dllm_struct.compiled import Compiled, compile
from dllm_struct.errors import BudgetExceeded, LimitTooSmall, NonFiniteLogits
from dllm_struct.languages.base import Language
from dllm_struct.posterior import Posterior, Problem, solve
from dllm_struct.template import Template
from dllm_struct.vocabulary import Vocabulary
from dllm_struct.vocabulary.codec import Codec

UNLIMITED = 2**31

LARGEST_LOGIT = 1e15
"""Logits divided by a temperature stay within this, so that sums of them stay finite."""


class Constraint:
    """What one output must be: invariants' tokens, and a compiled language for every slot.

    Immutable; many outputs can share one.

    Args:
        template: what to write.
        codec: the tokenizer.
        null_token_id: the token that fills the unused tail of a slot; None: slots are filled
            exactly.

    Raises:
        EmptyLanguage: a slot or an invariant cannot be written with the vocabulary.
        LimitTooSmall: a slot's limits exclude its shortest member.
    """

    def __init__(self, template: Template, codec: Codec, null_token_id: int | None) -> None:
        self.null_token_id = null_token_id
        self.parts: tuple[BoundPart, ...] = bind(template, codec)
        self.slots = {part.slot.id: part for part in self.parts if isinstance(part, BoundSlot)}
        self.joint: Joint | None = None
        if template.language is not None and len(self.slots) > 1:
            self.joint = Joint(self.parts, template.language, codec.vocabulary, null_token_id)
        self.compiled: dict[str, Compiled] = {
            slot: compile(language, codec.vocabulary)
            for slot, language in self._languages(template.language, codec.vocabulary).items()
        }
        self.limits: dict[str, SlotLimits] = {
            slot: slot_limits(part, self.compiled[slot], null_token_id is not None)
            for slot, part in self.slots.items()
        }

    def _languages(self, outer: Language | None, vocabulary: Vocabulary) -> dict[str, Language]:
        """What each slot may hold; for several in an outer language: on its own."""
        if outer is None or len(self.slots) != 1:
            return {slot: part.language for slot, part in self.slots.items()}
        own = own_languages(self.parts)
        document = document_of(self.parts, outer, vocabulary)
        return dict.fromkeys(self.slots, document.contents(own, has_null=False))

    @cached_property
    def invariant_length(self) -> int:
        """Positions of all invariants together."""
        return sum(len(p.tokens) for p in self.parts if isinstance(p, BoundInvariant))

    @cached_property
    def shortest(self) -> int:
        """Fewest positions that a canvas of this template can have."""
        return self.invariant_length + sum(limits.fewest for limits in self.limits.values())

    def canvas(self, initial: int, limit: int | None) -> Canvas:
        """Lay out a canvas, everything in slots masked.

        Args:
            initial: positions for a slot whose language sets no bound.
            limit: most positions of the whole canvas; slots share what is left.

        Raises:
            LimitTooSmall: the shortest members do not fit into ``limit``.
        """
        if limit is not None and limit < self.shortest:
            raise LimitTooSmall(
                f"the shortest output takes {self.shortest} tokens, more than {limit}",
                needed=self.shortest,
                limit=limit,
                hint=f"allow at least {self.shortest} tokens",
            )
        whole = len(self.parts) == 1
        room = None if limit is None else limit - self.invariant_length
        wanted = {slot: limits.wanted(initial, whole) for slot, limits in self.limits.items()}
        shares = share(wanted, {slot: x.fewest for slot, x in self.limits.items()}, room)
        if self.joint is not None:
            return Canvas(self.parts, self._jointly_feasible(self.joint, shares, room))
        return Canvas(
            self.parts,
            {slot: self.limits[slot].feasible(positions) for slot, positions in shares.items()},
        )

    def _jointly_feasible(
        self, joint: Joint, shares: dict[str, int], room: int | None
    ) -> dict[str, int]:
        """Capacities that slots in an outer language can fill together: the first that fit.

        Raises:
            LimitTooSmall: none is known to fit.
        """
        limits = [self.limits[slot] for slot in joint.slots]
        known = [joint.fewest[slot] for slot in joint.slots]
        has_null = self.null_token_id is not None
        start = [shares[slot] for slot in joint.slots]
        for sizes in candidate_sizes(limits, start, known, has_null=has_null):
            masks = [[MASKED] * size for size in sizes]
            if (room is None or sum(sizes) <= room) and self._fits(masks, masks):
                return dict(zip(joint.slots, sizes, strict=True))
        most = room if room is not None else sum(limit.most or 0 for limit in limits)
        raise LimitTooSmall(
            f"the slots cannot be filled together within their limits; a short way takes {known} "
            f"tokens ({', '.join(joint.slots)})",
            needed=sum(known),
            limit=most,
            hint="raise the slots' max_tokens, or allow more tokens",
        )

    def room(self, canvas: Canvas, slot: str, limit: int | None) -> int:
        """Return how many positions a slot can still grow by, within all limits."""
        most = self.limits[slot].most
        of_slot = UNLIMITED if most is None else most - len(canvas.slot(slot))
        of_canvas = UNLIMITED if limit is None else limit - len(canvas)
        return min(of_slot, of_canvas)

    def can_insert(self, canvas: Canvas, slot: str, index: int, count: int) -> bool:
        """Whether a member is known to fit with so many masks more before an index of a slot.

        However many tokens the slot asks for.
        """
        longer, witness = (
            {
                name: (*row[:index], *[MASKED] * count, *row[index:]) if name == slot else row
                for name, row in rows.items()
            }
            for rows in (
                {name: canvas.slot(name) for name in canvas.slots},
                {name: canvas.witness_of(name) for name in canvas.slots},
            )
        )
        if self.joint is not None:
            return self._fits([*longer.values()], [*witness.values()])
        null = None if self.slots[slot].slot.min_tokens else self.null_token_id
        try:
            return self.compiled[slot].completable(longer[slot], null, witness[slot], WORK)
        except BudgetExceeded:
            return False

    def _fits(self, tokens: Sequence[Sequence[int]], witness: Sequence[Sequence[int]]) -> bool:
        assert self.joint is not None
        try:
            return self.joint.completable(tokens, witness, WORK)
        except BudgetExceeded:
            return False

    def forced(self, canvas: Canvas) -> list[tuple[str, int, int]]:
        """Return (slot, index, token) of every masked position that allows one token only."""
        return [
            (slot, index, token)
            for slot, tokens in self._forced_tokens(canvas)
            for index, token in enumerate(tokens)
            if token != MASKED and canvas.slot(slot)[index] == MASKED
        ]

    def _forced_tokens(self, canvas: Canvas) -> Iterable[tuple[str, list[int]]]:
        open_ = [slot for slot in canvas.slots if canvas.is_masked(slot)]
        if self.joint is not None:
            return self.joint.forced(canvas) if open_ else ()
        null = self.null_token_id
        return ((slot, self.compiled[slot].forced(canvas.slot(slot), null)) for slot in open_)


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
