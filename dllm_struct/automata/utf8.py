"""Code points as bytes: how UTF-8 spells the sets of characters that an automaton tells apart.

An automaton over characters needs only the *atoms* of its alphabet: the parts into which its
character sets cut the code points. Reading one character then is a small acyclic automaton over
at most four bytes whose leaves are atoms. `spell` puts it in place of every transition; the parts
that lead to the same states are shared, so a minimal automaton over atoms becomes a minimal one
over bytes. Surrogates (U+D800 to U+DFFF) have no UTF-8 spelling and belong to no atom.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dllm_struct.automata.dfa import DFA, NUM_BYTES, _merged_columns, _numbered, empty
from dllm_struct.automata.jit import jit
from dllm_struct.automata.minimise import coarsest_partition, useful_states
from dllm_struct.automata.nfa import MAX_STATES
from dllm_struct.errors import BudgetExceeded

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
        if not signature.any() or low == SURROGATES[0]:
            continue
        atom = atom_of.setdefault(signature.tobytes(), len(atom_of))
        first = pieces.pop()[0] if pieces and pieces[-1][1:] == (low - 1, atom) else low
        pieces.append((first, high - 1, atom))
    marks = np.array([list(signature) for signature in atom_of], np.uint8)
    bits = np.unpackbits(marks, axis=1)[:, : len(sets)] if atom_of else np.zeros((0, len(sets)))
    members = tuple(tuple(np.flatnonzero(column).tolist()) for column in bits.T)
    return _Speller(len(atom_of)).spelled(pieces, members)


def _membership(sets: Sequence[Ranges]) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    """Cut points [I + 1], and for each interval between them the packed bits of its sets."""
    bounds = [np.array(ranges, np.int64).reshape(-1, 2) for ranges in sets]
    fixed = [0, SURROGATES[0], SURROGATES[1] + 1, MAX_CODE_POINT + 1]
    cuts = np.unique(
        np.concatenate([fixed, *[b[:, 0] for b in bounds], *[b[:, 1] + 1 for b in bounds]])
    )
    inside = np.zeros((len(sets), len(cuts) - 1), np.bool_)
    for row, b in zip(inside, bounds, strict=True):
        if len(b):
            before = np.searchsorted(b[:, 0], cuts[:-1], side="right") - 1
            row[:] = (before >= 0) & (cuts[:-1] <= b[before, 1])
    return cuts, np.packbits(inside, axis=0).T


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
            edges = {low // step, high // step} - set(range(first, last + 1))
            for block in edges:
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


def spell(
    table: NDArray[np.int32],
    start: int,
    accepting: NDArray[np.bool_],
    letters: Alphabet,
    max_states: int = MAX_STATES,
) -> DFA:
    """The byte automaton of an automaton over atoms.

    Args:
        table: int32 [S, A], the next state for each atom; row 0 is all 0 (dead).
        start: start state.
        accepting: bool [S].
        letters: the alphabet whose atoms label the columns.
        max_states: most states of the result.

    Raises:
        BudgetExceeded: when more states are needed.
    """
    table, start, accepting = _minimised(table, start, accepting)
    if len(table) == 1:
        return empty()
    columns = np.zeros((len(table), letters.num_columns), np.int32)
    columns[:, : letters.num_atoms] = table
    rows = [columns[:0, letters.root]]
    offset, count = letters.num_atoms, len(table)
    for nodes in letters.nodes:
        if not len(nodes):
            continue
        level, count = _spell_level(columns, nodes, offset, count, max_states)
        if count < 0:
            raise BudgetExceeded(
                f"the automaton needs more than {max_states} states",
                hint="lower the repetition bounds, or use narrower character classes "
                "(with re.ASCII, or [a-z] instead of \\w)",
            )
        rows.append(level)
        offset += len(nodes)
    transitions = np.concatenate((columns[:, letters.root], *rows))
    accepts = np.zeros(len(transitions), np.bool_)
    accepts[: len(table)] = accepting
    return _numbered(*_merged_columns(transitions, letters.byte_class), start, accepts)


def _minimised(
    table: NDArray[np.int32], start: int, accepting: NDArray[np.bool_]
) -> tuple[NDArray[np.int32], int, NDArray[np.bool_]]:
    """The minimal automaton over the same atoms; only its dead state when nothing is accepted."""
    rows, columns = np.nonzero(table)
    heads = table[rows, columns]
    tails, labels = rows.astype(np.int32), columns.astype(np.int32)
    useful = useful_states(tails, heads, start, accepting)
    if not useful[start]:
        return table[:1], 0, accepting[:1]
    kept = useful[tails] & useful[heads]
    number = np.cumsum(useful, dtype=np.int32) - 1
    tails, labels, heads = number[tails[kept]], labels[kept], number[heads[kept]]
    block, count = coarsest_partition(tails, labels, heads, accepting[useful], table.shape[1])
    smaller = np.zeros((count + 1, table.shape[1]), np.int32)
    smaller[block[tails] + 1, labels] = block[heads] + 1
    accepts = np.zeros(count + 1, np.bool_)
    accepts[block + 1] = accepting[useful]
    return smaller, int(block[number[start]]) + 1, accepts


@jit
def _spell_level(
    columns: Any, nodes: Any, offset: Any, first: Any, max_states: Any
) -> tuple[NDArray[np.int32], int]:
    """Intern what each (state, node) leads to; fills the nodes' columns with state numbers.

    Returns:
        Rows of the new states, numbered from ``first``, and the next free number (-1: too many).
    """
    width = nodes.shape[1]
    size = 1024
    index = np.full(size, -1, np.int32)
    hashes = np.empty(256, np.uint64)
    rows = np.empty((256, width), np.int32)
    count = 0
    for state in range(1, len(columns)):
        for node in range(len(nodes)):
            digest = np.uint64(0)
            if count == len(rows):
                bigger = np.empty((2 * count, width), np.int32)
                bigger[:count] = rows
                rows = bigger
                more = np.empty(2 * count, np.uint64)
                more[:count] = hashes
                hashes = more
            row = rows[count]
            for k in range(width):
                target = columns[state, nodes[node, k]]
                row[k] = target
                digest = (digest ^ np.uint64(target)) * np.uint64(0x9E3779B97F4A7C15)
                digest ^= digest >> np.uint64(29)
            if digest == 0 and not row.any():
                continue
            slot = np.int64(digest & np.uint64(size - 1))
            found = -1
            while index[slot] >= 0:
                other = index[slot]
                if hashes[other] == digest and (rows[other] == row).all():
                    found = other
                    break
                slot = (slot + 1) & (size - 1)
            if found < 0:
                if first + count >= max_states:
                    return rows[:0], -1
                found = count
                hashes[count] = digest
                index[slot] = count
                count += 1
                if 3 * count > size:
                    size *= 4
                    index = np.full(size, -1, np.int32)
                    for i in range(count):
                        slot = np.int64(hashes[i] & np.uint64(size - 1))
                        while index[slot] >= 0:
                            slot = (slot + 1) & (size - 1)
                        index[slot] = i
            columns[state, offset + node] = first + found
    return rows[:count], first + count


def code_points(ranges: Iterable[tuple[int, int]]) -> DFA:
    """Accepts the UTF-8 spelling of exactly one code point out of inclusive ``ranges``."""
    letters = alphabet((normalised(ranges),))
    table = np.zeros((3, letters.num_atoms), np.int32)
    table[1] = 2
    return spell(table, 1, np.array([False, False, True]), letters)


def utf8_text() -> DFA:
    """Accepts every well-formed UTF-8 string, the empty one included."""
    letters = alphabet((((0, MAX_CODE_POINT),),))
    return spell(np.array([[0], [1]], np.int32), 1, np.array([False, True]), letters)
