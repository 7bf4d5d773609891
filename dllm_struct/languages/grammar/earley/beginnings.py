"""Prediction: which terminals may come first where certain symbols are expected.

It depends on the grammar and on the *set of heads* (the symbols expected next) alone, so it is
worked out once for each set and shared by all columns.
"""

from __future__ import annotations

from collections.abc import Iterable

from dllm_struct.languages.grammar.earley.scanning import Scanning
from dllm_struct.languages.grammar.earley.tails import Tails


class LeftCorners:
    """Which nonterminals a nonterminal may begin with, itself included, as bits of an integer."""

    def __init__(self, tails: Tails, num_terminals: int) -> None:
        self.num_terminals = num_terminals
        nonterminals = [*tails.openings, tails.root]
        below = {
            origin: [s for s, _ in tails.openings.get(origin, ()) if s >= num_terminals]
            for origin in nonterminals
        }
        self._reached = {origin: _reached(origin, below) for origin in nonterminals}

    def of(self, symbol: int) -> int:
        """The nonterminals that one may begin with."""
        return self._reached[symbol]


def _reached(origin: int, below: dict[int, list[int]]) -> int:
    found = 1 << origin
    todo = [origin]
    while todo:
        for symbol in below[todo.pop()]:
            if not found >> symbol & 1:
                found |= 1 << symbol
                todo.append(symbol)
    return found


class Beginnings:
    """What may begin where the symbols of a set are expected.

    Args:
        tails: the grammar's.
        corners: the grammar's.
        heads: the symbols expected.

    Attributes:
        some: the nonterminals that some head may begin with (bits).
        every: the nonterminals that every nonterminal among the heads may begin with (bits).
        rules: of each terminal, the tails of rules that it begins.
        terminals: all terminals that may come first.
    """

    def __init__(self, tails: Tails, corners: LeftCorners, heads: frozenset[int]) -> None:
        self.heads = heads
        self._tails = tails
        self.some, self.every = 0, -1
        for head in heads:
            if head >= corners.num_terminals:
                self.some |= corners.of(head)
                self.every &= corners.of(head)
        self.rules: dict[int, list[int]] = {}
        for origin, openings in tails.openings.items():
            if self.some >> origin & 1:
                for symbol, tail in openings:
                    if symbol < corners.num_terminals:
                        self.rules.setdefault(symbol, []).append(tail)
        direct = {head for head in heads if head < corners.num_terminals}
        self.terminals = frozenset(direct.union(self.rules))
        self._completions: dict[int, tuple[frozenset[int], tuple[int, ...]]] = {}

    def completions(self, symbol: int) -> tuple[frozenset[int], tuple[int, ...]]:
        """What a nonterminal that began here completes: heads, and rules that it began.

        Returns:
            The heads that are complete with it, and the tails after it, in rules that are
            predicted here and are not complete with it.
        """
        known = self._completions.get(symbol)
        if known is None:
            known = self._completions[symbol] = self._completed(symbol)
        return known

    def _completed(self, symbol: int) -> tuple[frozenset[int], tuple[int, ...]]:
        complete, waiting = {symbol}, dict[int, None]()
        todo = [symbol]
        while todo:
            for origin, tail in self._tails.uses.get(todo.pop(), ()):
                if not self.some >> origin & 1:
                    continue
                if not self._tails.is_end[tail]:
                    waiting[tail] = None
                elif origin not in complete:
                    complete.add(origin)
                    todo.append(origin)
        return self.heads & complete, tuple(waiting)


class Openings:
    """The scanner states after the first byte of a set of terminals.

    Attributes:
        signatures: of each byte class, a number; classes with the same begin the same, 0 nothing.
        starts: of each such number, (state, terminal).
    """

    def __init__(self, scanning: Scanning, terminals: Iterable[int]) -> None:
        ordered = sorted(terminals)
        number: dict[tuple[int, ...], int] = {(0,) * len(ordered): 0}
        columns = zip(*[scanning.opening[terminal] for terminal in ordered], strict=True)
        self.signatures = [number.setdefault(states, len(number)) for states in columns]
        self.signatures = self.signatures or [0] * scanning.num_classes
        self.starts = [
            tuple([(s, t) for s, t in zip(states, ordered, strict=True) if s]) for states in number
        ]
