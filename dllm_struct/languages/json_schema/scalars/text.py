"""Languages of decoded strings in which lengths are counted apart from everything else.

An automaton that counts to 32,767 has a quarter of a million states, and a pattern multiplies them.
A `Text` keeps intervals of lengths beside automata that do not count: the members of length 0 to 9
are those of one automaton, from 10 on those of another. Such unions are closed under intersection,
union and difference, whatever the bounds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import reduce

from dllm_struct.automata.algebra import difference, intersection, union
from dllm_struct.automata.dfa import DFA, empty
from dllm_struct.automata.utf8 import utf8_text
from dllm_struct.errors import BudgetExceeded
from dllm_struct.languages.json_schema.lengths import lengths
from dllm_struct.languages.json_schema.scalars.spectrum import longest, some_length

MAX_COUNTED = 40_000
"""States of an automaton times the length to count to, for `Text.dfa`."""

FEW = 4
"""Lengths that are counted to whatever the automaton."""

WRITTEN = 1_000
"""Code points of the longest strings that are written, unless longer ones are asked for."""


@dataclass(frozen=True)
class Piece:
    """The members of some lengths.

    Attributes:
        low: fewest code points.
        high: most code points, or None.
        dfa: the UTF-8 of the strings; it accepts others too, of other lengths.
    """

    low: int
    high: int | None
    dfa: DFA

    @property
    def is_empty(self) -> bool:
        """Whether there is no member of these lengths."""
        if self.dfa.is_empty or (self.high is not None and self.high < self.low):
            return True
        if self.low == 0 and self.high is None:
            return False
        return some_length(self.dfa, self.low, self.high) is None


@dataclass(frozen=True)
class Text:
    """A language of strings.

    Attributes:
        pieces: inhabited, of disjoint lengths, ascending.
    """

    pieces: tuple[Piece, ...]

    @property
    def is_empty(self) -> bool:
        """Whether there is no member."""
        return not self.pieces

    def matches(self, data: bytes) -> bool:
        """Whether the UTF-8 of a string is that of a member."""
        length = sum(byte & 0xC0 != 0x80 for byte in data)
        return any(
            piece.dfa.matches(data)
            for piece in self.pieces
            if piece.low <= length and (piece.high is None or length <= piece.high)
        )

    def dfa(self) -> DFA:
        """The automaton of all members.

        Raises:
            BudgetExceeded: it would have to count too far.
        """
        for piece in map(_needed, self.pieces):
            count = max(piece.low, piece.high or 0)
            if count > FEW and count * piece.dfa.num_states > MAX_COUNTED:
                raise BudgetExceeded(
                    f"counting to {count} characters needs too large an automaton",
                    hint="use smaller lengths, or a simpler pattern beside them",
                )
        return union(*map(_counted, self.pieces))

    def written(self, most: int = WRITTEN) -> DFA:
        """The automaton of members that are not too long: at most ``most`` code points, if any.

        All members, when they are told without counting.

        Raises:
            BudgetExceeded: even the shortest members are too long to count to.
        """
        if all(piece == Piece(0, None, piece.dfa) for piece in map(_needed, self.pieces)):
            return self.dfa()
        short = both(self, counted(0, most))
        return (short if short.pieces else self._shortest_ones()).dfa()

    def _shortest_ones(self) -> Text:
        for piece in self.pieces[:1]:
            length = some_length(piece.dfa, piece.low, piece.high)
            if length is not None:
                return Text((Piece(length, length, piece.dfa),))
        return self


def _needed(piece: Piece) -> Piece:
    """The piece without an upper bound that its automaton keeps anyway."""
    most = longest(piece.dfa)
    if most is None or piece.high is None or piece.high < most:
        return piece
    return Piece(piece.low, None, piece.dfa)


def _counted(piece: Piece) -> DFA:
    needed = _needed(piece)
    if needed.low == 0 and needed.high is None:
        return piece.dfa
    counter = lengths(needed.low, needed.high)
    return counter if piece.dfa == utf8_text() else intersection(piece.dfa, counter)


def text_of(dfa: DFA) -> Text:
    """The strings of an automaton over well-formed UTF-8."""
    return _normal([Piece(0, None, dfa)])


def any_text() -> Text:
    """Every string."""
    return text_of(utf8_text())


def nothing() -> Text:
    """No string."""
    return Text(())


def counted(low: int, high: int | None) -> Text:
    """The strings of ``low`` to ``high`` code points; None is unbounded."""
    return _normal([Piece(low, high, utf8_text())])


def both(*texts: Text) -> Text:
    """What is in all of them; without arguments, every string."""
    return reduce(lambda a, b: _combined(a, b, intersection), texts, any_text())


def either(*texts: Text) -> Text:
    """What is in any of them."""
    return reduce(lambda a, b: _combined(a, b, union), texts, nothing())


def without(a: Text, b: Text) -> Text:
    """What is in ``a`` and not in ``b``."""
    return _combined(a, b, difference)


def _combined(a: Text, b: Text, operation: Callable[[DFA, DFA], DFA]) -> Text:
    """Combine the automata of every interval of lengths."""
    bounds = {0}
    for piece in (*a.pieces, *b.pieces):
        bounds.add(piece.low)
        if piece.high is not None:
            bounds.add(piece.high + 1)
    lows = sorted(bounds)
    highs = [*(low - 1 for low in lows[1:]), None]
    return _normal(
        Piece(low, high, operation(_at(a, low), _at(b, low)))
        for low, high in zip(lows, highs, strict=True)
    )


def _at(text: Text, length: int) -> DFA:
    """The automaton for a length."""
    for piece in text.pieces:
        if piece.low <= length and (piece.high is None or length <= piece.high):
            return piece.dfa
    return empty()


def _normal(pieces: Iterable[Piece]) -> Text:
    """Without empty pieces; neighbours with one automaton are one piece."""
    found: list[Piece] = []
    for piece in pieces:
        if piece.is_empty:
            continue
        last = found[-1] if found else None
        if last and last.high is not None and last.high + 1 == piece.low and last.dfa == piece.dfa:
            found[-1] = Piece(last.low, piece.high, piece.dfa)
        else:
            found.append(piece)
    return Text(tuple(found))
