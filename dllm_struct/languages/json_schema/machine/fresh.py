"""Scalars that arrays may have next whose items have to differ, or not to."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count, islice

from dllm_struct.languages.json_schema.machine.open_arrays import ArrayFrame
from dllm_struct.languages.json_schema.machine.scalars import Scalars
from dllm_struct.languages.json_schema.machine.spelling import fresh_string
from dllm_struct.languages.json_schema.machine.values import Values

_QUOTE = b'"'
_TRIES = 200
"""Spellings of numbers that are tried beyond those that can all be taken."""


def fresh_scalar(
    scalars: Scalars, state: int, text: bytes, frame: ArrayFrame, values: Values
) -> bytes | None:
    """A short end of a scalar that an array may have whose items differ, or not; None without any.

    Args:
        scalars: reads the scalar.
        state: its state after the text.
        text: what is read of it.
        frame: the array.
        values: numbers values.
    """
    if frame.differ:
        most = _TRIES + 8 * frame.most_barred
        return _first_end(scalars, state, text, frame.bars, values, most)
    tries = count()

    def bars(value: int) -> bool:
        """Any value may do, or one only: look at few, after those that are written already."""
        return next(tries) < _TRIES and frame.bars(value)

    for old in filter(None, map(values.written, frame.seen or ())):
        if old.startswith(text) and scalars.has(old) and not frame.bars(values.scalar(old)):
            return old[len(text) :]
    end = _first_end(scalars, state, text, bars, values, _TRIES)
    return None if end is None or frame.bars(values.scalar(text + end)) else end


def _first_end(
    scalars: Scalars,
    state: int,
    text: bytes,
    bars: Callable[[int], bool],
    values: Values,
    most: int,
) -> bytes | None:
    """The first of the short ends whose value is not barred."""
    if not text.startswith(_QUOTE):
        ends = islice(scalars.endings(state), most)
        return next((end for end in ends if not bars(values.scalar(text + end))), None)
    body = fresh_string(scalars, state, scalars.content, text[1:], lambda s: bars(values.string(s)))
    return None if body is None else body + _QUOTE
