"""The automata of all terminals in one table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dllm_struct.automata.jit import jit
from dllm_struct.languages.grammar.cfg import Preference, Terminal

Ints = NDArray[np.int32]
FAR = 1 << 28
"""A cost that stands for: impossible."""


@dataclass(frozen=True, eq=False)
class Scanners:
    """States of all terminals, numbered through; 0 is dead.

    Attributes:
        table: int32 [Q, 256].
        accepting: bool [Q].
        owner: int32 [Q], the terminal of each state, -1 for the dead one.
        base: int32 [T + 1], the number of the first state of each terminal.
        start: int32 [T], start states; 0 where nothing is accepted.
        all_ends: bool [T], whether every accepted prefix counts (what follows may refuse some).
        first_end: bool [T], whether the shortest accepted prefix counts (else the longest).
        from_start: int32 [Q], fewest bytes, at least one, from the start of the terminal.
        to_end: int32 [Q], fewest bytes to acceptance.
        shortest: int32 [T], fewest bytes, at least one, of a text of the terminal.
    """

    table: Ints
    accepting: NDArray[np.bool_]
    owner: Ints
    base: Ints
    start: Ints
    all_ends: NDArray[np.bool_]
    first_end: NDArray[np.bool_]
    from_start: Ints
    to_end: Ints
    shortest: Ints
    _between: dict[int, Ints] = field(default_factory=dict)

    def state(self, terminal: int, local: int) -> int:
        """The number of a state of a terminal's own automaton."""
        return int(self.base[terminal]) + local - 1 if local else 0

    def between(self, state: int) -> Ints:
        """Fewest bytes from a state to each state of its terminal, int32 [its states]."""
        known = self._between.get(state)
        if known is None:
            terminal = self.owner[state]
            low, high = self.base[terminal], self.base[terminal + 1]
            known = self._between[state] = _steps(self.table, low, high, np.array([state]))
        return known


def scanners(terminals: Sequence[Terminal], scannerless: bool) -> Scanners:
    """Put the automata of all terminals into one table."""
    sizes = [0 if one.dfa is None else one.dfa.num_states - 1 for one in terminals]
    base = np.cumsum([1, *sizes]).astype(np.int32)
    table = np.zeros((base[-1], 256), np.int32)
    accepting = np.zeros(base[-1], np.bool_)
    owner = np.full(base[-1], -1, np.int32)
    start = np.zeros(len(terminals), np.int32)
    for index, terminal in enumerate(terminals):
        dfa, low, high = terminal.dfa, base[index], base[index + 1]
        if dfa is None or dfa.is_empty:
            continue
        inner = dfa.transitions[1:][:, dfa.byte_class]
        table[low:high] = np.where(inner, inner + (low - 1), 0)
        accepting[low:high] = dfa.accepting[1:]
        owner[low:high] = index
        start[index] = low + dfa.start - 1
    from_start, to_end = _distances(table, accepting, base, start)
    shortest = _nonempty(table, to_end, start)
    first_end = np.array([one.preference is Preference.SHORTEST for one in terminals], np.bool_)
    return Scanners(
        table=table,
        accepting=accepting,
        owner=owner,
        base=base,
        start=start,
        all_ends=np.array([scannerless or bool(one.guards) for one in terminals], np.bool_),
        first_end=first_end,
        from_start=from_start,
        to_end=to_end,
        shortest=shortest.astype(np.int32),
    )


@jit
def _steps(table: Any, low: Any, high: Any, origins: Any) -> Any:
    """Fewest bytes from any of some states to each state from ``low`` to ``high``."""
    far = np.int32(1 << 28)
    steps = np.full(high - low, far, np.int32)
    queue = np.empty(high - low, np.int32)
    tail = 0
    for origin in origins:
        steps[origin - low] = 0
        queue[tail] = origin
        tail += 1
    head = 0
    while head < tail:
        state = queue[head]
        head += 1
        for byte in range(256):
            target = table[state, byte]
            if target != 0 and steps[target - low] == far:
                steps[target - low] = steps[state - low] + 1
                queue[tail] = target
                tail += 1
    return steps


@jit
def _distances(table: Any, accepting: Any, base: Any, start: Any) -> Any:
    far = np.int32(1 << 28)
    from_start = np.full(len(table), far, np.int32)
    to_end = np.full(len(table), far, np.int32)
    for terminal in range(len(start)):
        low, high = base[terminal], base[terminal + 1]
        if start[terminal] == 0:
            continue
        steps = _steps(table, low, high, start[terminal : terminal + 1])
        for state in range(low, high):
            if accepting[state]:
                to_end[state] = 0
            if state != start[terminal]:
                from_start[state] = steps[state - low]
            for byte in range(256):
                if table[state, byte] == start[terminal]:
                    from_start[start[terminal]] = min(
                        from_start[start[terminal]], steps[state - low] + 1
                    )
        changed = True
        while changed:
            changed = False
            for state in range(high - 1, low - 1, -1):
                for byte in range(256):
                    target = table[state, byte]
                    if target != 0 and to_end[target] + 1 < to_end[state]:
                        to_end[state] = to_end[target] + 1
                        changed = True
    return from_start, to_end


@jit
def _nonempty(table: Any, to_end: Any, start: Any) -> Any:
    shortest = np.full(len(start), 1 << 28, np.int64)
    for terminal in range(len(start)):
        for byte in range(256):
            target = table[start[terminal], byte]
            if target != 0:
                shortest[terminal] = min(shortest[terminal], to_end[target] + 1)
    return shortest
