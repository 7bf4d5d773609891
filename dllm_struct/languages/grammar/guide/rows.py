"""Bit sets of nodes, one for each symbol at each node, in one array."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dllm_struct.automata.jit import jit
from dllm_struct.languages.grammar.guide.bits import lowest

Ints = NDArray[np.int32]
Words = NDArray[np.uint64]


class Rows(NamedTuple):
    """Bit sets of nodes; of each only the words between the first and the last that are not 0.

    Attributes:
        number: int32 [n, S], the row of each symbol at each node; row 0 is empty.
        place: int64 [*], where each row's words are.
        first: int32 [*], which word of the set the first of them is.
        size: int32 [*], how many they are.
        words: uint64 [*].
    """

    number: Ints
    place: NDArray[np.int64]
    first: Ints
    size: Ints
    words: Words


@jit
def join_row(into: Any, rows: Any, row: Any) -> Any:
    """``into |= row``; whether that changed anything."""
    changed = np.uint64(0)
    place, first = rows.place[row], rows.first[row]
    for k in range(rows.size[row]):
        word = rows.words[place + k]
        changed |= word & ~into[first + k]
        into[first + k] |= word
    return changed != 0


@jit
def meets(rows: Any, row: Any, other: Any) -> Any:
    """Whether a row and a bit set have a node in common."""
    place, first = rows.place[row], rows.first[row]
    common = np.uint64(0)
    for k in range(rows.size[row]):
        common |= rows.words[place + k] & other[first + k]
    return common != 0


@jit
def compose(
    into: Any, fresh: Any, present: Any, symbol: Any, rows: Any, low: Any, last: Any
) -> Any:
    """``into |= row(symbol, k)`` for all k in ``fresh``; whether that changed it, the last word."""
    changed = False
    for word in range(low, last + 1):
        bits = fresh[word] & present[word]
        while bits:
            there = word * 64 + lowest(bits)
            bits &= bits - np.uint64(1)
            row = rows.number[there, symbol]
            if join_row(into, rows, row):
                changed = True
                last = max(last, rows.first[row] + rows.size[row] - 1)
    return changed, last


@jit
def with_room(rows: Any, used: Any, fill: Any, needed: Any) -> Any:
    """Make room for a row of each symbol, and for so many words."""
    num_symbols = rows.number.shape[1]
    place, first, size, words = rows.place, rows.first, rows.size, rows.words
    if used + num_symbols > len(place):
        more = len(place) + num_symbols
        place = np.concatenate((place, np.zeros(more, np.int64)))
        first = np.concatenate((first, np.zeros(more, np.int32)))
        size = np.concatenate((size, np.zeros(more, np.int32)))
    if fill + needed > len(words):
        words = np.concatenate((words, np.zeros(len(words) + needed, np.uint64)))
    return Rows(rows.number, place, first, size, words)
