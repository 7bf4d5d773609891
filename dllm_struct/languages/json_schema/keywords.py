"""The values of keywords, checked as the metaschemas of the drafts do, with JSON pointers."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from dllm_struct.errors import InvalidSchema
from dllm_struct.languages.json_schema.pointers import escape_pointer

TYPES = ("null", "boolean", "number", "string", "array", "object", "integer")

Schema = Mapping[str, Any]


def invalid(message: str, pointer: str, hint: str) -> InvalidSchema:
    """An error at a pointer, ready to be raised."""
    return InvalidSchema(message, pointer=pointer, hint=hint)


def text(schema: Schema, key: str, pointer: str) -> str:
    """The string under ``key``."""
    value = schema[key]
    if not isinstance(value, str):
        here = pointer + escape_pointer(key)
        raise invalid(f"{value!r} is not a string", here, "write a string")
    return value


def mapping(schema: Schema, key: str, pointer: str) -> Schema:
    """The object under ``key``, {} when absent."""
    value = schema.get(key, {})
    if not isinstance(value, Mapping):
        here = pointer + escape_pointer(key)
        raise invalid(f"{value!r} is not an object", here, "write an object")
    return value


def schemas(schema: Schema, key: str, pointer: str) -> list[Any]:
    """The non-empty array of schemas under ``key``, [] when absent."""
    value = schema.get(key, [])
    if key in schema and not (isinstance(value, list) and value):
        here = pointer + escape_pointer(key)
        raise invalid(f"{value!r} is not a non-empty array", here, "write a list of schemas")
    return list(value)


def count(schema: Schema, key: str, pointer: str) -> int | None:
    """The non-negative integer under ``key``, or None when absent."""
    if key not in schema:
        return None
    value = schema[key]
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or value < 0 or value != value // 1:
        here = pointer + escape_pointer(key)
        raise invalid(f"{value!r} is not a count", here, "write an integer that is 0 or more")
    return int(value)


def decimal(schema: Schema, key: str, pointer: str) -> Fraction | None:
    """The number under ``key`` exactly as it is written in decimals, or None when absent."""
    if key not in schema:
        return None
    value = schema[key]
    finite = isinstance(value, int) or (isinstance(value, float) and math.isfinite(value))
    if isinstance(value, bool) or not finite:
        here = pointer + escape_pointer(key)
        hint = "write a number; the boolean bounds of draft 4 became bounds of their own"
        raise invalid(f"{value!r} is not a finite number", here, hint)
    return Fraction(repr(value))


def names(schema: Schema, key: str, pointer: str) -> tuple[str, ...]:
    """The array of distinct strings under ``key``, () when absent."""
    value = schema.get(key, [])
    strings = isinstance(value, list) and all(isinstance(item, str) for item in value)
    if not strings or len(set(value)) != len(value):
        here = pointer + escape_pointer(key)
        raise invalid(f"{value!r} is not a list of distinct names", here, "write each name once")
    return tuple(value)


def types(schema: Schema, pointer: str) -> tuple[str, ...] | None:
    """The names under ``type``, or None when absent."""
    if "type" not in schema:
        return None
    value = schema["type"]
    named = [value] if isinstance(value, str) else value
    listed = isinstance(named, list) and named and all(isinstance(name, str) for name in named)
    if not listed or len(set(named)) != len(named) or not set(named) <= set(TYPES):
        hint = f"use one or more of {', '.join(TYPES)}"
        raise invalid(f"{value!r} is not a type", f"{pointer}/type", hint)
    return tuple(named)


def json_texts(values: Any, pointer: str) -> tuple[str, ...]:
    """The canonical texts of JSON values, equal values once.

    Raises:
        InvalidSchema: when one of them is no JSON value, or holds a lone surrogate.
    """
    if not isinstance(values, list):
        raise invalid(f"{values!r} is not an array", pointer, "write a list of values")
    found: dict[str, None] = {}
    for value in values:
        try:
            written = json.dumps(value, ensure_ascii=False, allow_nan=False)
            written.encode()
        except (TypeError, ValueError) as error:
            raise invalid(f"{value!r} is no JSON value", pointer, str(error)) from error
        found[written] = None
    return tuple(found)
