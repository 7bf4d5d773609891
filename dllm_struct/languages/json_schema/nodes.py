"""What a schema says, type by type: the form between reading a schema and writing automata.

A `Node` is a union of single-typed constraints. `Node.spoken` are the types that the schema names,
by ``type``, ``enum`` or a keyword of that type; `Node.implied` are the types it lets through only
because no keyword speaks of them ({"minimum": 3} lets every string through). Conjunctions need
both to be exact; what is written out keeps the spoken ones.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import TypeAlias


@dataclass(frozen=True)
class Bound:
    """One end of a range of numbers.

    Attributes:
        value: the decimal value as the schema writes it.
        exclusive: whether the value itself is out.
    """

    value: Fraction
    exclusive: bool = False

    @property
    def mirrored(self) -> Bound:
        """The bound of the negated numbers."""
        return Bound(-self.value, self.exclusive)


@dataclass(frozen=True)
class Number:
    """Numbers in a range.

    Attributes:
        integer: whether only integers are meant.
        low: smallest value, or None.
        high: largest value, or None.
        multiple_of: every value is a multiple of this integer.
    """

    integer: bool = False
    low: Bound | None = None
    high: Bound | None = None
    multiple_of: int = 1


@dataclass(frozen=True)
class String:
    """Strings under every one of some constraints.

    Attributes:
        min_length: fewest code points.
        max_length: most code points, or None.
        patterns: ECMA-262 patterns; each is found somewhere in the string.
        formats: names of formats.
    """

    min_length: int = 0
    max_length: int | None = None
    patterns: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()


@dataclass(frozen=True)
class Array:
    """Arrays by position.

    Attributes:
        prefix: what the first items are.
        items: what the items after the prefix are.
        min_items: fewest items.
        max_items: most items, or None.
    """

    prefix: tuple[Node, ...] = ()
    items: Node | None = None
    min_items: int = 0
    max_items: int | None = None


@dataclass(frozen=True)
class Object:
    """Objects by property.

    Attributes:
        properties: names and what their values are, in the schema's order.
        required: names that must be there, whether or not `properties` has them.
        closed: whether names outside `properties` are forbidden (as opposed to not generated).
    """

    properties: tuple[tuple[str, Node], ...] = ()
    required: tuple[str, ...] = ()
    closed: bool = False


@dataclass(frozen=True)
class Values:
    """A finite set of JSON values, null and the booleans among them.

    Attributes:
        texts: the values as canonical JSON texts, which can be hashed.
    """

    texts: tuple[str, ...]


NULL = Values(("null",))
BOOLEAN = Values(("true", "false"))


Typed: TypeAlias = "Number | String | Array | Object | Values"


@dataclass(frozen=True)
class Node:
    """A union of typed constraints; see the module's docstring.

    Attributes:
        spoken: constraints of the types that the schema speaks of.
        implied: constraints of the other types.
        pointer: where the schema says so, for errors only.
    """

    spoken: tuple[Typed, ...] = ()
    implied: tuple[Typed, ...] = ()
    pointer: str = field(default="", compare=False)

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        """Kept, because shared definitions would be hashed once for every path to them."""
        return hash((self.spoken, self.implied))

    def __getstate__(self) -> tuple[object, ...]:
        return self.spoken, self.implied, self.pointer  # hashes differ between processes

    def __setstate__(self, state: tuple[object, ...]) -> None:
        for name, value in zip(("spoken", "implied", "pointer"), state, strict=True):
            object.__setattr__(self, name, value)

    @property
    def typed(self) -> tuple[Typed, ...]:
        """All constraints."""
        return self.spoken + self.implied


def anything(pointer: str) -> Node:
    """The node of ``{}`` and ``true``."""
    return Node((), (NULL, BOOLEAN, Number(), String(), Array(), Object()), pointer)


def nothing(pointer: str) -> Node:
    """The node of ``false``."""
    return Node((), (), pointer)


def item_at(array: Array, position: int) -> Node | None:
    """What the item at a position is; None says nothing about it."""
    return array.prefix[position] if position < len(array.prefix) else array.items


def items_of(array: Array) -> Node:
    """What the items after the prefix are; nothing when the schema does not say."""
    return array.items or Node()


def escape_pointer(key: str | int) -> str:
    """One reference token of a JSON pointer (RFC 6901), slash included."""
    return "/" + str(key).replace("~", "~0").replace("/", "~1")
