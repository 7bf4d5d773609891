"""A template bound to a tokenizer: where the tokens of invariants end and those of slots begin.

A model has learnt text as its tokenizer cuts it. So the template is rendered with typical contents
and tokenised as a whole; invariants take the tokens they have there. Where a token reaches across
the border between an invariant's last space and the content after it (`` true`` is one token in
GPT-2's and Qwen's vocabularies), that space becomes part of the slot, whose language L becomes
``" "·L``; the text stays the same, byte for byte. Everywhere else the cut is at the border.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from dllm_struct.automata import algebra
from dllm_struct.automata.dfa import DFA
from dllm_struct.automata.wrapping import Affixed
from dllm_struct.errors import EmptyLanguage
from dllm_struct.languages.base import Language, Lazy, Regular
from dllm_struct.template import Invariant, Slot, Template
from dllm_struct.vocabulary.codec import Codec

MAX_RENDITIONS = 4
SPACE = b" "


@dataclass(frozen=True)
class BoundInvariant:
    """Fixed tokens; their bytes are exactly the text they stand for."""

    tokens: tuple[int, ...]


@dataclass(frozen=True)
class BoundSlot:
    """A slot and what the tokenizer does at its left border.

    Attributes:
        slot: the template's slot.
        lead: bytes that moved from the invariant before into the slot, ``b" "`` or nothing.
        language: ``lead`` followed by the slot's language.
        typical: tokens of the longest sample, or of the shortest member where there are none.
    """

    slot: Slot
    lead: bytes
    language: Language
    typical: int


BoundPart = BoundInvariant | BoundSlot


def bind(template: Template, codec: Codec) -> tuple[BoundPart, ...]:
    """Tokenise a template's invariants in the context of typical contents.

    Args:
        template: what to bind.
        codec: the tokenizer.

    Returns:
        The template's parts in order. The bytes of the invariants, the leads and the slots'
        contents concatenate to what the template renders.

    Raises:
        EmptyLanguage: the vocabulary cannot write an invariant.
    """
    renditions = _renditions(template, codec)
    leads = [_lead(renditions, index, template) for index in range(len(template.parts))]
    followers = [*leads[1:], b""]  # what each part gives to the one after it
    return tuple(
        _bound_invariant(part, len(followers[index]), index, renditions, codec)
        if isinstance(part, Invariant)
        else _bound_slot(part, leads[index], index, renditions)
        for index, part in enumerate(template.parts)
    )


@dataclass(frozen=True)
class _Rendition:
    """One tokenised rendering.

    Attributes:
        text: its bytes.
        borders: byte offset at which each part starts, and the end.
        tokens: token ids whose bytes concatenate to the text.
        token_at: byte offset to the index of the token that starts there.
    """

    text: bytes
    borders: tuple[int, ...]
    tokens: tuple[int, ...]
    token_at: dict[int, int]

    def between(self, start: int, stop: int) -> tuple[int, ...] | None:
        """Return the tokens of a byte range; None when a token reaches across its ends."""
        if start in self.token_at and stop in self.token_at:
            return self.tokens[self.token_at[start] : self.token_at[stop]]
        return None

    def count(self, part: int, lead: int) -> int:
        """Return how many tokens start inside a part, or in the ``lead`` bytes before it."""
        start, stop = self.borders[part : part + 2]
        return sum(start - lead <= offset < stop for offset in self.token_at)


def _renditions(template: Template, codec: Codec) -> list[_Rendition]:
    rounds = max((len(slot.samples) for slot in template.slots), default=1)
    rendered = [
        _rendition([_typical_text(part, turn) for part in template.parts], codec)
        for turn in range(max(1, min(rounds, MAX_RENDITIONS)))
    ]
    return [rendition for rendition in rendered if rendition is not None]


def _rendition(texts: Sequence[str], codec: Codec) -> _Rendition | None:
    try:
        tokens = codec.exact("".join(texts))
    except EmptyLanguage:  # the samples, or an invariant that is reported when it is bound
        return None
    lengths = [len(codec.vocabulary.tokens[token] or b"") for token in tokens]
    offsets = [0, *accumulate(lengths)]
    borders = [0, *accumulate(len(text.encode()) for text in texts)]
    return _Rendition(
        text="".join(texts).encode(),
        borders=tuple(borders),
        tokens=tuple(tokens),
        token_at={offset: index for index, offset in enumerate(offsets)},
    )


def _typical_text(part: Invariant | Slot, turn: int) -> str:
    if isinstance(part, Invariant):
        return part.text
    if part.samples:
        return part.samples[turn % len(part.samples)]
    try:
        return (part.language.shortest() or b"").decode()
    except UnicodeDecodeError:
        return ""


def _lead(renditions: Sequence[_Rendition], index: int, template: Template) -> bytes:
    """Return the space that a slot takes over, when most renditions merge it with content."""
    is_after_invariant = index > 0 and isinstance(template.parts[index - 1], Invariant)
    if not (isinstance(template.parts[index], Slot) and is_after_invariant):
        return b""
    merged = sum(
        rendition.borders[index] not in rendition.token_at
        and rendition.borders[index] - 1 in rendition.token_at
        and rendition.text[rendition.borders[index] - 1 : rendition.borders[index]] == SPACE
        for rendition in renditions
    )
    return SPACE if 2 * merged > len(renditions) else b""


def _bound_slot(slot: Slot, lead: bytes, index: int, renditions: Sequence[_Rendition]) -> BoundSlot:
    language = _led(slot.language, lead) if lead else slot.language
    counts = [rendition.count(index, len(lead)) for rendition in renditions]
    return BoundSlot(slot, lead, language, max(counts, default=0))


def _led(language: Language, lead: bytes) -> Language:
    """``lead``, then a member of a language."""
    description, automaton = f"a space, then {language.description}", language.automaton
    if isinstance(automaton, DFA):
        return Regular(description, algebra.concatenation(algebra.literal(lead), automaton))
    known = language.fingerprint
    fingerprint = None if known is None else f"{lead.decode()}{known}"
    return Lazy(description, Affixed(automaton, lead, b"", optional=False), fingerprint)


def _bound_invariant(
    part: Invariant, given: int, index: int, renditions: Sequence[_Rendition], codec: Codec
) -> BoundInvariant:
    """Tokenise one invariant without the ``given`` bytes that the slot after it takes over."""
    in_context: Counter[tuple[int, ...]] = Counter()
    for rendition in renditions:
        start, stop = rendition.borders[index : index + 2]
        tokens = rendition.between(start, stop - given)
        if tokens is not None:
            in_context[tokens] += 1
    if in_context:
        return BoundInvariant(in_context.most_common(1)[0][0])
    kept = part.text[: len(part.text) - given]
    return BoundInvariant(tuple(codec.exact(kept)))
