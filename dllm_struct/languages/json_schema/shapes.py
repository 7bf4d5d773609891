"""What a schema says about one place, without boolean operators.

A *place* is a set of sub-schemas, each asserted or denied, that a value has to satisfy together; a
graph interns them, so that recursion leads back to a place already known. Expanding a place gives
a union of typed shapes whose children are places again: the form that automata and templates are
made of.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import NewType, Protocol

from dllm_struct.automata.dfa import DFA
from dllm_struct.languages.json_schema.scalars.text import Text

Place = NewType("Place", int)


@dataclass(frozen=True)
class Property:
    """A named property.

    Attributes:
        name: its decoded name.
        value: what its value is.
        required: whether every member has it.
    """

    name: str
    value: Place
    required: bool = False


class Others:
    """Unnamed properties.

    Attributes:
        value: what their values are.
    """

    def __init__(self, keys: DFA | Callable[[], DFA], value: Place) -> None:
        self._keys = keys
        self.value = value

    @cached_property
    def keys(self) -> DFA:
        """The UTF-8 of the decoded names; never one of a named property."""
        return self._keys if isinstance(self._keys, DFA) else self._keys()


@dataclass(frozen=True)
class ObjectShape:
    """Objects.

    Attributes:
        properties: those with a name of their own, in the schema's order.
        others: the unnamed ones; their key languages are disjoint.
        min_properties: fewest properties.
        max_properties: most properties, or None.
        some: each asks for at least one unnamed property with such a key and such a value. The
            value's place is met with that of the key's `others`.
        orders: names whose relative order a ``properties`` mapping fixes, one sequence for each
            mapping; all of them agree with the order of `properties`.
    """

    properties: tuple[Property, ...] = ()
    others: tuple[Others, ...] = ()
    min_properties: int = 0
    max_properties: int | None = None
    some: tuple[Others, ...] = ()
    orders: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Count:
    """How many items of an array satisfy something.

    Attributes:
        inside: the items that count.
        outside: those that do not; equal to "anything" when only `low` matters.
        low: fewest that count.
        high: most that count, or None.
        start: items before this position do not count, and need not be outside.
    """

    inside: Place
    outside: Place
    low: int = 1
    high: int | None = None
    start: int = 0


@dataclass(frozen=True)
class ArrayShape:
    """Arrays.

    Attributes:
        prefix: what the first items are.
        rest: what the items after the prefix are; an uninhabited place when there are none.
        min_items: fewest items.
        max_items: most items, or None.
        counts: each an additional condition on all items; an item's place is met with
            `Count.inside` or `Count.outside`.
        unique: True when all items differ, False when two at least are equal, None without a rule.
    """

    prefix: tuple[Place, ...]
    rest: Place
    min_items: int = 0
    max_items: int | None = None
    counts: tuple[Count, ...] = ()
    unique: bool | None = None


@dataclass(frozen=True)
class Shapes:
    """A union of typed shapes.

    Attributes:
        literals: any of ``null``, ``true``, ``false``.
        numbers: the texts of the numbers, in any spelling.
        strings: the UTF-8 of the decoded strings; of moderate lengths only when there are
            `long_strings`.
        agreed_numbers: those on which validators agree, in any spelling.
        written_numbers: those that are written; validators agree on all of them.
        written_strings: those that are written; validators agree on all of them.
        arrays: alternatives.
        objects: alternatives.
        implied: kinds ("null", "boolean", "number", "string", "array", "object") that are let
            through only because no keyword speaks of them: {"minimum": 3} lets strings through.
            They are members, but the template form does not write them.
        long_strings: all decoded strings, where one automaton of them would be too large.
    """

    literals: frozenset[str]
    numbers: DFA
    strings: DFA
    agreed_numbers: DFA
    written_numbers: DFA
    written_strings: DFA
    arrays: tuple[ArrayShape, ...] = ()
    objects: tuple[ObjectShape, ...] = ()
    implied: frozenset[str] = frozenset()
    long_strings: Text | None = None


class Graph(Protocol):
    """The places of one schema."""

    root: Place
    anything: Place
    warnings: tuple[tuple[str, str], ...]  # (JSON pointer, text)

    def expand(self, place: Place) -> Shapes:
        """The shapes of a place, kept."""

    def meet(self, *places: Place) -> Place:
        """The place that satisfies them all."""

    def shortest(self, place: Place) -> bytes | None:
        """A short canonical text of a value, or None when the place has no value at all."""

    def several(self, place: Place, count: int) -> list[bytes]:
        """Up to ``count`` different values of a place; fewer only when it seems to have no more."""

    def note(self, place: Place) -> str:
        """A short description of a place: "string of at most 20 characters"."""

    def pointer(self, place: Place) -> str:
        """The JSON pointer of a sub-schema that led to the place, for errors and descriptions."""
