"""Short members of a language, one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from dllm_struct.automata.dfa import DEAD, DFA

_LETTERS = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_- "
_ORDER = bytes(dict.fromkeys((*_LETTERS, *range(33, 127), *range(256))))


def members(dfa: DFA, count: int) -> Iterator[bytes]:
    """Up to ``count`` members, shorter ones first, letters before other characters."""
    yield from islice(_by_length(dfa), count)


def _by_length(dfa: DFA) -> Iterator[bytes]:
    """All members by length; endless when there are infinitely many."""
    if dfa.is_empty:
        return
    edges: dict[int, list[tuple[int, int]]] = {}
    endings = [np.asarray(dfa.accepting)]  # [L][state]: a member ends after exactly L more bytes
    length = since_last = 0
    while since_last <= dfa.num_states:  # so long without a member: there is none any more
        if endings[length][dfa.start]:
            since_last = 0
            yield from _of_length(dfa, length, edges, endings)
        endings.append(_one_earlier(dfa, endings[length]))
        length += 1
        since_last += 1


def _edges(
    dfa: DFA, state: int, known: dict[int, list[tuple[int, int]]]
) -> Iterator[tuple[int, int]]:
    if state not in known:
        after = dfa.transitions[state][dfa.byte_class].tolist()
        known[state] = [(byte, after[byte]) for byte in _ORDER if after[byte] != DEAD]
    return iter(known[state])


def _one_earlier(dfa: DFA, ending: NDArray[np.bool_]) -> NDArray[np.bool_]:
    earlier = np.asarray(ending[dfa.transitions].any(axis=1), np.bool_)
    earlier[DEAD] = False
    return earlier


def _of_length(
    dfa: DFA,
    length: int,
    edges: dict[int, list[tuple[int, int]]],
    endings: list[NDArray[np.bool_]],
) -> Iterator[bytes]:
    if length == 0:
        yield b""
        return
    text = bytearray()
    stack = [_edges(dfa, dfa.start, edges)]
    while stack:
        ending = endings[length - len(text) - 1]
        found = next(((byte, state) for byte, state in stack[-1] if ending[state]), None)
        if found is None:
            stack.pop()
            del text[-1:]
            continue
        text.append(found[0])
        if len(text) == length:
            yield bytes(text)
            del text[-1:]
        else:
            stack.append(_edges(dfa, found[1], edges))
