"""One walk over a whole schema: malformed parts are refused, parts without effect are noted."""

from __future__ import annotations

from collections.abc import Iterator

from dllm_struct.errors import BudgetExceeded, InvalidRegex, UnsupportedRegex, UnsupportedSchema
from dllm_struct.languages.json_schema import keywords
from dllm_struct.languages.json_schema.graph.assertions import (
    bounds,
    enumerated,
    length_bounds,
    multiple_of,
    named_types,
)
from dllm_struct.languages.json_schema.graph.dialects import ANNOTATIONS, KEYWORDS
from dllm_struct.languages.json_schema.graph.documents import Documents
from dllm_struct.languages.json_schema.graph.meaning import REFERENCES
from dllm_struct.languages.json_schema.graph.subs import Sub
from dllm_struct.languages.json_schema.keywords import invalid
from dllm_struct.languages.json_schema.pointers import escape_pointer
from dllm_struct.languages.json_schema.scalars import FORMATS, pattern_text

MAX_SUBS = 100_000
"""Sub-schemas of a schema and the documents it refers to."""

MAX_LISTED = 300_000
"""Characters of the values under one ``enum`` or ``const``."""

_ONE = frozenset({
    "not", "if", "then", "else", "additionalProperties", "additionalItems", "propertyNames",
    "unevaluatedProperties", "unevaluatedItems", "contains",
})  # fmt: skip
_LISTS = frozenset({"allOf", "anyOf", "oneOf", "prefixItems"})
_MAPS = frozenset({"properties", "patternProperties", "dependentSchemas", "dependencies"})
_COUNTS = (
    *("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"),
    *("minContains", "maxContains"),
)

_TEXTS = frozenset({"title", "description", "$comment", "$schema", "$id", "$anchor"})
_FLAGS = frozenset({"deprecated", "readOnly", "writeOnly"})
_LAX_TEXTS = 6  # drafts up to here have no $comment

Warnings = tuple[tuple[str, str], ...]


def check(documents: Documents) -> Warnings:
    """Check every sub-schema that a document applies; number them in its order.

    Returns:
        (JSON pointer, text) of what has no effect.

    Raises:
        InvalidSchema: when a keyword has no meaning.
        UnsupportedSchema: for a pattern that is not regular, or a document that is not known.
        BudgetExceeded: when there are too many sub-schemas.
    """
    seen: set[int] = set()
    warnings: dict[tuple[str, str], None] = {}
    todo = [documents.root]
    while todo:
        sub = todo.pop()
        if sub.number in seen or not isinstance(sub.schema, dict):
            continue
        seen.add(sub.number)
        if len(seen) > MAX_SUBS:
            raise BudgetExceeded(
                f"more than {MAX_SUBS} sub-schemas", hint="split the schema into parts"
            )
        warnings |= dict.fromkeys(_warnings(sub))
        _check_values(sub)
        todo += reversed(list(_children(documents, sub)))
    return tuple(warnings)


def _warnings(sub: Sub) -> Iterator[tuple[str, str]]:
    alone = sub.dialect.reference_stands_alone and "$ref" in sub.schema
    for key in sub.schema:
        if not isinstance(key, str):
            raise invalid(f"the key {key!r} is not a string", sub.pointer, "JSON keys are strings")
        if key in ANNOTATIONS:
            _check_annotation(sub, key)
            continue
        if key in sub:
            continue
        here = sub.pointer + escape_pointer(key)
        if alone:
            yield here, f"{key} beside $ref has no effect in {sub.dialect.name}"
        elif key in KEYWORDS:
            yield here, f"{key} has no effect in {sub.dialect.name}"
        else:
            yield here, f"{key} is no keyword of JSON Schema and has no effect"
    if "format" in sub and keywords.text(sub.schema, "format", sub.pointer) not in FORMATS:
        yield f"{sub.pointer}/format", f"the format {sub['format']!r} is not known: no effect"


