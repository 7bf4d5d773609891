"""Templates: text that never changes, and slots between it, each with a language of its own.

A schema, a grammar with holes and a hand-written file all become a template before they are laid
out on a canvas. The text of an output is the parts in order, every slot replaced by its content.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dllm_struct.errors import InvalidTemplate
from dllm_struct.languages.base import Language


@dataclass(frozen=True)
class Invariant:
    """Text that the output repeats byte for byte."""

    text: str


@dataclass(frozen=True)
class Slot:
    """A variable part of the output.

    Attributes:
        id: unique within the template; for a schema the JSON pointer of the value.
        language: what the slot may hold.
        min_tokens: fewest tokens of its content.
        max_tokens: most tokens of its content; None leaves it to the language.
        samples: typical contents, members of the language, that show where a tokenizer cuts.
    """

    id: str
    language: Language
    min_tokens: int = 0
    max_tokens: int | None = None
    samples: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.min_tokens < 0 or (
            self.max_tokens is not None and self.max_tokens < self.min_tokens
        ):
            raise InvalidTemplate(
                f"slot '{self.id}' asks for {self.min_tokens} to {self.max_tokens} tokens",
                hint="give limits with 0 <= min_tokens <= max_tokens",
            )


@dataclass(frozen=True)
class Template:
    """Invariants and slots in order.

    Adjacent invariants are merged and empty ones dropped, so equal outputs have equal parts.

    Args:
        parts: invariants and slots, first to last.
        language: what the whole text is a member of, besides; a grammar or a regular language.
            What one slot holds then counts in the others. None: slots are independent.

    Raises:
        InvalidTemplate: when two slots share an id, or there is a language and no slot.
    """

    parts: tuple[Invariant | Slot, ...]
    language: Language | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "parts", tuple(_merged(self.parts)))
        seen: set[str] = set()
        for slot in self.slots:
            if slot.id in seen:
                raise InvalidTemplate(
                    f"two slots are called '{slot.id}'", hint="give every slot an id of its own"
                )
            seen.add(slot.id)

    @property
    def slots(self) -> tuple[Slot, ...]:
        """The slots, in order."""
        return tuple(part for part in self.parts if isinstance(part, Slot))

    def render(self, contents: Mapping[str, str]) -> str:
        """The whole text.

        Args:
            contents: what each slot holds, by slot id.

        Raises:
            InvalidTemplate: when a slot is missing or an id is unknown. Whether a content is in
                its slot's language is not looked at.
        """
        wanted = {slot.id for slot in self.slots}
        for problem, ids in (
            ("no content for slot", wanted - contents.keys()),
            ("no slot is called", contents.keys() - wanted),
        ):
            if ids:
                raise InvalidTemplate(
                    f"{problem} '{min(ids)}'", hint="give one content for every slot id"
                )
        return "".join(
            part.text if isinstance(part, Invariant) else contents[part.id] for part in self.parts
        )


def _merged(parts: Iterable[Invariant | Slot]) -> list[Invariant | Slot]:
    merged: list[Invariant | Slot] = []
    for part in parts:
        if isinstance(part, Invariant):
            if merged and isinstance(merged[-1], Invariant):
                merged[-1] = Invariant(merged[-1].text + part.text)
            elif part.text:
                merged.append(part)
        else:
            merged.append(part)
    return merged
