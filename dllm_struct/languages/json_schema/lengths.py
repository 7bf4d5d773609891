"""Strings by their length in code points, as an automaton over their UTF-8."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from dllm_struct.automata.dfa import DFA, NUM_BYTES, empty, minimal, trimmed

# first bytes and continuation bytes that UTF-8 tells apart, as inclusive ranges
_RANGES = (
    (0x00, 0x7F),
    (0x80, 0x8F),
    (0x90, 0x9F),
    (0xA0, 0xBF),
    (0xC2, 0xDF),
    (0xE0, 0xE0),
    (0xE1, 0xEC),
    (0xED, 0xED),
    (0xEE, 0xEF),
    (0xF0, 0xF0),
    (0xF1, 0xF3),
    (0xF4, 0xF4),
)
_BASE, _ONE, _TWO, _THREE, _E0, _ED, _F0, _F4 = range(8)
_PER_LAYER = 8
# (from, range, to): within one code point; to `_BASE` completes it
_STEPS = (
    *((_BASE, label, state) for label, state in enumerate(
        (_BASE, None, None, None, _ONE, _E0, _TWO, _ED, _TWO, _F0, _THREE, _F4)
    ) if state is not None),
    *((_ONE, label, _BASE) for label in (1, 2, 3)),
    *((_TWO, label, _ONE) for label in (1, 2, 3)),
    *((_THREE, label, _TWO) for label in (1, 2, 3)),
    (_E0, 3, _ONE),
    (_ED, 1, _ONE),
    (_ED, 2, _ONE),
    (_F0, 2, _TWO),
    (_F0, 3, _TWO),
    (_F4, 1, _TWO),
)  # fmt: skip


@lru_cache(maxsize=256)
def lengths(low: int, high: int | None) -> DFA:
    """Well-formed UTF-8 of ``low`` to ``high`` code points; None is unbounded."""
    if high is not None and high < low:
        return empty()
    last = low if high is None else high
    steps = np.array(_STEPS, np.int32)  # [M, 3]
    layer = np.arange(last + 1, dtype=np.int32)[:, None]  # [L, 1]
    offset = 1 + _PER_LAYER * layer
    after = 1 + _PER_LAYER * np.minimum(layer + 1, last)
    completes = steps[:, 2] == _BASE
    tails = offset + steps[:, 0]
    heads = np.where(completes, after, offset + steps[:, 2])
    labels = np.broadcast_to(steps[:, 1], tails.shape)
    kept = np.ones(tails.shape, np.bool_)
    if high is not None:
        kept[last] = False  # nothing follows the last code point
    accepting = np.zeros(1 + _PER_LAYER * (last + 1), np.bool_)
    accepting[1 + _PER_LAYER * np.arange(low, last + 1)] = True
    byte_class = np.full(NUM_BYTES, len(_RANGES), np.uint8)
    for label, (first, final) in enumerate(_RANGES):
        byte_class[first : final + 1] = label
    table = np.zeros((len(accepting), len(_RANGES) + 1), np.int32)
    table[tails[kept], labels[kept]] = heads[kept]
    # Without an upper bound, the characters before and in the loop are read by equal states.
    finish = minimal if high is None else trimmed
    return finish(table, byte_class, 1, accepting)
