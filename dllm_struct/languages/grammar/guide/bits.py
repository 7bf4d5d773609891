"""Bit sets in arrays of words, for compiled loops."""

from __future__ import annotations

from typing import Any

import numpy as np

from dllm_struct.automata.jit import jit


@jit
def bit(place: Any) -> Any:
    """The word in which a place's bit is set."""
    return np.uint64(1) << np.uint64(place & 63)


@jit
def lowest(word: Any) -> Any:
    """The number of the lowest bit that is set."""
    low = word & (~word + np.uint64(1))
    place = 0
    if low & np.uint64(0xFFFFFFFF00000000):
        place += 32
    if low & np.uint64(0xFFFF0000FFFF0000):
        place += 16
    if low & np.uint64(0xFF00FF00FF00FF00):
        place += 8
    if low & np.uint64(0xF0F0F0F0F0F0F0F0):
        place += 4
    if low & np.uint64(0xCCCCCCCCCCCCCCCC):
        place += 2
    if low & np.uint64(0xAAAAAAAAAAAAAAAA):
        place += 1
    return place


@jit
def mark(words: Any, place: Any) -> None:
    """Put a place into a set."""
    words[place >> 6] |= bit(place)


@jit
def taken(words: Any) -> Any:
    """Take the first place out of a set; -1 when it is empty."""
    for word in range(len(words)):
        if words[word]:
            low = lowest(words[word])
            words[word] &= words[word] - np.uint64(1)
            return word * 64 + low
    return -1


@jit
def joined(into: Any, row: Any, first: Any, last: Any) -> Any:
    """``into |= row`` from word ``first`` to word ``last``; whether that changed anything."""
    changed = np.uint64(0)
    for word in range(first, last + 1):
        changed |= row[word] & ~into[word]
        into[word] |= row[word]
    return changed != 0
