"""A context-free grammar, whatever notation it came from.

Symbols are integers: terminals 0 … T - 1, then nonterminals T … T + N - 1.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from dllm_struct.automata.dfa import DFA


class Preference(StrEnum):
    """Which of the prefixes of a text that match a terminal a lexer takes."""

    LONGEST = "longest"
    SHORTEST = "shortest"


@dataclass(frozen=True)
class Guard:
    """Texts of a terminal that stand only where something does not follow: ``/0(?![0-9])/``.

    Attributes:
        texts: which texts of the terminal.
        refused: what follows (to the end of the document) must not begin with a member.
    """

    texts: DFA
    refused: DFA


@dataclass(frozen=True)
class Terminal:
    """A terminal.

    Attributes:
        name: as in the grammar; ``"if"`` and the like have the names that lark gives them.
        dfa: its texts, as a lexer takes them: the longest beginning of what is left that is a
            member (and that no guard refuses). None for a declared terminal, which an indenter
            makes (``_INDENT``).
        preference: which match a lexer takes: the shortest where quantifiers are lazy.
        priority: the higher goes first.
        literal: the text, where it is a string and not a pattern (its automaton knows whether case
            matters); None otherwise.
        order: the lexer tries terminals by this, smallest first; ties do not occur.
        guards: which of its texts depend on what follows; no text is in two of them.
    """

    name: str
    dfa: DFA | None
    preference: Preference = Preference.LONGEST
    priority: int = 0
    literal: str | None = None
    order: int = 0
    guards: tuple[Guard, ...] = ()


@dataclass(frozen=True)
class Rule:
    """``origin: expansion``.

    Attributes:
        origin: a nonterminal.
        expansion: symbols; may be empty.
        priority: of two rules that an LALR parser could reduce, the higher one is.
    """

    origin: int
    expansion: tuple[int, ...]
    priority: int = 0


@dataclass(frozen=True)
class Indentation:
    """How a newline's terminal becomes indents and dedents, as lark's `Indenter` does it.

    Attributes:
        newline: the terminal that ends a line and takes in the white space of the next one.
        indent: the terminal made where a line is indented further.
        dedent: the terminal made where it is indented less.
        opening: terminals inside which newlines do not count.
        closing: terminals that end that.
        tab: columns of a tab.
    """

    newline: int
    indent: int
    dedent: int
    opening: frozenset[int]
    closing: frozenset[int]
    tab: int


@dataclass(frozen=True, eq=False)
class Cfg:
    """A grammar.

    Attributes:
        terminals: the terminals.
        nonterminals: their names.
        rules: in the order of the grammar; every origin is a nonterminal.
        start: a nonterminal.
        ignored: terminals that may stand anywhere and are not parsed.
        indentation: None where columns do not matter.
        scannerless: whether a text may be cut into terminals in every way (GBNF); else a lexer
            decides.
    """

    terminals: tuple[Terminal, ...]
    nonterminals: tuple[str, ...]
    rules: tuple[Rule, ...]
    start: int
    ignored: frozenset[int] = frozenset()
    indentation: Indentation | None = None
    scannerless: bool = False

    def is_terminal(self, symbol: int) -> bool:
        """Whether a symbol is a terminal."""
        return symbol < len(self.terminals)

    def name(self, symbol: int) -> str:
        """The name of a symbol."""
        count = len(self.terminals)
        return self.terminals[symbol].name if symbol < count else self.nonterminals[symbol - count]

    @cached_property
    def rules_of(self) -> dict[int, tuple[int, ...]]:
        """Indices of the rules of each nonterminal."""
        found: dict[int, list[int]] = {symbol: [] for symbol in self.symbols()}
        for index, rule in enumerate(self.rules):
            found[rule.origin].append(index)
        return {symbol: tuple(indices) for symbol, indices in found.items()}

    def symbols(self) -> Iterator[int]:
        """The nonterminals."""
        yield from range(len(self.terminals), len(self.terminals) + len(self.nonterminals))
