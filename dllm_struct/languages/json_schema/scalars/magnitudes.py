r"""How a number compares with a bound, as an automaton over its text without the sign.

A magnitude is 0.d₁d₂d₃… · 10^m with d₁ ≠ 0: its *order* m is the number of digits before the point,
or minus the number of zeros after it. Of two magnitudes the one of larger order is larger; with
equal orders their digits compare from left to right. An exponent adds to the order, so after the
mantissa all that matters is the exponent's comparison with one number, and how the digits compared.

Spellings whose value is looked at (others are no members of anything but "every number"):

- decimals with any number of digits; a fraction below 1 has at most `MOST_ZEROS` zeros in front of
  its first other digit;
- with an exponent of one to three digits, of either sign, when the mantissa's order is from
  `-SMALL_ZEROS` to `SMALL_DIGITS`: 1e-07, 1.5E+300, 12e3, 0.05e2, 1000e1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dllm_struct.automata.jit import jit
from dllm_struct.languages.json_schema.scalars.places import (
    BEYOND,
    DECIDED,
    EQUAL,
    EXPONENT,
    FIRST_KIND,
    GREATER,
    LESS,
    MOOT,
    NOWHERE,
    NUM_LABELS,
    POINT,
    POWER,
    START,
    ZERO,
    after_in_exponent,
    explored,
    exponent,
    exponent_outcome,
    key,
    moot_exponent,
    parts,
)

Ints = NDArray[np.int32]

MOST_ZEROS = 30
SMALL_ZEROS = 2
SMALL_DIGITS = 4

_LONE_ZERO, _WHOLE, _POINT, _FRACTION, _ZEROS = range(FIRST_KIND, FIRST_KIND + 5)
_UNBOUNDED_ZEROS = MOST_ZEROS + 1


@dataclass(frozen=True, eq=False)
class Comparison:
    """An automaton that compares.

    Attributes:
        table: int32 [S, 14], state 0 dead, state 1 the start.
        outcome: int8 [S], `LESS`, `EQUAL`, `GREATER`, `ZERO`; 0 where no number ends.
        whole: bool [S], whether a number that ends here has neither point nor exponent.
    """

    table: Ints
    outcome: NDArray[np.int8]
    whole: NDArray[np.bool_]


def comparison(digits: str, order: int) -> Comparison:
    """Compare with 0.digits · 10^order.

    Args:
        digits: without zeros at either end; empty for zero.
        order: from -400 to 1000.
    """
    expected = np.array([int(d) for d in digits], np.int64)
    places, table = explored(lambda places: _followed(places, expected, order))
    return Comparison(table, *_finished(places, expected, order))


@jit
def _compared(digits: Any, position: Any, digit: Any, before: Any) -> Any:
    """The comparison after one more digit at a position."""
    if before != EQUAL:
        return before
    other = digits[position] if position < len(digits) else 0
    return EQUAL if digit == other else (LESS if digit < other else GREATER)


@jit
def _ended(digits: Any, position: Any, before: Any) -> Any:
    """The comparison when no digit follows: the bound's other digits count."""
    return LESS if before == EQUAL and position < len(digits) else before


@jit
def _kept(digits: Any, position: Any, c: Any) -> Any:
    """Positions matter only while all digits are equal, and past the bound's digits not either."""
    return min(position, len(digits)) if c == EQUAL else 0


@jit
def _in_fraction(kind: Any, digits: Any, order: Any, m: Any, position: Any, c: Any) -> Any:
    """A place after the point for a mantissa of order m; orders without exponents compare at once.

    Above and below, whatever follows, are the orders `DECIDED` and minus it.
    """
    if (m < -SMALL_ZEROS or m > SMALL_DIGITS) and (m != order or c != EQUAL):
        if len(digits) == 0 or m > order or (m == order and c == GREATER):
            return key(kind, DECIDED, 0, GREATER)
        return key(kind, -DECIDED, 0, LESS)
    return key(kind, m, _kept(digits, position, c), c)


@jit
def _after_mantissa(digits: Any, order: Any, m: Any, position: Any, c: Any) -> Any:
    """The place after the letter E for a mantissa of order m."""
    if len(digits) == 0:
        return exponent(-BEYOND, GREATER)
    return exponent(order - m, _ended(digits, position, c))


