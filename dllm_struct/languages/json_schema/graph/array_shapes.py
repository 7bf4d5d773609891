"""From statements about one array to its shapes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product

from dllm_struct.errors import BudgetExceeded
from dllm_struct.languages.json_schema.graph.formulas import Branch, Statement
from dllm_struct.languages.json_schema.graph.object_shapes import Places, _smaller
from dllm_struct.languages.json_schema.graph.statements import (
    Contains,
    EachItem,
    Size,
    SomeItem,
    Unique,
)
from dllm_struct.languages.json_schema.graph.subs import ALWAYS, NEVER
from dllm_struct.languages.json_schema.limits import check_count
from dllm_struct.languages.json_schema.shapes import ArrayShape, Count, Place

_MAX_PREFIX = 10_000
_MAX_SHAPES = 200
_MAX_COUNTS = 8  # an item falls under any set of them


@dataclass
class Facts:
    """The statements of a branch, sorted.

    Attributes:
        each: statements about ranges of items.
        some: statements that ask for an item in a range.
        counts: numbers of items that satisfy literals.
        low: fewest items.
        high: most items.
        unique: whether items differ, if that matters.
        contradictory: whether they shall differ and shall not.
    """

    each: list[EachItem] = field(default_factory=list)
    some: list[SomeItem] = field(default_factory=list)
    counts: dict[int, tuple[int, int | None]] = field(default_factory=dict)
    low: int = 0
    high: int | None = None
    unique: bool | None = None
    contradictory: bool = False

    @classmethod
    def of(cls, branch: Branch) -> Facts:
        """Sort the statements of a branch."""
        facts = cls()
        for statement in branch:
            facts._add(statement)
        return facts

    def _add(self, statement: Statement) -> None:
        match statement:
            case Size(low, high):
                self.low = max(self.low, low)
                self.high = _smaller(self.high, high)
            case EachItem():
                self.each.append(statement)
            case SomeItem():
                self.some.append(statement)
            case Contains(literal, low, high):
                before = self.counts.get(literal, (0, None))
                self.counts[literal] = max(before[0], low), _smaller(before[1], high)
            case Unique(holds):
                self.contradictory |= self.unique is not None and self.unique != holds
                self.unique = holds

    def literals(self, position: int) -> frozenset[int]:
        """What the item at a position satisfies."""
        return frozenset(
            each.literal
            for each in self.each
            if each.start <= position and (each.stop is None or position < each.stop)
        )

    @property
    def prefix_length(self) -> int:
        """From here on all items satisfy the same."""
        ends = [each.start for each in self.each if each.stop is None]
        return max([0, *ends, *(each.stop for each in self.each if each.stop is not None)])

    @property
    def fewest(self) -> int:
        """Items that are there in any case."""
        return max([self.low, *(low for low, _ in self.counts.values())])


class ArrayTheory:
    """Contradictions and consequences among statements about one array."""

    def __init__(self, places: Places, *, certain: bool) -> None:
        self._places = places
        self._empty = places.certainly_empty if certain else places.plainly_empty

    def impossible(self, branch: Branch) -> bool:
        """Whether an item that must be there can have no value, or there are too many."""
        facts = Facts.of(branch)
        if facts.contradictory or (facts.high is not None and facts.fewest > facts.high):
            return True
        if any(some.literal == NEVER for some in facts.some):
            return True
        if any(high is not None and low > high for low, high in facts.counts.values()):
            return True
        needed = min(facts.fewest, facts.prefix_length + 1)
        return any(
            self._empty(self._places.place(facts.literals(position))) for position in range(needed)
        )

    def _never(self, literals: frozenset[int]) -> bool:
        return self._places.certainly_empty(self._places.place(literals))

    def follows(self, branch: Branch, statement: Statement) -> bool:
        """Whether the items allowed satisfy the statement anyway."""
        facts = Facts.of(branch)
        match statement:
            case Size(low, high):
                short = high is None or (facts.high is not None and facts.high <= high)
                return facts.fewest >= low and short
            case EachItem(start, stop, literal):
                end = facts.prefix_length + 1 if stop is None else stop
                last = end if facts.high is None else min(end, facts.high)
                return all(
                    self._never(facts.literals(position) | {-literal})
                    for position in range(start, max(last, start))
                )
            case SomeItem(start, stop, literal):
                end = facts.fewest if stop is None else min(stop, facts.fewest)
                return any(
                    self._never(facts.literals(position) | {-literal})
                    for position in range(start, min(end, start + 2))
                )
            case Unique(holds):
                return facts.unique is holds
        return False

    def subject(self, statement: Statement) -> object | None:
        """Items do not tell cases apart."""
        return None


def array_shapes(branch: Branch, places: Places, anything: Place) -> Iterator[ArrayShape]:
    """The shapes of the arrays that satisfy a branch.

    Raises:
        BudgetExceeded: when there are too many.
    """
    facts = Facts.of(branch)
    for count, choice in enumerate(product(*(_positions(some) for some in facts.some))):
        if count > _MAX_SHAPES:
            raise BudgetExceeded(
                "too many items can fulfil a demand of the schema", hint="use contains"
            )
        shape = _shape(facts, choice, places, anything)
        if shape is not None:
            yield shape


def _positions(some: SomeItem) -> list[EachItem | Count | SomeItem]:
    """Ways for an item of a range to satisfy something."""
    if some.stop is None:
        return [some]
    return [EachItem(i, i + 1, some.literal) for i in range(some.start, some.stop)]


def _shape(
    facts: Facts,
    choice: tuple[EachItem | Count | SomeItem, ...],
    places: Places,
    anything: Place,
) -> ArrayShape | None:
    chosen = [each for each in choice if isinstance(each, EachItem)]
    facts = Facts([*facts.each, *chosen], [], facts.counts, facts.low, facts.high, facts.unique)
    low = max([facts.low, *(each.stop or 0 for each in chosen)])
    high = facts.high
    check_count(low, "minItems")
    length = facts.prefix_length
    if length > _MAX_PREFIX:
        raise BudgetExceeded(
            f"a rule for the item at position {length}", hint=f"use at most {_MAX_PREFIX} of them"
        )
    prefix = []
    for position in range(length if high is None else min(length, high)):
        place = places.place(facts.literals(position))
        if places.plainly_empty(place):
            high = position
            break
        prefix.append(place)
    rest = places.place(facts.literals(length))
    if places.plainly_empty(rest):
        high = _smaller(high, len(prefix))
    if high is not None and low > high:
        return None
    counts = [_count(places, anything, literal, *span) for literal, span in facts.counts.items()]
    for some in choice:
        if isinstance(some, SomeItem):
            inside = places.place(frozenset({some.literal}))
            counts.append(Count(inside, anything, 1, None, some.start))
    if len(counts) > _MAX_COUNTS:
        raise BudgetExceeded(
            f"{len(counts)} rules that count items", hint=f"use at most {_MAX_COUNTS} of them"
        )
    needless = Count(anything, anything, 0, None)
    return ArrayShape(
        tuple(prefix),
        rest,
        low,
        high,
        tuple(
            count for count in counts if count != needless and (count.low or count.high is not None)
        ),
        facts.unique,
    )


def _count(places: Places, anything: Place, literal: int, low: int, high: int | None) -> Count:
    inside = places.place(frozenset({literal}) - {ALWAYS})
    outside = anything if high is None else places.place(frozenset({-literal}))
    return Count(inside, outside, low, high)
