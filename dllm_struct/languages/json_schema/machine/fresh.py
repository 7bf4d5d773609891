"""Scalars that differ from values already written."""

from __future__ import annotations

from itertools import islice

from dllm_struct.languages.json_schema.machine.memory import Remembered
from dllm_struct.languages.json_schema.machine.scalars import Scalars
from dllm_struct.languages.json_schema.machine.spelling import fresh_string
from dllm_struct.languages.json_schema.machine.values import Values

_QUOTE = b'"'
_TRIES = 200
"""Spellings of numbers that are tried beyond those that can all be taken."""


def fresh_scalar(
    scalars: Scalars, state: int, text: bytes, seen: Remembered[int], values: Values
) -> bytes | None:
    """A short end of a scalar such that its value is not among those seen; None when all are.

    Args:
        scalars: reads the scalar.
        state: its state after the text.
        text: what is read of it.
        seen: numbers of values.
        values: numbers them.
    """
    if not seen.size:
        return scalars.completion(state)
    if text.startswith(_QUOTE):
        body = fresh_string(
            scalars, state, scalars.content, text[1:], lambda s: values.string(s) in seen
        )
        return None if body is None else body + _QUOTE
    ends = islice(scalars.endings(state), _TRIES + 8 * seen.size)
    return next((end for end in ends if values.scalar(text + end) not in seen), None)
