"""Multiples of a decimal number, as automata over number texts.

A divisor is D / 10^s with integers D and s. A decimal of q digits after its point, read without
the point as N, is a multiple when N · 10^(s - q) is an integer that D divides: reading keeps N
modulo D, and beyond s digits only zeros may follow. With an exponent x it is N · 10^(s - q + x);
such texts are looked at when D is small (integers, multiples of 0.01, …): see `scaled`.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from dllm_struct.automata.algebra import intersection
from dllm_struct.automata.dfa import DFA
from dllm_struct.errors import BudgetExceeded
from dllm_struct.languages.json_schema.scalars.decimals import decimal_places, signed
from dllm_struct.languages.json_schema.scalars.places import NUM_LABELS, POINT
from dllm_struct.languages.json_schema.scalars.scaled import MAX_DIVISOR, scaled_multiples
from dllm_struct.languages.regex import regex

MAX_STATES = 60_000
"""Remainders times places that an automaton may have."""

_BASE = 10

Table = NDArray[np.int32]


@lru_cache(maxsize=256)
def multiples_of(divisor: Fraction) -> DFA:
    """The texts of the multiples of a decimal number, by their exact decimal value.

    Raises:
        BudgetExceeded: an automaton would need too many states, one for every remainder.
    """
    places = decimal_places(divisor)
    whole = int(divisor * _BASE**places)
    while whole % _BASE == 0 and places <= 0:
        whole, places = whole // _BASE, places - 1
    if whole <= MAX_DIVISOR:
        return intersection(scaled_multiples(whole, places), regex(_FINITE).dfa)
    places, whole = max(places, 0), whole * _BASE ** max(-places, 0)
    if whole * (places + 2) > MAX_STATES:
        raise BudgetExceeded(
            f"multiples of {float(divisor)} need an automaton of {whole * (places + 2)} states",
            hint=f"use a multipleOf with digits and places for at most {MAX_STATES}",
        )
    table, accepting = _remainders(whole, places)
    return signed(table, accepting, accepting)


# Not infinite as a double: integers, long decimals, and exponents that are not too large.
_FINITE = (
    r"-?[0-9]+|-?[0-9]{1,30}\.[0-9]+"
    r"|[-.0-9]+[eE](?:-[0-9]+|\+?(?:0*[0-9]{1,2}|[0-2][0-9]{2}|30[0-4]))"
    r"|-?[0-9](?:\.[0-9]+)?[eE]\+?30[0-7]|-?1(?:\.0+)?[eE]\+?308"
)


def _remainders(divisor: int, places: int) -> tuple[Table, NDArray[np.bool_]]:
    """Decimals without exponent: states are a digit count after the point and a remainder."""
    layers = places + 2  # before the point, then after 0 … places digits
    size = 4 + layers * divisor
    lone_zero, tail = 2, 3
    remainder = np.arange(divisor)
    table = np.zeros((size, NUM_LABELS), np.int32)
    state = 4 + np.arange(layers)[:, None] * divisor + remainder  # [layer, r]
    after = (remainder[:, None] * _BASE + np.arange(_BASE)) % divisor  # [r, digit]
    table[1, 0] = lone_zero
    table[1, 1:_BASE] = state[0][np.arange(1, _BASE) % divisor]
    table[lone_zero, POINT] = state[1, 0]
    table[state[0], :_BASE] = state[0][after]
    table[state[0], POINT] = state[1]
    for layer in range(1, layers - 1):
        table[state[layer], :_BASE] = state[layer + 1][after]
    accepting = np.zeros(size, np.bool_)
    accepting[[lone_zero, tail]] = True
    table[[state[-1, 0], tail], 0] = tail
    accepting[state[0]] = remainder * _BASE**places % divisor == 0
    for digits in range(1, places + 1):
        rest = remainder * _BASE ** (places - digits) % divisor
        accepting[state[1 + digits]] = rest == 0
    return table, accepting
