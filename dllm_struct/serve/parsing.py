"""JSON texts from outside: what Python reads too generously, or at too high a price, is refused."""

from __future__ import annotations

import json
import math
import re
from typing import Any

from dllm_struct.serve.errors import RequestError

DEEPEST = 64
"""Levels of nesting that a text may have."""

LONGEST_NUMBER = 300
"""Characters of a number."""

_STRINGS = re.compile(rb'"(?:[^"\\]|\\.)*+"?', re.DOTALL)
_OTHERS = bytes(set(range(256)) - set(b"[]{}"))


def parsed(text: str | bytes, param: str | None = None) -> Any:
    """Return the value of a JSON text.

    Raises:
        RequestError: it is no JSON, is nested too deeply, or has a number that nobody can hold.
    """
    try:
        data = text if isinstance(text, bytes) else text.encode()
        _check_depth(data, param)
        return json.loads(
            data.decode(), parse_constant=_number, parse_float=_number, parse_int=_integer
        )
    except ValueError as error:
        raise RequestError("this is no JSON", code="invalid_json", param=param) from error


def _check_depth(data: bytes, param: str | None) -> None:
    depth = 0
    for byte in _STRINGS.sub(b"", data).translate(None, _OTHERS):
        depth += 1 if byte in b"[{" else -1
        if depth > DEEPEST:
            raise RequestError(
                f"the JSON is nested more than {DEEPEST} levels deep",
                code="nested_too_deeply",
                param=param,
            )


def _number(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(text)
    return value


def _integer(text: str) -> int:
    if len(text) > LONGEST_NUMBER:
        raise ValueError(text)
    return int(text)
