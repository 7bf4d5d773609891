"""Short descriptions of places, made from the keywords that led to them."""

from __future__ import annotations

import json
from collections.abc import Iterator

from dllm_struct.languages.json_schema.graph.assertions import (
    bounds,
    enumerated,
    length_bounds,
    multiple_of,
    named_types,
)
from dllm_struct.languages.json_schema.graph.subs import Sub

_SHOWN = 4


def note(subs: list[Sub]) -> str:
    """In a few words, what some sub-schemas say together."""
    words = [word for sub in subs for word in _words(sub)]
    return ", ".join(dict.fromkeys(words)) or "any value"


def _words(sub: Sub) -> Iterator[str]:
    values = enumerated(sub)
    if values is not None:
        yield _values(values)
        return
    types = named_types(sub)
    if types is not None:
        yield " or ".join(types)
    yield from _string(sub)
    yield from _number(sub)
    for low_key, high_key, unit in (
        ("minItems", "maxItems", "items"),
        ("minProperties", "maxProperties", "properties"),
    ):
        low = sub.get(low_key, 0)
        high = sub.get(high_key)
        yield from _span(low, high, unit)
    for keyword in ("allOf", "anyOf", "oneOf"):
        if keyword in sub:
            yield f"{keyword} of {len(sub[keyword])}"
    yield from (keyword for keyword in ("not", "if") if keyword in sub)


def _values(values: list[object]) -> str:
    texts = [json.dumps(value, ensure_ascii=False) for value in values]
    if len(texts) == 1:
        return texts[0]
    shown = ", ".join(texts[:_SHOWN])
    return f"one of {shown}, …" if len(texts) > _SHOWN else f"one of {shown}"


def _string(sub: Sub) -> Iterator[str]:
    if "format" in sub:
        yield str(sub["format"])
    if "pattern" in sub:
        yield f"/{sub['pattern']}/"
    yield from _span(*length_bounds(sub), "characters")


def _number(sub: Sub) -> Iterator[str]:
    for limit in bounds(sub):
        sign = (">" if limit.lower else "<") + ("" if limit.exclusive else "=")
        value = limit.value
        shown = str(value) if value.denominator == 1 else repr(float(value))
        yield f"{sign} {shown}"
    divisor = multiple_of(sub)
    if divisor is not None:
        yield f"multiple of {divisor if divisor.denominator == 1 else float(divisor)}"


def _span(low: int, high: int | None, unit: str) -> Iterator[str]:
    if high is not None:
        yield f"{low} to {high} {unit}"
    elif low:
        yield f"at least {low} {unit}"
