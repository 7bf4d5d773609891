"""From statements about one object to its shapes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

from dllm_struct.automata.algebra import difference, intersection
from dllm_struct.automata.dfa import DFA
from dllm_struct.errors import BudgetExceeded
from dllm_struct.languages.json_schema.graph.formulas import Branch, Statement
from dllm_struct.languages.json_schema.graph.keys import Keys
from dllm_struct.languages.json_schema.graph.statements import Each, Size, Some
from dllm_struct.languages.json_schema.graph.subs import ALWAYS, NEVER
from dllm_struct.languages.json_schema.limits import check_count
from dllm_struct.languages.json_schema.shapes import ObjectShape, Others, Place, Property

_MAX_REGIONS = 200
_MAX_SHAPES = 500


Demand = tuple[str | None, Some]
"""A statement that asks for a property, and the name that fulfils it (None: an unnamed one)."""
Demands = frozenset[Demand]


class Places(Protocol):
    """What shapes need to know of places."""

    def place(self, literals: frozenset[int]) -> Place:
        """The place of some literals."""

    def plainly_empty(self, place: Place) -> bool:
        """Whether no value is surely there, as far as one look tells."""

    def certainly_empty(self, place: Place) -> bool:
        """Whether surely no value is there, as far as one look tells."""

    def is_listed(self, literal: int) -> bool:
        """Whether a literal is about a short list of values."""


@dataclass
class Facts:
    """The statements of a branch, sorted.

    Attributes:
        each: literals of the values of single names.
        some: literals that the values of required names satisfy besides.
        wide_each: statements about sets of names.
        wide_some: statements that ask for a property out of a set.
        low: fewest properties.
        high: most properties.
    """

    each: dict[str, set[int]] = field(default_factory=dict)
    some: dict[str, set[int]] = field(default_factory=dict)
    wide_each: list[Each] = field(default_factory=list)
    wide_some: list[Some] = field(default_factory=list)
    low: int = 0
    high: int | None = None

    @classmethod
    def of(cls, branch: Branch) -> Facts:
        """Sort the statements of a branch."""
        facts = cls()
        for statement in branch:
            match statement:
                case Size(low, high):
                    facts.low = max(facts.low, low)
                    facts.high = _smaller(facts.high, high)
                case Each(keys, literal):
                    if keys.single is None:
                        facts.wide_each.append(statement)
                    else:
                        facts.each.setdefault(keys.single, set()).add(literal)
                case Some(keys, literal):
                    if keys.single is None:
                        facts.wide_some.append(statement)
                    else:
                        facts.some.setdefault(keys.single, set()).add(literal)
        return facts

    @property
    def names(self) -> dict[str, None]:
        """Every single name that is spoken of."""
        return dict.fromkeys((*self.each, *self.some))

    def literals(self, name: str) -> frozenset[int]:
        """What the value of a name satisfies, if it is there."""
        wide = {each.literal for each in self.wide_each if name in each.keys}
        return frozenset(self.each.get(name, set()) | self.some.get(name, set()) | wide)


def _smaller(a: int | None, b: int | None) -> int | None:
    return b if a is None else a if b is None else min(a, b)


class ObjectTheory:
    """Contradictions and consequences among statements about one object."""

    def __init__(self, places: Places, *, certain: bool) -> None:
        self._places = places
        self._empty = places.certainly_empty if certain else places.plainly_empty
        self._last: tuple[Branch | None, Facts] = (None, Facts())

    def impossible(self, branch: Branch) -> bool:
        """Whether a required property can have no value, or there are too many of them."""
        facts = Facts.of(branch)
        if facts.high is not None and max(facts.low, len(facts.some)) > facts.high:
            return True
        if any(some.literal == NEVER for some in facts.wide_some):
            return True
        return any(self._empty(self._places.place(facts.literals(name))) for name in facts.some)

    def follows(self, branch: Branch, statement: Statement) -> bool:
        """Whether the values allowed satisfy the statement anyway."""
        match statement:
            case Size(low, high):
                facts = self._facts(branch)
                enough = max(facts.low, len(facts.some)) >= low
                return enough and (high is None or (facts.high is not None and facts.high <= high))
            case Each(keys, literal) if keys.single is not None:
                return self._implied(branch, keys.single, literal)
            case Some(keys, literal) if keys.single is not None:
                required = keys.single in self._facts(branch).some
                return required and self._implied(branch, keys.single, literal)
        return False

    def subject(self, statement: Statement) -> object | None:
        """The name of a property whose value is one out of a list, or is not."""
        if not isinstance(statement, Each | Some) or statement.keys.single is None:
            return None
        return statement.keys.single if self._places.is_listed(statement.literal) else None

    def _implied(self, branch: Branch, name: str, literal: int) -> bool:
        if literal == ALWAYS:
            return True
        denied = self._facts(branch).literals(name) | {-literal}
        return self._places.certainly_empty(self._places.place(denied))

    def _facts(self, branch: Branch) -> Facts:
        if self._last[0] is not branch:
            self._last = (branch, Facts.of(branch))
        return self._last[1]


def object_shapes(
    branch: Branch,
    places: Places,
    rank: Callable[[str], int],
    orders: tuple[tuple[str, ...], ...],
) -> Iterator[ObjectShape]:
    """The shapes of the objects that satisfy a branch.

    Args:
        branch: statements.
        places: makes the places of values.
        rank: where a name stands in the schema's order.
        orders: names in the order of each ``properties`` mapping.

    Raises:
        BudgetExceeded: when patterns of names overlap in too many ways.
    """
    facts = Facts.of(branch)
    names = sorted(facts.names, key=rank)
    regions = _regions(facts, frozenset(names))
    for demands in _choices(facts, names, bool(regions)):
        shape = _shape(facts, names, regions, demands, places)
        if shape is not None:
            yield _ordered(shape, orders)


def _choices(facts: Facts, names: list[str], unnamed: bool) -> list[Demands]:
    """Ways to fulfil the statements that ask for a property out of a set; minimal ones only."""
    choices: list[Demands] = [frozenset()]
    for some in facts.wide_some:
        inside = [name for name in names if name in some.keys]
        if some.literal == ALWAYS and any(name in facts.some for name in inside):
            continue
        options: list[Demand] = [(name, some) for name in inside]
        if unnamed:
            options.append((None, some))
        extended = {
            choice if _fulfilled(choice, some) else choice | {option}
            for choice in choices
            for option in options
        }
        choices = [c for c in extended if not any(other < c for other in extended)]
        if len(choices) > _MAX_SHAPES:
            raise BudgetExceeded(
                "too many properties can fulfil a demand of the schema",
                hint="name the property that is required",
            )
    return choices


def _fulfilled(choice: Demands, some: Some) -> bool:
    """Whether a choice made for other statements has such a property already."""
    return any(
        name is not None and name in some.keys and some.literal in (ALWAYS, made.literal)
        for name, made in choice
    )


def _shape(
    facts: Facts,
    names: list[str],
    regions: list[tuple[Keys | DFA | Callable[[], DFA], frozenset[int]]],
    demands: Demands,
    places: Places,
) -> ObjectShape | None:
    demanded: dict[str, set[int]] = {}
    some = []
    for name, statement in sorted(demands, key=repr):
        if name is None:
            keys = partial(_outside, statement.keys, frozenset(names))
            some.append(Others(keys, places.place(frozenset({statement.literal}))))
        else:
            demanded.setdefault(name, set()).add(statement.literal)
    properties = []
    for name in names:
        literals = facts.literals(name) | demanded.get(name, set())
        required = name in facts.some or name in demanded
        value = places.place(frozenset(literals))
        if places.plainly_empty(value):
            if required:
                return None
            continue
        properties.append(Property(name, value, required))
    others = []
    for region, literals in regions:
        value = places.place(literals)
        if not places.plainly_empty(value):
            keys_of = region if isinstance(region, DFA) or callable(region) else region.dfa
            others.append(Others(keys_of, value))
    check_count(facts.low, "minProperties")
    low = facts.low if facts.low > sum(p.required for p in properties) else 0
    return ObjectShape(tuple(properties), tuple(others), low, facts.high, tuple(some))


def _ordered(shape: ObjectShape, orders: tuple[tuple[str, ...], ...]) -> ObjectShape:
    position = {prop.name: i for i, prop in enumerate(shape.properties)}
    kept = dict.fromkeys(
        tuple(sorted((name for name in order if name in position), key=position.__getitem__))
        for order in orders
    )
    sequences = tuple(order for order in kept if len(order) > 1)
    return ObjectShape(
        shape.properties,
        shape.others,
        shape.min_properties,
        shape.max_properties,
        shape.some,
        sequences,
    )


def _outside(keys: Keys, names: frozenset[str]) -> DFA:
    return intersection(keys.dfa(), Keys(names, outside=True).dfa())


def _regions(
    facts: Facts, names: frozenset[str]
) -> list[tuple[Keys | DFA | Callable[[], DFA], frozenset[int]]]:
    """The unnamed names, split by what their values satisfy."""
    unnamed = Keys(names, outside=True)
    wide = [each for each in facts.wide_each if each.literal != ALWAYS]
    if all(_covers_all(each.keys, names) for each in wide):
        literals = frozenset(each.literal for each in wide)
        return [] if NEVER in literals else [(unnamed.dfa, literals)]
    regions: list[tuple[DFA, frozenset[int]]] = [(unnamed.dfa(), frozenset())]
    for each in wide:
        keys = each.keys.dfa()
        split = []
        for region, literals in regions:
            inside, outside = intersection(region, keys), difference(region, keys)
            if not inside.is_empty and each.literal != NEVER:
                split.append((inside, literals | {each.literal}))
            if not outside.is_empty:
                split.append((outside, literals))
        regions = split
        if len(regions) > _MAX_REGIONS:
            raise BudgetExceeded(
                "the patterns of property names overlap in too many ways",
                hint="use fewer patterns under patternProperties",
            )
    return list(regions)


def _covers_all(keys: Keys, names: frozenset[str]) -> bool:
    """Whether a set holds every name that is not one of ``names``."""
    return keys.outside and not keys.patterns and not keys.languages and keys.names <= names
