"""Determinising patterns without lookarounds: the subset construction over atoms."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dllm_struct.automata.alphabet import Alphabet
from dllm_struct.automata.nfa import MAX_STATES
from dllm_struct.automata.subsets import subset_construction
from dllm_struct.automata.utf8 import AtomDFA
from dllm_struct.errors import BudgetExceeded
from dllm_struct.languages.regex.thompson import CharNFA

MAX_MEMBERS = 8_000_000
Ints = NDArray[np.int32]


def determinise(nfa: CharNFA, start: int, end: int, letters: Alphabet) -> AtomDFA:
    """The minimal automaton of the texts that lead from ``start`` to ``end``.

    Guards do not exist for it.

    Raises:
        BudgetExceeded: when it grows too large.
    """
    source, atom, target = _edges_by_atom(nfa, letters)
    edge_start, edge_order = _offsets(source, nfa.num_states)
    epsilons = np.array(nfa.epsilons, np.int32).reshape(-1, 2)
    epsilon_start, epsilon_order = _offsets(epsilons[:, 0], nfa.num_states)
    accepting = np.zeros(nfa.num_states, np.bool_)
    accepting[end] = True
    table, flags, count = subset_construction(
        epsilon_start,
        epsilons[epsilon_order, 1],
        edge_start,
        atom[edge_order],
        target[edge_order],
        np.array([start], np.int32),
        accepting,
        max(letters.num_atoms, 1),
        MAX_STATES,
        MAX_MEMBERS,
    )
    if count < 0:
        raise too_large()
    if count == 1:
        return AtomDFA(table[:1, : letters.num_atoms], 0, flags[:1])
    return AtomDFA(table[:, : letters.num_atoms], 1, flags).minimised()


def too_large() -> BudgetExceeded:
    """The error for a pattern whose deterministic automaton explodes."""
    return BudgetExceeded(
        "the pattern needs too large an automaton",
        hint="lower its repetition bounds, or make its alternatives start differently",
    )


def _edges_by_atom(nfa: CharNFA, letters: Alphabet) -> tuple[Ints, Ints, Ints]:
    """Repeat each edge once for every atom of its set."""
    edges = np.array(nfa.edges, np.int32).reshape(-1, 3)
    sizes = np.array([len(atoms) for atoms in letters.members], np.int64)
    begin = np.cumsum(sizes) - sizes
    atoms = np.array([atom for atoms in letters.members for atom in atoms], np.int32)
    width = sizes[edges[:, 1]]
    row = np.repeat(np.arange(len(edges)), width)
    step = np.arange(len(row)) - np.repeat(np.cumsum(width) - width, width)
    return edges[row, 0], atoms[begin[edges[row, 1]] + step], edges[row, 2]


def _offsets(source: Ints, n: int) -> tuple[Ints, NDArray[np.int64]]:
    """CSR offsets [n + 1] and the order that sorts by source."""
    start = np.zeros(n + 1, np.int32)
    np.cumsum(np.bincount(source, minlength=n), out=start[1:])
    return start, np.argsort(source, kind="stable")
