"""Kinds of JSON values, and which values are equal."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any


def kind_of(value: Any) -> str:
    """The JSON type of a value; integers are numbers."""
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int() | float():
            return "number"
        case str():
            return "string"
        case list():
            return "array"
    return "object"


def equality_key(value: Any) -> str:
    """Equal for equal JSON values: 1 and 1.0, objects in any order."""
    return json.dumps(_normal(value), sort_keys=True)


def _normal(value: Any) -> Any:
    match kind_of(value):
        case "number":
            exact = Fraction(repr(value))
            return {"#": [str(exact.numerator), str(exact.denominator)]}
        case "array":
            return [_normal(item) for item in value]
        case "object":
            return {"{}": {key: _normal(item) for key, item in value.items()}}
    return value
