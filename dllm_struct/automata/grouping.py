"""Bundling parallel transitions: the classes that lead from q to q' become one shared group.

States that count (the length of a string, say) move alike, so a few groups serve all of them, and
a sum over (state x class) becomes one over the far fewer pairs of states.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dllm_struct.automata.interning import FIRST_SIZE, chain, grown, inserted, place
from dllm_struct.automata.jit import jit

Ints = NDArray[np.int32]


@jit
def group_edges(
    start: NDArray[np.int64], edge_class: Ints, edge_target: Ints, useful: NDArray[np.bool_]
) -> tuple[Ints, Ints, Ints, NDArray[np.int64], Ints]:
    """Bundle the transitions between useful states.

    Args:
        start: int64 [S + 1], offsets of each state's transitions.
        edge_class: int32, their classes, ascending for each state.
        edge_target: int32, their targets.
        useful: bool [S].

    Returns:
        Source, target and group of every edge, sorted by source; and the groups: offsets [G + 1]
        and their classes, ascending.
    """
    n = len(useful)
    source = np.empty(len(edge_class), np.int32)
    target = np.empty(len(edge_class), np.int32)
    group = np.empty(len(edge_class), np.int32)
    num_edges = 0

    begin = np.zeros(FIRST_SIZE, np.int64)
    hashes = np.zeros(FIRST_SIZE, np.uint64)
    classes = np.empty(FIRST_SIZE, np.int32)
    table = np.full(FIRST_SIZE, -1, np.int32)
    count = 0

    head = np.full(n, -1, np.int64)  # a state's transitions by target, as linked lists
    last = np.full(n, -1, np.int64)
    follow = np.empty(len(edge_class), np.int64)
    targets = np.empty(n, np.int32)
    for q in np.flatnonzero(useful):
        num_targets = _by_target(
            start[q], start[q + 1], edge_target, useful, head, last, follow, targets
        )
        classes = grown(classes, begin[count] + start[q + 1] - start[q])
        for t in targets[:num_targets]:
            low = begin[count]
            high, digest = _written(head[t], follow, edge_class, classes, low)
            head[t] = -1
            while True:
                slot = place(table, hashes, digest)
                g = table[slot]
                if g < 0 or _equal(classes, begin, g, low, high):
                    break
                digest += np.uint64(1)
            if g < 0:
                g = count
                count += 1
                begin, hashes = grown(begin, count + 1), grown(hashes, count)
                classes = grown(classes, high + start[q + 1] - start[q])
                begin[count] = high
                hashes[g] = digest
                table = inserted(table, hashes, slot, g)
            source[num_edges] = q
            target[num_edges] = t
            group[num_edges] = g
            num_edges += 1
    return (
        source[:num_edges].copy(),
        target[:num_edges].copy(),
        group[:num_edges].copy(),
        begin[: count + 1].copy(),
        classes[: begin[count]].copy(),
    )


@jit
def _by_target(
    low: Any,
    high: Any,
    edge_target: Any,
    useful: Any,
    head: Any,
    last: Any,
    follow: Any,
    targets: Any,
) -> Any:
    """List the transitions ``low:high`` by target; returns how many targets there are."""
    found = 0
    for e in range(low, high):
        t = edge_target[e]
        if not useful[t]:
            continue
        follow[e] = -1
        if head[t] < 0:
            head[t] = e
            targets[found] = t
            found += 1
        else:
            follow[last[t]] = e
        last[t] = e
    return found


@jit
def _written(e: Any, follow: Any, edge_class: Any, classes: Any, at: Any) -> Any:
    """Write the classes of one list at ``at``; returns the end and the hash."""
    digest = np.uint64(0)
    while e >= 0:
        classes[at] = edge_class[e]
        digest = chain(digest, edge_class[e])
        at += 1
        e = follow[e]
    return at, digest


@jit
def _equal(classes: Any, begin: Any, g: Any, low: Any, high: Any) -> Any:
    """Whether group g is the classes at ``low:high``."""
    if begin[g + 1] - begin[g] != high - low:
        return False
    same = True
    for i in range(high - low):
        same &= classes[begin[g] + i] == classes[low + i]
    return same
