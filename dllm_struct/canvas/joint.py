"""Slots that one outer language ties together: their positions in a row, a separator between them.

The language of such a row is `Woven`: the separator stands for the fixed text between two slots,
and null tokens are part of the row's text. So one posterior is that of all slots at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
import torch
from torch import Tensor

from dllm_struct.automata.machine import NULL_MARK, SEPARATOR_MARK
from dllm_struct.canvas.binding import BoundInvariant, BoundPart, BoundSlot
from dllm_struct.canvas.canvas import MASKED, Canvas
from dllm_struct.compiled import Compiled, compile
from dllm_struct.errors import EmptyLanguage
from dllm_struct.languages.base import MACHINES, Language, any_text
from dllm_struct.languages.holes.document import Document
from dllm_struct.languages.holes.woven import MARKS
from dllm_struct.logit_rows import LogitRows
from dllm_struct.posterior.exploration.words import spelled, words_of
from dllm_struct.vocabulary import Vocabulary


@dataclass(frozen=True)
class Extent:
    """Where a slot lies in the row of its group.

    Attributes:
        slot: its id.
        start: canvas position of its first token.
        rows: its positions in the row.
    """

    slot: str
    start: int
    rows: slice


class Joint:
    """All slots of a template with an outer language.

    Args:
        parts: the bound template.
        outer: what the whole text is a member of.
        vocabulary: the tokens.
        null: the null token; None: slots are filled exactly.

    Raises:
        NotInLanguage: the invariants cannot be part of a member.
        EmptyLanguage: no contents of the slots make a member, or none that can be written.
    """

    def __init__(
        self, parts: Sequence[BoundPart], outer: Language, vocabulary: Vocabulary, null: int | None
    ) -> None:
        self.slots = tuple(part.slot.id for part in parts if isinstance(part, BoundSlot))
        self.vocabulary, self.separator = _marked(vocabulary, null)
        document = document_of(parts, outer, vocabulary)
        own = own_languages(parts, document.segments)
        language = document.contents(own, has_null=null is not None)
        self.compiled: Compiled = compile(language, self.vocabulary)

    @cached_property
    def fewest(self) -> dict[str, int]:
        """Tokens of each slot in a short member.

        Raises:
            EmptyLanguage: there is none that the vocabulary can write.
        """
        with MACHINES:
            data = self.compiled.language.shortest()
        counts = [self._count(part) for part in (data or b"").split(bytes([SEPARATOR_MARK]))]
        if data is None or None in counts:
            raise EmptyLanguage(
                f"nothing fits the slots so that the whole is {self.compiled.language.description}",
                hint="check the text between the slots, and the slots' own languages",
            )
        return {slot: count or 0 for slot, count in zip(self.slots, counts, strict=True)}

    def _count(self, data: bytes) -> int | None:
        tokens = spelled(np.frombuffer(data, np.uint8), words_of(self.vocabulary))
        return None if tokens[:1].tolist() == [-1] else len(tokens)

    def extents(self, canvas: Canvas) -> list[Extent]:
        """Where each slot lies, in order."""
        found, row = [], 0
        for span, start in canvas.starts():
            if span.slot is not None and span.slot in self.slots:
                found.append(Extent(span.slot, start, slice(row, row + len(span.tokens))))
                row += len(span.tokens) + 1
        return found

    def row(self, of_slots: Sequence[Sequence[int]]) -> list[int]:
        """The slots' tokens with separators between them."""
        tokens = [token for slot in of_slots for token in (*slot, self.separator)]
        return tokens[:-1]

    def logits(self, canvas: Canvas, logits: LogitRows) -> Tensor:
        """The logits of the slots' masked positions, in order, float32 [m, V + 1 or more]."""
        rows = logits.at(
            [
                extent.start + index
                for extent in self.extents(canvas)
                for index, token in enumerate(canvas.slot(extent.slot))
                if token == MASKED
            ]
        )
        width = max(self.separator + 1, rows.shape[1])
        wide = torch.full((len(rows), width), -torch.inf, device=rows.device)
        wide[:, : rows.shape[1]] = rows
        wide[:, self.separator] = -torch.inf
        return wide

    def completable(
        self, tokens: Sequence[Sequence[int]], witness: Sequence[Sequence[int]], most_work: int
    ) -> bool:
        """Whether a member is known to fit slots (-1 where masked), looked for near a witness."""
        return self.compiled.completable(self.row(tokens), None, self.row(witness), most_work)

    def forced(self, canvas: Canvas) -> Iterator[tuple[str, list[int]]]:
        """Yield each slot with its tokens that nothing can replace, -1 where there is a choice."""
        tokens = self.compiled.forced(self.row([canvas.slot(slot) for slot in self.slots]), None)
        for extent in self.extents(canvas):
            yield extent.slot, tokens[extent.rows]


def document_of(parts: Sequence[BoundPart], outer: Language, vocabulary: Vocabulary) -> Document:
    """The fixed texts of a bound template: before, between and after its slots."""
    texts = [b""]
    for part in parts:
        if isinstance(part, BoundInvariant):
            texts[-1] += vocabulary.decode(part.tokens)
        else:
            texts.append(b"")
    return Document(outer, texts[0], tuple(texts[1:]))


def own_languages(parts: Sequence[BoundPart], literals: Sequence[bytes]) -> list[Language | None]:
    """What each slot may hold whatever stands around it.

    Args:
        parts: of a template.
        literals: the fixed text after each slot.

    Returns:
        None for any text: with fixed text around it, the document's own UTF-8 sees to whole
        characters. Of two slots that touch, the first one has to see to it itself.
    """
    slots = [part for part in parts if isinstance(part, BoundSlot)]
    touches = [not literal for literal in literals[: len(slots) - 1]] + [False]
    return [
        None if part.language == any_text() and not touching else part.language
        for part, touching in zip(slots, touches, strict=True)
    ]


@lru_cache(maxsize=16)
def _marked(vocabulary: Vocabulary, null: int | None) -> tuple[Vocabulary, int]:
    """The vocabulary with the marks of `Woven` as tokens; and the separator's id."""
    tokens = [
        None if token and any(mark in token for mark in MARKS) else token
        for token in vocabulary.tokens
    ]
    if null is not None:
        tokens[null] = bytes([NULL_MARK])
    separator = next((i for i, token in enumerate(tokens) if token is None), len(tokens))
    tokens[separator : separator + 1] = [bytes([SEPARATOR_MARK])]
    return Vocabulary(tokens), separator
