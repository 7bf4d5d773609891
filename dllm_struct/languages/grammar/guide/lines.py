"""Indents and dedents in fixed text: what is known of the columns of its lines.

Behind a gap it is not known how deep lines are indented, nor whether brackets are open. Both become
known on the way: after a line's end that counts no bracket is open, and the columns of the lines
since then are on the stack of columns. Where nothing is known every possibility stays open.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from dllm_struct.languages.grammar.cfg import Cfg, Indentation

EMPTY = -1
"""The label of an edge that reads no terminal."""
NOT_KNOWN = -1
MANY = 1 << 30
ANY, DEEPER, SHALLOWER, PLAIN = range(4)


class Context(NamedTuple):
    """What is known of the lines so far.

    Attributes:
        exact: whether all open brackets are known.
        brackets: how many are open, at least.
        columns: the innermost columns of the stack, as far as they are known.
    """

    exact: bool
    brackets: int
    columns: tuple[int, ...]


UNKNOWN = Context(False, 0, ())


class Spot(NamedTuple):
    """A place in a segment; the order is the order in which edges lead.

    Attributes:
        offset: in bytes.
        kind: PLAIN, or at the beginning of a line: what happens to the stack of columns there.
        step: dedents so far; `MANY` where they are not counted.
        more: whether there may be more dedents than are certain.
        closing: the columns of the blocks that are certain to be closed, the innermost last.
        closed: the column of the block that was closed to get there; `NOT_KNOWN`.
        context: what is known of the lines.
    """

    offset: int
    kind: int
    step: int
    more: bool
    closing: tuple[int, ...]
    closed: int
    context: Context

    @property
    def column(self) -> int:
        """Where the line begins, after a dedent; `NOT_KNOWN`."""
        columns = self.context.columns
        return columns[-1] if self.step and columns else NOT_KNOWN


Edge = tuple[int, Spot]
"""A terminal, or `EMPTY`, and where it leads."""


def plain(offset: int, context: Context = UNKNOWN) -> Spot:
    """A place that is not the beginning of a line."""
    return _line_start(offset, PLAIN, context)


def _line_start(
    offset: int,
    kind: int,
    context: Context,
    closing: tuple[int, ...] = (),
    more: bool = False,
) -> Spot:
    return Spot(offset, kind, 0, more, closing, NOT_KNOWN, context)


def after(cfg: Cfg, terminal: int, context: Context, end: int, text: bytes) -> Iterator[Edge]:
    """Edges of a terminal that ends at an offset.

    Args:
        cfg: the grammar.
        terminal: the terminal.
        context: what is known before it.
        end: where it ends.
        text: as much of its text as is known; its end is.
    """
    if terminal in cfg.ignored:
        yield EMPTY, plain(end, context)
        if not cfg.scannerless:
            return
    rule = cfg.indentation
    if rule is not None and terminal == rule.newline:
        yield from _line(rule, context, end, text)
    elif rule is not None and terminal in rule.opening:
        yield terminal, plain(end, context._replace(brackets=context.brackets + 1))
    elif rule is not None and terminal in rule.closing:
        yield terminal, plain(end, context._replace(brackets=max(context.brackets - 1, 0)))
    else:
        yield terminal, plain(end, context)


def _line(rule: Indentation, context: Context, end: int, text: bytes) -> Iterator[Edge]:
    """A newline: it does not count inside brackets."""
    if not context.exact:
        yield EMPTY, plain(end, context._replace(brackets=max(context.brackets, 1)))
    elif context.brackets:
        yield EMPTY, plain(end, context)
    if context.brackets:
        return
    _, newline, blanks = text.rpartition(b"\n")
    if not newline:
        yield rule.newline, _line_start(end, ANY, Context(True, 0, ()))
        return
    column = blanks.count(b" ") + rule.tab * blanks.count(b"\t")
    columns = context.columns
    if not columns:
        yield rule.newline, _line_start(end, ANY, Context(True, 0, (column,)))
    elif column == columns[-1]:
        yield rule.newline, plain(end, Context(True, 0, columns))
    elif column > columns[-1]:
        yield rule.newline, _line_start(end, DEEPER, Context(True, 0, (*columns, column)))
    else:
        left = tuple(one for one in columns if one <= column)
        if left and left[-1] != column:
            return  # no line was indented so far
        now, closing = Context(True, 0, left or (column,)), columns[len(left) :]
        yield rule.newline, _line_start(end, SHALLOWER, now, closing, more=not left)


def at_line(rule: Indentation, spot: Spot) -> Iterator[Edge]:
    """Edges at the beginning of a line; they read no text."""
    settled = plain(spot.offset, spot.context)
    if spot.kind == DEEPER:
        yield rule.indent, settled
    elif spot.kind == SHALLOWER and spot.closing:
        *outer, closed = spot.closing
        yield rule.dedent, spot._replace(step=spot.step + 1, closing=tuple(outer), closed=closed)
    else:
        yield EMPTY, settled
        if spot.kind == ANY and spot.context.columns != (0,):
            yield rule.indent, settled
        if spot.kind == ANY or spot.more:
            yield (
                rule.dedent,
                spot._replace(kind=SHALLOWER, step=MANY, more=True, closed=NOT_KNOWN),
            )
