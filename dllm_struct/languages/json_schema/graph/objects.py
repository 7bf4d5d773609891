"""Objects: from keywords to statements, and from statements to shapes."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from typing import Any

from dllm_struct.languages.json_schema import keywords
from dllm_struct.languages.json_schema.graph.assertions import enumerated, named_types
from dllm_struct.languages.json_schema.graph.documents import Documents
from dllm_struct.languages.json_schema.graph.formulas import (
    FALSE,
    TRUE,
    Formula,
    conjunction,
    disjunction,
)
from dllm_struct.languages.json_schema.graph.keys import Keys, one
from dllm_struct.languages.json_schema.graph.meaning import Algebra
from dllm_struct.languages.json_schema.graph.statements import Each, Size, Some
from dllm_struct.languages.json_schema.graph.subs import ALWAYS, NEVER, Sub, literal
from dllm_struct.languages.json_schema.keywords import invalid
from dllm_struct.languages.json_schema.pointers import escape_pointer


class Formulas(Algebra[Formula]):
    """Formulas over statements about one object or one array."""

    everything, nothing = TRUE, FALSE

    def __init__(self, documents: Documents) -> None:
        self.documents = documents

    def both(self, a: Formula, b: Formula) -> Formula:
        """Conjunction."""
        return conjunction((a, b))

    def either(self, a: Formula, b: Formula) -> Formula:
        """Disjunction."""
        return disjunction((a, b))

    def negated(self, a: Formula) -> Formula:
        """Opposite."""
        return a.negated()

    def exactly_one(self, branches: list[Formula]) -> Formula:
        """One holds, the others do not."""
        denied = [branch.negated() for branch in branches]
        return disjunction(
            conjunction((branch, *(other for j, other in enumerate(denied) if j != i)))
            for i, branch in enumerate(branches)
        )


class Objects(Formulas):
    """What a sub-schema says of objects."""

    def own(self, sub: Sub) -> Formula:
        """What its keywords say."""
        types = named_types(sub)
        if types is not None and "object" not in types:
            return FALSE
        return conjunction((self._listed(sub), *self._statements(sub)))

    def of_dependents(self, sub: Sub) -> Iterator[tuple[str, Sub]]:
        """Names and the sub-schemas that apply to objects that have them."""
        for keyword in ("dependentSchemas", "dependencies"):
            if keyword in sub:
                for name, value in _mapping(sub, keyword).items():
                    if not isinstance(value, list):
                        yield name, self.documents.child(sub, keyword, name)

    def _listed(self, sub: Sub) -> Formula:
        values = enumerated(sub)
        if values is None:
            return TRUE
        objects = [value for value in values if isinstance(value, dict)]
        return disjunction(conjunction(self._equal(value, sub)) for value in objects)

    def _equal(self, value: dict[str, Any], sub: Sub) -> Iterator[Formula]:
        yield Size(len(value), len(value))
        for name, part in value.items():
            yield Some(one(name), literal(self.documents.constant(part, sub)))

    def _statements(self, sub: Sub) -> Iterator[Formula]:
        yield from self._values(sub)
        if "required" in sub:
            for name in keywords.names(sub.schema, "required", sub.pointer):
                yield Some(one(name), ALWAYS)
        low, high = (
            keywords.count(sub.schema, key, sub.pointer) if key in sub else None
            for key in ("minProperties", "maxProperties")
        )
        if low or high is not None:
            yield Size(low or 0, high)
        yield from self._dependencies(sub)

    def _values(self, sub: Sub) -> Iterator[Formula]:
        listed = _mapping(sub, "properties") if "properties" in sub else {}
        for name in listed:
            yield Each(one(name), literal(self.documents.child(sub, "properties", name)))
        patterns = _mapping(sub, "patternProperties") if "patternProperties" in sub else {}
        for pattern in patterns:
            child = self.documents.child(sub, "patternProperties", pattern)
            if child.number != ALWAYS:
                yield Each(Keys(patterns=(pattern,)), literal(child))
        if "additionalProperties" in sub:
            child = self.documents.child(sub, "additionalProperties")
            if child.number != ALWAYS:
                rest = Keys(frozenset(listed), tuple(patterns), outside=True)
                yield Each(rest, literal(child))
        if "propertyNames" in sub:
            yield Each(self.named_outside(self.documents.child(sub, "propertyNames")), NEVER)

    @abstractmethod
    def named_outside(self, sub: Sub) -> Keys:
        """The names that do not satisfy a sub-schema."""

    def _dependencies(self, sub: Sub) -> Iterator[Formula]:
        for keyword in ("dependentRequired", "dependencies"):
            if keyword not in sub:
                continue
            for name, needed in _mapping(sub, keyword).items():
                if isinstance(needed, list):
                    here = f"{sub.pointer}/{keyword}{escape_pointer(name)}"
                    if not all(isinstance(other, str) for other in needed):
                        raise invalid(f"{needed!r} is not a list of names", here, "write names")
                    present = conjunction(Some(one(other), ALWAYS) for other in needed)
                    yield disjunction((Each(one(name), NEVER), present))


def _mapping(sub: Sub, keyword: str) -> keywords.Schema:
    return keywords.mapping(sub.schema, keyword, sub.pointer)
