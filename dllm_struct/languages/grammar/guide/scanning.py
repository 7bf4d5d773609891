"""Where terminals may begin and end in a segment of fixed text.

A terminal ends where its own preferred match does (the longest, or the shortest), a superset of
what a lexer does that also looks at the others; without a lexer it ends wherever it may.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dllm_struct.automata.jit import jit
from dllm_struct.languages.grammar.guide.scanners import Scanners

Ints = NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Scan:
    """A segment of L bytes, read.

    Attributes:
        inside: int32 [*, 3], offset, terminal, and the offset where it ends.
        beyond: int32 [*, 3], offset, terminal, and the state it is in after the segment.
        entering: int32 [*, 2], a state at the beginning of the segment, and where it ends.
        through: int32 [*, 2], such a state and the state after the segment.
        reached: bool [L + 1], offsets where terminals begin.
    """

    inside: Ints
    beyond: Ints
    entering: Ints
    through: Ints
    reached: NDArray[np.bool_]


def scan_segment(scan: Scanners, text: bytes, open_ended: bool) -> Scan:
    """Read a segment.

    Args:
        scan: the automata.
        text: the segment.
        open_ended: whether a gap follows it and not the end of the document.
    """
    data = np.frombuffer(text, np.uint8)
    how = np.where(scan.all_ends, 2, np.where(scan.first_end, 1, 0)).astype(np.int8)
    found = _scan(
        scan.table, scan.accepting, scan.owner, scan.start, scan.to_end, how, data, open_ended
    )
    inside, beyond, entering, through, reached = found
    return Scan(inside, beyond, entering, through, reached)


@jit
def _grown(rows: Any, count: Any) -> Any:
    if count < len(rows):
        return rows
    larger = np.empty((2 * len(rows), rows.shape[1]), np.int32)
    larger[:count] = rows[:count]
    return larger


@jit
def _ends(
    table: Any, accepting: Any, how: Any, data: Any, state: Any, offset: Any, ends: Any
) -> Any:
    """Write the ends of a terminal to ``ends``; how many, and the state after the segment."""
    count = 0
    for position in range(offset, len(data)):
        state = table[state, data[position]]
        if state == 0:
            break
        if accepting[state]:
            if how == 0:
                count = 0
            ends[count] = position + 1
            count += 1
            if how == 1:
                return count, 0
    return count, state


@jit
def _scan(
    table: Any,
    accepting: Any,
    owner: Any,
    start: Any,
    to_end: Any,
    how: Any,
    data: Any,
    open_ended: Any,
) -> Any:
    length = len(data)
    reached = np.zeros(length + 1, np.bool_)
    reached[0] = True
    ends = np.empty(length + 1, np.int32)
    inside = np.empty((64, 3), np.int32)
    beyond = np.empty((16, 3), np.int32)
    entering = np.empty((64, 2), np.int32)
    through = np.empty((16, 2), np.int32)
    insides = beyonds = enterings = throughs = 0
    for state in range(1, len(table)):
        if to_end[state] >= 1 << 28:
            continue
        count, last = _ends(table, accepting, how[owner[state]], data, state, 0, ends)
        for k in range(count):
            entering = _grown(entering, enterings)
            entering[enterings, 0] = state
            entering[enterings, 1] = ends[k]
            enterings += 1
            reached[ends[k]] = True
        if last != 0 and open_ended:
            through = _grown(through, throughs)
            through[throughs, 0] = state
            through[throughs, 1] = last
            throughs += 1
    for offset in range(length):
        if not reached[offset]:
            continue
        for terminal in range(len(start)):
            state = start[terminal]
            if state == 0 or table[state, data[offset]] == 0:
                continue
            count, last = _ends(table, accepting, how[terminal], data, state, offset, ends)
            for k in range(count):
                inside = _grown(inside, insides)
                inside[insides, 0] = offset
                inside[insides, 1] = terminal
                inside[insides, 2] = ends[k]
                insides += 1
                reached[ends[k]] = True
            if last != 0 and open_ended:
                beyond = _grown(beyond, beyonds)
                beyond[beyonds, 0] = offset
                beyond[beyonds, 1] = terminal
                beyond[beyonds, 2] = last
                beyonds += 1
    return (
        inside[:insides].copy(),
        beyond[:beyonds].copy(),
        entering[:enterings].copy(),
        through[:throughs].copy(),
        reached,
    )
