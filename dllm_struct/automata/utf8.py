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

from dllm_struct.automata.algebra import _pairs
from dllm_struct.automata.alphabet import MAX_CODE_POINT, Alphabet, alphabet, normalised
from dllm_struct.automata.dfa import DFA, _merged_columns, _numbered, empty
from dllm_struct.automata.jit import jit
from dllm_struct.automata.minimise import coarsest_partition, useful_states
from dllm_struct.automata.nfa import MAX_STATES
from dllm_struct.errors import BudgetExceeded


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
        tails, labels = rows.astype(np.int32), columns.astype(np.int32)
        useful = useful_states(tails, heads, self.start, self.accepting)
        if not useful[self.start]:
            return AtomDFA(self.transitions[:1], 0, self.accepting[:1])
        kept = useful[tails] & useful[heads]
        number = np.cumsum(useful, dtype=np.int32) - 1
        tails, labels, heads = number[tails[kept]], labels[kept], number[heads[kept]]
        width = self.transitions.shape[1]
        block, count = coarsest_partition(tails, labels, heads, self.accepting[useful], width)
        smaller = np.zeros((count + 1, width), np.int32)
        smaller[block[tails] + 1, labels] = block[heads] + 1
        accepts = np.zeros(count + 1, np.bool_)
        accepts[block + 1] = self.accepting[useful]
        return AtomDFA(smaller, int(block[number[self.start]]) + 1, accepts)

    def restricted(self, other: AtomDFA, *, negated: bool) -> AtomDFA:
        """What this one accepts and ``other`` (over the same alphabet) does, or, negated, not.

        Raises:
            BudgetExceeded: the product is too large.
        """
        column = np.arange(self.transitions.shape[1], dtype=np.int32)
        table, pairs, count = _pairs(
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
    merged, byte_class = _merged_columns(transitions, letters.byte_class)
    return _numbered(merged, byte_class, automaton.start, accepting)


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
    return spell(AtomDFA(table, 1, np.array([False, False, True])).minimised(), letters)


def utf8_text() -> DFA:
    """Accepts every well-formed UTF-8 string, the empty one included."""
    letters = alphabet((((0, MAX_CODE_POINT),),))
    return spell(AtomDFA(np.array([[0], [1]], np.int32), 1, np.array([False, True])), letters)
