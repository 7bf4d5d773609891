"""Arrays: from keywords to statements, and from statements to shapes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dllm_struct.languages.json_schema import keywords
from dllm_struct.languages.json_schema.graph.assertions import enumerated, named_types
from dllm_struct.languages.json_schema.graph.formulas import (
    FALSE,
    TRUE,
    Formula,
    conjunction,
    disjunction,
)
from dllm_struct.languages.json_schema.graph.objects import Formulas
from dllm_struct.languages.json_schema.graph.statements import (
    Contains,
    EachItem,
    Size,
    Unique,
)
from dllm_struct.languages.json_schema.graph.subs import ALWAYS, Sub, literal


class Arrays(Formulas):
    """What a sub-schema says of arrays."""

    def own(self, sub: Sub) -> Formula:
        """What its keywords say."""
        types = named_types(sub)
        if types is not None and "array" not in types:
            return FALSE
        return conjunction((self._listed(sub), *self._statements(sub)))

    def _listed(self, sub: Sub) -> Formula:
        values = enumerated(sub)
        if values is None:
            return TRUE
        arrays = [value for value in values if isinstance(value, list)]
        return disjunction(conjunction(self._equal(value, sub)) for value in arrays)

    def _equal(self, value: list[Any], sub: Sub) -> Iterator[Formula]:
        yield Size(len(value), len(value))
        for i, part in enumerate(value):
            yield EachItem(i, i + 1, literal(self.documents.constant(part, sub)))

    def _statements(self, sub: Sub) -> Iterator[Formula]:
        yield from self._items(sub)
        low, high = (
            keywords.count(sub.schema, key, sub.pointer) if key in sub else None
            for key in ("minItems", "maxItems")
        )
        if low or high is not None:
            yield Size(low or 0, high)
        if sub.get("uniqueItems"):
            yield Unique()
        if "contains" in sub:
            yield self._contains(sub)

    def _items(self, sub: Sub) -> Iterator[Formula]:
        for i, child in enumerate(prefix_of(self, sub)):
            if child.number != ALWAYS:
                yield EachItem(i, i + 1, literal(child))
        rest = rest_of(self, sub)
        if rest is not None and rest[1].number != ALWAYS:
            yield EachItem(rest[0], None, literal(rest[1]))

    def _contains(self, sub: Sub) -> Formula:
        low, high = (
            keywords.count(sub.schema, key, sub.pointer) if key in sub else None
            for key in ("minContains", "maxContains")
        )
        child = self.documents.child(sub, "contains")
        return Contains(literal(child), 1 if low is None else low, high)


def prefix_of(arrays: Formulas, sub: Sub) -> list[Sub]:
    """The sub-schemas of the first items."""
    keyword = "items" if has_items_list(sub) else "prefixItems"
    if keyword not in sub:
        return []
    if keyword == "prefixItems":
        keywords.schemas(sub.schema, keyword, sub.pointer)
    return [arrays.documents.child(sub, keyword, i) for i in range(len(sub[keyword]))]


def rest_of(arrays: Formulas, sub: Sub) -> tuple[int, Sub] | None:
    """The sub-schema of the items after the first ones, and how many come before it."""
    if has_items_list(sub):
        if "additionalItems" not in sub:
            return None
        return len(sub["items"]), arrays.documents.child(sub, "additionalItems")
    if "items" not in sub:
        return None
    before = len(sub["prefixItems"]) if "prefixItems" in sub else 0
    return before, arrays.documents.child(sub, "items")


def has_items_list(sub: Sub) -> bool:
    """Whether ``items`` is a list by position, as before draft 2020-12."""
    return "items" in sub and isinstance(sub["items"], list) and sub.dialect.lists_under_items
