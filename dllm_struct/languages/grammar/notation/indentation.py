"""Indents and dedents: what a lark `Indenter` says, in terms of terminals' numbers."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from lark.indenter import Indenter, PythonIndenter

from dllm_struct.errors import InvalidGrammar
from dllm_struct.languages.grammar.cfg import Indentation


@dataclass(frozen=True, slots=True)
class Columns:
    """The names of the terminals that indentation concerns, as in `Indentation`."""

    newline: str
    indent: str
    dedent: str
    opening: tuple[str, ...]
    closing: tuple[str, ...]
    tab: int

    def numbered(self, terminals: Mapping[str, int]) -> Indentation:
        """With terminals by number; brackets that the grammar does not have are left out.

        Raises:
            InvalidGrammar: the grammar lacks the newline.
        """
        if self.newline not in terminals:
            raise InvalidGrammar(
                f"the indenter needs a terminal {self.newline}, which the grammar does not have",
                hint="define it, or give indenter=None",
            )
        return Indentation(
            terminals[self.newline],
            terminals[self.indent],
            terminals[self.dedent],
            frozenset(terminals[name] for name in self.opening if name in terminals),
            frozenset(terminals[name] for name in self.closing if name in terminals),
            self.tab,
        )


def columns_of(
    indenter: Any, declared: Collection[str], defined: Collection[str]
) -> Columns | None:
    """What an indenter concerns, or None.

    Args:
        indenter: a lark `Indenter` or a subclass of it; None; or ``auto``: like Python, where the
            grammar declares ``_INDENT`` and ``_DEDENT`` and has a ``_NEWLINE``.
        declared: names that the grammar declares.
        defined: terminals that it defines.

    Raises:
        InvalidGrammar: the indenter is none of those.
    """
    if indenter is None:
        return None
    if isinstance(indenter, str) and indenter == "auto":
        python = PythonIndenter
        wanted = {python.INDENT_type, python.DEDENT_type}
        if not (wanted <= set(declared) and python.NL_type in defined):
            return None
        indenter = python()
    if isinstance(indenter, type) and issubclass(indenter, Indenter):
        indenter = indenter()
    if not isinstance(indenter, Indenter):
        raise InvalidGrammar(
            f"no indenter: {indenter!r}", hint='give a lark Indenter, None or "auto"'
        )
    return Columns(
        indenter.NL_type,
        indenter.INDENT_type,
        indenter.DEDENT_type,
        tuple(indenter.OPEN_PAREN_types),
        tuple(indenter.CLOSE_PAREN_types),
        indenter.tab_len,
    )
