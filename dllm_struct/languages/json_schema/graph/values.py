"""Whether one scalar value satisfies a sub-schema: for enumerated values and for property names."""

from __future__ import annotations

from fractions import Fraction
from typing import TypeAlias

from dllm_struct.languages.json_schema.graph.assertions import (
    bounds,
    format_of,
    length_bounds,
    multiple_of,
    named_types,
)
from dllm_struct.languages.json_schema.graph.documents import Documents
from dllm_struct.languages.json_schema.graph.equality import equality_key, kind_of
from dllm_struct.languages.json_schema.graph.meaning import Algebra, Meaning
from dllm_struct.languages.json_schema.graph.subs import Sub
from dllm_struct.languages.json_schema.scalars import format_text, pattern_text

Scalar: TypeAlias = "str | int | float | bool | None"


class _Truth(Algebra[bool]):
    everything, nothing = True, False

    def __init__(self, documents: Documents, value: Scalar) -> None:
        self._documents = documents
        self._value = value
        self._key = equality_key(value)
        self._kind = kind_of(value)

    def own(self, sub: Sub) -> bool:
        return self._typed(sub) and self._listed(sub) and self._asserted(sub)

    def both(self, a: bool, b: bool) -> bool:
        return a and b

    def either(self, a: bool, b: bool) -> bool:
        return a or b

    def negated(self, a: bool) -> bool:
        return not a

    def _typed(self, sub: Sub) -> bool:
        types = named_types(sub)
        if types is None or self._kind in types:
            return True
        return self._kind == "number" and "integer" in types and _is_integer(self._value, sub)

    def _listed(self, sub: Sub) -> bool:
        listed = self._documents.listed(sub)
        return listed is None or self._key in listed

    def _asserted(self, sub: Sub) -> bool:
        if isinstance(self._value, str):
            return _string_fits(self._value, sub)
        if self._kind == "number":
            return _number_fits(Fraction(repr(self._value)), sub)
        return True


def _is_integer(value: Scalar, sub: Sub) -> bool:
    if isinstance(value, float):
        return sub.dialect.whole_numbers_are_integers and value.is_integer()
    return True


def _string_fits(value: str, sub: Sub) -> bool:
    low, high = length_bounds(sub)
    if len(value) < low or (high is not None and len(value) > high):
        return False
    data = value.encode()
    if "pattern" in sub and not pattern_text(sub["pattern"]).matches(data):
        return False
    name = format_of(sub)
    return name is None or format_text(name).matches(data)


def _number_fits(value: Fraction, sub: Sub) -> bool:
    for bound in bounds(sub):
        if bound.exclusive and value == bound.value:
            return False
        if value < bound.value if bound.lower else value > bound.value:
            return False
    divisor = multiple_of(sub)
    return divisor is None or value % divisor == 0


def satisfies(documents: Documents, value: Scalar, literals: frozenset[int]) -> bool:
    """Whether a scalar satisfies sub-schemas that are asserted (positive) or denied (negative)."""
    meaning = Meaning(documents, _Truth(documents, value))
    return all(meaning.of(documents.subs[abs(n) - 1]) == (n > 0) for n in literals)
