"""Sets of numbers as automata over their JSON texts.

A text is judged by its exact decimal value, and also by the double that most readers make of it:
whatever is below a bound, say, is so under both readings. Therefore every set has its opposite
here (`at_least` and an exclusive `at_most`, `equal_to` and `other_than`, …), which is what a denied
keyword means; a text on which the readings differ is in neither. Which spellings are looked at is
written in `magnitudes`.
"""

from __future__ import annotations

import math
import sys
from fractions import Fraction
from functools import cache, lru_cache

import numpy as np

from dllm_struct.automata.algebra import difference, intersection, union
from dllm_struct.automata.dfa import DFA
from dllm_struct.languages.json_schema.scalars.decimals import (
    compared,
    decimal_places,
    signed,
)
from dllm_struct.languages.json_schema.scalars.multiples import multiples_of
from dllm_struct.languages.json_schema.scalars.places import EQUAL, GREATER
from dllm_struct.languages.regex import regex

Number = int | float | Fraction

_BASE = 10
_SIGNIFICANT = 17  # digits that tell all doubles apart
_EXACT = 15  # digits that a double keeps
_TINY = Fraction(1, _BASE**300)
_LARGEST = Fraction(sys.float_info.max)


def decimal_of(value: Number) -> Fraction:
    """The decimal number that a schema writes."""
    return Fraction(repr(value)) if isinstance(value, float) else Fraction(value)


