r"""Offsets in a text as editors count them: lines, and UTF-16 code units in a line.

The Language Server Protocol ends lines with ``\n``, ``\r\n`` or ``\r``, and counts characters
in UTF-16 unless a client agrees to something else.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping
from functools import lru_cache

LINE_END = re.compile(r"\r\n|\n|\r")

Position = Mapping[str, int]
"""``{"line": ..., "character": ...}``, both from 0."""


def position_of(text: str, offset: int) -> dict[str, int]:
    """Return where a character is, as the Language Server Protocol says it.

    Args:
        text: the whole of it.
        offset: characters (code points) before it.
    """
    starts = line_starts(text)
    line = bisect_right(starts, offset) - 1
    return {"line": line, "character": utf16_length(text[starts[line] : offset])}


@lru_cache(maxsize=8)
def line_starts(text: str) -> tuple[int, ...]:
    """Return the offsets at which lines begin."""
    return (0, *(match.end() for match in LINE_END.finditer(text)))


def utf16_length(text: str) -> int:
    """Return the UTF-16 code units of a text."""
    return len(text.encode("utf-16-le")) // 2
