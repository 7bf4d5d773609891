"""A template bound to a canvas: what its slots may hold, and how long they may be.

A preface is a second template that stands before it on the canvas: room to think. It is laid out,
and its slots are filled, but it is no part of the text, nor of the language around the text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from dllm_struct.canvas import MASKED, Canvas
from dllm_struct.canvas.binding import BoundInvariant, BoundPart, BoundSlot, bind
from dllm_struct.canvas.capacity import WORK, SlotLimits, candidate_sizes, share, slot_limits
from dllm_struct.canvas.joint import Joint, document_of, own_languages
from dllm_struct.compiled import Compiled, compile
from dllm_struct.errors import BudgetExceeded, InvalidTemplate, LimitTooSmall
from dllm_struct.languages.base import Language
from dllm_struct.posterior.exploration.automaton import LazyAutomaton
from dllm_struct.template import Template
from dllm_struct.vocabulary import Vocabulary
from dllm_struct.vocabulary.codec import Codec

UNLIMITED = 2**31


class Constraint:
    """What one output must be: invariants' tokens, and a compiled language for every slot.

    Immutable; many outputs can share one.

    Args:
        template: what to write.
        codec: the tokenizer.
        null_token_id: the token that fills the unused tail of a slot; None: slots are filled
            exactly.
        preface: what stands before it on the canvas and is no part of the text; each of its slots
            has ``max_tokens``. None: nothing.

    Raises:
        InvalidTemplate: a slot of the preface is called like one of the template.
        EmptyLanguage: a slot or an invariant cannot be written with the vocabulary.
        LimitTooSmall: a slot's limits exclude its shortest member.
    """

    def __init__(
        self,
        template: Template,
        codec: Codec,
        null_token_id: int | None,
        preface: Template | None = None,
    ) -> None:
        self.null_token_id = null_token_id
        self.preface: tuple[BoundPart, ...] = () if preface is None else bind(preface, codec)
        self.text: tuple[BoundPart, ...] = bind(template, codec)
        self.slots = _slots(self.parts)
        if len(self.slots) < len(_slots(self.preface)) + len(_slots(self.text)):
            raise InvalidTemplate(
                f"'{next(iter(_slots(self.preface)))}' is a slot of the template as well",
                hint="give the thinking, or the template's slot, another name",
            )
        self.joint: Joint | None = None
        if template.language is not None and len(_slots(self.text)) > 1:
            self.joint = Joint(self.text, template.language, codec.vocabulary, null_token_id)
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
        languages = {slot: part.language for slot, part in self.slots.items()}
        own = _slots(self.text)
        if outer is None or len(own) != 1:
            return languages
        document = document_of(self.text, outer, vocabulary)
        content = document.contents(own_languages(self.text, document.segments), has_null=False)
        return languages | dict.fromkeys(own, content)

    @property
    def parts(self) -> tuple[BoundPart, ...]:
        """Everything on the canvas, in order."""
        return (*self.preface, *self.text)

    @cached_property
    def invariant_length(self) -> int:
        """Positions of all invariants of the text together."""
        return _invariant_length(self.text)

    @cached_property
    def explores(self) -> bool:
        """Whether some slot's language is expanded lazily, near the latest witness."""
        compiled = self.compiled.values() if self.joint is None else [self.joint.compiled]
        return any(isinstance(one.automaton, LazyAutomaton) for one in compiled)

    @cached_property
    def shortest(self) -> int:
        """Fewest positions that the text can have."""
        return self.invariant_length + sum(self.limits[s].fewest for s in _slots(self.text))

    @cached_property
    def longest_preface(self) -> int:
        """Most positions that the preface can have."""
        most = (self.limits[slot].most or 0 for slot in _slots(self.preface))
        return _invariant_length(self.preface) + sum(most)

    def canvas(
        self, initial: int, limit: int | None, capacities: Mapping[str, int] | None = None
    ) -> Canvas:
        """Lay out a canvas, everything in slots masked.

        Args:
            initial: positions for a slot whose language sets no bound.
            limit: most positions of the text; its slots share what is left.
            capacities: positions of the preface's slots, by id; None: there is no preface.

        Raises:
            LimitTooSmall: the shortest members do not fit into ``limit``.
        """
        before = {
            slot: self.limits[slot].feasible(max(self.limits[slot].fewest, positions))
            for slot, positions in (capacities or {}).items()
        }
        return Canvas(self.parts, before | self._capacities(initial, limit))

    def _capacities(self, initial: int, limit: int | None) -> dict[str, int]:
        """Positions for each slot of the text."""
        if limit is not None and limit < self.shortest:
            raise LimitTooSmall(
                f"the shortest output takes {self.shortest} tokens, more than {limit}",
                needed=self.shortest,
                limit=limit,
                hint=f"allow at least {self.shortest} tokens",
            )
        whole = len(self.text) == 1
        room = None if limit is None else limit - self.invariant_length
        limits = {slot: self.limits[slot] for slot in _slots(self.text)}
        wanted = {slot: own.wanted(initial, whole) for slot, own in limits.items()}
        shares = share(wanted, {slot: own.fewest for slot, own in limits.items()}, room)
        if self.joint is not None:
            return self._jointly_feasible(self.joint, shares, room)
        return {slot: limits[slot].feasible(positions) for slot, positions in shares.items()}

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
        """Return how many positions a slot can still grow by, within all limits.

        Args:
            canvas: of this constraint.
            slot: its id.
            limit: most positions of the text; None: no limit.
        """
        most = self.limits[slot].most
        of_slot = UNLIMITED if most is None else most - len(canvas.slot(slot))
        if limit is None or slot in _slots(self.preface):
            return of_slot
        return min(of_slot, limit - (len(canvas) - self.start(canvas)))

    def start(self, canvas: Canvas) -> int:
        """Return the canvas position at which the text begins."""
        return sum(len(span.tokens) for span in canvas.spans[: len(self.preface)])

    def can_insert(self, canvas: Canvas, slot: str, index: int, count: int) -> bool:
        """Whether a member is known to fit with so many masks more before an index of a slot.

        However many tokens the slot asks for.
        """
        return self._can_replace(canvas, slot, slice(index, index), count)

    def can_delete(self, canvas: Canvas, slot: str, index: int, count: int) -> bool:
        """Whether a member is known to fit without so many masks from an index of a slot on.

        A slot does not shrink below the tokens that it asks for.
        """
        tokens = canvas.slot(slot)
        own = tokens[index : index + count]
        if own != (MASKED,) * count or len(tokens) - count < self.slots[slot].slot.min_tokens:
            return False
        return self._can_replace(canvas, slot, slice(index, index + count), 0)

    def _can_replace(self, canvas: Canvas, slot: str, where: slice, count: int) -> bool:
        """Whether a member is known to fit with masks in place of some positions of a slot."""
        together = self.together
        group = together if slot in together else (slot,)
        changed, witness = (
            {
                name: (*row[: where.start], *[MASKED] * count, *row[where.stop :])
                if name == slot
                else row
                for name, row in rows.items()
            }
            for rows in (
                {name: canvas.slot(name) for name in group},
                {name: canvas.witness_of(name) for name in group},
            )
        )
        if slot in together:
            return self._fits([*changed.values()], [*witness.values()])
        null = None if self.slots[slot].slot.min_tokens else self.null_token_id
        try:
            return self.compiled[slot].completable(changed[slot], null, witness[slot], WORK)
        except BudgetExceeded:
            return False

    def _fits(self, tokens: Sequence[Sequence[int]], witness: Sequence[Sequence[int]]) -> bool:
        assert self.joint is not None
        try:
            return self.joint.completable(tokens, witness, WORK)
        except BudgetExceeded:
            return False

    def forced(
        self, canvas: Canvas, room: Mapping[str, int] | None = None
    ) -> list[tuple[str, int, int]]:
        """Return (slot, index, token) of every masked position that allows one token only.

        Args:
            canvas: of this constraint.
            room: positions by which slots may still grow, by id: what is forced by the present
                capacity alone is left out there. Of slots that are tied together, or whose language
                is explored, it is not.
        """
        return [
            (slot, index, token)
            for slot, tokens in self._forced_tokens(canvas, room or {})
            for index, token in enumerate(tokens)
            if token != MASKED and canvas.slot(slot)[index] == MASKED
        ]

    @property
    def together(self) -> tuple[str, ...]:
        """The slots that an outer language ties together, in order."""
        return () if self.joint is None else self.joint.slots

    def _forced_tokens(
        self, canvas: Canvas, room: Mapping[str, int]
    ) -> Iterator[tuple[str, list[int]]]:
        together, null = self.together, self.null_token_id
        open_ = [slot for slot in canvas.slots if canvas.is_masked(slot)]
        if self.joint is not None and any(slot in together for slot in open_):
            yield from self.joint.forced(canvas)
        for slot in open_:
            if slot not in together:
                more = room.get(slot, 0)
                yield slot, self.compiled[slot].forced(canvas.slot(slot), null, more)


def _slots(parts: Sequence[BoundPart]) -> dict[str, BoundSlot]:
    return {part.slot.id: part for part in parts if isinstance(part, BoundSlot)}


def _invariant_length(parts: Sequence[BoundPart]) -> int:
    return sum(len(part.tokens) for part in parts if isinstance(part, BoundInvariant))
