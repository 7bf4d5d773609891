"""Terminals as lark defines them, compiled."""

from __future__ import annotations

from collections.abc import Sequence

from lark.lexer import PatternStr, TerminalDef

from dllm_struct.errors import (
    BudgetExceeded,
    DllmStructError,
    InvalidGrammar,
    InvalidRegex,
    UnsupportedGrammar,
    UnsupportedRegex,
)
from dllm_struct.languages.grammar.cfg import Terminal
from dllm_struct.languages.grammar.notation import positions
from dllm_struct.languages.grammar.notation.matching import Matching, matching
from dllm_struct.languages.grammar.notation.spelling import spelled


def terminals_of(definitions: Sequence[TerminalDef], text: str) -> list[Terminal]:
    """Compile terminals; each knows its place in the order in which lark's lexers try them.

    Args:
        definitions: as lark has compiled them.
        text: the grammar, for positions.

    Raises:
        InvalidGrammar: a pattern is malformed, or matches the empty text.
        UnsupportedGrammar: a pattern is beyond what is handled.
        BudgetExceeded: the automaton of a pattern is too large.
    """
    compiled = [_compiled(each, text) for each in definitions]
    tried = sorted(definitions, key=_rank)
    order = {each.name: place for place, each in enumerate(tried)}
    return [
        Terminal(
            str(each.name),
            found.texts,
            priority=each.priority,
            literal=_literal(each),
            order=order[each.name],
            guards=found.guards,
        )
        for each, found in zip(definitions, compiled, strict=True)
    ]


def _compiled(definition: TerminalDef, text: str) -> Matching:
    try:
        found = matching(spelled(definition.pattern.to_regexp()))
    except (InvalidRegex, UnsupportedRegex, BudgetExceeded) as error:
        raise _complaint(definition, text, error) from error
    if definition.pattern.min_width == 0:
        line, column = _position(definition, text)
        raise InvalidGrammar(
            f"terminal {definition.user_repr()} matches the empty text",
            line=line,
            column=column,
            hint="make it match at least one character, and optional where it is used",
        )
    return found


def _complaint(
    definition: TerminalDef, text: str, error: InvalidRegex | UnsupportedRegex | BudgetExceeded
) -> DllmStructError:
    """What is wrong with a pattern, said of its terminal."""
    name = definition.user_repr()
    line, column = _position(definition, text)
    if isinstance(error, BudgetExceeded):
        return BudgetExceeded(f"terminal {name}: {error.message}", hint=error.hint)
    if isinstance(error, UnsupportedRegex):
        construct = f"{error.construct} in terminal {name}"
        return UnsupportedGrammar(construct, line=line, column=column, hint=error.hint)
    message = f"the pattern of terminal {name} is malformed: {error.message}"
    return InvalidGrammar(message, line=line, column=column, hint=error.hint)


def _rank(definition: TerminalDef) -> tuple[int, int, int, str]:
    """What lark's lexers sort by (``lark.lexer.BasicLexer``)."""
    pattern = definition.pattern
    return -definition.priority, -pattern.max_width, -len(pattern.value), definition.name


def _literal(definition: TerminalDef) -> str | None:
    pattern = definition.pattern
    return pattern.value if isinstance(pattern, PatternStr) else None


def _position(definition: TerminalDef, text: str) -> tuple[int | None, int | None]:
    """Where the grammar defines a terminal, or writes it; nowhere, if it is imported."""
    defined = positions.definitions(text, definition.name)
    if defined:
        return defined[0]
    raw = definition.pattern.raw
    return (positions.literal(text, raw) if raw else None) or (None, None)
