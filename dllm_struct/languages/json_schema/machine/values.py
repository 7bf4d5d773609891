"""Equal JSON values as equal keys: what uniqueness, constants and enumerations compare.

1, 1.0 and 1e0 are one value, true is not 1, and the order of an object's keys does not matter. A
value is interned bottom-up to a small integer, so that two values compare in one step however deep
they are, and no recursion follows their nesting.
"""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterable
from functools import lru_cache
from typing import Any

NumberKey = tuple[bool, str, int]
_LONGEST_POWER = 4_000  # digits that Python reads as an integer


@lru_cache(maxsize=4096)
def number_key(text: str) -> NumberKey:
    """The value of a JSON number: (below zero, significant digits, power of ten of the last).

    Exponents of any size are fine; nothing is multiplied out.
    """
    mantissa, _, power = text.lower().partition("e")
    whole, _, fraction = mantissa.lstrip("-").partition(".")
    digits = (whole + fraction).lstrip("0")
    significant = digits.rstrip("0")
    if not significant:
        return (False, "", 0)
    if len(power) > _LONGEST_POWER:
        return (mantissa.startswith("-"), text, 0)
    exponent = int(power or "0") - len(fraction) + len(digits) - len(significant)
    return (mantissa.startswith("-"), significant, exponent)


class _Number(str):
    """The text of a number."""


class Values:
    """Interned JSON values: equal ones have the same number."""

    def __init__(self) -> None:
        self._number_of: dict[Hashable, int] = {}
        self._scalars: dict[int, bytes] = {}

    def _interned(self, key: Hashable) -> int:
        return self._number_of.setdefault(key, len(self._number_of))

    def written(self, number: int) -> bytes | None:
        """A text of a scalar; None for an array or an object."""
        return self._scalars.get(number)

    def scalar(self, text: bytes) -> int:
        """A literal, a number or a string, given as JSON text."""
        match text[:1]:
            case b'"':
                return self.string(json.loads(text))
            case b"n" | b"t" | b"f":
                number = self._interned(text)
            case _:
                number = self._interned(number_key(text.decode()))
        self._scalars.setdefault(number, text)
        return number

    def text(self, text: bytes) -> int:
        """A value, given as a JSON text."""
        if text[:1] not in b"[{":
            return self.scalar(text)
        return self.parsed(json.loads(text, parse_float=_Number, parse_int=_Number))

    def string(self, value: str) -> int:
        """A decoded string."""
        number = self._interned(("string", value))
        self._scalars.setdefault(number, json.dumps(value, ensure_ascii=False).encode())
        return number

    def array(self, items: Iterable[int]) -> int:
        """An array of interned items, in order."""
        return self._interned(("array", tuple(items)))

    def object(self, properties: Iterable[tuple[str, int]]) -> int:
        """An object of names and interned values, in any order."""
        return self._interned(("object", frozenset(properties)))

    def parsed(self, value: Any) -> int:
        """A value as `json.loads` gives it; nested as deep as it likes."""
        done: list[int] = []
        todo: list[tuple[Any, bool]] = [(value, False)]
        while todo:
            node, ready = todo.pop()
            if not isinstance(node, (list, dict)):
                text = node if isinstance(node, _Number) else json.dumps(node)
                done.append(self.scalar(text.encode()))
            elif not ready:
                children = list(node.values()) if isinstance(node, dict) else node
                todo.append((node, True))
                todo += [(child, False) for child in reversed(children)]
            else:
                items = done[len(done) - len(node) :]
                del done[len(done) - len(node) :]
                whole = (
                    self.object(zip(node, items, strict=True))
                    if isinstance(node, dict)
                    else self.array(items)
                )
                done.append(whole)
        return done[0]


def equal(a: Any, b: Any) -> bool:
    """Whether two parsed JSON values are equal: 1 and 1.0 are, 1 and true are not."""
    values = Values()
    return values.parsed(a) == values.parsed(b)