@jit
def _after(place: Any, label: Any, digits: Any, order: Any) -> Any:
    """The place after one more character; `NOWHERE` when no number goes on so."""
    kind, m, position, c = parts(place)
    if kind == START:
        first = key(_WHOLE, 1, 0, _compared(digits, 0, label, EQUAL))
        first = first if label else key(_LONE_ZERO, 0, 0, 0)
        return first if label < POINT else NOWHERE
    if kind == _LONE_ZERO and label == POINT:
        return key(_POINT, 0, 0, 0)
    if kind == _WHOLE:
        return _after_whole(place, label, digits, order)
    if kind in (_LONE_ZERO, _POINT, _ZEROS) and c == 0:
        return _after_zeros(kind, m, label, digits, order)
    if kind in (_POINT, _FRACTION):
        return _after_fraction(place, label, digits, order)
    return after_in_exponent(kind, m, position, c, label)


@jit
def _after_whole(place: Any, label: Any, digits: Any, order: Any) -> Any:
    """After the digits before the point, as many as the order says."""
    _, m, _, c = parts(place)
    after = NOWHERE
    if label < POINT:
        told_apart = m <= max(order, SMALL_DIGITS)
        after = key(_WHOLE, m + 1, 0, _compared(digits, m, label, c)) if told_apart else place
    elif label == POINT:
        after = _in_fraction(_POINT, digits, order, m, m, c)
    elif label == EXPONENT and m <= SMALL_DIGITS:
        after = _after_mantissa(digits, order, m, m, c)
    return after


@jit
def _after_zeros(kind: Any, zeros: Any, label: Any, digits: Any, order: Any) -> Any:
    """After nothing but zeros, so many of them after the point."""
    after = NOWHERE
    if label == EXPONENT and kind != _POINT:
        after = moot_exponent()
    elif label == 0 and kind != _LONE_ZERO:
        after = key(_ZEROS, min(zeros + 1, _UNBOUNDED_ZEROS), 0, 0)
    elif label < POINT and kind != _LONE_ZERO and zeros <= MOST_ZEROS:
        c = _compared(digits, 0, label, EQUAL)
        after = _in_fraction(_FRACTION, digits, order, -zeros, 1, c)
    return after


@jit
def _after_fraction(place: Any, label: Any, digits: Any, order: Any) -> Any:
    """After a point that follows a number above zero."""
    kind, m, position, c = parts(place)
    after = NOWHERE
    if label < POINT:
        if abs(m) == DECIDED:
            after = key(_FRACTION, m, 0, c)
        else:
            c = _compared(digits, position, label, c)
            after = _in_fraction(_FRACTION, digits, order, m, position + 1, c)
    elif label == EXPONENT and kind == _FRACTION and -SMALL_ZEROS <= m <= SMALL_DIGITS:
        after = _after_mantissa(digits, order, m, position, c)
    return after


@jit
def _outcome(place: Any, digits: Any, order: Any) -> Any:
    """How a number that ends here compares; 0 when it cannot."""
    kind, m, position, c = parts(place)
    outcome = 0
    if kind in (_LONE_ZERO, _ZEROS, MOOT):
        outcome = ZERO if len(digits) else EQUAL
    elif kind == POWER:
        outcome = exponent_outcome(m, position, c)
    elif kind in (_WHOLE, _FRACTION):
        if abs(m) == DECIDED:
            outcome = c
        elif len(digits) == 0 or m > order:
            outcome = GREATER
        elif m < order:
            outcome = LESS
        else:
            outcome = _ended(digits, m if kind == _WHOLE else position, c)
    return outcome


@jit
def _followed(places: Any, digits: Any, order: Any) -> Any:
    """The place after each label [n, 14]."""
    after = np.zeros((len(places), NUM_LABELS), np.int64)
    for i in range(len(places)):
        for label in range(NUM_LABELS):
            after[i, label] = _after(places[i], label, digits, order)
    return after


@jit
def _finished(places: Any, digits: Any, order: Any) -> Any:
    """Outcome [S], and whether a number that ends here is written as an integer [S]."""
    outcome = np.zeros(len(places), np.int8)
    whole = np.zeros(len(places), np.bool_)
    for i in range(1, len(places)):
        outcome[i] = _outcome(places[i], digits, order)
        kind = parts(places[i])[0]
        whole[i] = kind in (_WHOLE, _LONE_ZERO)
    return outcome, whole
