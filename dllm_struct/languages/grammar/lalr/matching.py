"""One terminal read byte by byte: where its matches end, and what must not follow them."""

from __future__ import annotations

from collections.abc import Sequence

from dllm_struct.automata.dfa import DEAD, DFA
from dllm_struct.languages.grammar.cfg import Preference, Terminal

SETTLED = -1
"""Nothing that follows can undo a match."""

_UNGUARDED = [0] * 256


class Rows:
    """A DFA's transitions as lists, made as they are asked for."""

    def __init__(self, dfa: DFA) -> None:
        self.dfa = dfa
        self.start = dfa.start
        self.accepting: list[bool] = dfa.accepting.tolist()
        self.extends: list[bool] = (dfa.transitions != DEAD).any(axis=1).tolist()
        self._rows: list[list[int] | None] = [None] * dfa.num_states

    def row(self, state: int) -> list[int]:
        """The next state after each byte."""
        found = self._rows[state]
        if found is None:
            dfa = self.dfa
            found = self._rows[state] = dfa.transitions[state][dfa.byte_class].tolist()
        return found


class Matcher:
    """A terminal's automaton, with those of its guards.

    Attributes:
        texts: its texts.
        refused: for each guard, what must not follow.
        is_lazy: whether the shortest match is taken.
    """

    def __init__(self, terminal: Terminal, dfa: DFA) -> None:
        self.texts = Rows(dfa)
        self.is_lazy = terminal.preference is Preference.SHORTEST
        self.refused = [Rows(guard.refused) for guard in terminal.guards]
        self._guarded = [Rows(guard.texts) for guard in terminal.guards]
        start = tuple(rows.start for rows in self._guarded)
        self._tuples = [start]
        self._numbers = {start: 0}
        self._rows: dict[int, list[int]] = {}

    def guarded(self, number: int) -> list[int]:
        """The states of the guards' texts after each byte, as a number; 0 is the first."""
        if not self._guarded:
            return _UNGUARDED
        found = self._rows.get(number)
        if found is None:
            pairs = zip(self._guarded, self._tuples[number], strict=True)
            after = zip(*(rows.row(state) for rows, state in pairs), strict=True)
            found = self._rows[number] = [*map(self._number, after)]
        return found

    def _number(self, states: tuple[int, ...]) -> int:
        if states not in self._numbers:
            self._numbers[states] = len(self._tuples)
            self._tuples.append(states)
        return self._numbers[states]

    def guard(self, number: int) -> int:
        """Which guard holds a match that ends here, `SETTLED` for none."""
        for index, (rows, state) in enumerate(
            zip(self._guarded, self._tuples[number], strict=True)
        ):
            if rows.accepting[state]:
                return index
        return SETTLED


class Retyping:
    """Strings inside the texts of a pattern, whose matches become these strings' terminals.

    A number stands for the strings that a beginning of a text can still become; 0 for none.
    """

    def __init__(self, matchers: dict[int, Matcher]) -> None:
        self._matchers = matchers
        self.alive: list[tuple[tuple[int, int], ...]] = [()]
        self._numbers: dict[tuple[tuple[int, int], ...], int] = {(): 0}
        self._rows: dict[int, list[int]] = {}

    def start(self, strings: Sequence[int]) -> int:
        """Before the first byte; the first of ``strings`` that a text equals is its terminal."""
        return self._number(tuple((t, self._matchers[t].texts.start) for t in strings))

    def row(self, number: int) -> list[int]:
        """After each byte."""
        if number not in self._rows:
            after: dict[int, list[tuple[int, int]]] = {}
            for terminal, state in self.alive[number]:
                for byte, target in enumerate(self._matchers[terminal].texts.row(state)):
                    if target != DEAD:
                        after.setdefault(byte, []).append((terminal, target))
            row = [0] * 256
            for byte, alive in after.items():
                row[byte] = self._number(tuple(alive))
            self._rows[number] = row
        return self._rows[number]

    def terminal(self, number: int) -> int | None:
        """Which string has been read, if any."""
        for terminal, state in self.alive[number]:
            if self._matchers[terminal].texts.accepting[state]:
                return terminal
        return None

    def _number(self, alive: tuple[tuple[int, int], ...]) -> int:
        if alive not in self._numbers:
            self._numbers[alive] = len(self.alive)
            self.alive.append(alive)
        return self._numbers[alive]
