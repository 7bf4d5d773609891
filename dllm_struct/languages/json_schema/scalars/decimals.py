"""Automata over number texts out of an automaton over their magnitudes."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from dllm_struct.automata.dfa import DFA, NUM_BYTES, from_edges
from dllm_struct.errors import BudgetExceeded
from dllm_struct.languages.json_schema.scalars.magnitudes import Comparison, comparison
from dllm_struct.languages.json_schema.scalars.places import (
    EXPONENT,
    MINUS,
    NUM_LABELS,
    PLUS,
    POINT,
)

MOST_DIGITS = 1_000
"""Most digits of a bound, before its point or in all."""

_BASE = 10
_SMALLEST_ORDER = -400

Flags = NDArray[np.bool_]


def signed(table: NDArray[np.int32], above: Flags, below: Flags) -> DFA:
    """The texts whose magnitude ends in a chosen state.

    Args:
        table: int32 [S, 14], the automaton of magnitudes: state 0 dead, 1 the start.
        above: bool [S], where numbers without a minus sign may end.
        below: bool [S], where those with one may end.
    """
    size = len(table)
    tails, labels = np.nonzero(table)
    heads = table[tails, labels]
    offset = size - 1
    edges = np.concatenate(
        (
            np.stack((tails, labels, heads)),
            np.stack((tails + offset, labels, heads + offset)),
            [[1], [MINUS], [1 + offset]],
        ),
        axis=1,
    ).astype(np.int32)
    return from_edges(
        edges[0].copy(),
        edges[1].copy(),
        edges[2].copy(),
        1,
        np.concatenate((above, below[1:])),
        _BYTE_CLASS,
    )


def _byte_classes() -> NDArray[np.uint8]:
    byte_class = np.full(NUM_BYTES, NUM_LABELS, np.uint8)
    byte_class[ord("0") : ord("9") + 1] = np.arange(_BASE)
    for characters, label in ((".", POINT), ("eE", EXPONENT), ("+", PLUS), ("-", MINUS)):
        for character in characters:
            byte_class[ord(character)] = label
    return byte_class


_BYTE_CLASS = _byte_classes()


@lru_cache(maxsize=256)
def compared(magnitude: Fraction) -> Comparison:
    """The automaton that compares magnitudes with a decimal number.

    Raises:
        BudgetExceeded: the number has too many digits, or is no decimal number.
    """
    digits, order = significand(magnitude)
    if len(digits) > MOST_DIGITS or order > MOST_DIGITS:
        raise BudgetExceeded(
            f"a bound of {max(len(digits), order)} digits needs too large an automaton",
            hint=f"use bounds of at most {MOST_DIGITS} digits",
        )
    return comparison(digits, max(order, _SMALLEST_ORDER))


def significand(magnitude: Fraction) -> tuple[str, int]:
    """Digits and order of a decimal number 0.digits · 10^order, no zero at either end.

    Raises:
        BudgetExceeded: it is no decimal number.
    """
    if magnitude == 0:
        return "", 0
    places = decimal_places(magnitude)
    text = str(magnitude.numerator * (_BASE**places // magnitude.denominator))
    return text.rstrip("0"), len(text) - places


def decimal_places(value: Fraction) -> int:
    """How many digits a decimal number has after its point.

    Raises:
        BudgetExceeded: it is no decimal number, or has too many.
    """
    rest, powers = value.denominator, []
    for prime in (2, 5):
        power = 0
        while rest % prime == 0:
            rest //= prime
            power += 1
        powers.append(power)
    if rest != 1 or max(powers) > MOST_DIGITS:
        raise BudgetExceeded(
            f"{value} is no decimal number of reasonable length", hint="write fewer digits"
        )
    return max(powers)
