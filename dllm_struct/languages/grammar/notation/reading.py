"""Reading a grammar in any notation."""

from __future__ import annotations

import re
from typing import Any, Final

from dllm_struct.errors import InvalidInput
from dllm_struct.languages.grammar.cfg import Cfg
from dllm_struct.languages.grammar.notation.gbnf import gbnf
from dllm_struct.languages.grammar.notation.lark_notation import loaded

_RULE: Final = re.compile(r"^[ \t]*[A-Za-z0-9_-]+[ \t]*::=", re.MULTILINE)


def read(
    text: str, start: str | None = None, notation: str = "auto", indenter: Any = "auto"
) -> Cfg:
    """Read a grammar.

    Args:
        text: the grammar.
        start: the rule to derive from; None: ``start``, or the first rule (``root`` in GBNF).
        notation: ``lark``, ``gbnf``, or ``auto``: GBNF where rules are written with ``::=``.
        indenter: what makes indents and dedents: a lark ``Indenter``, None, or ``auto`` (as in
            Python, when the grammar declares ``_INDENT`` and ``_DEDENT``). GBNF has none.

    Raises:
        InvalidInput: no notation has this name.
        InvalidGrammar: the grammar is not well formed.
        UnsupportedGrammar: it uses something that cannot be guaranteed.
        EmptyLanguage: it derives no text.
        BudgetExceeded: the automaton of a terminal is too large.
    """
    if notation == "auto":
        notation = "gbnf" if is_gbnf(text) else "lark"
    if notation == "lark":
        return loaded(text, start, indenter).cfg
    if notation == "gbnf":
        return gbnf(text, start)
    raise InvalidInput(
        f"unknown grammar notation {notation!r}", hint='use "lark", "gbnf" or "auto"'
    )


def is_gbnf(text: str) -> bool:
    """Whether rules are written as in GBNF."""
    return _RULE.search(text) is not None
