"""What a sub-schema means in some boolean algebra: the keywords that apply in place.

The same few lines read ``allOf``, ``oneOf``, ``if`` and the references for strings (automata), for
objects and arrays (formulas) and for single values (true or false).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from functools import reduce
from typing import Generic, TypeVar

from dllm_struct.languages.json_schema.graph.documents import Documents
from dllm_struct.languages.json_schema.graph.subs import Sub
from dllm_struct.languages.json_schema.keywords import invalid

T = TypeVar("T")

REFERENCES = ("$ref", "$dynamicRef", "$recursiveRef")


class Algebra(ABC, Generic[T]):
    """Sets of values, or formulas over them, that can be combined."""

    everything: T
    nothing: T

    @abstractmethod
    def own(self, sub: Sub) -> T:
        """What the keywords of a sub-schema say that apply no other schema in place."""

    @abstractmethod
    def both(self, a: T, b: T) -> T:
        """Conjunction."""

    @abstractmethod
    def either(self, a: T, b: T) -> T:
        """Disjunction."""

    @abstractmethod
    def negated(self, a: T) -> T:
        """Complement."""

    def exactly_one(self, branches: list[T]) -> T:
        """One of the sets holds the value, the others do not."""
        none, one = self.everything, self.nothing
        for branch in branches:
            outside = self.negated(branch)
            one = self.either(self.both(one, outside), self.both(none, branch))
            none = self.both(none, outside)
        return one


class Meaning(Generic[T]):
    """Reads sub-schemas into an algebra; each is read once."""

    def __init__(self, documents: Documents, algebra: Algebra[T]) -> None:
        self._documents = documents
        self.algebra = algebra
        self._known: dict[int, T] = {}
        self._open: set[int] = set()

    def of(self, sub: Sub) -> T:
        """What a sub-schema means.

        Raises:
            InvalidSchema: when it refers to itself without reading anything.
        """
        if sub.number not in self._known:
            if sub.number in self._open:
                raise invalid(
                    "the schema refers back to itself at the same place",
                    sub.pointer,
                    "let the reference stand under properties or items, or remove it",
                )
            self._open.add(sub.number)
            try:
                self._known[sub.number] = self._read(sub)
            finally:
                self._open.discard(sub.number)
        return self._known[sub.number]

    def _read(self, sub: Sub) -> T:
        algebra = self.algebra
        if isinstance(sub.schema, bool):
            return algebra.everything if sub.schema else algebra.nothing
        meaning = algebra.own(sub)
        if meaning == algebra.nothing:
            return meaning
        for part in self._parts(sub):
            meaning = algebra.both(meaning, part)
        return meaning

    def _parts(self, sub: Sub) -> Iterator[T]:
        algebra = self.algebra
        for keyword in REFERENCES:
            if keyword in sub:
                yield self.of(self._documents.target(sub, keyword))
        if "allOf" in sub:
            yield from self._branches(sub, "allOf")
        if "anyOf" in sub:
            yield reduce(algebra.either, self._branches(sub, "anyOf"))
        if "oneOf" in sub:
            yield algebra.exactly_one(list(self._branches(sub, "oneOf")))
        if "not" in sub:
            yield algebra.negated(self.of(self._documents.child(sub, "not")))
        if "if" in sub and ("then" in sub or "else" in sub):
            yield self._cases(sub)

    def _branches(self, sub: Sub, keyword: str) -> Iterator[T]:
        for i in range(len(sub[keyword])):
            yield self.of(self._documents.child(sub, keyword, i))

    def _cases(self, sub: Sub) -> T:
        algebra = self.algebra
        condition = self.of(self._documents.child(sub, "if"))
        cases = []
        for keyword, given in (("then", condition), ("else", algebra.negated(condition))):
            if keyword in sub:
                demanded = self.of(self._documents.child(sub, keyword))
                cases.append(algebra.both(given, demanded))
            else:
                cases.append(given)
        return algebra.either(*cases)
