"""Bytes that a scanner does not tell apart: inside strings, comments, names and white space."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dllm_struct.automata.machine import DEAD, UNMADE
from dllm_struct.languages.grammar.lalr.columns import UNCOUNTED
from dllm_struct.languages.grammar.lalr.matching import SETTLED
from dllm_struct.languages.grammar.lalr.scanner import STOP, Move, Scanner
from dllm_struct.languages.grammar.lalr.threads import Live, Thread

NUM_BYTES = 256


Grouped = tuple[NDArray[np.int32], list[tuple[Move, NDArray[np.intp]]]]


class Groups:
    """The bytes of each state of a scanner, grouped by what they do."""

    def __init__(self, scanner: Scanner) -> None:
        self._scanner = scanner
        self._known: dict[int, Grouped] = {}

    def of(self, state: int) -> Grouped:
        """Which bytes are dead (`DEAD`, others `UNMADE`; int32 [256]), and moves of many bytes."""
        if state not in self._known:
            self._known[state] = self._grouped(state)
        return self._known[state]

    def _grouped(self, state: int) -> Grouped:
        by_move: dict[Move, list[int]] = {}
        for same in self._classes(state):
            move = self._scanner.move(state, same[0])
            by_move.setdefault(move, []).extend(same)
            self._scanner.moves.update((state << 8 | byte, move) for byte in same)
        row = np.full(NUM_BYTES, UNMADE, np.int32)
        row[by_move.pop(STOP, [])] = DEAD
        return row, [(m, np.array(many)) for m, many in by_move.items() if len(many) > 1]

    def _classes(self, state: int) -> list[list[int]]:
        """Bytes that no thread of a state tells apart."""
        by_targets: dict[tuple[int, ...], list[int]] = {}
        rows = [row for thread in self._scanner.threads[state] for row in self._rows(thread)]
        for byte, targets in enumerate(zip(*rows, strict=True)):
            by_targets.setdefault(targets, []).append(byte)
        return [*by_targets.values()] or [[*range(NUM_BYTES)]]

    def _rows(self, thread: Thread) -> list[list[int]]:
        """Everything that a byte changes in a thread, for each byte."""
        scanner = self._scanner
        if not isinstance(thread, Live):
            if thread.refused == SETTLED:
                return []
            return [scanner.matchers[thread.terminal].refused[thread.guard].row(thread.refused)]
        matcher = scanner.matchers[thread.terminal]
        found = [matcher.texts.row(thread.state)]
        if thread.strings:
            found.append(scanner.retyping.row(thread.strings))
        if matcher.refused:
            found.append(matcher.guarded(thread.guards))
        if thread.column != UNCOUNTED:
            found.append([scanner.column(thread.column, b) for b in range(NUM_BYTES)])
        return found
