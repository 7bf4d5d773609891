"""Places in the text of a number: how they are encoded and explored, and those in the exponent.

A place is one integer: its kind, two numbers and how something compared. The automata of
`magnitudes` and `multiples` are made of such places, and share those of the exponent: after the
mantissa all that matters is how the exponent compares with one number.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dllm_struct.automata.interning import FIRST_SIZE, grown, inserted, mix, place
from dllm_struct.automata.jit import jit

EXPONENT_DIGITS = 3

NUM_LABELS = 14
POINT, EXPONENT, PLUS, MINUS = 10, 11, 12, 13
"""Labels after the ten digits."""

LESS, EQUAL, GREATER, ZERO = 1, 2, 3, 4
"""How a finished magnitude compares; `ZERO` is a zero beside a bound above zero."""

NOWHERE = np.int64(0)
SIGN, FIRST, POWER, MOOT = 1, 2, 3, 4
"""Kinds of places in an exponent; in `MOOT` its value does not matter."""
START, FIRST_KIND = 5, 6
"""The kind of the first place, and the first kind that is free for others."""

DECIDED = 4_000
"""In place of a number: the comparison is known (`DECIDED` above, minus it below)."""
BEYOND = 2_000
"""Further from zero than any exponent."""

_RESIDUES = 1_000  # exponents as written: 0 to 999
Places = NDArray[np.int64]

_OFFSET, _WIDTH, _POSITIONS, _COMPARISONS = 4096, 8192, 16384, 4


@jit
def key(kind: Any, a: Any, p: Any, c: Any) -> Any:
    """A place.

    Args:
        kind: what is being read.
        a: a number from -4096 to 4095: an order, or a threshold for the exponent.
        p: a position, from 0 to 16383.
        c: a comparison, from 0 to 3.
    """
    return ((np.int64(kind) * _WIDTH + a + _OFFSET) * _POSITIONS + p) * _COMPARISONS + c


@jit
def parts(code: Any) -> Any:
    """The kind, number, position and comparison of a place."""
    c = code % _COMPARISONS
    p = (code // _COMPARISONS) % _POSITIONS
    a = (code // (_COMPARISONS * _POSITIONS)) % _WIDTH - _OFFSET
    return code // (_COMPARISONS * _POSITIONS * _WIDTH), a, p, c


@jit
def exponent(threshold: Any, c: Any) -> Any:
    """The place after the letter E: the exponent is compared, and `c` is for equality."""
    return key(SIGN, threshold, 1, c)


@jit
def moot_exponent() -> Any:
    """The place after the letter E when any exponent will do."""
    return key(SIGN, 0, 0, 0)


def explored(follow: Callable[[Places], Places]) -> tuple[Places, NDArray[np.int32]]:
    """Every place that can be reached.

    Args:
        follow: from places [n] to the place after each label [n, 14], `NOWHERE` for none.

    Returns:
        The places [S], the first one being none and the second the start, and their table [S, 14].
    """
    places, hashes = np.zeros(FIRST_SIZE, np.int64), np.zeros(FIRST_SIZE, np.uint64)
    numbers = np.full(FIRST_SIZE, -1, np.int32)
    first = np.array([[key(START, 0, 0, 0)]])
    _, places, hashes, numbers, count = _numbered(first, places, hashes, numbers, 1)
    rows, done = [np.zeros((1, NUM_LABELS), np.int32)], 1
    while done < count:
        after = follow(places[done:count])
        done = count
        row, places, hashes, numbers, count = _numbered(after, places, hashes, numbers, count)
        rows.append(row)
    return places[:count], np.concatenate(rows)


@jit
def _numbered(after: Any, places: Any, hashes: Any, numbers: Any, count: Any) -> Any:
    """The number of each place, 0 for none; new ones are numbered from ``count``."""
    found = np.zeros(after.shape, np.int32)
    for i in range(after.shape[0]):
        for label in range(after.shape[1]):
            if after[i, label] == NOWHERE:
                continue
            digest = mix(after[i, label])  # one to one, so a hash is the place
            slot = place(numbers, hashes, digest)
            if numbers[slot] < 0:
                places, hashes = grown(places, count + 1), grown(hashes, count + 1)
                places[count] = after[i, label]
                hashes[count] = digest
                numbers = inserted(numbers, hashes, slot, count)
                found[i, label] = count
                count += 1
            else:
                found[i, label] = numbers[slot]
    return found, places, hashes, numbers, count


@jit
def power(threshold: Any, c: Any, negative: Any, length: Any, value: Any) -> Any:
    """A place in an exponent; what is decided whatever follows is one place.

    The exponent is compared with the threshold, and `c` decides when they are equal.
    """
    if negative:
        if -value < threshold:
            return key(POWER, -DECIDED, length, LESS)
        if threshold <= -_RESIDUES:
            return key(POWER, DECIDED, length, GREATER)
    else:
        if value > threshold:
            return key(POWER, DECIDED, length, GREATER)
        if threshold >= _RESIDUES:
            return key(POWER, -DECIDED, length, LESS)
    return key(POWER, threshold, (negative * 4 + length) * _RESIDUES + value, c)


@jit
def after_in_exponent(kind: Any, a: Any, p: Any, c: Any, label: Any) -> Any:
    """The place after one more character of an exponent; of zero (`p` is 0 before) it is moot."""
    if label >= POINT:
        signed = kind == SIGN and label >= PLUS
        return key(FIRST, a, p + 2 * (label == MINUS), c) if signed else NOWHERE
    after = NOWHERE
    if kind in (SIGN, FIRST):
        after = power(a, c, np.int64(p >= 2), 1, label) if p % 2 else key(MOOT, 0, 1, 0)
    elif kind == MOOT or (kind == POWER and abs(a) == DECIDED):
        after = key(kind, a, p + 1, c) if p < EXPONENT_DIGITS else NOWHERE
    elif kind == POWER:
        length, value = (p // _RESIDUES) % 4, p % _RESIDUES
        if length < EXPONENT_DIGITS:
            after = power(a, c, p // (4 * _RESIDUES), length + 1, 10 * value + label)
    return after


@jit
def exponent_outcome(a: Any, p: Any, c: Any) -> Any:
    """How a finished exponent compares with its threshold; `c` when they are equal."""
    if abs(a) == DECIDED:
        return c
    value = p % _RESIDUES
    if p // (4 * _RESIDUES):
        value = -value
    if value == a:
        return c
    return GREATER if value > a else LESS
