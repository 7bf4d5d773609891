"""Lark's grammar notation, read by lark itself.

Terminals, rules and their order are lark's own, after templates are applied and EBNF is expanded.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

from lark import grammar as lark_grammar
from lark.exceptions import GrammarError, LarkError
from lark.lexer import TerminalDef
from lark.load_grammar import Grammar, GrammarBuilder

from dllm_struct.errors import InvalidGrammar
from dllm_struct.languages.grammar.cfg import Cfg, Rule, Terminal
from dllm_struct.languages.grammar.notation import positions
from dllm_struct.languages.grammar.notation.blowup import refuse_blowups
from dllm_struct.languages.grammar.notation.indentation import Columns, columns_of
from dllm_struct.languages.grammar.notation.lark_errors import complaint
from dllm_struct.languages.grammar.notation.library import library
from dllm_struct.languages.grammar.notation.members import require_member
from dllm_struct.languages.grammar.notation.terminals import terminals_of

# What lark raises for malformed grammars, on purpose and by accident.
_COMPLAINTS: Final = (
    LarkError,
    AssertionError,
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    SyntaxError,
    TypeError,
    ValueError,
    re.error,
)


@dataclass(frozen=True, eq=False, slots=True)
class Loaded:
    """A grammar as lark has compiled it, and as we do.

    Attributes:
        cfg: ours.
        start: the name of the start rule.
        definitions: lark's terminals, numbered as in ``cfg``; declared ones, which come after them
            there, have none.
        rules: lark's rules, numbered as in ``cfg``.
        ignored: names of the terminals that are not parsed.
    """

    cfg: Cfg
    start: str
    definitions: tuple[TerminalDef, ...]
    rules: tuple[lark_grammar.Rule, ...]
    ignored: tuple[str, ...]


def loaded(text: str, start: str | None = None, indenter: Any = "auto") -> Loaded:
    """Read a grammar in Lark's notation.

    Args:
        text: the grammar.
        start: the rule to derive from; None: ``start``, or the first rule.
        indenter: as for `read`.

    Raises:
        InvalidGrammar: lark would not load it.
        UnsupportedGrammar: a terminal is beyond what is handled.
        EmptyLanguage: the start rule has no member.
        BudgetExceeded: the automaton of a terminal is too large.
    """
    try:
        builder = GrammarBuilder(False, [library])
        builder.load_grammar(text, "<string>")
        grammar = builder.build()
    except _COMPLAINTS as error:
        raise complaint(text, error) from error
    refuse_blowups(grammar, text)
    chosen = _start(grammar, text, start)
    columns = _columns(grammar, indenter)
    try:
        kept = {columns.newline} if columns else set()
        definitions, rules, ignored = grammar.compile([chosen], kept)
        _check_used(rules)
    except _COMPLAINTS as error:
        raise complaint(text, error) from error
    terminals = terminals_of(definitions, text)
    cfg = _numbered(terminals, rules, chosen, ignored, columns)
    return Loaded(
        require_member(cfg), chosen, tuple(definitions), tuple(rules), tuple(map(str, ignored))
    )


def _start(grammar: Grammar, text: str, start: str | None) -> str:
    """The name of the start rule."""
    rules = {str(name): params for name, params, *_ in grammar.rule_defs}
    if not rules:
        raise InvalidGrammar("the grammar has no rule", hint="write one: start: ...")
    if start is None:
        first = positions.first_rule(text)
        start = "start" if "start" in rules or first not in rules else first
    if start not in rules:
        raise InvalidGrammar(
            f"the grammar has no rule {start!r}",
            hint=f"its rules are {', '.join(sorted(rules))}",
        )
    if rules[start]:
        raise InvalidGrammar(
            f"rule {start!r} is a template", hint="start with a rule without parameters"
        )
    return start


def _check_used(rules: list[lark_grammar.Rule]) -> None:
    """Lark leaves it to its parsers to find templates that are used like rules."""
    defined = {rule.origin.name for rule in rules}
    for rule in rules:
        for symbol in rule.expansion:
            if not symbol.is_term and symbol.name not in defined:
                raise GrammarError(f"Rule '{symbol.name}' used but not defined")


def _columns(grammar: Grammar, indenter: Any) -> Columns | None:
    declared = [str(name) for name, (tree, _) in grammar.term_defs if tree is None]
    defined = [str(name) for name, (tree, _) in grammar.term_defs if tree is not None]
    return columns_of(indenter, declared, defined)


def _numbered(
    terminals: list[Terminal],
    rules: list[lark_grammar.Rule],
    start: str,
    ignored: Collection[str],
    columns: Columns | None,
) -> Cfg:
    """Names become numbers."""
    named = [s.name for rule in rules for s in rule.expansion if s.is_term]
    made = [columns.indent, columns.dedent] if columns else []
    known = {terminal.name for terminal in terminals}
    declared = dict.fromkeys(map(str, (*named, *made, *ignored)))
    everything = list(terminals)
    for name in declared:
        if name not in known:
            everything.append(Terminal(name, None, order=len(everything)))
    number = {terminal.name: at for at, terminal in enumerate(everything)}
    nonterminals = tuple(dict.fromkeys(str(rule.origin.name) for rule in rules))
    place = {name: len(everything) + at for at, name in enumerate(nonterminals)}

    def numbered(symbol: lark_grammar.Symbol) -> int:
        return (number if symbol.is_term else place)[symbol.name]

    return Cfg(
        tuple(everything),
        nonterminals,
        tuple(
            Rule(
                numbered(rule.origin),
                tuple(map(numbered, rule.expansion)),
                rule.options.priority or 0,
            )
            for rule in rules
        ),
        place[start],
        frozenset(number[name] for name in ignored),
        columns.numbered(number) if columns else None,
    )
