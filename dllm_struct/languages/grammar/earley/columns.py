"""Columns: where a parse may stand between two terminals, and what waits for what.

A *place* is a tail and a number of *waits*; one integer ``waits * number of tails + tail``. Waits
are a set of (symbol, place): once that symbol has been read, the parse stands at that place. Both
are interned, so two parses that expect the same have the same places, whatever lies behind them.
Only symbols that something outside asked for are among the waits of a place; what left recursion
adds (``list: list item``) is worked out from the grammar (`Beginnings.completions`), so that waits
never contain themselves and a list of any length has one place.

A rule whose last symbol is expected does not wait: what waits for the rule waits for the symbol
(the tail call of Leo 1991, "A general context-free parsing algorithm running in linear time on
every LR(k) grammar without using lookahead"). So lists that recurse on the right are finite too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from dllm_struct.languages.grammar.earley.beginnings import Beginnings, LeftCorners
from dllm_struct.languages.grammar.earley.tails import Tails
from dllm_struct.languages.grammar.reader import FINISHED

NOWHERE = 0
"""The column without places."""
FIRST = 2
"""Number of the first column; a negative number from -2 on may stand for a column to return to."""


@dataclass(frozen=True, eq=False)
class Column:
    """A set of places, and what may follow.

    Attributes:
        places: the places; `FINISHED` among them where the text may be complete.
        accepts: whether the text may be complete, be it after symbols that are empty.
        waits: what waits for the nonterminals that may begin here.
        beginnings: what may begin here.
        direct: of each terminal that a place expects, the places after it.
        after: of each terminal, the places after it; grows on demand.
    """

    places: frozenset[int]
    accepts: bool
    waits: int
    beginnings: Beginnings
    direct: dict[int, list[int]]
    after: dict[int, tuple[int, ...]]


class Columns:
    """The columns of a grammar, made on demand.

    Args:
        tails: the grammar's.
        num_terminals: number of its terminals.

    Attributes:
        columns: by number; the first two are fillers.
        start: the place before the start symbol.
    """

    def __init__(self, tails: Tails, num_terminals: int) -> None:
        self._tails = tails
        self._num_tails = len(tails)
        self._num_terminals = num_terminals
        self._corners = LeftCorners(tails, num_terminals)
        self._beginnings: dict[frozenset[int], Beginnings] = {}
        self._num_symbols = tails.root + 1
        self._waits: list[frozenset[int]] = []
        self._waits_beginnings: list[Beginnings] = []
        self._number_of_waits: dict[frozenset[int], int] = {}
        self._restricted: dict[int, int] = {}
        self._completed: dict[int, frozenset[int]] = {}
        nothing = Column(frozenset(), False, 0, self._beginning(frozenset()), {}, {})
        self.columns = [nothing] * FIRST
        self._number_of: dict[frozenset[int], int] = {frozenset(): NOWHERE}
        outside = self._wait(frozenset([FINISHED * self._num_symbols + tails.root]))
        self.start = outside * len(tails) + (tails.start or 0)

    # Places

    def tail(self, place: int) -> int:
        """The tail of a place."""
        return place % self._num_tails

    def resolved(self, place: int) -> Iterable[int]:
        """The place itself, or where the parse stands if its rule is complete."""
        waits, tail = divmod(place, self._num_tails)
        return (
            self.completed(waits, self._tails.origin[tail])
            if self._tails.is_end[tail]
            else (place,)
        )

    def above(self, place: int) -> frozenset[int]:
        """The places after what is left at a place has been read."""
        waits, tail = divmod(place, self._num_tails)
        return self.completed(waits, self._tails.origin[tail])

    def completed(self, waits: int, symbol: int) -> frozenset[int]:
        """The places after a nonterminal that is waited for; none is at the end of its rule."""
        key = waits * self._num_symbols + symbol
        known = self._completed.get(key)
        if known is None:
            known = self._completed[key] = self._complete(waits, symbol)
        return known

    def _complete(self, waits: int, symbol: int) -> frozenset[int]:
        heads, tails = self._waits_beginnings[waits].completions(symbol)
        pairs = [divmod(pair, self._num_symbols) for pair in self._waits[waits]]
        found = {place for place, head in pairs if head in heads}
        found.update([self._place(waits, tail) for tail in tails])
        return frozenset(found)

    def _place(self, waits: int, tail: int) -> int:
        return self.restricted(waits, self._tails.origin[tail]) * self._num_tails + tail

    # Waits

    def _beginning(self, heads: frozenset[int]) -> Beginnings:
        known = self._beginnings.get(heads)
        if known is None:
            known = self._beginnings[heads] = Beginnings(self._tails, self._corners, heads)
        return known

    def _wait(self, pairs: frozenset[int]) -> int:
        number = self._number_of_waits.get(pairs)
        if number is None:
            number = self._number_of_waits[pairs] = len(self._waits)
            heads = frozenset([pair % self._num_symbols for pair in pairs])
            self._waits.append(pairs)
            self._waits_beginnings.append(self._beginning(heads))
        return number

    def restricted(self, waits: int, symbol: int) -> int:
        """The part of some waits that matters to a nonterminal that begins there."""
        if self._waits_beginnings[waits].every >> symbol & 1:
            return waits
        key = waits * self._num_symbols + symbol
        known = self._restricted.get(key)
        if known is None:
            corners, count = self._corners, self._num_symbols
            pairs = [p for p in self._waits[waits] if corners.of(p % count) >> symbol & 1]
            known = self._restricted[key] = self._wait(frozenset(pairs))
        return known

    # Columns

    def number(self, places: Iterable[int]) -> int:
        """The column of some places, complete rules allowed; `NOWHERE` for none."""
        tails, is_end = self._num_tails, self._tails.is_end
        found: set[int] = set()
        for place in places:
            if place != FINISHED and is_end[place % tails]:
                found.update(self.above(place))
            else:
                found.add(place)
        key = frozenset(found)
        number = self._number_of.get(key)
        if number is None:
            number = self._number_of[key] = len(self.columns)
            self.columns.append(self._column(key))
        return number

    def _column(self, places: frozenset[int]) -> Column:
        tails, num_tails, count = self._tails, self._num_tails, self._num_symbols
        seen = set(places)
        todo = list(places)
        direct: dict[int, list[int]] = {}
        pairs: set[int] = set()
        while todo:
            place = todo.pop()
            if place == FINISHED:
                continue
            waits, tail = divmod(place, num_tails)
            for symbol, rest in tails.heads[tail]:
                after = waits * num_tails + rest
                if symbol < self._num_terminals:
                    direct.setdefault(symbol, []).append(after)
                elif tails.is_end[rest]:
                    pairs.update(self._last(waits, tails.origin[tail], symbol))
                else:
                    pairs.add(after * count + symbol)
            if tails.nullable[tail]:
                new = self.completed(waits, tails.origin[tail]) - seen
                seen |= new
                todo += new
        waits = self._wait(frozenset(pairs))
        expected = self._waits_beginnings[waits].heads
        heads = self._beginning(expected.union(direct)) if direct else self._beginning(expected)
        return Column(places, FINISHED in seen, waits, heads, direct, {})

    def _last(self, waits: int, origin: int, symbol: int) -> Iterable[int]:
        """What waits for the last symbol of a rule: what waits for the rule.

        Where a symbol ends a rule of its own that only it asked for (``sum: sum "+" sum``), what
        the rules inside it may add is there already: a sum of sums is a sum.
        """
        count = self._num_symbols
        places = self.completed(waits, origin)
        inner = self.restricted(waits, symbol)
        only = self._waits_beginnings[inner].heads == {symbol}
        if only and inner == waits and places == self.completed(inner, symbol):
            return self._waits[waits]
        return [place * count + symbol for place in places]

    def after(self, number: int, terminal: int) -> tuple[int, ...]:
        """The places after a terminal read from a column, complete rules among them."""
        column = self.columns[number]
        known = column.after.get(terminal)
        if known is None:
            tails = column.beginnings.rules.get(terminal, ())
            predicted = [self._place(column.waits, tail) for tail in tails]
            known = (*column.direct.get(terminal, ()), *predicted)
            column.after[terminal] = known
        return known
