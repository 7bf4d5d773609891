"""Canonical JSON cut into invariants and slots, by the shape that its schema fixes."""

from __future__ import annotations

import json
from itertools import groupby

from dllm_struct.models.bundled.data.types import Json, Schema

Segment = tuple[str, bool]
"""Text, and whether it is a slot."""


def canonical(value: Json) -> str:
    """Return the JSON text that the library writes: one space after colons and commas."""
    return json.dumps(value, ensure_ascii=False)


def segments(schema: Schema, value: Json) -> list[Segment]:
    """Cut the canonical JSON of a value at the borders that its schema fixes.

    Args:
        schema: the schema of the value.
        value: a member of the schema whose properties are in the schema's order.

    Returns:
        Invariants and slots in turn; their texts concatenate to the canonical JSON. What the
        schema fixes (braces, keys of required properties, quotes of strings) is invariant. A value
        whose shape varies (nullable, array) and an optional property are one slot each.
    """
    return _merged(_value_segments(schema, value))


def _merged(pieces: list[Segment]) -> list[Segment]:
    """Join neighbouring invariants; neighbouring slots stay apart."""
    joined: list[Segment] = []
    for is_slot, run in groupby(pieces, key=lambda piece: piece[1]):
        texts = [text for text, _ in run]
        joined += [(text, True) for text in texts] if is_slot else [("".join(texts), False)]
    return joined


def _value_segments(schema: Schema, value: Json) -> list[Segment]:
    if "anyOf" in schema or schema.get("type") == "array":
        return [(canonical(value), True)]
    if schema.get("type") == "object":
        return _object_segments(schema, value)
    if isinstance(value, str):
        return [('"', False), (canonical(value)[1:-1], True), ('"', False)]
    return [(canonical(value), True)]


def _object_segments(schema: Schema, value: Json) -> list[Segment]:
    required = set(schema.get("required", ()))
    if not required:
        return [(canonical(value), True)]
    pieces: list[Segment] = [("{", False)]
    seen_required = False
    for key, subschema in schema["properties"].items():
        if key in required:
            comma = ", " if seen_required else ""
            pieces.append((f"{comma}{canonical(key)}: ", False))
            pieces += _value_segments(subschema, value[key])
            seen_required = True
        else:
            pieces.append((_optional(key, value, seen_required), True))
    return [*pieces, ("}", False)]


def _optional(key: str, value: Json, after_required: bool) -> str:
    if key not in value:
        return ""
    pair = f"{canonical(key)}: {canonical(value[key])}"
    return f", {pair}" if after_required else f"{pair}, "