def _check_annotation(sub: Sub, key: str) -> None:
    value, here = sub.schema[key], sub.pointer + escape_pointer(key)
    if key in _TEXTS and not (sub.dialect.year <= _LAX_TEXTS and key == "$comment"):
        keywords.text(sub.schema, key, sub.pointer)
    elif key in _FLAGS and not isinstance(value, bool):
        raise invalid(f"{value!r} is not a boolean", here, "write true or false")
    elif key in ("$defs", "definitions"):
        keywords.mapping(sub.schema, key, sub.pointer)
    elif key == "examples" and not isinstance(value, list):
        raise invalid(f"{value!r} is not an array", here, "write a list of examples")


def _check_values(sub: Sub) -> None:
    named_types(sub)
    values = enumerated(sub)
    if values is not None:
        here = f"{sub.pointer}/{'enum' if 'enum' in sub else 'const'}"
        size = sum(map(len, keywords.json_texts(values, here)))
        if size > MAX_LISTED:
            raise BudgetExceeded(
                f"{size} characters of values are listed at '{here}'",
                hint=f"list at most {MAX_LISTED} characters",
            )
    bounds(sub)
    length_bounds(sub)
    multiple_of(sub)
    for key in _COUNTS:
        if key in sub:
            keywords.count(sub.schema, key, sub.pointer)
    if "uniqueItems" in sub and not isinstance(sub["uniqueItems"], bool):
        here = f"{sub.pointer}/uniqueItems"
        raise invalid("uniqueItems is not a boolean", here, "write true or false")
    if "pattern" in sub:
        pattern = keywords.text(sub.schema, "pattern", sub.pointer)
        _check_pattern(pattern, f"{sub.pointer}/pattern")
    if "patternProperties" in sub:
        for pattern in keywords.mapping(sub.schema, "patternProperties", sub.pointer):
            here = f"{sub.pointer}/patternProperties{escape_pointer(pattern)}"
            _check_pattern(pattern, here)
    if "dependentRequired" in sub:
        for name in keywords.mapping(sub.schema, "dependentRequired", sub.pointer):
            here = f"{sub.pointer}/dependentRequired"
            keywords.names(sub["dependentRequired"], name, here)
    if "required" in sub:
        keywords.names(sub.schema, "required", sub.pointer)


def _check_pattern(pattern: str, pointer: str) -> None:
    try:
        pattern_text(pattern)
    except InvalidRegex as error:
        raise invalid(error.message, pointer, error.hint) from error
    except UnsupportedRegex as error:
        raise UnsupportedSchema(error.message, pointer=pointer, hint=error.hint) from error


def _children(documents: Documents, sub: Sub) -> Iterator[Sub]:
    """The sub-schemas below, in document order."""
    for keyword in sub.schema:
        if keyword not in sub:
            continue
        if keyword in REFERENCES:
            yield documents.target(sub, keyword)
        elif keyword in _ONE:
            yield documents.child(sub, keyword)
        elif keyword in _LISTS:
            keywords.schemas(sub.schema, keyword, sub.pointer)
            yield from (documents.child(sub, keyword, i) for i in range(len(sub[keyword])))
        elif keyword in _MAPS:
            for name, value in keywords.mapping(sub.schema, keyword, sub.pointer).items():
                if keyword != "dependencies" or not isinstance(value, list):
                    yield documents.child(sub, keyword, name)
        elif keyword == "items":
            yield from _items(documents, sub)


def _items(documents: Documents, sub: Sub) -> Iterator[Sub]:
    if not isinstance(sub["items"], list):
        yield documents.child(sub, "items")
    elif sub.dialect.lists_under_items:
        yield from (documents.child(sub, "items", i) for i in range(len(sub["items"])))
    else:
        raise invalid(
            "items is not a schema",
            f"{sub.pointer}/items",
            "draft 2020-12 calls a list of items prefixItems",
        )
