"""What a scanner keeps of a token that it is reading.

A state of a scanner is a list of threads, the preferred one first: terminals that are still being
read, and matches that have ended and count unless a thread before them matches too. The first
terminal of the lexer's order that matches at all is taken, so a match that nothing can undo ends
the list.
"""

from __future__ import annotations

from typing import NamedTuple


class Live(NamedTuple):
    """A terminal that is being read.

    Attributes:
        terminal: which.
        state: of its automaton.
        strings: what it can be retyped to (`Retyping`).
        guards: states of its guards (`Matcher.guarded`).
        column: of a newline's text (`columns`).
    """

    terminal: int
    state: int
    strings: int
    guards: int
    column: int


class Fresh(NamedTuple):
    """A match that ends with the last byte.

    Attributes:
        terminal: which matched.
        refused: state of what must not follow, `SETTLED` if anything may.
        guard: of which guard.
        token: the terminal that the parser gets, `IGNORED` for none.
        column: of a newline's text.
        state: of the automaton of the matched terminal.
        strings: what it could be retyped to.
    """

    terminal: int
    refused: int
    guard: int
    token: int
    column: int
    state: int
    strings: int


class Aged(NamedTuple):
    """A match that ended before the last byte.

    Attributes:
        terminal: which matched.
        refused: state of what must not follow, `SETTLED` if anything may.
        guard: of which guard.
    """

    terminal: int
    refused: int
    guard: int


IGNORED = -1
Thread = Live | Fresh | Aged
Threads = tuple[Thread, ...]
