"""Whether a JSON value satisfies a node: for finite sets of values, which are filtered by it."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

from dllm_struct.languages.json_schema.nodes import (
    Array,
    Bound,
    Node,
    Number,
    Object,
    String,
    Typed,
    Values,
    item_at,
)
from dllm_struct.languages.json_schema.strings import content


def admits(node: Node, value: Any) -> bool:
    """Whether a JSON value satisfies a node (properties that it does not name included)."""
    return any(admits_typed(typed, value) for typed in node.typed)


def admits_typed(typed: Typed, value: Any) -> bool:
    """Whether a JSON value satisfies a constraint of one type."""
    match typed, value:
        case Values(texts), _:
            return any(equal(json.loads(text), value) for text in texts)
        case Number(), int() | float():
            return not isinstance(value, bool) and _admits_number(typed, Fraction(repr(value)))
        case String(), str():
            return content(typed).matches(value.encode())
        case Array(), list():
            return _admits_array(typed, value)
        case Object(), dict():
            return _admits_object(typed, value)
    return False


def equal(a: Any, b: Any) -> bool:
    """Equality of JSON values: 1 and 1.0 are equal, 1 and true are not."""
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(equal(x, y) for x, y in zip(a, b, strict=True))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(equal(a[key], b[key]) for key in a)
    return bool(a == b)


def _admits_number(number: Number, value: Fraction) -> bool:
    return (
        (not number.integer or value.denominator == 1)
        and (number.multiple_of == 1 or (value / number.multiple_of).denominator == 1)
        and (number.low is None or _above(value, number.low))
        and (number.high is None or _above(-value, number.high.mirrored))
    )


def _above(value: Fraction, low: Bound) -> bool:
    return value > low.value or (value == low.value and not low.exclusive)


def _admits_array(array: Array, value: list[Any]) -> bool:
    if len(value) < array.min_items:
        return False
    if array.max_items is not None and len(value) > array.max_items:
        return False
    nodes = (item_at(array, i) for i in range(len(value)))
    return all(node is None or admits(node, item) for node, item in zip(nodes, value, strict=True))


def _admits_object(constraint: Object, value: dict[str, Any]) -> bool:
    known = dict(constraint.properties)
    return value.keys() >= set(constraint.required) and all(
        admits(known[name], item) if name in known else not constraint.closed
        for name, item in value.items()
    )
