"""A nondeterministic byte automaton under construction."""

from __future__ import annotations

from array import array
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from dllm_struct.automata.dfa import DFA, NUM_BYTES, empty, minimal
from dllm_struct.automata.subsets import START_SET, subset_construction
from dllm_struct.errors import BudgetExceeded

MAX_STATES = 200_000
MAX_MEMBERS = 30_000_000


class NFA:
    """States are small integers; edges carry an inclusive byte range, or nothing (epsilon)."""

    def __init__(self) -> None:
        self.num_states = 0
        self._edges = array("i")  # source, low, high, target; flat
        self._epsilons = array("i")  # source, target; flat

    def state(self) -> int:
        """Add a state."""
        self.num_states += 1
        return self.num_states - 1

    def edge(self, source: int, low: int, high: int, target: int) -> None:
        """Add an edge for every byte from ``low`` to ``high`` inclusive."""
        self._edges.extend((source, low, high, target))

    def epsilon(self, source: int, target: int) -> None:
        """Add an edge that reads nothing."""
        self._epsilons.extend((source, target))

    def embed(self, dfa: DFA) -> tuple[int, list[int]]:
        """Copy an automaton in.

        Returns:
            Its start state and its accepting states, in this NFA's numbers.
        """
        offset = self.num_states
        self.num_states += dfa.num_states
        low, high = _byte_runs(dfa.byte_class)
        targets = dfa.transitions[:, dfa.byte_class[low]]  # [S, R]
        source, run = np.nonzero(targets)
        rows = np.stack(
            (source + offset, low[run], high[run], targets[source, run] + offset), axis=1
        )
        self._edges.frombytes(rows.astype(np.int32).tobytes())
        return dfa.start + offset, [int(q) + offset for q in np.flatnonzero(dfa.accepting)]

    def determinise(
        self, starts: Iterable[int], accepting: Iterable[int], max_states: int = MAX_STATES
    ) -> DFA:
        """The canonical DFA of what leads from ``starts`` to ``accepting``.

        Raises:
            BudgetExceeded: when more than ``max_states`` sets of states are needed.
        """
        n = self.num_states
        edges = np.frombuffer(self._edges, np.int32).reshape(-1, 4)
        epsilons = np.frombuffer(self._epsilons, np.int32).reshape(-1, 2)
        accepts = np.zeros(n, np.bool_)
        accepts[list(accepting)] = True
        byte_class = _byte_classes(edges)
        source, column, target = _edges_by_class(edges, byte_class)
        edge_start, edge_order = _offsets(source, n)
        epsilon_start, epsilon_order = _offsets(epsilons[:, 0], n)
        table, flags, count = subset_construction(
            epsilon_start,
            epsilons[epsilon_order, 1],
            edge_start,
            column[edge_order],
            target[edge_order],
            np.array(sorted(set(starts)), np.int32),
            accepts,
            int(byte_class.max()) + 1,
            max_states,
            MAX_MEMBERS,
        )
        if count < 0:
            raise BudgetExceeded(
                f"the automaton needs more than {max_states} states",
                hint="simplify the pattern or schema, or lower its repetition bounds",
            )
        if count == 1:
            return empty()
        return minimal(table, byte_class, START_SET, flags)


def _byte_runs(byte_class: NDArray[np.uint8]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """First and last bytes of the maximal runs of equal class."""
    changes = np.flatnonzero(np.diff(byte_class)) + 1
    low = np.concatenate(([0], changes))
    high = np.concatenate((changes - 1, [NUM_BYTES - 1]))
    return low, high


def _byte_classes(edges: NDArray[np.int32]) -> NDArray[np.uint8]:
    """The class of each byte; those that no edge tells apart share one."""
    cuts = np.zeros(NUM_BYTES + 1, np.bool_)
    cuts[edges[:, 1]] = True
    cuts[edges[:, 2] + 1] = True
    cuts[0] = False
    return np.cumsum(cuts[:NUM_BYTES]).astype(np.uint8)


def _edges_by_class(
    edges: NDArray[np.int32], byte_class: NDArray[np.uint8]
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
    """Repeat each edge once for every byte class in its range."""
    low = byte_class[edges[:, 1]].astype(np.int32)
    width = byte_class[edges[:, 2]].astype(np.int32) - low + 1
    row = np.repeat(np.arange(len(edges)), width)
    step = np.arange(len(row)) - np.repeat(np.cumsum(width) - width, width)
    column = (low[row] + step).astype(np.int32)
    return edges[row, 0].copy(), column, edges[row, 3].copy()


def _offsets(source: NDArray[np.int32], n: int) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """CSR offsets [n + 1] and the order that sorts by source."""
    start = np.zeros(n + 1, np.int32)
    np.cumsum(np.bincount(source, minlength=n), out=start[1:])
    return start, np.argsort(source, kind="stable")
