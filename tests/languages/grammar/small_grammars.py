"""Small grammars for tests, and what they derive, worked out text by text."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence

from dllm_struct.automata import algebra
from dllm_struct.languages.grammar.cfg import Cfg, Rule, Terminal

Rules = Mapping[str, Sequence[Sequence[str]]]
"""Expansions of each nonterminal, which has a name in lower case; the first is the start."""


def grammar(
    rules: Rules, terminals: Mapping[str, Sequence[str]], ignored: Sequence[str] = ()
) -> Cfg:
    """A grammar whose terminals are finite sets of texts."""
    names = list(terminals)
    symbols = {name: number for number, name in enumerate([*names, *rules])}
    return Cfg(
        terminals=tuple(
            Terminal(
                name, algebra.strings([text.encode() for text in terminals[name]]), order=order
            )
            for order, name in enumerate(names)
        ),
        nonterminals=tuple(rules),
        rules=tuple(
            Rule(symbols[origin], tuple(symbols[name] for name in expansion))
            for origin, expansions in rules.items()
            for expansion in expansions
        ),
        start=symbols[next(iter(rules))],
        ignored=frozenset(symbols[name] for name in ignored),
    )


def texts(alphabet: str, longest: int) -> list[str]:
    """All texts of at most so many letters."""
    return [
        "".join(letters)
        for length in range(longest + 1)
        for letters in itertools.product(alphabet, repeat=length)
    ]


class Enumeration:
    """All members, and all texts that begin one, up to a length: by iteration to a fixed point.

    Args:
        rules: the rules.
        terminals: texts of each terminal.
        ignored: terminals that may stand before any other and at the end.
        longest: letters of the longest text.

    Attributes:
        members: the members.
        viable: the texts that some member begins with.
        blank: texts between terminals.
    """

    def __init__(
        self,
        rules: Rules,
        terminals: Mapping[str, Sequence[str]],
        ignored: Sequence[str],
        longest: int,
    ) -> None:
        self._longest = longest
        self._rows: dict[tuple[str, ...], set[str]] = {}
        skips = {text for name in ignored for text in terminals[name]}
        self.blank = self._fixed(
            {"": {""}}, lambda known: {"": {""} | self.joined(known[""], skips)}
        )[""]
        words = {name: self.joined(self.blank, set(terminals[name])) for name in terminals}
        productive = self._productive(rules, terminals)
        self._rules = {
            name: [e for e in expansions if productive.issuperset(e)]
            for name, expansions in rules.items()
        }
        start: dict[str, set[str]] = {name: set() for name in rules}
        self._full = self._fixed({**start, **words}, self._derived)
        begun_blank = self._prefixes(self.blank, skips)
        self._begun = {
            name: self._prefixes(self.blank, set(terminals[name])) | begun_blank
            for name in terminals
            if terminals[name]
        }
        self._begun = self._fixed({**start, **self._begun}, self._beginnings)
        first = next(iter(rules))
        self.members = self.joined(self._full[first], self.blank)
        self.viable = self._begun[first] | self.joined(self._full[first], begun_blank)

    def joined(self, left: set[str], right: set[str]) -> set[str]:
        """One of each, one after the other, where that is short enough."""
        return {a + b for a in left for b in right if len(a) + len(b) <= self._longest}

    def _prefixes(self, before: set[str], words: set[str]) -> set[str]:
        begun = {word[:length] for word in words for length in range(len(word) + 1)}
        return self.joined(before, begun)

    def _fixed(
        self,
        known: dict[str, set[str]],
        more: Callable[[dict[str, set[str]]], dict[str, set[str]]],
    ) -> dict[str, set[str]]:
        while True:
            found = {**known, **more(known)}
            if found == known:
                return known
            known = found

    def _productive(self, rules: Rules, terminals: Mapping[str, Sequence[str]]) -> set[str]:
        found = {name for name in terminals if terminals[name]}
        while True:
            more = {name for name in rules if any(found.issuperset(e) for e in rules[name])}
            if more <= found:
                return found
            found |= more

    def _derived(self, known: dict[str, set[str]]) -> dict[str, set[str]]:
        return {
            name: set().union(*[self._row(expansion, known) for expansion in expansions])
            for name, expansions in self._rules.items()
        }

    def row(self, expansion: Sequence[str]) -> set[str]:
        """The texts of a row of symbols."""
        key = tuple(expansion)
        if key not in self._rows:
            self._rows[key] = self._row(expansion, self._full)
        return self._rows[key]

    def _row(self, expansion: Sequence[str], known: dict[str, set[str]]) -> set[str]:
        found = {""}
        for symbol in expansion:
            found = self.joined(found, known[symbol])
        return found

    def _beginnings(self, known: dict[str, set[str]]) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for name, expansions in self._rules.items():
            found[name] = set()
            for expansion in expansions:
                found[name] |= self.row(expansion)
                for length, symbol in enumerate(expansion):
                    before = self.row(expansion[:length])
                    found[name] |= self.joined(before, known.get(symbol, set()))
        return found
