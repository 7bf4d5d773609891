"""A template bound to a canvas: how long slots may be, and the witness of every step.

The witness principle: a step commits only tokens of a witness, one complete member of every slot's
language that agrees with what is committed. Any part of a witness can be completed (by the rest of
it), so nothing is ever rolled back for validity.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from dllm_struct.canvas import MASKED, Canvas
from dllm_struct.canvas.binding import BoundInvariant, BoundPart, BoundSlot, bind
from dllm_struct.canvas.capacity import WORK, SlotLimits, share, slot_limits
from dllm_struct.compiled import Compiled, compile
from dllm_struct.errors import BudgetExceeded, LimitTooSmall, NonFiniteLogits
from dllm_struct.posterior import Posterior, Problem, solve
from dllm_struct.template import Template
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
        self.compiled: dict[str, Compiled] = {
            slot: compile(part.language, codec.vocabulary) for slot, part in self.slots.items()
        }
        self.limits: dict[str, SlotLimits] = {
            slot: slot_limits(part, self.compiled[slot], null_token_id is not None)
            for slot, part in self.slots.items()
        }

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
        return Canvas(
            self.parts,
            {slot: self.limits[slot].feasible(positions) for slot, positions in shares.items()},
        )

    def room(self, canvas: Canvas, slot: str, limit: int | None) -> int:
        """Return how many positions a slot can still grow by, within all limits."""
        most = self.limits[slot].most
        of_slot = UNLIMITED if most is None else most - len(canvas.slot(slot))
        of_canvas = UNLIMITED if limit is None else limit - len(canvas)
        return min(of_slot, of_canvas)

    def completable(self, slot: str, tokens: Sequence[int], witness: Sequence[int]) -> bool:
        """Whether a member is known to fit a slot, however many tokens the slot asks for.

        Args:
            slot: its id.
            tokens: [n], -1 where masked.
            witness: [n], an earlier witness, -1 where there was none.
        """
        null = None if self.slots[slot].slot.min_tokens else self.null_token_id
        try:
            return self.compiled[slot].completable(tokens, null, witness, WORK)
        except BudgetExceeded:
            return False

    def forced(self, canvas: Canvas) -> list[tuple[str, int, int]]:
        """Return (slot, index, token) of every masked position that allows one token only."""
        return [
            (slot, index, token)
            for slot in canvas.slots
            if canvas.is_masked(slot)
            for index, token in enumerate(self._forced_tokens(slot, canvas.slot(slot)))
            if token != MASKED and canvas.slot(slot)[index] == MASKED
        ]

    def _forced_tokens(self, slot: str, committed: Sequence[int]) -> list[int]:
        return self.compiled[slot].forced(committed, self.null_token_id)


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
        posterior: everything else, on demand.
    """

    slot: str
    start: int
    masked: tuple[int, ...]
    tokens: Tensor
    log_confidence: Tensor
    posterior: Posterior

    def token_confidence(self, token: int | None) -> Tensor:
        """Return the posterior probability of a token at every position, float32 [n]."""
        if token is None:
            return torch.zeros_like(self.log_confidence)
        everywhere = torch.full_like(
            self.tokens, token, device=self.posterior.problem.logits.device
        )
        return self.posterior.log_probability(everywhere).exp().cpu()


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
    open_slots = [
        (index, slot, start)
        for index, reading in enumerate(readings)
        for slot, start in _open_slots(reading.canvas)
    ]
    problems = [
        _problem(readings[index], slot, start, temperature) for index, slot, start in open_slots
    ]
    witnesses: list[list[SlotWitness]] = [[] for _ in readings]
    for (index, slot, start), posterior in zip(open_slots, solve(problems), strict=True):
        reading = readings[index]
        witnesses[index].append(_slot_witness(reading, slot, start, posterior, temperature))
    return [tuple(slots) for slots in witnesses]


def _open_slots(canvas: Canvas) -> list[tuple[str, int]]:
    return [
        (span.slot, start)
        for span, start in canvas.starts()
        if span.slot is not None and MASKED in span.tokens
    ]


def _slot_witness(
    reading: Reading, slot: str, start: int, posterior: Posterior, temperature: float
) -> SlotWitness:
    if not posterior.has_member:
        raise NonFiniteLogits(
            f"the network gives every completion of slot '{slot}' the logit -inf",
            hint="check its weights and its number format (try dtype float32)",
        )
    tokens = posterior.sample(1, reading.generator)[0] if temperature > 0 else posterior.map()
    committed = reading.canvas.slot(slot)
    return SlotWitness(
        slot=slot,
        start=start,
        masked=tuple(index for index, token in enumerate(committed) if token == MASKED),
        tokens=tokens.cpu(),
        log_confidence=posterior.log_probability(tokens).cpu(),
        posterior=posterior,
    )


def _problem(reading: Reading, slot: str, start: int, temperature: float) -> Problem:
    constraint, committed = reading.constraint, reading.canvas.slot(slot)
    logits = reading.logits[start : start + len(committed)].float()
    if temperature > 0:
        logits = (logits / temperature).clamp(-LARGEST_LOGIT, LARGEST_LOGIT)
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
