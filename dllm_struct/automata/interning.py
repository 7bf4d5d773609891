"""Giving equal things one number, inside compiled loops.

An interner is three arrays that its owner keeps: the hash of every number given so far, a table of
numbers addressed by hash (open addressing, -1 is free), and the things themselves. Hashes only
find a candidate; the owner compares, and moves on to ``digest + 1`` if two things share a hash.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from dllm_struct.automata.jit import jit

FIRST_SIZE = 1024
LOAD = 3  # a table holds at least this many times as many places as numbers


@jit
def mix(value: Any) -> Any:
    """A 64-bit finaliser (splitmix64): sums of it hash sets of small integers."""
    x = np.uint64(value) + np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


@jit
def chain(digest: Any, value: Any) -> Any:
    """Hash of a sequence: fold in one more value."""
    return mix(digest ^ np.uint64(value))


@jit
def grown(array: Any, needed: Any) -> Any:
    """``array``, or a copy with room for ``needed`` rows; what is new is 0."""
    if needed <= len(array):
        return array
    shape = (max(needed, 2 * len(array)),) + array.shape[1:]  # noqa: RUF005 - numba cannot unpack
    bigger = np.zeros(shape, array.dtype)
    bigger[: len(array)] = array
    return bigger


@jit
def place(table: Any, hashes: Any, digest: Any) -> Any:
    """Where ``digest`` is in the table, or the free place where it belongs."""
    last = len(table) - 1
    slot = np.int64(digest & np.uint64(last))
    while table[slot] >= 0 and hashes[table[slot]] != digest:
        slot = (slot + 1) & last
    return slot


@jit
def inserted(table: Any, hashes: Any, slot: Any, number: Any) -> Any:
    """The table with ``number`` at ``slot``, made larger when it fills up."""
    table[slot] = number
    if LOAD * (number + 1) < len(table):
        return table
    bigger = np.full(4 * len(table), -1, np.int32)
    for old in table:
        if old >= 0:
            bigger[place(bigger, hashes, hashes[old])] = old
    return bigger
