"""Short descriptions of nodes, for traces and explanations."""

from __future__ import annotations

from dllm_struct.languages.json_schema.nodes import (
    BOOLEAN,
    Array,
    Bound,
    Node,
    Number,
    Object,
    String,
    Typed,
    Values,
    items_of,
)

_SHOWN = 4


def describe(node: Node) -> str:
    """In a few words, what a settled node allows."""
    return " or ".join(describe_typed(typed) for typed in node.spoken) or "nothing"


def describe_typed(typed: Typed) -> str:
    """In a few words, what one constraint allows."""
    match typed:
        case Number():
            return _number(typed)
        case String():
            return _string(typed)
        case Array():
            return _array(typed)
        case Object(properties):
            return f"object with {_listed([name for name, _ in properties])}"
        case Values(texts):
            return _values(texts)


def _values(texts: tuple[str, ...]) -> str:
    if texts == BOOLEAN.texts:
        return "boolean"
    return texts[0] if len(texts) == 1 else f"one of {_listed(list(texts))}"


def _number(number: Number) -> str:
    words = ["integer" if number.integer else "number"]
    if number.low is not None:
        words.append(_bound(">", number.low))
    if number.high is not None:
        words.append(_bound("<", number.high))
    if number.multiple_of > 1:
        words.append(f"multiple of {number.multiple_of}")
    return " ".join(words)


def _bound(sign: str, bound: Bound) -> str:
    value = bound.value
    shown = str(value) if value.denominator == 1 else repr(float(value))
    return f"{sign}{'' if bound.exclusive else '='} {shown}"


def _string(string: String) -> str:
    words = [*string.formats, *(f"/{pattern}/" for pattern in string.patterns)] or ["string"]
    return " and ".join(words) + _count(string.min_length, string.max_length, "characters")


def _array(array: Array) -> str:
    inner = [describe(node) for node in array.prefix]
    if items_of(array).spoken:
        inner.append(describe(items_of(array)))
    return f"array of {_listed(inner)}" + _count(array.min_items, array.max_items, "items")


def _count(low: int, high: int | None, unit: str) -> str:
    if high is None:
        return f", at least {low} {unit}" if low else ""
    return f", {low} to {high} {unit}"


def _listed(words: list[str]) -> str:
    shown = ", ".join(words[:_SHOWN])
    return f"{shown}, …" if len(words) > _SHOWN else shown or "nothing"
