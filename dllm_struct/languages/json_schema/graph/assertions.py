"""The values of the keywords that speak of scalars, checked."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from dllm_struct.languages.json_schema import keywords
from dllm_struct.languages.json_schema.graph.equality import equality_key
from dllm_struct.languages.json_schema.graph.subs import Sub
from dllm_struct.languages.json_schema.keywords import invalid
from dllm_struct.languages.json_schema.scalars import FORMATS

_WHOLE_DOUBLES = 2**53


@dataclass(frozen=True)
class Limit:
    """A bound on numbers.

    Attributes:
        value: the decimal value as the schema writes it.
        exclusive: whether the value itself is out.
        lower: whether it is a lower bound.
    """

    value: Fraction
    exclusive: bool
    lower: bool


def named_types(sub: Sub) -> tuple[str, ...] | None:
    """The names under ``type``, or None when absent."""
    return keywords.types(sub.schema, sub.pointer) if "type" in sub else None


def enumerated(sub: Sub) -> list[Any] | None:
    """The values that ``enum`` or ``const`` lists (both: in both); None when both are absent."""
    if "enum" not in sub:
        return [sub["const"]] if "const" in sub else None
    values = sub["enum"]
    if not isinstance(values, list):
        raise invalid(f"{values!r} is not an array", f"{sub.pointer}/enum", "write a list")
    if "const" not in sub:
        return values
    key = equality_key(sub["const"])
    return [value for value in values if equality_key(value) == key]


def length_bounds(sub: Sub) -> tuple[int, int | None]:
    """Fewest and most code points."""
    low = keywords.count(sub.schema, "minLength", sub.pointer) if "minLength" in sub else None
    high = keywords.count(sub.schema, "maxLength", sub.pointer) if "maxLength" in sub else None
    return low or 0, high


def format_of(sub: Sub) -> str | None:
    """The format, when it is one that is understood."""
    if "format" not in sub:
        return None
    name = keywords.text(sub.schema, "format", sub.pointer)
    return name if name in FORMATS else None


def multiple_of(sub: Sub) -> Fraction | None:
    """The divisor under ``multipleOf``, or None when absent."""
    if "multipleOf" not in sub:
        return None
    divisor = keywords.decimal(sub.schema, "multipleOf", sub.pointer)
    if divisor is None or divisor <= 0:
        hint = "write a number above 0"
        raise invalid("a multiple of nothing", f"{sub.pointer}/multipleOf", hint)
    return divisor


def bounds(sub: Sub) -> list[Limit]:
    """The bounds of numbers."""
    found = []
    for plain, exclusive, lower in (
        ("minimum", "exclusiveMinimum", True),
        ("maximum", "exclusiveMaximum", False),
    ):
        flag = sub.get(exclusive)
        if isinstance(flag, bool) and sub.dialect.boolean_bounds:
            found += _bound(sub, plain, exclusive=flag, lower=lower)
            continue
        if flag is not None and sub.dialect.boolean_bounds and sub.dialect.named:
            here = f"{sub.pointer}/{exclusive}"
            raise invalid(f"{flag!r} is not a boolean", here, "draft 4 has flags beside the bounds")
        found += _bound(sub, plain, exclusive=False, lower=lower)
        found += _bound(sub, exclusive, exclusive=True, lower=lower)
    return found


def _bound(sub: Sub, key: str, *, exclusive: bool, lower: bool) -> list[Limit]:
    """The bound under a keyword.

    A double beyond 2^53 is a whole number whose last digits are not those it is written with. What
    is in range by one of the two readings only is left out.
    """
    value = keywords.decimal(sub.schema, key, sub.pointer) if key in sub else None
    if value is None:
        return []
    if abs(value) >= _WHOLE_DOUBLES:
        value = (max if lower else min)(value, Fraction(sub[key]))
    return [Limit(value, exclusive, lower)]
