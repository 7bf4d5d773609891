"""Meanings of sub-schemas as formulas, with the keywords that depend on what else was evaluated."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, product

from dllm_struct.errors import BudgetExceeded
from dllm_struct.languages.json_schema.graph.arrays import (
    Arrays,
    has_items_list,
    prefix_of,
    rest_of,
)
from dllm_struct.languages.json_schema.graph.documents import Documents
from dllm_struct.languages.json_schema.graph.formulas import (
    TRUE,
    Formula,
    conjunction,
    disjunction,
)
from dllm_struct.languages.json_schema.graph.keys import EVERY, Keys, one
from dllm_struct.languages.json_schema.graph.meaning import REFERENCES, Meaning
from dllm_struct.languages.json_schema.graph.objects import Formulas, Objects
from dllm_struct.languages.json_schema.graph.statements import Each, EachItem
from dllm_struct.languages.json_schema.graph.subs import NEVER, Sub, literal

_MAX_OUTCOMES = 500


@dataclass(frozen=True)
class Evaluated:
    """What successful keywords have looked at: of objects the names, of arrays the first items.

    Attributes:
        everything: nothing is left.
        names: listed names.
        patterns: names that match.
        items: items from the start.
        inside: literals; items that satisfy one of them (``contains``).
    """

    everything: bool = False
    names: frozenset[str] = frozenset()
    patterns: frozenset[str] = frozenset()
    items: int = 0
    inside: frozenset[int] = frozenset()

    def __or__(self, other: Evaluated) -> Evaluated:
        return Evaluated(
            self.everything or other.everything,
            self.names | other.names,
            self.patterns | other.patterns,
            max(self.items, other.items),
            self.inside | other.inside,
        )


Outcome = tuple[Formula, Evaluated]


class Shaping(Meaning[Formula], ABC):
    """Formulas of objects or of arrays.

    A sub-schema with ``unevaluatedProperties`` or ``unevaluatedItems`` is split by which of the
    schemas that apply in place succeed, because those say what is evaluated.
    """

    _keyword: str
    formulas: Formulas

    def __init__(self, documents: Documents, algebra: Formulas) -> None:
        super().__init__(documents, algebra)
        self.formulas = algebra
        self._looking: set[int] = set()

    def _read(self, sub: Sub) -> Formula:
        if self._keyword in sub:
            child = self._documents.child(sub, self._keyword)
            return disjunction(
                conjunction((formula, *self._remaining(evaluated, child)))
                for formula, evaluated in self._outcomes(sub)
            )
        return super()._read(sub)

    @abstractmethod
    def _remaining(self, evaluated: Evaluated, child: Sub) -> Iterator[Formula]:
        """What ``child`` says of what is not evaluated."""

    @abstractmethod
    def _looked_at(self, sub: Sub) -> Evaluated:
        """What the own keywords of a sub-schema evaluate."""

    def _in_place(self, sub: Sub) -> list[Outcome]:
        """The outcomes of a schema that another one applies."""
        outcomes = (
            self._outcomes(sub) if isinstance(sub.schema, dict) else [(self.of(sub), _NOTHING)]
        )
        if self._keyword in sub:
            return [(self.of(sub), Evaluated(everything=True))]
        return outcomes

    def _outcomes(self, sub: Sub) -> list[Outcome]:
        """Ways for a sub-schema to hold, by what they evaluate."""
        if sub.number in self._looking:
            return [(self.of(sub), _NOTHING)]  # an endless reference: `of` refuses it
        self._looking.add(sub.number)
        found: list[Outcome] = [(self.algebra.own(sub), self._looked_at(sub))]
        for choices in self._applied(sub):
            found = _merged(
                (conjunction((a, b)), seen | more)
                for (a, seen), (b, more) in product(found, choices)
            )
        self._looking.discard(sub.number)
        return found

    def _applied(self, sub: Sub) -> Iterator[list[Outcome]]:
        """The outcomes of each of the keywords that apply schemas in place."""
        child = self._documents.child
        for keyword in REFERENCES:
            if keyword in sub:
                yield self._in_place(self._documents.target(sub, keyword))
        if "allOf" in sub:
            for i in range(len(sub["allOf"])):
                yield self._in_place(child(sub, "allOf", i))
        if "anyOf" in sub:
            yield self._any_of([child(sub, "anyOf", i) for i in range(len(sub["anyOf"]))])
        if "oneOf" in sub:
            yield self._one_of([child(sub, "oneOf", i) for i in range(len(sub["oneOf"]))])
        if "not" in sub:
            yield [(self.of(child(sub, "not")).negated(), _NOTHING)]
        if "if" in sub:
            yield self._conditional(sub)
        yield from self._dependent(sub)

    def _any_of(self, branches: list[Sub]) -> list[Outcome]:
        """Every set of branches that hold, but the empty one."""
        choices: list[list[tuple[Formula, Evaluated, bool]]] = []
        for branch in branches:
            holding = [(formula, seen, True) for formula, seen in self._in_place(branch)]
            choices.append([*holding, (self.of(branch).negated(), _NOTHING, False)])
            if _size(choices) > _MAX_OUTCOMES:
                raise _too_many()
        found = []
        for choice in product(*choices):
            if any(holds for _, _, holds in choice):
                found.append(_joined([(formula, seen) for formula, seen, _ in choice]))
        return _merged(found)

    def _one_of(self, branches: list[Sub]) -> list[Outcome]:
        denied = [self.of(branch).negated() for branch in branches]
        found = []
        for i, branch in enumerate(branches):
            others = [other for j, other in enumerate(denied) if j != i]
            for formula, seen in self._in_place(branch):
                found.append((conjunction((formula, *others)), seen))
        return _merged(found)

    def _case(self, sub: Sub, keyword: str) -> list[Outcome]:
        if keyword not in sub:
            return [(TRUE, _NOTHING)]
        return self._in_place(self._documents.child(sub, keyword))

    def _conditional(self, sub: Sub) -> list[Outcome]:
        condition = self._documents.child(sub, "if")
        denied = (self.of(condition).negated(), _NOTHING)
        holding = product(self._in_place(condition), self._case(sub, "then"))
        failing = ((denied, other) for other in self._case(sub, "else"))
        return _merged(_joined(pair) for pair in chain(holding, failing))

    def _dependent(self, sub: Sub) -> Iterator[list[Outcome]]:
        yield from ()


class ObjectShaping(Shaping):
    """Formulas of objects."""

    _keyword = "unevaluatedProperties"

    def __init__(self, documents: Documents, algebra: Objects) -> None:
        super().__init__(documents, algebra)
        self._objects = algebra

    def _parts(self, sub: Sub) -> Iterator[Formula]:
        yield from super()._parts(sub)
        for name, dependent in self._objects.of_dependents(sub):
            yield disjunction((Each(one(name), NEVER), self.of(dependent)))

    def _dependent(self, sub: Sub) -> Iterator[list[Outcome]]:
        for name, dependent in self._objects.of_dependents(sub):
            absent = Each(one(name), NEVER)
            present = absent.negated()
            holding = [
                (conjunction((present, formula)), seen)
                for formula, seen in self._in_place(dependent)
            ]
            yield [(absent, _NOTHING), *holding]

    def _remaining(self, evaluated: Evaluated, child: Sub) -> Iterator[Formula]:
        if not evaluated.everything:
            known = bool(evaluated.names or evaluated.patterns)
            patterns = tuple(sorted(evaluated.patterns))
            keys = Keys(evaluated.names, patterns, outside=True) if known else EVERY
            yield Each(keys, literal(child))

    def _looked_at(self, sub: Sub) -> Evaluated:
        names = frozenset(sub["properties"]) if "properties" in sub else frozenset()
        patterns = (
            frozenset(sub["patternProperties"]) if "patternProperties" in sub else frozenset()
        )
        return Evaluated("additionalProperties" in sub, names, patterns)


class ArrayShaping(Shaping):
    """Formulas of arrays."""

    _keyword = "unevaluatedItems"

    def __init__(self, documents: Documents, algebra: Arrays) -> None:
        super().__init__(documents, algebra)

    def _remaining(self, evaluated: Evaluated, child: Sub) -> Iterator[Formula]:
        if not evaluated.everything:
            yield EachItem(evaluated.items, None, literal(self._or_inside(evaluated, child)))

    def _or_inside(self, evaluated: Evaluated, child: Sub) -> Sub:
        """``child``, or one of what ``contains`` has evaluated."""
        if not evaluated.inside:
            return child
        subs = [self._documents.subs[n - 1] for n in sorted(evaluated.inside)]
        return self._documents.any_of([child, *subs])

    def _looked_at(self, sub: Sub) -> Evaluated:
        rest = rest_of(self.formulas, sub)
        inside: frozenset[int] = frozenset()
        if "contains" in sub and sub.dialect.contains_evaluates:
            inside = frozenset({self._documents.child(sub, "contains").number})
        everything = rest is not None or ("items" in sub and not has_items_list(sub))
        return Evaluated(everything, items=len(prefix_of(self.formulas, sub)), inside=inside)


_NOTHING = Evaluated()


def _joined(outcomes: tuple[Outcome, ...] | list[Outcome]) -> Outcome:
    seen = _NOTHING
    for _, more in outcomes:
        seen = seen | more
    return conjunction(formula for formula, _ in outcomes), seen


def _merged(outcomes: Iterable[Outcome]) -> list[Outcome]:
    """Ways that evaluate the same are one."""
    by_seen: dict[Evaluated, list[Formula]] = {}
    for formula, seen in outcomes:
        by_seen.setdefault(seen, []).append(formula)
    if len(by_seen) > _MAX_OUTCOMES:
        raise _too_many()
    return [(disjunction(formulas), seen) for seen, formulas in by_seen.items()]


def _size(choices: list[list[tuple[Formula, Evaluated, bool]]]) -> int:
    size = 1
    for choice in choices:
        size *= len(choice)
    return size


def _too_many() -> BudgetExceeded:
    return BudgetExceeded(
        "too many combinations of schemas decide what is unevaluated",
        hint="use additionalProperties or items in place of the unevaluated keywords",
    )
