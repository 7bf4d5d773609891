"""Drafts of JSON Schema: which keywords each of them has.

A schema that names no draft is read as 2020-12, together with the older forms that 2020-12 has no
other meaning for (a list under ``items``, ``dependencies``, boolean exclusive bounds).
"""

from __future__ import annotations

from dataclasses import dataclass

from referencing import Specification
from referencing.jsonschema import DRAFT4, DRAFT6, DRAFT7, DRAFT201909, DRAFT202012


@dataclass(frozen=True)
class Dialect:
    """What a draft means by its keywords.

    Attributes:
        name: as users know it.
        year: for comparisons: 4, 6, 7, 2019 or 2020.
        specification: how it finds identifiers and sub-schemas.
        named: whether the schema names the draft itself.
    """

    name: str
    year: int
    specification: Specification[object]
    named: bool = True

    def has(self, keyword: str) -> bool:
        """Whether the draft gives the keyword a meaning (assertions and applicators only)."""
        first, last = _YEARS.get(keyword, (0, 0))
        if not self.named and keyword in _OLDER_FORMS:
            return True
        return first <= self.year <= last

    @property
    def reference_stands_alone(self) -> bool:
        """Whether ``$ref`` hides the keywords beside it."""
        return self.year <= _LAST_LONE_REFERENCE

    @property
    def lists_under_items(self) -> bool:
        """Whether ``items`` may be a list of schemas by position."""
        return self.year <= _LAST_ITEMS_LIST or not self.named

    @property
    def boolean_bounds(self) -> bool:
        """Whether ``exclusiveMinimum`` is a flag beside ``minimum``."""
        return self.year <= _LAST_BOOLEAN_BOUNDS or not self.named

    @property
    def whole_numbers_are_integers(self) -> bool:
        """Whether 1.0 is an integer."""
        return self.year > _LAST_BOOLEAN_BOUNDS

    @property
    def contains_evaluates(self) -> bool:
        """Whether items that satisfy ``contains`` count as evaluated."""
        return self.year > _LAST_ITEMS_LIST


_LAST_BOOLEAN_BOUNDS = 4
_LAST_LONE_REFERENCE = 7
_LAST_ITEMS_LIST = 2019
_END = 9999
_ALL = (0, _END)
_OLDER_FORMS = frozenset({"additionalItems"})
_YEARS = {
    **dict.fromkeys(
        (
            *("$ref", "type", "enum", "allOf", "anyOf", "oneOf", "not"),
            *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
            *("minLength", "maxLength", "pattern", "format"),
            *("items", "minItems", "maxItems", "uniqueItems"),
            *("properties", "patternProperties", "additionalProperties", "required"),
            *("minProperties", "maxProperties"),
        ),
        _ALL,
    ),
    **dict.fromkeys(("const", "contains", "propertyNames"), (6, _END)),
    **dict.fromkeys(("if", "then", "else"), (7, _END)),
    "dependencies": _ALL,
    "additionalItems": (0, 2019),
    **dict.fromkeys(
        (
            *("dependentRequired", "dependentSchemas", "unevaluatedProperties"),
            *("unevaluatedItems", "minContains", "maxContains"),
        ),
        (2019, _END),
    ),
    "$recursiveRef": (2019, 2019),
    **dict.fromkeys(("prefixItems", "$dynamicRef"), (2020, _END)),
}

KEYWORDS = frozenset(_YEARS)
"""Every keyword that constrains in some draft."""

ANNOTATIONS = frozenset({
    "$schema", "$id", "id", "$anchor", "$dynamicAnchor", "$recursiveAnchor", "$vocabulary",
    "$comment", "$defs", "definitions", "title", "description", "default", "examples", "deprecated",
    "readOnly", "writeOnly", "contentEncoding", "contentMediaType", "contentSchema",
})  # fmt: skip
"""Keywords of the standard that never constrain."""

LATEST = Dialect("2020-12", 2020, DRAFT202012, named=False)
_NAMED = {
    "json-schema.org/draft-04/schema": Dialect("draft 4", 4, DRAFT4),
    "json-schema.org/draft-06/schema": Dialect("draft 6", 6, DRAFT6),
    "json-schema.org/draft-07/schema": Dialect("draft 7", 7, DRAFT7),
    "json-schema.org/draft/2019-09/schema": Dialect("2019-09", 2019, DRAFT201909),
    "json-schema.org/draft/2020-12/schema": Dialect("2020-12", 2020, DRAFT202012),
    "json-schema.org/schema": LATEST,
}


def dialect_of(uri: str) -> Dialect | None:
    """The draft that a ``$schema`` names, or None when it is not known."""
    _, _, plain = uri.rstrip("#").partition("://")
    return _NAMED.get(plain.rstrip("/"))
