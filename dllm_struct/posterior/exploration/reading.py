"""Reading tokens through what is known of a machine's states, in compiled loops."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dllm_struct.automata.jit import jit
from dllm_struct.automata.machine import DEAD, UNMADE
from dllm_struct.posterior.exploration.memory import TOKEN, Memory, place_of
from dllm_struct.posterior.exploration.words import Words

MOST_REQUESTS = 4096

END = 0
"""Stands for the state after the first null (no living state has this number)."""


@jit
def begins(state: Any, token: Any, text: Any, offset: Any, rows: Any) -> Any:
    """Whether a token has text whose first byte may stand after a state, where that is seen."""
    first = offset[token]
    return first < offset[token + 1] and rows[state, text[first]] != DEAD


@jit
def read(
    state: Any,
    token: Any,
    text: Any,
    offset: Any,
    rows: Any,
    seen: Any,
    by_token: Any,
    read_key: Any,
    read_target: Any,
) -> Any:
    """The state after a token, `DEAD`, or `UNMADE` when something has to be asked for.

    Takes plain arrays, those of `Words` and `Memory`: passing the tuples costs more than reading.
    """
    first, last = offset[token], offset[token + 1]
    if first == last:
        return np.int32(DEAD)
    if not seen[state]:
        return np.int32(UNMADE)
    if by_token[state]:
        if not begins(state, token, text, offset, rows):
            return np.int32(DEAD)
        return read_target[place_of(state, token, read_key)]
    target = np.int32(state)
    for at in range(first, last):
        target = rows[target, text[at]]
        if target <= DEAD:
            break
    return target


@jit
def readers(
    states: NDArray[np.int32],
    run: NDArray[np.int64],
    words: Words,
    memory: Memory,
    missing: NDArray[np.int64],
) -> tuple[NDArray[np.bool_], int]:
    """Which states can read all tokens of a run, and how many requests there are."""
    text, offset, rows, seen = words.text, words.offset, memory.rows, memory.seen
    by_token, key, found = memory.by_token, memory.read_key, memory.read_target
    can = np.zeros(len(states), np.bool_)
    count = 0
    for k in range(len(states)):
        state = states[k]
        if state == END:
            continue
        for token in run:
            target = read(state, token, text, offset, rows, seen, by_token, key, found)
            if target == UNMADE and count < len(missing):
                missing[count, 0], missing[count, 1] = state, TOKEN + token
                count += 1
            state = target
            if state <= DEAD:
                break
        can[k] = state > DEAD
    return can, count


@jit
def passed(
    state: int,
    tokens: NDArray[np.int64],
    words: Words,
    memory: Memory,
    missing: NDArray[np.int64],
    states: NDArray[np.int32],
) -> tuple[int, int]:
    """Write down the states that some tokens pass, until one cannot be read.

    Args:
        state: the first one.
        tokens: [k].
        words: the vocabulary.
        memory: what is known.
        missing: int64 [1, 2], takes what has to be asked for.
        states: int32 [k + 1], takes the states.

    Returns:
        How many tokens were read, and how many requests there are.
    """
    text, offset, rows, seen = words.text, words.offset, memory.rows, memory.seen
    by_token, key, found = memory.by_token, memory.read_key, memory.read_target
    states[0] = state
    for k in range(len(tokens)):
        target = read(states[k], tokens[k], text, offset, rows, seen, by_token, key, found)
        if target == UNMADE:
            missing[0, 0], missing[0, 1] = states[k], TOKEN + tokens[k]
            return k, 1
        if target == DEAD:
            return k, 0
        states[k + 1] = target
    return len(tokens), 0
