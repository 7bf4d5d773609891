"""The pairs of states that two automata reach on the same strings."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dllm_struct.automata.interning import FIRST_SIZE, grown, inserted, mix, place
from dllm_struct.automata.jit import jit

Ints = NDArray[np.int32]
START_PAIR = 1
OVER_BUDGET = -1


@jit
def reachable_pairs(
    a: Ints,
    b: Ints,
    column_a: Ints,
    column_b: Ints,
    start_a: int,
    start_b: int,
    both: bool,
    max_states: int,
) -> tuple[Ints, Ints, int]:
    """Explore the product; pair 0 is dead, pair 1 the start.

    Args:
        a: int32 [S_a, K_a], the first table.
        b: int32 [S_b, K_b], the second table.
        column_a: int32 [K], the first table's column for each joint byte class.
        column_b: int32 [K], the second's.
        start_a: the first automaton's start state.
        start_b: the second's.
        both: whether a pair is dead when either state is; else only when the first is.
        max_states: give up beyond this many pairs.

    Returns:
        The product's table [S, K], the pairs [S, 2], and S, or -1 when the budget ran out.
    """
    num_columns = len(column_a)
    pairs = np.zeros((FIRST_SIZE, 2), np.int32)
    transitions = np.zeros((FIRST_SIZE, num_columns), np.int32)
    hashes = np.zeros(FIRST_SIZE, np.uint64)
    table = np.full(FIRST_SIZE, -1, np.int32)
    pairs[START_PAIR, 0], pairs[START_PAIR, 1] = start_a, start_b
    digest = mix((np.int64(start_a) << 32) | start_b)  # one to one, so a hash is the pair
    hashes[START_PAIR] = digest
    table = inserted(table, hashes, place(table, hashes, digest), START_PAIR)
    count = START_PAIR + 1
    source = START_PAIR
    while source < count:
        for column in range(num_columns):
            state_a = a[pairs[source, 0], column_a[column]]
            state_b = b[pairs[source, 1], column_b[column]]
            if state_a == 0 or (both and state_b == 0):
                continue
            digest = mix((np.int64(state_a) << 32) | state_b)
            slot = place(table, hashes, digest)
            found = table[slot]
            if found < 0:
                if count >= max_states:
                    return transitions, pairs, OVER_BUDGET
                found = count
                count += 1
                pairs, transitions = grown(pairs, count), grown(transitions, count)
                hashes = grown(hashes, count)
                pairs[found, 0], pairs[found, 1] = state_a, state_b
                hashes[found] = digest
                table = inserted(table, hashes, slot, found)
            transitions[source, column] = found
        source += 1
    return transitions[:count], pairs[:count], count