@cache
def all_numbers() -> DFA:
    """Every JSON number: any number of digits, any exponent, minus zero."""
    return regex(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?").dfa


@cache
def canonical_numbers() -> DFA:
    """Numbers as they should be written.

    Integers of any length; fractions of at most 15 digits, so that a double keeps all of them. No
    exponent, no minus zero, no point in an integer, and no zero at the end, but 0.50 for amounts.
    """
    options = ["-?[1-9][0-9]{14,}", "0", "-?0[.][0-9]{0,13}[1-9]", "-?0[.][1-9]0"]
    for before in range(1, 15):
        options.append(f"-?[1-9][0-9]{{{before - 1}}}(?:[.][0-9]{{0,{14 - before}}}[1-9])?")
        options.append(f"-?[1-9][0-9]{{0,{min(before, 12)}}}[.][1-9]0")
    return regex("|".join(options)).dfa


@lru_cache(maxsize=1024)
def at_least(value: Fraction, exclusive: bool = False) -> DFA:
    """Numbers not below ``value`` (above it, when ``exclusive``).

    Raises:
        BudgetExceeded: the bound has too many digits.
    """
    return _up_to(-value, exclusive, mirrored=True)


@lru_cache(maxsize=1024)
def at_most(value: Fraction, exclusive: bool = False) -> DFA:
    """Numbers not above ``value`` (below it, when ``exclusive``).

    Raises:
        BudgetExceeded: the bound has too many digits.
    """
    return _up_to(value, exclusive, mirrored=False)


@lru_cache(maxsize=1024)
def equal_to(value: Number) -> DFA:
    """Every spelling of one number.

    Raises:
        BudgetExceeded: it has too many digits.
    """
    exact = decimal_of(value)
    found = compared(abs(exact))
    accepting = found.outcome == EQUAL
    if exact.denominator == 1 and not _is_double(exact):
        # Readers keep all digits of integers; everything else becomes a double.
        accepting &= ~found.whole if isinstance(value, float) else found.whole
    none = accepting & False
    if exact == 0:
        return signed(found.table, accepting, accepting)
    return signed(found.table, *((accepting, none) if exact > 0 else (none, accepting)))


@lru_cache(maxsize=1024)
def other_than(value: Number) -> DFA:
    """The spellings of all other numbers.

    Raises:
        BudgetExceeded: it has too many digits.
    """
    exact = decimal_of(value)
    return union(at_most(exact, exclusive=True), at_least(exact, exclusive=True))


def _up_to(value: Fraction, exclusive: bool, *, mirrored: bool) -> DFA:
    """Numbers under an upper bound; with ``mirrored``, their negatives."""
    whole = math.ceil(value) - 1 if exclusive else math.floor(value)
    limit, inclusive = _limit(value, exclusive)
    if whole == (math.floor(limit) if inclusive else math.ceil(limit) - 1):
        return _under(limit, inclusive, mirrored, (True, False))
    return union(
        _under(Fraction(whole), True, mirrored, (True,)),
        _under(limit, inclusive, mirrored, (False,)),
    )


def _under(limit: Fraction, inclusive: bool, mirrored: bool, whole: tuple[bool, ...]) -> DFA:
    """Numbers under a bound.

    Args:
        limit: the bound.
        inclusive: whether the bound itself is a member.
        mirrored: whether their negatives are meant.
        whole: True for those written as integers, False for the others.
    """
    found = compared(abs(limit))
    among = np.isin(found.whole, whole) & (found.outcome != 0)
    same = (found.outcome == EQUAL) & inclusive
    if limit > 0:
        above, below = (found.outcome != GREATER) & ((found.outcome != EQUAL) | same), among
    else:
        above = same & (limit == 0)
        below = same | (found.outcome == GREATER)
    if mirrored:
        above, below = below, above
    return signed(found.table, above & among, below & among)


def _limit(value: Fraction, exclusive: bool) -> tuple[Fraction, bool]:
    """A bound for what becomes a double: under it, decimals and their doubles are under ``value``.

    Returns:
        The bound and whether it is inclusive.
    """
    below = _double_under(value, exclusive)
    if math.isinf(below):
        return value, not exclusive
    above = math.nextafter(below, math.inf)
    middle = (Fraction(below) + Fraction(above)) / 2 if math.isfinite(above) else _LARGEST
    if value < middle or (value == middle and exclusive):
        return value, not exclusive
    return _shortened(middle), True


def _double_under(value: Fraction, exclusive: bool) -> float:
    """The largest double that a reader of the schema finds under its bound."""
    try:
        nearest = float(value)
    except OverflowError:
        return sys.float_info.max if value > 0 else -math.inf
    read = value if value.denominator == 1 else Fraction(nearest)
    if Fraction(nearest) > read or (exclusive and Fraction(nearest) == read):
        return math.nextafter(nearest, -math.inf)
    return nearest


def _shortened(bound: Fraction) -> Fraction:
    """A number of few digits, below a bound by less than doubles are apart."""
    if abs(bound) < _TINY:
        return Fraction(0) if bound > 0 else -_TINY
    unit = Fraction(_BASE) ** (_order(abs(bound)) - _SIGNIFICANT)
    return (math.ceil(bound / unit) - 1) * unit


def _order(value: Fraction) -> int:
    """The least power of ten above a number."""
    order = len(str(value.numerator)) - len(str(value.denominator))
    return order + (value >= Fraction(_BASE) ** order)


def _is_double(value: Fraction) -> bool:
    return abs(value) <= _LARGEST and Fraction(float(value)) == value


@cache
def integers(draft4: bool = False) -> DFA:
    """Numbers whose value is an integer; in draft 4 those without point and exponent only."""
    return regex("-?(?:0|[1-9][0-9]*)").dfa if draft4 else multiples_of(Fraction(1))


@cache
def non_integers(draft4: bool = False) -> DFA:
    """Numbers that are no integers, as decimals or as doubles."""
    if draft4:
        return difference(all_numbers(), integers(draft4=True))
    return not_multiples_of(Fraction(1))


@lru_cache(maxsize=256)
def not_multiples_of(divisor: Fraction) -> DFA:
    """Numbers that are no multiples, under any arithmetic of 15 digits.

    Raises:
        BudgetExceeded: an automaton would need too many states, one for every remainder.
    """
    places = decimal_places(divisor)
    fine = Fraction(99, 100) / _BASE**places
    options = [
        intersection(at_least(_TINY), at_most(fine)),
        intersection(at_least(-fine), at_most(-_TINY)),
    ]
    if places < _EXACT:
        options.append(intersection(all_numbers(), _uneven(places)))
        even = difference(regex(_of_places(places)).dfa, multiples_of(divisor))
        options.append(intersection(all_numbers(), even))
    return union(*options)


def _of_places(places: int) -> str:
    """Decimals of so many places, with as many digits as arithmetic keeps."""
    short = rf"-?[0-9]{{1,{_EXACT - places}}}(?:[.][0-9]{{1,{max(places, 1)}}}0*)?"
    return rf"-?[0-9]+|{short}" if places == 0 else short


def _uneven(places: int) -> DFA:
    """Numbers with a digit other than zero among the first 15, but after so many places.

    Those with nothing but nines there are left out too: rounded, they would have none.
    """
    wide, even = [], []
    for before in range(1, _EXACT - places):
        rest = _EXACT - places - before
        front = rf"-?[0-9]{{{before}}}[.][0-9]{{{places}}}"
        wide.append(rf"{front}[0-9]+")
        even.append(rf"{front}(?:0+|0{{{rest}}}[0-9]*|9{{{rest}}}[0-9]*)")
    return difference(regex("|".join(wide)).dfa, regex("|".join(even)).dfa)
