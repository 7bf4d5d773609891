"""Multiples on which validators with floating-point arithmetic agree.

0.07 is a multiple of 0.01, yet 0.07 / 0.01 is 7.000000000000001 in doubles, and a validator that
divides says no. The multiples that are written are those for which the quotient of the doubles is
an integer: all of a range, one by one, and beyond it those of which that is known. If the divisor's
double is off by a factor of at most 1 ± 2⁻⁵⁴ and the number is exact as a double, the quotient is
rounded to the integer that it should be.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

import numpy as np

from dllm_struct.automata.algebra import (
    concatenation,
    intersection,
    literal,
    optional,
    strings,
    union,
)
from dllm_struct.automata.dfa import DFA, empty
from dllm_struct.languages.json_schema.scalars.decimals import decimal_places
from dllm_struct.languages.json_schema.scalars.multiples import multiples_of
from dllm_struct.languages.json_schema.scalars.numbers import canonical_numbers
from dllm_struct.languages.regex import regex

_TRIED = 10_000
"""Multiples that are tried one by one."""

_BASE = 10
_EXACT = 15
_EXACT_PLACES = 6
_SLIGHT = Fraction(1, 2**54)


@lru_cache(maxsize=256)
def written_multiples(divisor: Fraction) -> DFA:
    """Multiples of a decimal number as they should be written.

    Raises:
        BudgetExceeded: an automaton would need too many states.
    """
    every = multiples_of(divisor)
    if divisor.denominator == 1:
        return intersection(canonical_numbers(), every)
    options = [_tried(divisor)]
    places = decimal_places(divisor)
    if places <= _EXACT_PLACES and abs(Fraction(float(divisor)) / divisor - 1) <= _SLIGHT:
        eighths = "[.](?:[27]?5|50|[1368]75|[13]25|625)"
        exact = regex(rf"-?(?:0|[1-9][0-9]{{0,{_EXACT - 3 - places}}})(?:{eighths})?").dfa
        options.append(intersection(exact, every))
    return intersection(canonical_numbers(), union(*options))


def _tried(divisor: Fraction) -> DFA:
    """Multiples near zero, each tried."""
    places = decimal_places(divisor)
    step = int(divisor * _BASE**places)
    if places > _EXACT or step * _TRIED > _BASE**_EXACT:
        return empty()
    units = np.arange(_TRIED, dtype=np.int64) * step  # [n], in units of the last place
    quotients = units / float(_BASE**places) / float(divisor)
    texts = [_text(n, places) for n in units[quotients == np.floor(quotients)].tolist()]
    amounts = [text + "0" for text in texts if text[-2:-1] == "."]
    positive = strings(text.encode() for text in (*texts, *amounts))
    return concatenation(optional(literal(b"-")), positive)


def _text(units: int, places: int) -> str:
    digits = f"{units:0{places + 1}}"
    return f"{digits[:-places]}.{digits[-places:]}".rstrip("0").rstrip(".")
