"""What is left of a rule after some of its symbols, with the empty text out of the way.

A *tail* is an origin and the symbols still to come; rules that agree in both share it. Symbols
that derive nothing but the empty text are left out, and every symbol of a tail is read as a text
that is not empty: symbols that may be empty are skipped over beforehand (`Tails.heads`), which is
why nothing is ever complete in the column where it began.
"""

from __future__ import annotations

from collections.abc import Iterator

from dllm_struct.languages.grammar.cfg import Cfg
from dllm_struct.languages.grammar.earley.symbols import Symbols

Head = tuple[int, int]
"""A symbol that may come next, and the tail after it."""

Key = tuple[int, tuple[int, ...]]


class Tails:
    """The tails of a grammar, numbered from 0.

    Args:
        cfg: the grammar.
        symbols: what its symbols derive.

    Attributes:
        root: a nonterminal that the grammar does not have, whose only rule is the start symbol.
        start: the tail of that rule with nothing read; None when the grammar derives no text.
        origin: of each tail, the nonterminal.
        is_end: of each tail, whether no symbol is left.
        nullable: of each tail, whether all that is left may be empty.
        item: of each tail, a rule (index in ``cfg.rules``) and the symbols read, at least one;
            (-1, 0) for ``start``.
        heads: of each tail, the symbols that may come next.
        openings: of each nonterminal, the symbols that it may begin with.
        uses: of each symbol, (nonterminal, tail) for every rule that it may begin.
    """

    def __init__(self, cfg: Cfg, symbols: Symbols) -> None:
        self._symbols = symbols
        self._numbers: dict[Key, int] = {}
        self.origin: list[int] = []
        self.is_end: list[bool] = []
        self.nullable: list[bool] = []
        self.item: list[tuple[int, int]] = []
        self._rests: list[tuple[int, ...]] = []
        self.root = len(cfg.terminals) + len(cfg.nonterminals)
        self.openings: dict[int, dict[Head, None]] = {}
        self.start: int | None = None
        if cfg.start in symbols.productive:
            rest = (cfg.start,) if cfg.start in symbols.solid else ()
            self.start = self._number(self.root, rest, (-1, 0))
            self._number(self.root, (), (-1, 1))
        for index in range(len(cfg.rules)):
            self._add(cfg, index)
        self.heads = [tuple(self._heads(tail)) for tail in range(len(self.origin))]
        self.uses: dict[int, list[tuple[int, int]]] = {}
        for origin, heads in self.openings.items():
            for symbol, tail in heads:
                self.uses.setdefault(symbol, []).append((origin, tail))

    def __len__(self) -> int:
        return len(self.origin)

    def _add(self, cfg: Cfg, index: int) -> None:
        rule = cfg.rules[index]
        if not self._symbols.productive.issuperset(rule.expansion):
            return
        places = [i for i, symbol in enumerate(rule.expansion) if symbol in self._symbols.solid]
        rest = tuple(rule.expansion[place] for place in places)
        for count, place in enumerate(places, 1):
            self._number(rule.origin, rest[count:], (index, place + 1))
        found = self.openings.setdefault(rule.origin, {})
        found.update(dict.fromkeys(self._first(rule.origin, rest)))

    def _number(self, origin: int, rest: tuple[int, ...], item: tuple[int, int]) -> int:
        number = self._numbers.setdefault((origin, rest), len(self.origin))
        if number == len(self.origin):
            self.origin.append(origin)
            self._rests.append(rest)
            self.is_end.append(not rest)
            self.nullable.append(self._symbols.nullable.issuperset(rest))
            self.item.append(item)
        return number

    def _heads(self, tail: int) -> Iterator[Head]:
        return self._first(self.origin[tail], self._rests[tail])

    def _first(self, origin: int, rest: tuple[int, ...]) -> Iterator[Head]:
        for count, symbol in enumerate(rest, 1):
            yield symbol, self._numbers[origin, rest[count:]]
            if symbol not in self._symbols.nullable:
                break
