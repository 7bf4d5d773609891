"""Multiples of D / 10^s for a small integer D, as automata over texts with and without exponents.

A text whose digits other than zeros at the end are N, the last of them at place j after the point,
is a multiple when its exponent x makes N · 10^(s - j + x) an integer that D divides. So there is a
least exponent, which reading remembers beside the remainder of its digits.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from dllm_struct.automata.dfa import DFA
from dllm_struct.languages.json_schema.scalars.decimals import signed
from dllm_struct.languages.json_schema.scalars.magnitudes import SMALL_DIGITS, SMALL_ZEROS
from dllm_struct.languages.json_schema.scalars.places import (
    EXPONENT,
    EXPONENT_DIGITS,
    MINUS,
    NUM_LABELS,
    PLUS,
    POINT,
)

MAX_DIVISOR = 32
"""Largest D."""

_SMALL_PLACES = (15, 3)
"""Digits after the point of a number with an exponent, for D = 1 and for all others."""

_BASE = 10
_ALWAYS, _NEVER = -1_000, 2_000  # exponents for zero, and for what no exponent makes a multiple


@dataclass(frozen=True)
class _Mantissa:
    """A place before the exponent.

    Attributes:
        before: digits before the point, one more than `SMALL_DIGITS` standing for all above.
        after: digits after the point, -1 before it; from some number on no longer told apart.
        need: the least exponent.
        rest: remainder of all digits.
        small: whether an exponent may follow.
    """

    before: int = 0
    after: int = -1
    need: int = _ALWAYS
    rest: int = 0
    small: bool = True


@dataclass(frozen=True)
class _Power:
    """A place in the exponent.

    Attributes:
        need: the least exponent, `_ALWAYS` when that is reached, or out of reach (None).
        sign: of the exponent, 0 when nothing has been read.
        digits: how many digits have been read.
        value: of them.
    """

    need: int | None
    sign: int = 0
    digits: int = 0
    value: int = 0


_Place = _Mantissa | _Power


@dataclass(frozen=True)
class _Scale:
    """The divisor D / 10^s.

    Attributes:
        divisor: D.
        places: s.
    """

    divisor: int
    places: int

    @property
    def small_places(self) -> int:
        """Digits after the point of a number with an exponent."""
        return _SMALL_PLACES[self.divisor > 1]

    def least(self, rest: int, after: int) -> int:
        """The least exponent for digits of a remainder, so many of them after the point."""
        for power in range(self.divisor.bit_length() + 1):
            if rest == 0:
                return power + after - self.places
            rest = rest * _BASE % self.divisor
        return _NEVER

    def after(self, place: _Place, label: int) -> _Place | None:
        """The place after one more character."""
        if isinstance(place, _Power):
            return _after_power(place, label)
        if label < POINT:
            return self._digit(place, label) if place.after < 0 else self._decimal(place, label)
        if not place.before:
            return None
        if label == POINT and place.after < 0:
            return replace(place, after=0)
        return _Power(place.need) if label == EXPONENT and place.small and place.after else None

    def _digit(self, place: _Mantissa, digit: int) -> _Mantissa | None:
        """The place after a digit before the point."""
        if place.before and place.need == _ALWAYS:
            return None  # after a leading zero
        rest = (place.rest * _BASE + digit) % self.divisor
        need = self.least(rest, 0)
        if digit == 0:
            need = place.need if place.need in (_ALWAYS, _NEVER) else place.need - 1
        before = min(place.before + 1, SMALL_DIGITS + 1)
        small = before <= SMALL_DIGITS
        return _Mantissa(before, -1, need if small else max(need, 0), rest, small)

    def _decimal(self, place: _Mantissa, digit: int) -> _Mantissa | None:
        """The place after a digit after the point."""
        after, need = place.after + 1, place.need
        rest = (place.rest * _BASE + digit) % self.divisor
        small = place.small and (need == _ALWAYS or after <= self.small_places)
        if digit:
            small &= need != _ALWAYS or place.after <= SMALL_ZEROS
            need = self.least(rest, after)
        if small:
            after = min(after, self.small_places + 1)
        else:
            if after >= self.places:
                rest, after = 0, max(self.places, 1)
                if need > 0:
                    return None
            need = max(need, 0) if need != _ALWAYS else need
        return _Mantissa(1, after, need, rest, small)


@lru_cache(maxsize=64)
def scaled_multiples(divisor: int, places: int) -> DFA:
    """Multiples of divisor / 10^places."""
    scale = _Scale(divisor, places)
    number: dict[_Place, int] = {_Mantissa(): 1}
    queue = deque(number)
    rows = [[0] * NUM_LABELS]
    while queue:
        place = queue.popleft()
        row = [0] * NUM_LABELS
        for label in range(NUM_LABELS):
            after = scale.after(place, label)
            if after is not None:
                if after not in number:
                    number[after] = len(number) + 1
                    queue.append(after)
                row[label] = number[after]
        rows.append(row)
    accepting = np.array([False, *(_accepts(place) for place in number)])
    return signed(np.array(rows, np.int32), accepting, accepting)


def _after_power(place: _Power, label: int) -> _Power | None:
    """The place after a character of the exponent."""
    if label in (PLUS, MINUS):
        sign = 1 if label == PLUS else -1
        return replace(place, sign=sign) if not place.sign else None
    if label >= POINT or place.digits == EXPONENT_DIGITS:
        return None
    sign, need = place.sign or 1, place.need
    value = _BASE * place.value + label
    if need is None or need == _ALWAYS:
        value = 0
    elif sign > 0 and value >= need:
        need, value = _ALWAYS, 0
    elif sign < 0 and -value < need:
        need, value = None, 0
    return _Power(need, sign, place.digits + 1, value)


def _accepts(place: _Place) -> bool:
    if isinstance(place, _Power):
        return (
            place.digits > 0 and place.need is not None and place.need <= place.sign * place.value
        )
    return place.before > 0 and place.after != 0 and place.need <= 0
