"""From GBNF rules to a context-free grammar whose terminals are regular pieces.

GBNF has no lexer: a text is a member however it is cut. So neighbouring regular parts may as well
be one terminal, and whole regular rules are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Final

from dllm_struct.automata.algebra import difference, epsilon
from dllm_struct.automata.dfa import DFA
from dllm_struct.errors import BudgetExceeded, InvalidGrammar
from dllm_struct.languages.grammar.cfg import Cfg, Rule, Terminal
from dllm_struct.languages.grammar.notation.gbnf.parts import Choice, Part, Ref, Series, Times
from dllm_struct.languages.grammar.notation.gbnf.regular import (
    Regular,
    regular_part,
    regular_rules,
)
from dllm_struct.languages.grammar.notation.gbnf.syntax import parse
from dllm_struct.languages.grammar.notation.members import require_member
from dllm_struct.languages.regex.compiler import compile_tree
from dllm_struct.languages.regex.tree import Chars, Concat, Node

MAX_STATES: Final = 10_000
"""Most states of a terminal; larger regular parts become rules."""

Symbols = tuple[int, ...]


def gbnf(text: str, start: str | None = None) -> Cfg:
    """Read a grammar in GBNF.

    Args:
        text: the grammar.
        start: the rule to derive from; None: ``root``.

    Raises:
        InvalidGrammar: it is malformed.
        UnsupportedGrammar: it uses tokens of a vocabulary.
        EmptyLanguage: the start rule has no member.
        BudgetExceeded: it is nested too deeply.
    """
    try:
        rules = parse(text)
        first = start or "root"
        if first not in rules:
            raise InvalidGrammar(
                f"the grammar has no rule {first!r}",
                hint="define it, or say where to start"
                + (f": its rules are {', '.join(rules)}" if rules else ""),
            )
        return require_member(_Lowering(rules).cfg(first))
    except RecursionError as error:
        raise BudgetExceeded(
            "the grammar is nested too deeply", hint="use fewer nested parentheses"
        ) from error


class _Lowering:
    """Collects terminals, nonterminals and rules; nonterminals are negative until all are known."""

    def __init__(self, rules: Mapping[str, Part]) -> None:
        self._rules = rules
        self._regular = regular_rules(rules)
        self._terminals: dict[DFA, Terminal] = {}
        self._names: list[str] = []
        self._named: dict[str, int] = {}
        self._made: list[tuple[int, Symbols]] = []
        self._automata: dict[Node, DFA | None] = {}
        self._waiting: list[str] = []
        self._owner = ""

    def cfg(self, start: str) -> Cfg:
        """The grammar, as far as it can be reached from a rule."""
        first = self._nonterminal(start)
        for name in self._waiting:
            self._owner = name
            self._alternatives(self._named[name], self._rules[name])
        count = len(self._terminals)

        def numbered(symbol: int) -> int:
            return symbol if symbol >= 0 else count + ~symbol

        rules = dict.fromkeys(
            Rule(numbered(origin), tuple(map(numbered, expansion)))
            for origin, expansion in self._made
        )
        terminals = tuple(self._terminals.values())
        return Cfg(terminals, tuple(self._names), tuple(rules), numbered(first), scannerless=True)

    def _nonterminal(self, name: str) -> int:
        """The symbol of a rule of the grammar."""
        if name not in self._named:
            self._named[name] = self._fresh(name)
            self._waiting.append(name)
        return self._named[name]

    def _fresh(self, name: str) -> int:
        self._names.append(name)
        return ~(len(self._names) - 1)

    def _new(self, *options: Symbols) -> int:
        """A nonterminal with these alternatives."""
        symbol = self._fresh(f"{self._owner}_{len(self._names)}")
        self._made += [(symbol, option) for option in options]
        return symbol

    def _alternatives(self, origin: int, part: Part) -> None:
        """Rules for a part."""
        options = part.options if isinstance(part, Choice) else (part,)
        plain = [option for option in options if regular_part(option, self._regular)]
        known = self._piece(Choice(tuple(plain))) if plain else None
        if known is not None:
            options = tuple(option for option in options if option not in plain)
            self._made += [(origin, option) for option in known]
        self._made += [(origin, self._symbols(option)) for option in options]

    def _symbols(self, part: Part) -> Symbols:
        """Symbols that derive, one after the other, what a part does."""
        known = self._piece(part)
        if known is not None:
            return known[0] if len(known) == 1 else (self._new(*known),)
        match part:
            case Ref(name=name):
                return (self._nonterminal(name),)
            case Series(items=items):
                return tuple(symbol for run in self._runs(items) for symbol in self._symbols(run))
            case Times(item=item, low=low, high=high):
                return self._times(self._single(self._symbols(item)), low, high)
        symbol = self._fresh(f"{self._owner}_{len(self._names)}")
        self._alternatives(symbol, part)
        return (symbol,)

    def _runs(self, items: Sequence[Part]) -> Iterator[Part]:
        """Items, with regular neighbours joined as far as one terminal can hold them."""
        for plain, group in groupby(items, lambda item: bool(regular_part(item, self._regular))):
            run = tuple(group)
            yield from self._joined(run) if plain else run

    def _joined(self, items: tuple[Part, ...]) -> Iterator[Part]:
        if len(items) == 1:
            yield items[0]
        elif self._piece(Series(items)) is not None:
            yield Series(items)
        else:
            half = len(items) // 2
            yield from self._joined(items[:half])
            yield from self._joined(items[half:])

    def _piece(self, part: Part) -> list[Symbols] | None:
        """A regular part as alternatives, a terminal or nothing; None when it is not regular."""
        regular = regular_part(part, self._regular)
        dfa = self._automaton(regular) if regular else None
        if regular is None or dfa is None:
            return None
        options: list[Symbols] = []
        if not dfa.is_empty and dfa.accepting[dfa.start]:
            options.append(())
            dfa = difference(dfa, epsilon())
        if not dfa.is_empty or not options:
            options.append((self._terminal(dfa, regular.tree),))
        return options

    def _automaton(self, regular: Regular) -> DFA | None:
        tree = regular.tree
        if tree not in self._automata:
            try:
                dfa = compile_tree(tree)
            except BudgetExceeded:
                self._automata[tree] = None
            else:
                self._automata[tree] = dfa if dfa.num_states <= MAX_STATES else None
        return self._automata[tree]

    def _terminal(self, dfa: DFA, tree: Node) -> int:
        if dfa not in self._terminals:
            number = len(self._terminals)
            literal = _literal(tree)
            name = f"{self._owner}_{number}" if literal is None else f'"{literal}"'
            self._terminals[dfa] = Terminal(name, dfa, literal=literal, order=number)
        return self._terminals[dfa].order

    def _single(self, symbols: Symbols) -> int:
        return symbols[0] if len(symbols) == 1 else self._new(symbols)

    def _times(self, symbol: int, low: int, high: int | None) -> Symbols:
        """A symbol from ``low`` to ``high`` times, in a logarithmic number of rules."""
        before = self._power(symbol, low)
        if high is None:
            loop = self._fresh(f"{self._owner}_{len(self._names)}")
            self._made += [(loop, ()), (loop, (loop, symbol))]
            return (*before, loop)
        return (*before, *self._at_most(symbol, high - low))

    def _power(self, symbol: int, count: int) -> Symbols:
        """A symbol exactly ``count`` times."""
        if count < 2:
            return (symbol,) * count
        half = self._single(self._power(symbol, count // 2))
        return (half, half, *(symbol,) * (count % 2))

    def _at_most(self, symbol: int, count: int) -> Symbols:
        """A symbol up to ``count`` times: pairs of it, then one more or not."""
        if count == 0:
            return ()
        if count == 1:
            return (self._new((), (symbol,)),)
        pair, once = self._new((symbol, symbol)), self._new((), (symbol,))
        if count % 2:
            return (*self._at_most(pair, count // 2), once)
        fewer = (*self._at_most(pair, count // 2 - 1), once)
        return (self._new(fewer, self._power(pair, count // 2)),)


def _literal(tree: Node) -> str | None:
    """The one text of a tree that is written as a string."""
    items = tree.items if isinstance(tree, Concat) else (tree,)
    codes = []
    for item in items:
        if not isinstance(item, Chars) or len(item.chars.ranges) != 1:
            return None
        low, high = item.chars.ranges[0]
        if low != high:
            return None
        codes.append(low)
    return "".join(map(chr, codes)) if codes else None
