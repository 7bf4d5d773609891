"""Automata over characters become automata over the bytes of UTF-8.

`spell` puts the spelling of a character in place of every transition of an automaton over atoms;
the parts that lead to the same states are shared, so a minimal automaton over atoms becomes a
minimal one over bytes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dllm_struct.automata.alphabet import MAX_CODE_POINT, Alphabet, alphabet, normalised
from dllm_struct.automata.dfa import DEAD, DFA, empty, merged_columns, numbered
from dllm_struct.automata.interning import FIRST_SIZE, chain, grown, inserted, place
from dllm_struct.automata.jit import jit
from dllm_struct.automata.minimise import minimal_table
from dllm_struct.automata.nfa import MAX_STATES
from dllm_struct.automata.product import reachable_pairs
from dllm_struct.errors import BudgetExceeded

DEAD_ROW = np.uint64(0)


@dataclass(frozen=True, eq=False, slots=True)
class AtomDFA:
    """A complete deterministic automaton over the atoms of an alphabet.

    Attributes:
        transitions: int32 [S, A], the next state for each atom; row 0 is all 0 (dead).
        start: start state.
        accepting: bool [S], False for state 0.
    """

    transitions: NDArray[np.int32]
    start: int
    accepting: NDArray[np.bool_]

    def minimised(self) -> AtomDFA:
        """The minimal automaton of the same language; nothing but state 0 for the empty one."""
        rows, columns = np.nonzero(self.transitions)
        heads = self.transitions[rows, columns]
        width = self.transitions.shape[1]
        return AtomDFA(
            *minimal_table(
                rows.astype(np.int32),
                columns.astype(np.int32),
                heads,
                self.start,
                self.accepting,
                width,
            )
        )

    def restricted(self, other: AtomDFA, *, negated: bool) -> AtomDFA:
        """What this one accepts and ``other`` (over the same alphabet) does, or, negated, not.

        Raises:
            BudgetExceeded: the product is too large.
        """
        column = np.arange(self.transitions.shape[1], dtype=np.int32)
        table, pairs, count = reachable_pairs(
            self.transitions,
            other.transitions,
            column,
            column,
            self.start,
            other.start,
            not negated,
            MAX_STATES,
        )
        if count < 0:
            raise _too_many()
        accepting = self.accepting[pairs[:, 0]] & (other.accepting[pairs[:, 1]] != negated)
        accepting[0] = False
        return AtomDFA(table, 1, accepting).minimised()


def _too_many() -> BudgetExceeded:
    return BudgetExceeded(
        f"the automaton needs more than {MAX_STATES} states",
        hint="lower the repetition bounds, or use narrower character classes "
        "(with re.ASCII, or [a-z] instead of \\w)",
    )


def spell(automaton: AtomDFA, letters: Alphabet) -> DFA:
    """The canonical byte automaton of an automaton over atoms.

    Args:
        automaton: minimal.
        letters: the alphabet whose atoms label its columns.

    Raises:
        BudgetExceeded: it has too many states.
    """
    table = automaton.transitions
    if automaton.start == 0:
        return empty()
    columns = np.zeros((len(table), letters.num_columns), np.int32)
    columns[:, : letters.num_atoms] = table
    rows = []
    offset, count = letters.num_atoms, len(table)
    for nodes in letters.nodes:
        if len(nodes):
            level, count = _spell_level(columns, nodes, offset, count, MAX_STATES)
            if count < 0:
                raise _too_many()
            rows.append(level)
            offset += len(nodes)
    transitions = np.concatenate((columns[:, letters.root], *rows))
    accepting = np.zeros(len(transitions), np.bool_)
    accepting[: len(table)] = automaton.accepting
    merged, byte_class = merged_columns(transitions, letters.byte_class)
    return numbered(merged, byte_class, automaton.start, accepting)


@jit
def _spell_level(
    columns: Any, nodes: Any, offset: Any, first: Any, max_states: Any
) -> tuple[NDArray[np.int32], int]:
    """Intern what each (state, node) leads to; fills the nodes' columns with state numbers.

    Returns:
        Rows of the new states, numbered from ``first``, and the next free number (-1: too many).
    """
    table = np.full(FIRST_SIZE, -1, np.int32)
    hashes = np.zeros(FIRST_SIZE, np.uint64)
    rows = np.zeros((FIRST_SIZE, nodes.shape[1]), np.int32)
    count = 0
    for state in range(1, len(columns)):
        for node in range(len(nodes)):
            rows = grown(rows, count + 1)
            digest = _filled(rows[count], columns[state], nodes[node])
            if digest == DEAD_ROW:
                continue
            slot = place(table, hashes, digest)
            while table[slot] >= 0 and not _equal(rows[table[slot]], rows[count]):
                digest += np.uint64(1)
                slot = place(table, hashes, digest)
            number = table[slot]
            if number < 0:
                if first + count >= max_states:
                    return rows[:0], -1
                number = count
                hashes = grown(hashes, count + 1)
                hashes[count] = digest
                table = inserted(table, hashes, slot, number)
                count += 1
            columns[state, offset + node] = first + number
    return rows[:count], first + count


@jit
def _filled(row: Any, columns: Any, node: Any) -> Any:
    """Write where each byte leads to; returns a hash of the row, `DEAD_ROW` if all is dead."""
    digest = DEAD_ROW
    for k in range(len(node)):
        row[k] = columns[node[k]]
        if row[k] != DEAD:
            digest = chain(digest + np.uint64(k), row[k]) | np.uint64(1)
    return digest


@jit
def _equal(a: Any, b: Any) -> Any:
    for k in range(len(a)):  # noqa: SIM110 - numba knows no generators
        if a[k] != b[k]:
            return False
    return True


def code_points(ranges: Iterable[tuple[int, int]]) -> DFA:
    """Accepts the UTF-8 spelling of exactly one code point out of inclusive ``ranges``."""
    letters = alphabet((normalised(ranges),))
    table = np.zeros((3, letters.num_atoms), np.int32)
    table[1] = 2
    return spell(AtomDFA(table, 1, np.array([False, False, True])).minimised(), letters)


def utf8_text() -> DFA:
    """Accepts every well-formed UTF-8 string, the empty one included."""
    letters = alphabet((((0, MAX_CODE_POINT),),))
    return spell(AtomDFA(np.array([[0], [1]], np.int32), 1, np.array([False, True])), letters)
