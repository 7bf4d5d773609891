"""Places in a text as they are typed: numbers of characters, or of lines and columns."""

from __future__ import annotations

import re

from dllm_struct.errors import InvalidInput

OFFSETS = re.compile(r"(\d+):(\d+)")
LINES = re.compile(r"L(\d+)(?::(\d+))?(?:-L(\d+)(?::(\d+))?)?")


def read_span(text: str, argument: str) -> tuple[int, int]:
    """Return the characters that ``START:END``, ``L3``, ``L3-L5`` or ``L3:7-L4:1`` stands for.

    Lines and columns count from 1. A line without a column is all of it, except its end; a column
    is the character before which a span begins or ends.

    Args:
        text: the whole of it.
        argument: as typed.

    Raises:
        InvalidInput: it is none of these, or names a line or column that is not there.
    """
    if found := OFFSETS.fullmatch(argument):
        return int(found[1]), int(found[2])
    if not (found := LINES.fullmatch(argument)):
        raise InvalidInput(
            f"'{argument}' is no span",
            hint="write START:END in characters, or L3, L3-L5, L3:7-L4:1 in lines and columns",
        )
    line, column, last, until = (None if n is None else int(n) for n in found.groups())
    assert line is not None
    start = _offset(text, line, 1 if column is None else column)
    if last is None and column is not None:
        return start, start
    last = line if last is None else last
    return start, _offset(text, last, _columns(text, last) if until is None else until)


def read_cursor(text: str, argument: str) -> int:
    """Return the characters before ``N`` or ``L3:7``.

    Raises:
        InvalidInput: it is neither, or names a line or column that is not there.
    """
    if argument.isdecimal():
        return int(argument)
    start, end = read_span(text, argument)
    if start != end:
        raise InvalidInput(
            f"'{argument}' is no place of a cursor", hint="write N characters, or L3:7"
        )
    return start


def _offset(text: str, line: int, column: int) -> int:
    if not 1 <= column <= _columns(text, line):
        raise InvalidInput(
            f"line {line} has no column {column}",
            hint=f"columns of that line go from 1 to {_columns(text, line)}",
        )
    return sum(len(own) + 1 for own in text.split("\n")[: line - 1]) + column - 1


def _columns(text: str, line: int) -> int:
    """The last column of a line: the one before its end."""
    lines = text.split("\n")
    if not 1 <= line <= len(lines):
        raise InvalidInput(f"the text has no line {line}", hint=f"lines go from 1 to {len(lines)}")
    return len(lines[line - 1].removesuffix("\r")) + 1
