"""Formulas over statements about one object or array, and their disjunctive normal form."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from dllm_struct.errors import BudgetExceeded

MAX_BRANCHES = 2_000
"""Branches of one place."""

_MAX_WORK = 400_000  # statements looked at while a formula is taken apart


class Statement(Protocol):
    """Something that is true or false of one object or array."""

    def negated(self) -> Formula:
        """Its opposite."""


@dataclass(frozen=True)
class All:
    """A conjunction; without parts it is true."""

    parts: tuple[Formula, ...] = ()

    def negated(self) -> Formula:
        """By De Morgan."""
        return disjunction(part.negated() for part in self.parts)


@dataclass(frozen=True)
class Either:
    """A disjunction; without options it is false."""

    options: tuple[Formula, ...] = ()

    def negated(self) -> Formula:
        """By De Morgan."""
        return conjunction(option.negated() for option in self.options)


Formula: TypeAlias = "All | Either | Statement"
Branch: TypeAlias = "dict[Statement, None]"  # statements that hold together, in order

TRUE = All()
FALSE = Either()


def conjunction(parts: Iterable[Formula]) -> Formula:
    """All of the parts, flattened."""
    flat: dict[Formula, None] = {}
    for part in parts:
        if part == FALSE:
            return FALSE
        flat.update(dict.fromkeys(part.parts if isinstance(part, All) else (part,)))
    return next(iter(flat)) if len(flat) == 1 else All(tuple(flat))


def disjunction(options: Iterable[Formula]) -> Formula:
    """Any of the options, flattened."""
    flat: dict[Formula, None] = {}
    for option in options:
        if option == TRUE:
            return TRUE
        flat.update(dict.fromkeys(option.options if isinstance(option, Either) else (option,)))
    return next(iter(flat)) if len(flat) == 1 else Either(tuple(flat))


class Theory(Protocol):
    """What is known of statements beyond logic."""

    def impossible(self, branch: Branch) -> bool:
        """Whether the statements contradict each other; False when that is not plain."""

    def follows(self, branch: Branch, statement: Statement) -> bool:
        """Whether a statement is implied; False when that is not plain."""

    def subject(self, statement: Statement) -> object | None:
        """What a statement tells cases apart by, when its opposite is as simple; else None."""


def branches(formula: Formula, theory: Theory) -> list[Branch]:
    """The disjunctive normal form: conjunctions of statements, of which one at least holds.

    Raises:
        BudgetExceeded: when there are too many.
    """
    return _Expansion(theory).run(formula)


class _Expansion:
    def __init__(self, theory: Theory) -> None:
        self._theory = theory
        self._work = 0

    def run(self, formula: Formula) -> list[Branch]:
        found: list[Branch] = []
        stack: list[tuple[Branch, tuple[Either, ...]]] = []
        self._extend({}, (), formula, stack.append)
        while stack:
            branch, pending = stack.pop()
            clause, rest = self._choose(branch, pending)
            if clause is None:
                found.append(branch)
                if len(found) > MAX_BRANCHES:
                    raise _too_many()
                continue
            cases: list[tuple[Branch, tuple[Either, ...]]] = []
            for option in self._cases(clause, rest):
                self._extend(branch, rest, option, cases.append)
            stack += reversed(cases)
        return _minimal(found)

    def _cases(self, clause: Either, rest: tuple[Either, ...]) -> list[Formula]:
        """The options of a clause.

        One that tells cases apart (the value of a property that says which kind an object is) is
        denied in the options after it: then the other clauses that it decides need no cases.
        """
        subjects = [self._subject(option) for option in clause.options]
        if not any(subject is not None for subject in subjects):
            return list(clause.options)
        shared = {
            subject: sum(
                any(self._subject(option) == subject for option in other.options) for other in rest
            )
            for subject in subjects
            if subject is not None
        }
        order = sorted(range(len(subjects)), key=lambda i: -shared.get(subjects[i], -1))
        cases: list[Formula] = []
        denied: Formula = TRUE
        for i in order:
            option = clause.options[i]
            cases.append(conjunction((denied, option)))
            if subjects[i] is not None:
                denied = conjunction((denied, option.negated()))
        return cases

    def _subject(self, option: Formula) -> object | None:
        return None if isinstance(option, All | Either) else self._theory.subject(option)

    def _extend(
        self,
        branch: Branch,
        pending: tuple[Either, ...],
        formula: Formula,
        add: Callable[[tuple[Branch, tuple[Either, ...]]], None],
    ) -> None:
        """Assume a formula besides; nothing is added when that is impossible."""
        branch, clauses, todo = dict(branch), list(pending), [formula]
        grown = False
        while todo:
            part = todo.pop()
            if isinstance(part, All):
                todo.extend(reversed(part.parts))
            elif isinstance(part, Either):
                clauses.append(part)
            elif part not in branch:
                branch[part] = None
                grown = True
        self._work += len(branch) + 1
        if self._work > _MAX_WORK:
            raise _too_many()
        if not (grown and self._theory.impossible(branch)):
            add((branch, tuple(clauses)))

    def _choose(
        self, branch: Branch, pending: tuple[Either, ...]
    ) -> tuple[Either | None, tuple[Either, ...]]:
        """The clause with the fewest options, and the others; settled ones are left out."""
        open_clauses = []
        for clause in pending:
            self._work += len(clause.options)
            if not any(self._settled(branch, option) for option in clause.options):
                open_clauses.append(clause)
        if not open_clauses:
            return None, ()
        smallest = min(open_clauses, key=lambda clause: len(clause.options))
        return smallest, tuple(clause for clause in open_clauses if clause is not smallest)

    def _settled(self, branch: Branch, option: Formula) -> bool:
        if isinstance(option, All):
            return all(self._settled(branch, part) for part in option.parts)
        if isinstance(option, Either):
            return any(self._settled(branch, part) for part in option.options)
        return option in branch or self._theory.follows(branch, option)


def _minimal(found: list[Branch]) -> list[Branch]:
    """Without branches that say no more than another does."""
    kept: list[Branch] = []
    for branch in sorted(found, key=len):
        if not any(other.keys() <= branch.keys() for other in kept):
            kept.append(branch)
    order = {id(branch): i for i, branch in enumerate(found)}
    return sorted(kept, key=lambda branch: order[id(branch)])


def _too_many() -> BudgetExceeded:
    return BudgetExceeded(
        "the branches of the schema multiply beyond what can be compiled",
        hint="tell the branches of anyOf and oneOf apart by a required const property",
    )
