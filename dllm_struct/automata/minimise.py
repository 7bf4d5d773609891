"""Minimisation of a partial DFA by refining states and transitions together.

Valmari, "Fast brief practical DFA minimization", Information Processing Letters 112, 2012:
O(m log n) for m transitions and n states, whatever the size of the alphabet.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dllm_struct.automata.jit import jit

Ints = NDArray[np.int32]


def minimal_table(
    tails: Ints,
    labels: Ints,
    heads: Ints,
    start: int,
    accepting: NDArray[np.bool_],
    num_labels: int,
) -> tuple[Ints, int, NDArray[np.bool_]]:
    """The minimal complete table of a deterministic list of edges.

    Args:
        tails: int32 [M], source of each edge.
        labels: int32 [M].
        heads: int32 [M], target of each edge.
        start: start state.
        accepting: bool [S].
        num_labels: K.

    Returns:
        The table [S', K] with the dead state 0, the start state (0: nothing is accepted), and the
        accepting flags [S'].
    """
    useful = useful_states(tails, heads, start, accepting)
    if not useful[start]:
        return np.zeros((1, num_labels), np.int32), 0, np.zeros(1, np.bool_)
    kept = useful[tails] & useful[heads]
    number = np.cumsum(useful, dtype=np.int32) - 1
    tails, labels, heads = number[tails[kept]], labels[kept], number[heads[kept]]
    block, count = coarsest_partition(tails, labels, heads, accepting[useful], num_labels)
    table = np.zeros((count + 1, num_labels), np.int32)
    table[block[tails] + 1, labels] = block[heads] + 1
    accepts = np.zeros(count + 1, np.bool_)
    accepts[block + 1] = accepting[useful]
    return table, int(block[number[start]]) + 1, accepts


@jit
def _adjacency(ends: Any, num_states: Any) -> Any:
    """CSR of edge numbers by one of their ends."""
    start = np.zeros(num_states + 1, np.int32)
    for e in range(len(ends)):
        start[ends[e] + 1] += 1
    for q in range(num_states):
        start[q + 1] += start[q]
    fill = start.copy()
    order = np.empty(len(ends), np.int32)
    for e in range(len(ends)):
        order[fill[ends[e]]] = e
        fill[ends[e]] += 1
    return start, order


@jit
def _closure(start: Any, order: Any, far: Any, seeds: Any) -> Any:
    """States reachable from ``seeds`` along edges whose other end is ``far``."""
    seen = seeds.copy()
    stack = np.empty(len(seen), np.int32)
    top = 0
    for q in range(len(seen)):
        if seen[q]:
            stack[top] = q
            top += 1
    while top > 0:
        top -= 1
        q = stack[top]
        for i in range(start[q], start[q + 1]):
            target = far[order[i]]
            if not seen[target]:
                seen[target] = True
                stack[top] = target
                top += 1
    return seen


@jit
def useful_states(
    tails: Ints, heads: Ints, start: int, accepting: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Which of the S states are on some path from ``start`` to an accepting one."""
    n = len(accepting)
    seeds = np.zeros(n, np.bool_)
    seeds[start] = True
    offsets, order = _adjacency(tails, n)
    forward = _closure(offsets, order, heads, seeds)
    offsets, order = _adjacency(heads, n)
    useful: NDArray[np.bool_] = forward & _closure(offsets, order, tails, accepting)
    return useful


@jit
def _mark(
    e: Any, element: Any, place: Any, block: Any, first: Any, marked: Any, touched: Any, w: Any
) -> Any:
    s = block[e]
    i = place[e]
    j = first[s] + marked[s]
    element[i] = element[j]
    place[element[i]] = i
    element[j] = e
    place[e] = j
    if marked[s] == 0:
        touched[w] = s
        w += 1
    marked[s] += 1
    return w


@jit
def _split(
    element: Any, block: Any, first: Any, past: Any, marked: Any, touched: Any, w: Any, count: Any
) -> Any:
    while w > 0:
        w -= 1
        s = touched[w]
        j = first[s] + marked[s]
        if j == past[s]:
            marked[s] = 0
            continue
        if marked[s] <= past[s] - j:
            first[count] = first[s]
            past[count] = j
            first[s] = j
        else:
            past[count] = past[s]
            first[count] = j
            past[s] = j
        for i in range(first[count], past[count]):
            block[element[i]] = count
        marked[s] = 0
        marked[count] = 0
        count += 1
    return count


@jit
def coarsest_partition(
    tails: Ints, labels: Ints, heads: Ints, accepting: NDArray[np.bool_], num_labels: int
) -> tuple[Ints, int]:
    """The Myhill-Nerode classes of a DFA all of whose states are useful.

    Returns:
        The class of each state [S] and the number of classes.
    """
    n, m = len(accepting), len(tails)
    b_element = np.arange(n).astype(np.int32)
    b_place = b_element.copy()
    b_block = np.zeros(n, np.int32)
    b_first = np.zeros(n + 1, np.int32)
    b_past = np.zeros(n + 1, np.int32)
    b_marked = np.zeros(n + 1, np.int32)
    b_touched = np.zeros(n + 1, np.int32)
    b_past[0] = n
    blocks, w = 1, 0
    for q in range(n):
        if accepting[q]:
            w = _mark(q, b_element, b_place, b_block, b_first, b_marked, b_touched, w)
    blocks = _split(b_element, b_block, b_first, b_past, b_marked, b_touched, w, blocks)
    if m == 0:
        return b_block, blocks

    offsets, by_label = _adjacency(labels, num_labels)
    c_element = by_label
    c_place = np.empty(m, np.int32)
    c_block = np.empty(m, np.int32)
    c_first = np.zeros(m + 1, np.int32)
    c_past = np.zeros(m + 1, np.int32)
    c_marked = np.zeros(m + 1, np.int32)
    c_touched = np.zeros(m + 1, np.int32)
    cords = 0
    for label in range(num_labels):
        if offsets[label + 1] == offsets[label]:
            continue
        c_first[cords] = offsets[label]
        c_past[cords] = offsets[label + 1]
        for i in range(offsets[label], offsets[label + 1]):
            c_place[c_element[i]] = i
            c_block[c_element[i]] = cords
        cords += 1

    into_start, into = _adjacency(heads, n)
    b, c = 1, 0
    while c < cords:
        w = 0
        for i in range(c_first[c], c_past[c]):
            tail = tails[c_element[i]]
            w = _mark(tail, b_element, b_place, b_block, b_first, b_marked, b_touched, w)
        blocks = _split(b_element, b_block, b_first, b_past, b_marked, b_touched, w, blocks)
        c += 1
        while b < blocks:
            w = 0
            for i in range(b_first[b], b_past[b]):
                q = b_element[i]
                for j in range(into_start[q], into_start[q + 1]):
                    w = _mark(into[j], c_element, c_place, c_block, c_first, c_marked, c_touched, w)
            cords = _split(c_element, c_block, c_first, c_past, c_marked, c_touched, w, cords)
            b += 1
    return b_block, blocks


@jit
def breadth_first(table: Ints, start: int) -> tuple[Ints, int]:
    """New numbers of the states of a complete table: 0 stays 0, then in order of discovery.

    Returns:
        [S] new number, 0 for what is not reached; and how many numbers are in use, 0 included.
    """
    number = np.zeros(len(table), np.int32)
    queue = np.empty(len(table) + 1, np.int32)
    if start == 0:
        return number, 1
    number[start] = 1
    queue[0] = start
    head, tail, count = 0, 1, 2
    while head < tail:
        q = queue[head]
        head += 1
        for k in range(table.shape[1]):
            target = table[q, k]
            if target != 0 and number[target] == 0:
                number[target] = count
                count += 1
                queue[tail] = target
                tail += 1
    return number, count
