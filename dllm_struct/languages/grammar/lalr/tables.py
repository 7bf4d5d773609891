"""LALR(1) tables, from lark's own analysis, with symbols and rules numbered as in a `Cfg`.

The lookaheads are those of DeRemer and Pennello ("Efficient computation of LALR(1) look-ahead
sets", 1982). A conflict between shifting and reducing is settled by shifting, one between two
reductions by the priorities of the rules; where those are equal, a grammar is not LALR(1).
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Any

from lark.common import ParserConf
from lark.exceptions import GrammarError
from lark.grammar import NonTerminal, RuleOptions
from lark.grammar import Rule as LarkRule
from lark.grammar import Terminal as LarkTerminal
from lark.parsers.lalr_analysis import LALR_Analyzer, Shift

from dllm_struct.errors import UnsupportedGrammar
from dllm_struct.languages.grammar.cfg import Cfg

END_NAME = "$END"
Item = tuple[int, int]
"""A rule and how many of its symbols have been read."""


class NotLalr(UnsupportedGrammar):
    """A grammar is not LALR(1); another parser may read it."""


@dataclass(frozen=True)
class Tables:
    """The automaton of the viable prefixes of a grammar, and what to do in its states.

    State 0 is the first. The symbol after the last nonterminal stands for the end of the text.

    Attributes:
        shifts: for each state, symbol → next state.
        reductions: for each state, terminal (or the end) → rule.
        kernels: for each state, the items that it stands for; the rules of the start symbol, with
            nothing read, in the first.
        last: the state after the start symbol.
        end: the symbol of the end.
    """

    shifts: tuple[dict[int, int], ...]
    reductions: tuple[dict[int, int], ...]
    kernels: tuple[tuple[Item, ...], ...]
    last: int
    end: int


def is_lalr(cfg: Cfg) -> bool:
    """Whether a grammar is LALR(1) once shifting goes before reducing."""
    try:
        tables(cfg)
    except NotLalr:
        return False
    return True


def tables(cfg: Cfg) -> Tables:
    """The tables of a grammar.

    Raises:
        NotLalr: two rules could be reduced, and nothing says which.
    """
    return _Numbering(cfg).tables()


class _Numbering:
    """Translates between a grammar's numbers and lark's objects."""

    def __init__(self, cfg: Cfg) -> None:
        self.cfg = cfg
        count = len(cfg.terminals)
        self.end = count + len(cfg.nonterminals)
        self.symbols: list[Any] = [LarkTerminal(f"T{t}") for t in range(count)]
        self.symbols += [NonTerminal(f"n{n}") for n in range(count, self.end)]
        self.number = {symbol.name: n for n, symbol in enumerate(self.symbols)}
        self.number[END_NAME] = self.end
        self.rules: dict[LarkRule, int] = {}
        for index, rule in enumerate(cfg.rules):
            expansion = [self.symbols[symbol] for symbol in rule.expansion]
            options = RuleOptions(priority=rule.priority)
            made = LarkRule(self.symbols[rule.origin], expansion, index, None, options)
            self.rules.setdefault(made, index)

    def tables(self) -> Tables:
        start = self.symbols[self.cfg.start].name
        conf = ParserConf(list(self.rules), {}, [start])
        try:
            analysis = LALR_Analyzer(conf, debug=True)  # so that states keep their items
            analysis.compute_lalr()  # type: ignore[no-untyped-call]
        except GrammarError as error:
            raise NotLalr(
                "two rules could be reduced (LALR(1))",
                hint='give one of them a priority, or use parser="earley"',
            ) from error
        table: Any = analysis.parse_table
        numbers = self._numbered(table.start_states[start], table.states)
        return Tables(
            shifts=tuple(self._shifts(table.states[state], numbers) for state in numbers),
            reductions=tuple(self._reductions(table.states[state]) for state in numbers),
            kernels=tuple(self._kernel(state, n == 0) for state, n in numbers.items()),
            last=numbers[table.end_states[start]],
            end=self.end,
        )

    def _numbered(self, first: Any, states: dict[Any, dict[str, Any]]) -> dict[Any, int]:
        """Numbers of states, breadth first."""
        numbers = {first: 0}
        queue = deque([first])
        while queue:
            actions = states[queue.popleft()]
            for name in sorted(actions, key=self.number.__getitem__):
                kind, target = actions[name]
                if kind is Shift and target not in numbers:
                    numbers[target] = len(numbers)
                    queue.append(target)
        return numbers

    def _shifts(self, actions: dict[str, Any], numbers: dict[Any, int]) -> dict[int, int]:
        return {
            self.number[name]: numbers[target]
            for name, (kind, target) in actions.items()
            if kind is Shift
        }

    def _reductions(self, actions: dict[str, Any]) -> dict[int, int]:
        return {
            self.number[name]: self.rules[rule]
            for name, (kind, rule) in actions.items()
            if kind is not Shift
        }

    def _kernel(self, state: Any, is_first: bool) -> tuple[Item, ...]:
        if is_first:
            return tuple((rule, 0) for rule in self.cfg.rules_of[self.cfg.start])
        return tuple(
            sorted(
                (self.rules[pointer.rule], pointer.index)
                for pointer in state
                if pointer.index and pointer.rule in self.rules
            )
        )
