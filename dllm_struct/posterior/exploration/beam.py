"""Which states of a layer are kept, and how many likely tokens each is expanded by."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dllm_struct.automata.jit import jit
from dllm_struct.posterior.exploration.memory import FEWEST, NOT_ASKED, Memory
from dllm_struct.posterior.exploration.reading import END, begins
from dllm_struct.posterior.exploration.words import Words

ALL = -1
"""A beam that keeps every state."""

MOST_REMEMBERING = 4
"""States of a layer that remember what they read (as keys of objects do) and are still explored by
likely tokens: these are the ones that are expensive."""

MOST_REMEMBERED = 6
"""Likely tokens that are tried in these together: of what they lead to, no more is kept than
`MOST_REMEMBERING`, and each of it is new."""

FAINT = 12.0
"""Nats below the likeliest way to a position at which a way counts for nothing."""


@jit
def tries_of(
    states: NDArray[np.int32],
    scores: NDArray[np.float64],
    options: NDArray[np.int32],
    row: NDArray[np.float32],
    words: Words,
    memory: Memory,
    beam: int,
) -> NDArray[np.int64]:
    """How many likely tokens are tried in each state: few where all that is tried is new.

    Where the beam is narrow, a token is not tried either where the way there is `FAINT`.

    Args:
        states: int32 [k].
        scores: float64 [k].
        options: int32 [m], likely tokens of the position, the likeliest first.
        row: float32 [V'], its logits, or empty: all weights are 0.
        words: the vocabulary.
        memory: what is known.
        beam: states that are kept, or `ALL`.
    """
    tries = np.full(len(states), len(options))
    if beam == ALL:
        return tries
    if len(states) and len(row) and len(options):
        highest = scores.max() + np.float64(row[options[0]])
        for k in range(len(states)):
            while tries[k] and scores[k] + row[options[tries[k] - 1]] < highest - FAINT:
                tries[k] -= 1
    if not memory.remembers[states].any():
        return tries
    own = np.flatnonzero(memory.remembers[states])
    tries[own] = 0
    best = own[np.argsort(-scores[own], kind="mergesort")[:MOST_REMEMBERING]]
    _share(MOST_REMEMBERED, best, tries, states, scores, options, row, words, memory)
    return tries


@jit
def _share(
    count: Any,
    own: Any,
    tries: Any,
    states: Any,
    scores: Any,
    options: Any,
    row: Any,
    words: Any,
    memory: Any,
) -> None:
    """Give out tries to the best pairs of state and token; those that begin wrong are free."""
    while count > 0:
        best, highest = -1, -np.inf
        for k in own:
            if tries[k] < len(options):
                weight = 0.0 if len(row) == 0 else np.float64(row[options[tries[k]]])
                if best < 0 or scores[k] + weight > highest:
                    best, highest = k, scores[k] + weight
        if best < 0:
            break
        token = options[tries[best]]
        count -= begins(states[best], token, words.text, words.offset, memory.rows)
        tries[best] += 1


@jit
def come_late(source: Any, slot: Any, states: Any, memory: Any, is_costly: Any) -> None:
    """Note which found states, as first met, come after a state that remembers what it reads."""
    count = 0
    for e in range(len(slot)):
        if slot[e] == count:
            is_costly[count] = memory.remembers[states[source[e]]]
            count += 1


@jit
def narrow(
    states: Any,
    scores: Any,
    is_kept: Any,
    is_costly: Any,
    trail: Any,
    room: Any,
    beam: Any,
    memory: Any,
    missing: Any,
) -> Any:
    """Keep `END`, the trail's state, and the best that can end within ``room`` tokens.

    Args:
        states: int32 [k], states found.
        scores: float64 [k], best score of a path to each.
        is_kept: bool [k], which are looked at; says afterwards which are kept.
        is_costly: bool [k], which come after a state that remembers.
        trail: the trail's state.
        room: positions that are left.
        beam: most states.
        memory: what is known.
        missing: takes what has to be asked.

    Returns:
        How much has to be asked; with any, the rest is void.
    """
    is_left = is_kept.copy()
    for k in range(len(states)):
        is_kept[k] &= states[k] == END or states[k] == trail
        is_left[k] &= not is_kept[k] and memory.fewest[states[k]] <= room
    count, num_costly, num_missing = 0, 0, 0
    while count < beam:
        best = -1
        for k in range(len(states)):
            if is_left[k] and (best < 0 or scores[k] > scores[best]):
                best = k
        if best < 0:
            break
        is_left[best] = False
        if is_costly[best] and num_costly == MOST_REMEMBERING:
            continue
        if memory.fewest[states[best]] == NOT_ASKED and num_missing < len(missing):
            missing[num_missing, 0] = states[best]
            missing[num_missing, 1] = FEWEST
            num_missing += 1
        is_kept[best] = True
        count += 1
        num_costly += is_costly[best]
    return num_missing
