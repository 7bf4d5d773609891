"""How a machine's texts are written, and where whitespace may stand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from dllm_struct.languages.json_schema.escapes import Spelling

Whitespace = Literal["canonical", "flexible"]
Order = Literal["schema", "lenient"]

SPACES = b" \t\n\r"

FREE = -1
"""Room for any number of spaces."""
ONE = -2
"""Exactly one blank has to follow."""
FULL = 0
"""No space may follow."""


@dataclass(frozen=True)
class Style:
    """How values are written.

    Room is how much whitespace may still come: `FREE`, `ONE`, or so many characters.

    Attributes:
        whitespace: ``canonical`` is what ``json.dumps`` writes, ``flexible`` any between tokens.
        spelling: of strings and keys; ``canonical`` is one spelling for each.
        order: ``schema`` puts unnamed properties behind the named ones, ``lenient`` anywhere.
        closed: write unnamed properties, and kinds that no keyword speaks of, only where the
            schema leaves no other way.
        max_space: longest run of whitespace when it is flexible; None for any.
        forgetful: whether keys may come twice, and any items be equal or not: more texts than the
            members, of an automaton with fewer states.
    """

    whitespace: Whitespace = "canonical"
    spelling: Spelling = "any"
    order: Order = "schema"
    closed: bool = False
    max_space: int | None = None
    forgetful: bool = False

    @property
    def room(self) -> int:
        """Room between tokens."""
        if self.whitespace == "canonical":
            return FULL
        return FREE if self.max_space is None else self.max_space

    @property
    def room_after_mark(self) -> int:
        """Room after a comma or a colon."""
        return ONE if self.whitespace == "canonical" else self.room


def room_after(room: int, byte: int) -> int | None:
    """The room after one more byte of whitespace; None when it may not stand here."""
    if room == FULL or byte not in SPACES:
        return None
    if room == FREE:
        return FREE
    if room == ONE:
        return FULL if byte == SPACES[0] else None
    return room - 1


COMMA = b", "
"""How completions separate items; what `json.dumps` writes."""
COLON = b": "
