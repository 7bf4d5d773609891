"""Which parts of a text are written anew: given by the caller, or the lines around a cursor."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from operator import index
from typing import Any

from dllm_struct.errors import InvalidInput

NAME = "span"
"""What spans without a name are called, with a number behind it."""


@dataclass(frozen=True)
class Span:
    """A part of a text that is written anew.

    Attributes:
        start: its first character; characters are code points, as Python counts them.
        end: the character after its last one; equal to ``start``: something is inserted there.
        language: what may stand there, any output type that is a language; None: whatever the
            whole text allows.
        name: under which ``edited.output.slots`` has what was written; None: ``span1``, ….
        max_tokens: most tokens that are written; None: as the language and the context allow.
        min_tokens: fewest tokens that are written.
    """

    start: int
    end: int
    language: Any = None
    name: str | None = None
    max_tokens: int | None = None
    min_tokens: int = 0


def in_order(spans: Sequence[Span | tuple[int, int]], length: int) -> tuple[Span, ...]:
    """Return spans in the order of the text, all of them named.

    Several insertions may be at one place, and one right before or after another span; those at
    one place stay in the order they were given in, and come before a span that begins there.

    Args:
        spans: in any order.
        length: characters of the text.

    Raises:
        InvalidInput: there is none; one is no pair, reaches beyond the text, or overlaps another
            one; or two have one name.
    """
    if not spans:
        raise InvalidInput("there is nothing to edit", hint="pass at least one span")
    given = [_span(span) for span in spans]
    for span in given:
        if not 0 <= span.start <= span.end <= length:
            raise InvalidInput(
                f"span ({span.start}, {span.end}) of a text of {length} characters",
                hint="give spans as (start, end) with 0 <= start <= end <= len(text)",
            )
    found = sorted(_named(given), key=lambda span: (span.start, span.end))
    for one, other in pairwise(found):
        if other.start < one.end:
            raise InvalidInput(
                f"the spans ({one.start}, {one.end}) and ({other.start}, {other.end}) overlap",
                hint="join them into one span",
            )
    return tuple(found)


def _span(given: Span | Sequence[int]) -> Span:
    if isinstance(given, Span):
        return given
    try:
        start, end = map(index, given)
    except (TypeError, ValueError):
        raise InvalidInput(
            f"{given!r} is no span", hint="pass (start, end) or a Span; start and end are integers"
        ) from None
    return Span(start, end)


def _named(spans: Sequence[Span]) -> Iterator[Span]:
    names = [span.name for span in spans if span.name is not None]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise InvalidInput(f"two spans are called '{twice}'", hint="give each a name of its own")
    for number, span in enumerate(spans, 1):
        name = f"{NAME}{number}"
        while span.name is None and name in names:
            name += "_"
        yield replace(span, name=name) if span.name is None else span


def check_cursor(cursor: int, length: int) -> None:
    """Refuse a cursor outside the text.

    Raises:
        InvalidInput: with the numbers.
    """
    if not 0 <= cursor <= length:
        raise InvalidInput(
            f"cursor {cursor} in a text of {length} characters",
            hint="give the number of characters before the cursor",
        )


def require_cursor(spans: Sequence[Span], cursor: int) -> None:
    """Refuse a cursor that is in no span, nor at the end of one.

    Raises:
        InvalidInput: with the cursor.
    """
    if not any(span.start <= cursor <= span.end for span in spans):
        raise InvalidInput(
            f"the cursor {cursor} is not in the span", hint="give the span that the cursor is in"
        )


def window_at(text: str, cursor: int, window: int | tuple[int, int]) -> Span:
    r"""Return the lines around a cursor.

    Args:
        text: whose lines end with ``\n`` or ``\r\n``; the last end of line is not in the window.
        cursor: characters before it.
        window: lines before and after the cursor's own, one number for both or two.

    Raises:
        InvalidInput: the cursor is outside the text, or a number is negative.
    """
    check_cursor(cursor, len(text))
    before, after = (window, window) if isinstance(window, int) else window
    if min(before, after) < 0:
        raise InvalidInput(
            f"a window of {before} lines before and {after} after the cursor",
            hint="give 0 or more lines",
        )
    start = text.rfind("\n", 0, cursor) + 1
    for _ in range(before):
        start = text.rfind("\n", 0, max(0, start - 1)) + 1
    end = _line_end(text, cursor)
    for _ in range(after):
        end = _line_end(text, min(len(text), end + 1))
    if text[start:end].endswith("\r") and text[end : end + 1] == "\n":
        end -= 1
    return Span(start, max(end, start))


def _line_end(text: str, at: int) -> int:
    found = text.find("\n", at)
    return len(text) if found < 0 else found
