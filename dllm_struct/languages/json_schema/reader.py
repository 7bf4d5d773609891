"""Reading: from a JSON Schema to a `Node`, or to an error that names the JSON pointer.

Every keyword is either understood exactly or refused; keywords side by side mean "and" (draft
2020-12), so each becomes a node and the nodes are met.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import reduce
from itertools import combinations
from typing import Any

from dllm_struct.errors import UnsupportedSchema
from dllm_struct.languages.json_schema import keywords
from dllm_struct.languages.json_schema.conjunction import join, meet, tightest
from dllm_struct.languages.json_schema.emptiness import is_nothing
from dllm_struct.languages.json_schema.formats import FORMATS
from dllm_struct.languages.json_schema.keywords import Schema, invalid
from dllm_struct.languages.json_schema.nodes import (
    BOOLEAN,
    NULL,
    Array,
    Bound,
    Node,
    Number,
    Object,
    String,
    Typed,
    Values,
    anything,
    escape_pointer,
    nothing,
)
from dllm_struct.languages.json_schema.references import resolve
from dllm_struct.languages.json_schema.strings import check_pattern

_WHOLE_DOUBLES = 2**53


def read(schema: Any) -> Node:
    """Read a whole schema.

    Args:
        schema: a JSON Schema (draft 2020-12): a mapping, True or False.

    Raises:
        InvalidSchema: when it is malformed.
        UnsupportedSchema: when a keyword is not understood.
        BudgetExceeded: when its branches multiply.
    """
    return _Reader(schema).read(schema, "")


class _Reader:
    """Reads the parts of one document; remembers what each ``$ref`` points at."""

    def __init__(self, root: Any) -> None:
        self._root = root
        self._known: dict[str, Node] = {}
        self._open: list[str] = []  # pointers of the targets being read, outermost first

    def read(self, schema: Any, pointer: str) -> Node:
        if isinstance(schema, bool):
            return anything(pointer) if schema else nothing(pointer)
        if not isinstance(schema, dict):
            raise invalid(
                f"{schema!r} is not a schema", pointer, "a schema is an object, true or false"
            )
        keywords.check_keywords(schema, pointer)
        return reduce(meet, self._conjuncts(schema, pointer))

    def _conjuncts(self, schema: Schema, pointer: str) -> Iterator[Node]:
        base = self._typed(schema, pointer)
        if "allOf" in schema:
            for part in self._branches(schema, "allOf", pointer):
                base = meet(base, part)
        if "$ref" in schema:
            base = meet(base, self._reference(schema, pointer))
        if "const" in schema:
            texts = keywords.json_texts([schema["const"]], f"{pointer}/const")
            base = meet(base, Node((Values(texts),), (), pointer))
        if "enum" in schema:
            texts = keywords.json_texts(schema["enum"], f"{pointer}/enum")
            base = meet(base, Node((Values(texts),), (), pointer))
        yield base
        if "anyOf" in schema:
            yield join(self._branches(schema, "anyOf", pointer), pointer)
        if "oneOf" in schema:
            yield self._one_of(schema, base, pointer)

    def _branches(self, schema: Schema, key: str, pointer: str) -> list[Node]:
        return [
            self.read(part, f"{pointer}/{key}/{i}")
            for i, part in enumerate(keywords.schemas(schema, key, pointer))
        ]

    def _one_of(self, schema: Schema, base: Node, pointer: str) -> Node:
        """Branches that exclude each other are as good as ``anyOf``; others are refused."""
        branches = self._branches(schema, "oneOf", pointer)
        within = [meet(base, branch) for branch in branches]
        for (i, a), (j, b) in combinations(enumerate(within), 2):
            if not is_nothing(meet(a, b)):
                raise UnsupportedSchema(
                    f"oneOf whose branches {i} and {j} overlap",
                    pointer=f"{pointer}/oneOf",
                    hint="use anyOf, or tell the branches apart by type or by a const property",
                )
        return join(branches, pointer)

    def _reference(self, schema: Schema, pointer: str) -> Node:
        here = f"{pointer}/$ref"
        reference = keywords.text(schema, "$ref", pointer)
        target, found = resolve(self._root, reference, here)
        if target in self._open or not target:
            raise UnsupportedSchema(
                "recursive $ref", pointer=here, hint="write the nesting out to a fixed depth"
            )
        if target not in self._known:
            self._open.append(target)
            self._known[target] = self.read(found, target)
            self._open.pop()
        return self._known[target]

    def _typed(self, schema: Schema, pointer: str) -> Node:
        """The node of ``type`` and of the keywords that speak of one type."""
        named = keywords.types(schema, pointer)
        spoken: list[Typed] = []
        implied: list[Typed] = []
        for kind in keywords.KINDS:
            constraint = self._constraint(kind, schema, pointer, named)
            if named is None:
                speaks = any(key in schema for key in keywords.KEYWORDS_OF_KIND.get(kind, ()))
                (spoken if speaks else implied).append(constraint)
            elif kind in named or (kind == "number" and "integer" in named):
                spoken.append(constraint)
        return Node(tuple(spoken), tuple(implied), pointer)

    def _constraint(
        self, kind: str, schema: Schema, pointer: str, named: tuple[str, ...] | None
    ) -> Typed:
        match kind:
            case "null":
                return NULL
            case "boolean":
                return BOOLEAN
            case "number":
                integer = named is not None and "integer" in named and "number" not in named
                return _number(schema, pointer, integer=integer)
            case "string":
                return _string(schema, pointer)
            case "array":
                return self._array(schema, pointer)
            case _:
                return self._object(schema, pointer)

    def _array(self, schema: Schema, pointer: str) -> Array:
        if isinstance(schema.get("items"), list):
            hint = "draft 2020-12 calls a list of items prefixItems"
            raise invalid("items is not a schema", f"{pointer}/items", hint)
        prefix = self._branches(schema, "prefixItems", pointer)
        items = self.read(schema["items"], f"{pointer}/items") if "items" in schema else None
        return Array(
            tuple(prefix),
            items,
            keywords.count(schema, "minItems", pointer) or 0,
            keywords.count(schema, "maxItems", pointer),
        )

    def _object(self, schema: Schema, pointer: str) -> Object:
        properties = tuple(
            (name, self.read(part, f"{pointer}/properties{escape_pointer(name)}"))
            for name, part in keywords.mapping(schema, "properties", pointer).items()
        )
        additional = schema.get("additionalProperties", True)
        here = f"{pointer}/additionalProperties"
        if not isinstance(additional, bool):
            self.read(additional, here)
            if additional:
                raise UnsupportedSchema(
                    "additionalProperties as a schema",
                    pointer=here,
                    hint="name the properties under properties",
                )
        return Object(properties, keywords.names(schema, "required", pointer), additional is False)


def _number(schema: Schema, pointer: str, *, integer: bool) -> Number:
    low, high = tightest(
        _bounds(schema, ("minimum", "exclusiveMinimum"), pointer, max),
        _bounds(schema, ("maximum", "exclusiveMaximum"), pointer, min),
    )
    multiple = keywords.decimal(schema, "multipleOf", pointer)
    if multiple is not None and multiple <= 0:
        raise invalid("a multiple of nothing", f"{pointer}/multipleOf", "write a number above 0")
    if multiple is not None and multiple.denominator != 1:
        raise UnsupportedSchema(
            "multipleOf that is not an integer",
            pointer=f"{pointer}/multipleOf",
            hint="use an integer, or bounds alone",
        )
    return Number(
        integer or multiple is not None,  # a multiple of an integer is one
        low,
        high,
        int(multiple or 1),
    )


def _bounds(
    schema: Schema, keys: tuple[str, str], pointer: str, tighter: Callable[..., Fraction]
) -> list[Bound]:
    """The bounds under an inclusive and an exclusive keyword.

    A double beyond 2^53 is a whole number whose last digits are not those it is written with. What
    is in range by one of the two readings only is left out.
    """
    found = []
    for key, exclusive in zip(keys, (False, True), strict=True):
        written = keywords.decimal(schema, key, pointer)
        if written is not None:
            whole = abs(written) >= _WHOLE_DOUBLES
            value = tighter(written, Fraction(schema[key])) if whole else written
            found.append(Bound(value, exclusive))
    return found


def _string(schema: Schema, pointer: str) -> String:
    patterns: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    if "pattern" in schema:
        patterns = (keywords.text(schema, "pattern", pointer),)
        check_pattern(patterns[0], f"{pointer}/pattern")
    if "format" in schema:
        formats = (keywords.text(schema, "format", pointer),)
        if formats[0] not in FORMATS:
            raise UnsupportedSchema(
                f"format '{formats[0]}'",
                pointer=f"{pointer}/format",
                hint=f"use one of {', '.join(sorted(FORMATS))}, or a pattern",
            )
    return String(
        keywords.count(schema, "minLength", pointer) or 0,
        keywords.count(schema, "maxLength", pointer),
        patterns,
        formats,
    )
