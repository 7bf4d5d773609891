"""The characters that an automaton tells apart, and how UTF-8 spells them.

An automaton over characters needs only the *atoms* of its alphabet: the parts into which its
character sets cut the code points. Reading one character is a small acyclic automaton over at
most four bytes whose leaves are atoms. Surrogates (U+D800 to U+DFFF) have no UTF-8 spelling and
belong to no atom.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from dllm_struct.automata.dfa import NUM_BYTES

MAX_CODE_POINT = 0x10FFFF
SURROGATES = (0xD800, 0xDFFF)

Ranges = tuple[tuple[int, int], ...]
"""Inclusive code point ranges, ascending, neither overlapping nor touching."""

Piece = tuple[int, int, int]
"""First and last code point (or byte) and what they lead to."""

# first and last code point, bytes that follow the lead byte, smallest lead byte minus its payload
_LENGTHS = (
    (0x0, 0x7F, 0, 0x00),
    (0x80, 0x7FF, 1, 0xC0),
    (0x800, 0xFFFF, 2, 0xE0),
    (0x10000, MAX_CODE_POINT, 3, 0xF0),
)
_CONTINUATION = 0x80


@dataclass(frozen=True, eq=False)
class Alphabet:
    """The atoms of a family of character sets, and their spelling.

    A *column* is something that can be reached while a character is read: an atom (the character
    is complete), an inner node (more bytes must follow), or, the last column, failure.

    Attributes:
        num_atoms: A; atoms are the columns 0 .. A - 1.
        members: for each character set, its atoms.
        byte_class: uint8 [256].
        nodes: int32 [n, K] for 1, 2 and 3 bytes to follow: the column reached from each node.
        root: int32 [K], the column reached by the first byte.
    """

    num_atoms: int
    members: tuple[tuple[int, ...], ...]
    byte_class: NDArray[np.uint8]
    nodes: tuple[NDArray[np.int32], ...]
    root: NDArray[np.int32]

    @property
    def num_columns(self) -> int:
        """Atoms, inner nodes, and failure."""
        return self.num_atoms + sum(map(len, self.nodes)) + 1


def normalised(ranges: Iterable[tuple[int, int]]) -> Ranges:
    """Sort and merge inclusive ranges."""
    merged: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if merged and low <= merged[-1][1] + 1:
            if high > merged[-1][1]:
                merged[-1] = (merged[-1][0], high)
        else:
            merged.append((low, high))
    return tuple(merged)


@lru_cache(maxsize=256)
def alphabet(sets: tuple[Ranges, ...]) -> Alphabet:
    """The coarsest alphabet in which each of ``sets`` is a union of atoms."""
    cuts, inside = _membership(sets)
    atom_of: dict[bytes, int] = {}
    pieces: list[Piece] = []
    for signature, low, high in zip(inside, cuts[:-1].tolist(), cuts[1:].tolist(), strict=True):
        if low == SURROGATES[0] or not any(signature):
            continue
        atom = atom_of.setdefault(signature, len(atom_of))
        first = pieces.pop()[0] if pieces and pieces[-1][1:] == (low - 1, atom) else low
        pieces.append((first, high - 1, atom))
    marks = np.frombuffer(b"".join(atom_of), np.uint8).reshape(len(atom_of), -(-len(sets) // 8))
    bits = np.unpackbits(marks, axis=1)[:, : len(sets)]
    members = tuple(tuple(np.flatnonzero(column).tolist()) for column in bits.T)
    return _Speller(len(atom_of)).spelled(pieces, members)


def _membership(sets: Sequence[Ranges]) -> tuple[NDArray[np.int64], list[bytes]]:
    """Cut points [I + 1], and for each interval between them the packed bits of its sets."""
    bounds = [np.array(ranges, np.int64).reshape(-1, 2) for ranges in sets or [()]]
    fixed = [0, SURROGATES[0], SURROGATES[1] + 1, MAX_CODE_POINT + 1]
    cuts = np.unique(
        np.concatenate([fixed, *[b[:, 0] for b in bounds], *[b[:, 1] + 1 for b in bounds]])
    )
    inside = np.zeros((len(bounds), len(cuts) - 1), np.bool_)
    for row, b in zip(inside, bounds, strict=True):
        if len(b):
            before = np.searchsorted(b[:, 0], cuts[:-1], side="right") - 1
            row[:] = (before >= 0) & (cuts[:-1] <= b[before, 1])
    packed = np.packbits(inside, axis=0)
    rows, width = packed.T.tobytes(), len(packed)
    return cuts, [rows[i : i + width] for i in range(0, len(rows), width)]


class _Speller:
    """Builds the acyclic automaton of one character, sharing equal nodes."""

    def __init__(self, num_atoms: int) -> None:
        self.num_atoms = num_atoms
        self.nodes: tuple[dict[tuple[Piece, ...], int], ...] = ({}, {}, {})

    def spelled(self, pieces: Sequence[Piece], members: tuple[tuple[int, ...], ...]) -> Alphabet:
        roots = []
        for first, last, follow, lead in _LENGTHS:
            clipped = [
                (max(low, first), min(high, last), atom)
                for low, high, atom in pieces
                if low <= last and high >= first
            ]
            level = self._runs(follow, clipped)
            roots += [(low + lead, high + lead, follow, child) for low, high, child in level]
        return self._tables(roots, members)

    def _runs(self, follow: int, pieces: Sequence[Piece]) -> list[Piece]:
        """Cut pieces into the values of the next byte, after which ``follow`` bytes remain."""
        if follow == 0:
            return list(pieces)
        step = 64**follow
        runs: list[Piece] = []
        partial: dict[int, list[Piece]] = {}
        for low, high, atom in pieces:
            first, last = -(-low // step), (high + 1) // step - 1  # blocks covered wholly
            if first <= last:
                whole = self._node(follow, ((0, step - 1, atom),))
                runs.append((first, last, whole))
            for block in {low // step, high // step}:
                if first <= block <= last:
                    continue
                base = block * step
                part = (max(low - base, 0), min(high - base, step - 1), atom)
                partial.setdefault(block, []).append(part)
        runs += [(block, block, self._node(follow, parts)) for block, parts in partial.items()]
        return sorted(runs)

    def _node(self, follow: int, pieces: Sequence[Piece]) -> int:
        runs = tuple(
            (low + _CONTINUATION, high + _CONTINUATION, child)
            for low, high, child in self._runs(follow - 1, pieces)
        )
        shared = self.nodes[follow - 1]
        return shared.setdefault(runs, len(shared))

    def _tables(
        self, roots: Sequence[tuple[int, int, int, int]], members: tuple[tuple[int, ...], ...]
    ) -> Alphabet:
        offset = np.cumsum([0, self.num_atoms, *map(len, self.nodes)]).tolist()
        failure = offset[-1]
        rows = [(low, high, offset[follow] + child) for low, high, follow, child in roots]
        every = [[rows], *self.nodes]
        byte_class, width = _byte_classes(run for level in every for row in level for run in row)
        filled = []
        for follow, level in enumerate(every):
            table = np.full((len(level), width), failure, np.int32)
            shift = 0 if follow == 0 else offset[follow - 1]
            for node, row in enumerate(level):
                for low, high, child in row:
                    table[node, byte_class[low] : byte_class[high] + 1] = child + shift
            filled.append(table)
        return Alphabet(self.num_atoms, members, byte_class, tuple(filled[1:]), filled[0][0])


def _byte_classes(runs: Iterable[Piece]) -> tuple[NDArray[np.uint8], int]:
    cuts = np.zeros(NUM_BYTES + 1, np.bool_)
    for low, high, _ in runs:
        cuts[low] = cuts[high + 1] = True
    cuts[0] = False
    byte_class = np.cumsum(cuts[:NUM_BYTES]).astype(np.uint8)
    return byte_class, int(byte_class[-1]) + 1
