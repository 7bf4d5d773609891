"""Indentation: the columns of the open blocks and how many brackets are open, as one integer.

After lark's `Indenter`: inside brackets newlines do not count; elsewhere a newline's terminal is
followed by an indent where the next line begins further right, and by a dedent for each block that
it closes.
"""

from __future__ import annotations

from dllm_struct.languages.grammar.cfg import Indentation

MARGIN = 0
"""No block and no bracket is open. (It is also what there is without indentation.)"""

UNCOUNTED = -2
"""Column of a text that is no newline's, or stands in brackets."""

NO_LINE = -1
"""Column of a newline's text that has no line feed yet."""


def moved_by(column: int, byte: int, tab: int) -> int:
    """The column of a newline's text after one more byte; a tab is ``tab`` blanks."""
    if byte == ord("\n"):
        return 0
    if column == NO_LINE:
        return NO_LINE
    if byte == ord(" "):
        return column + 1
    return column + tab if byte == ord("\t") else column


class Columns:
    """The interned columns and brackets of a text.

    Attributes:
        level: open brackets, for each.
        columns: where the open blocks begin, for each, the outermost (0) first.
    """

    def __init__(self, indentation: Indentation | None) -> None:
        self._indentation = indentation
        self.level = [0]
        self.columns: list[tuple[int, ...]] = [(0,)]
        self._numbers: dict[tuple[tuple[int, ...], int], int] = {((0,), 0): MARGIN}

    def after(self, place: int, terminal: int) -> int | None:
        """The columns after a terminal that is no newline; None where no bracket is open."""
        indentation = self._indentation
        assert indentation is not None
        level = self.level[place]
        if terminal in indentation.opening:
            return self._number(self.columns[place], level + 1)
        if terminal in indentation.closing:
            return self._number(self.columns[place], level - 1) if level else None
        return place

    def moved(self, place: int, column: int) -> tuple[int, int] | None:
        """The columns after a newline, and how many blocks open (1) or close (-n).

        None where the line begins between two blocks' columns, or the text has no line feed.
        """
        columns = self.columns[place]
        if column > columns[-1]:
            return self._number((*columns, column), 0), 1
        if column not in columns:
            return None
        kept = columns.index(column) + 1
        return self._number(columns[:kept], 0), kept - len(columns)

    def _number(self, columns: tuple[int, ...], level: int) -> int:
        key = columns, level
        if key not in self._numbers:
            self._numbers[key] = len(self.level)
            self.level.append(level)
            self.columns.append(columns)
        return self._numbers[key]
