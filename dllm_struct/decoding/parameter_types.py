"""Parameters of the wrong type are refused when they are given, not when they are first used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from difflib import get_close_matches
from functools import cache
from numbers import Integral, Real
from types import NoneType
from typing import Any

from dllm_struct.errors import check

_PLAIN: Mapping[str, tuple[type, str]] = {
    "int": (Integral, "a whole number"),
    "float": (Real, "a number"),
    "str": (str, "a text"),
    "bool": (bool, "True or False"),
    "None": (NoneType, "None"),
}
"""Types that are looked at, what counts as one of each, and what they are called."""


def check_types(settings: object, name: str) -> None:
    """Refuse plain fields of a dataclass whose values are not of their types.

    Numbers, texts, booleans and None are looked at; True and False are no numbers.

    Args:
        settings: the dataclass; anything else is left alone.
        name: what it is called in messages.

    Raises:
        InvalidDecoding: naming the field and what it takes.
    """
    if not is_dataclass(settings) or isinstance(settings, type):
        return
    for field, options in _plain_fields(type(settings)):
        value = getattr(settings, field)
        check(
            any(_is(value, option) for option in options),
            f"{field}={value!r} of {name} is of the wrong type",
            hint=f"it takes {' or '.join(_PLAIN[option][1] for option in options)}",
        )


def check_names(given: Mapping[str, object], settings: type[Any], name: str) -> None:
    """Refuse names that are no fields of a dataclass.

    Raises:
        InvalidDecoding: naming the closest one that is.
    """
    known = [field.name for field in fields(settings) if field.init]
    for key in given:
        close = get_close_matches(key, known, 1)
        check(
            key in known,
            f"{name} has no '{key}'",
            hint=f"did you mean {close[0]}?" if close else f"it has {', '.join(sorted(known))}",
        )


def missing(given: Mapping[str, object], settings: type[Any]) -> list[str]:
    """Return the fields without a default that are not given."""
    return [
        field.name
        for field in fields(settings)
        if field.init
        and field.default is MISSING
        and field.default_factory is MISSING
        and field.name not in given
    ]


@cache
def _plain_fields(settings: type[Any]) -> list[tuple[str, list[str]]]:
    """The fields of which every type is plain, and these types.

    They are read as they are written, so a type that only its module knows is no obstacle.
    """
    found = [(field.name, _options(field.type)) for field in fields(settings)]
    return [(field, options) for field, options in found if all(o in _PLAIN for o in options)]


def _options(annotation: object) -> list[str]:
    written = annotation.__name__ if isinstance(annotation, type) else str(annotation)
    return [option.strip() for option in written.split("|")]


def _is(value: object, option: str) -> bool:
    is_number = option in ("int", "float")
    return isinstance(value, _PLAIN[option][0]) and not (is_number and isinstance(value, bool))
