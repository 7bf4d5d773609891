"""Statements about one object or one array: what formulas are made of."""

from __future__ import annotations

from dataclasses import dataclass

from dllm_struct.languages.json_schema.graph.formulas import Formula, disjunction
from dllm_struct.languages.json_schema.graph.keys import Keys


@dataclass(frozen=True)
class Each:
    """Every property whose name is in a set has a value that satisfies a literal."""

    keys: Keys
    literal: int

    def negated(self) -> Formula:
        """Some property does not."""
        return Some(self.keys, -self.literal)


@dataclass(frozen=True)
class Some:
    """A property with a name in a set and a value that satisfies a literal is there."""

    keys: Keys
    literal: int

    def negated(self) -> Formula:
        """No property does."""
        return Each(self.keys, -self.literal)


@dataclass(frozen=True)
class Size:
    """The number of properties or items."""

    low: int = 0
    high: int | None = None

    def negated(self) -> Formula:
        """Fewer or more."""
        return disjunction(_outside(self.low, self.high))


@dataclass(frozen=True)
class EachItem:
    """Every item from a position up to another (None: to the end) satisfies a literal."""

    start: int
    stop: int | None
    literal: int

    def negated(self) -> Formula:
        """Some item there does not."""
        return SomeItem(self.start, self.stop, -self.literal)


@dataclass(frozen=True)
class SomeItem:
    """An item from a position up to another (None: to the end) satisfies a literal."""

    start: int
    stop: int | None
    literal: int

    def negated(self) -> Formula:
        """No item there does."""
        return EachItem(self.start, self.stop, -self.literal)


@dataclass(frozen=True)
class Contains:
    """The number of items that satisfy a literal."""

    literal: int
    low: int = 1
    high: int | None = None

    def negated(self) -> Formula:
        """Fewer or more."""
        sizes = _outside(self.low, self.high)
        return disjunction(Contains(self.literal, size.low, size.high) for size in sizes)


@dataclass(frozen=True)
class Unique:
    """Whether all items differ; False says that two at least are equal."""

    holds: bool = True

    def negated(self) -> Formula:
        """The opposite."""
        return Unique(not self.holds)


def _outside(low: int, high: int | None) -> list[Size]:
    below = [Size(0, low - 1)] if low else []
    return below if high is None else [*below, Size(high + 1)]
