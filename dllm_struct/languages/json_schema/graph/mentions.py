"""What a schema mentions in place: names in their order, and kinds of values."""

from __future__ import annotations

from collections.abc import Iterator

from dllm_struct.languages.json_schema.graph.assertions import enumerated, named_types
from dllm_struct.languages.json_schema.graph.documents import Documents
from dllm_struct.languages.json_schema.graph.equality import kind_of
from dllm_struct.languages.json_schema.graph.meaning import REFERENCES
from dllm_struct.languages.json_schema.graph.subs import Sub

_KEYWORDS_OF = {
    "number": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
    "string": ("minLength", "maxLength", "pattern", "format"),
    "array": (
        *("items", "prefixItems", "additionalItems", "unevaluatedItems", "contains"),
        *("minItems", "maxItems", "uniqueItems"),
    ),
    "object": (
        *("properties", "patternProperties", "additionalProperties", "unevaluatedProperties"),
        *("propertyNames", "required", "minProperties", "maxProperties"),
        *("dependentRequired", "dependentSchemas", "dependencies"),
    ),
}
_KINDS = frozenset({"null", "boolean", "number", "string", "array", "object"})


class Mentions:
    """Looks through the schemas that apply in place."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents
        self._in_place: dict[int, list[Sub]] = {}

    def names(self, literals: frozenset[int]) -> dict[str, int]:
        """Rank of every name: those with a schema of their own first, in the order of mention."""
        found: dict[str, None] = {}
        reached = self._reached(literals)
        for keyword in ("properties", "required"):
            for sub in reached:
                found |= dict.fromkeys(sub.get(keyword, ()))
        return {name: rank for rank, name in enumerate(found)}

    def orders(self, literals: frozenset[int]) -> tuple[tuple[str, ...], ...]:
        """Names whose relative order every reading of the schema agrees on.

        Names that stand in the same ``properties`` mappings have the order of these; between others
        it depends on which mapping is looked at first.
        """
        mappings = [
            {name: i for i, name in enumerate(sub["properties"])}
            for sub in self._reached(literals)
            if "properties" in sub
        ]
        groups: dict[tuple[int, ...], list[str]] = {}
        for name in dict.fromkeys(name for mapping in mappings for name in mapping):
            where = tuple(i for i, mapping in enumerate(mappings) if name in mapping)
            groups.setdefault(where, []).append(name)
        return tuple(
            tuple(group)
            for where, group in groups.items()
            if all(group == sorted(group, key=mappings[i].__getitem__) for i in where)
        )

    def kinds(self, subs: list[Sub]) -> frozenset[str]:
        """Kinds of values that sub-schemas speak of; all when they speak of none."""
        spoken = {
            kind
            for sub in self._reached(frozenset(sub.number for sub in subs))
            for kind in _spoken(sub)
        }
        return frozenset(spoken) or _KINDS

    def _reached(self, literals: frozenset[int]) -> list[Sub]:
        found: dict[int, Sub] = {}
        for number in sorted(literals, key=abs):
            for sub in self._applied(self._documents.subs[abs(number) - 1]):
                found.setdefault(sub.number, sub)
        return list(found.values())

    def _applied(self, sub: Sub) -> list[Sub]:
        """A sub-schema and those that it applies in place, in document order."""
        if sub.number not in self._in_place:
            found: dict[int, Sub] = {}
            todo = [sub]
            while todo:
                part = todo.pop()
                if part.number not in found:
                    found[part.number] = part
                    todo += reversed(list(self._children(part)))
            self._in_place[sub.number] = list(found.values())
        return self._in_place[sub.number]

    def _children(self, sub: Sub) -> Iterator[Sub]:
        child = self._documents.child
        for keyword in sub.schema if isinstance(sub.schema, dict) else ():
            if keyword not in sub:
                continue
            if keyword in REFERENCES:
                yield self._documents.target(sub, keyword)
            elif keyword in ("allOf", "anyOf", "oneOf"):
                yield from (child(sub, keyword, i) for i in range(len(sub[keyword])))
            elif keyword in ("if", "then", "else"):
                yield child(sub, keyword)
            elif keyword in ("dependentSchemas", "dependencies"):
                for name, value in sub[keyword].items():
                    if not isinstance(value, list):
                        yield child(sub, keyword, name)


def _spoken(sub: Sub) -> Iterator[str]:
    types = named_types(sub)
    if types is not None:
        yield from ("number" if name == "integer" else name for name in types)
        return
    values = enumerated(sub)
    if values is not None:
        yield from (kind_of(value) for value in values)
        return
    for kind, keywords in _KEYWORDS_OF.items():
        if any(keyword in sub for keyword in keywords):
            yield kind
