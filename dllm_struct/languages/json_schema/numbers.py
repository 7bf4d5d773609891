"""Ranges of numbers as automata over their decimal digits.

A number is read left to right while remembering how its digits so far compare with those of each
bound: whole parts compare by their count of digits, then digit by digit; fractions digit by digit.

Numbers are written without exponent and without a minus sign before zero. Digits are bounded, at
most `MAX_DIGITS` on each side of the point (or what a bound far from zero needs): readers
turn longer numbers into something else (infinity, a rounded value, an error).
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from dllm_struct.automata.algebra import concatenation, intersection, literal, union
from dllm_struct.automata.dfa import DFA, NUM_BYTES, empty, from_edges
from dllm_struct.errors import BudgetExceeded
from dllm_struct.languages.json_schema.nodes import Bound, Number

MAX_DIGITS = 20
"""Digits of a whole part (2^64 has 20) and of a fraction (0.0001… to the last bit has 20)."""

MAX_MULTIPLE = 10_000
"""Largest `Number.multiple_of`: an automaton has a state for every remainder."""

_BASE = 10
_MOST_DIGITS = 308  # of a whole part that is still a finite double
_POINT = 10  # label of the decimal point; 0 … 9 are the digits


@lru_cache(maxsize=1024)
def number_text(number: Number) -> DFA:
    """The texts of the numbers in a range.

    Raises:
        BudgetExceeded: when ``multiple_of`` is too large.
    """
    places = 0 if number.integer else MAX_DIGITS
    low, high = _ends(number, places)
    positive = _magnitudes(max(low, 0), high, places)
    negative = _magnitudes(max(-high, 1), -low, places)
    signed = union(positive, concatenation(literal(b"-"), negative))
    if number.multiple_of == 1:
        return signed
    return intersection(signed, _multiples(number.multiple_of))


def _power(exponent: int) -> int:
    return int(_BASE**exponent)


def is_empty_range(number: Number) -> bool:
    """Whether no number is in the range; ``multiple_of`` is not looked at."""
    low, high = _ends(number, 0 if number.integer else MAX_DIGITS)
    return low > high


def _ends(number: Number, places: int) -> tuple[int, int]:
    """Smallest and largest value, in units of the last place."""
    unit = _power(places)
    inner = [0]  # the ends that cannot be pulled towards zero
    if number.low is not None:
        inner.append(math.ceil(number.low.value))
    if number.high is not None:
        inner.append(-math.floor(number.high.value))
    digits = max(MAX_DIGITS, len(str(max(inner))) + 1)
    widest = _power(digits) if number.integer else _power(min(digits, _MOST_DIGITS))
    low, high = -widest * unit + 1, widest * unit - 1
    if number.low is not None:
        low = max(low, -_last_below(number.low.mirrored, places))
    if number.high is not None:
        high = min(high, _last_below(number.high, places))
    return low, high


def _last_below(bound: Bound, places: int) -> int:
    """The largest value under an upper bound, in units of the last place.

    Readers round a decimal fraction to the nearest double; a value that rounds up to an exclusive
    bound would no longer be below it, so such values are left out.
    """
    unit = _power(places)
    scaled = bound.value * unit
    if not bound.exclusive:
        return math.floor(scaled)
    if places and abs(bound.value) < _power(_MOST_DIGITS):
        scaled = min(scaled, _rounds_to(bound.value) * unit)
    return math.ceil(scaled) - 1


def _rounds_to(value: Fraction) -> Fraction:
    """Every smaller value rounds to a double below that of ``value``."""
    nearest = float(value)
    return (Fraction(nearest) + Fraction(math.nextafter(nearest, -math.inf))) / 2


@dataclass(frozen=True)
class _Place:
    """Where reading stands.

    Attributes:
        digits: digits read of the whole part, or of the fraction.
        low: sign of (digits read) - (as many digits of the low bound): -1, 0, 1.
        high: the same for the high bound.
        fraction: whether the point has been read.
        zero: whether the whole part is a lone 0.
    """

    digits: int = 0
    low: int = 0
    high: int = 0
    fraction: bool = False
    zero: bool = False


@dataclass(frozen=True)
class _Range:
    """Bounds as digits: whole parts without leading zeros, fractions padded to all places."""

    low_whole: str
    low_fraction: str
    high_whole: str
    high_fraction: str

    def step(self, place: _Place, label: int) -> _Place | None:
        """The place after a digit or the point; None when no member continues so."""
        if label == _POINT:
            return self._point(place)
        if place.fraction:
            return self._fraction_digit(place, label)
        if place.zero or place.digits >= len(self.high_whole):
            return None
        at = place.digits
        return _Place(
            at + 1,
            place.low or _compare(label, self.low_whole, at),
            place.high or _compare(label, self.high_whole, at),
            zero=at == 0 and label == 0,
        )

    def _point(self, place: _Place) -> _Place | None:
        if place.fraction or not place.digits or not self.high_fraction:
            return None
        low, high = self._whole(place)
        return _Place(0, low, high, fraction=True) if low >= 0 >= high else None

    def _whole(self, place: _Place) -> tuple[int, int]:
        """How the finished whole part compares: longer is larger."""
        shorter_low = place.digits - len(self.low_whole)
        shorter_high = place.digits - len(self.high_whole)
        return _sign(shorter_low) or place.low, _sign(shorter_high) or place.high

    def _fraction_digit(self, place: _Place, label: int) -> _Place | None:
        at = place.digits
        if at >= len(self.high_fraction):
            return None
        low = place.low or _compare(label, self.low_fraction, at)
        high = place.high or _compare(label, self.high_fraction, at)
        return replace(place, digits=at + 1, low=low, high=high) if low >= 0 >= high else None

    def accepts(self, place: _Place) -> bool:
        """Whether a number may end here."""
        if place.fraction:
            rest = self.low_fraction[place.digits :].strip("0")
            return place.digits > 0 and (place.low > 0 or not rest)
        if not place.digits:
            return False
        low, high = self._whole(place)
        return (low > 0 or (low == 0 and not self.low_fraction.strip("0"))) and high <= 0


def _compare(label: int, digits: str, at: int) -> int:
    return _sign(label - int(digits[at])) if at < len(digits) else 0


def _sign(value: int) -> int:
    return (value > 0) - (value < 0)


def _magnitudes(low: int, high: int, places: int) -> DFA:
    """Numbers without sign from ``low`` to ``high``, in units of the last of so many places."""
    if low > high:
        return empty()
    unit = _power(places)
    bounds = _Range(
        str(low // unit),
        f"{low % unit:0{places}}" if places else "",
        str(high // unit),
        f"{high % unit:0{places}}" if places else "",
    )
    number_of = {_Place(): 1}
    queue = deque(number_of)
    edges = []
    while queue:
        place = queue.popleft()
        for label in range(_POINT + 1):
            after = bounds.step(place, label)
            if after is None:
                continue
            if after not in number_of:
                number_of[after] = len(number_of) + 1
                queue.append(after)
            edges.append((number_of[place], label, number_of[after]))
    accepting = np.array([False, *(bounds.accepts(place) for place in number_of)])
    return _from_labels(np.array(edges, np.int32).reshape(-1, 3).T.copy(), accepting)


def _from_labels(edges: NDArray[np.int32], accepting: NDArray[np.bool_]) -> DFA:
    """The automaton of edges [3, M] (tail, label, head), from state 1."""
    byte_class = np.full(NUM_BYTES, _POINT + 1, np.uint8)
    byte_class[ord("0") : ord("9") + 1] = np.arange(_BASE)
    byte_class[ord(".")] = _POINT
    return from_edges(edges[0], edges[1], edges[2], 1, accepting, byte_class)


@lru_cache(maxsize=128)
def _multiples(divisor: int) -> DFA:
    """Signed digits of the multiples of an integer (leading zeros allowed)."""
    if divisor > MAX_MULTIPLE:
        raise BudgetExceeded(
            f"multiples of {divisor} need an automaton of {divisor} states",
            hint=f"use a multipleOf of at most {MAX_MULTIPLE}",
        )
    remainder = np.repeat(np.arange(divisor, dtype=np.int32), _BASE)
    label = np.tile(np.arange(_BASE, dtype=np.int32), divisor)
    head = (remainder * _BASE + label) % divisor
    accepting = np.zeros(divisor + 1, np.bool_)
    accepting[1] = True
    edges = np.stack((remainder + 1, label, head + 1))
    digits = _from_labels(edges, accepting)
    return union(digits, concatenation(literal(b"-"), digits))
