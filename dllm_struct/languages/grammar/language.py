"""A language given by a grammar; `grammar` makes one from a name or a text."""

from __future__ import annotations

import hashlib
from collections.abc import Hashable
from functools import cached_property, lru_cache
from typing import Any, Literal

from typing_extensions import override

from dllm_struct.automata.dfa import DFA
from dllm_struct.automata.machine import Machine
from dllm_struct.errors import InvalidGrammar, InvalidInput
from dllm_struct.languages.base import MACHINES, Language
from dllm_struct.languages.grammar.context import GrammarContext
from dllm_struct.languages.grammar.reader import Reader
from dllm_struct.languages.grammar.readers import reader_of
from dllm_struct.languages.holes.woven import Woven
from dllm_struct.shipped import names, shipped

__all__ = ["Grammar", "grammar"]

Notation = Literal["auto", "lark", "gbnf"]
Parser = Literal["auto", "lalr", "earley"]

SUFFIXES = (".lark", ".gbnf")
WHOLE_TEXT = (b"",)
"""A text that is one gap has nothing after it."""


class Grammar(Language):
    """The texts that a context-free grammar derives.

    Args:
        text: the grammar.
        name: how messages call it.
        start: the rule to derive from; None: ``start``, or the first rule.
        notation: ``lark``, ``gbnf``, or ``auto``.
        parser: ``lalr`` reads like lark's LALR parser with its contextual lexer, ``earley`` cuts
            texts into terminals in every way; ``auto``: LALR where the grammar is, else Earley.
        indenter: what makes indents and dedents: a lark ``Indenter``, None, or ``auto`` (when the
            grammar declares ``_INDENT`` and ``_DEDENT``).
    """

    def __init__(
        self,
        text: str,
        name: str,
        start: str | None = None,
        notation: Notation = "auto",
        parser: Parser = "auto",
        indenter: Any = "auto",
    ) -> None:
        self.text, self.name, self.start = text, name, start
        self._notation, self._parser, self._indenter = notation, parser, indenter
        self.description = f"grammar {name}" if start is None else f"grammar {name}, rule {start}"

    @cached_property
    def reader(self) -> Reader:
        """The parser that reads members byte by byte.

        Raises:
            InvalidGrammar: the grammar is not well formed.
            UnsupportedGrammar: it uses something that cannot be guaranteed.
        """
        return reader_of(self.text, self.start, self._notation, self._parser, self._indenter)

    @cached_property
    def _machine(self) -> Woven:
        return Woven(self.context(b"", WHOLE_TEXT), (None,), has_null=False)

    def context(self, before: bytes, segments: tuple[bytes, ...]) -> GrammarContext:
        """This grammar in a document with gaps.

        Args:
            before: the text before the first gap.
            segments: the fixed text after each gap.
        """
        return GrammarContext(self.reader, before, segments)

    @property
    @override
    def automaton(self) -> Machine:
        """The machine that generation uses."""
        return self._machine

    @property
    @override
    def fingerprint(self) -> str:
        """Equal for equal texts and settings."""
        settings = (self.start, self._notation, self._parser, repr(self._indenter))
        return hashlib.blake2b(f"{settings}{self.text}".encode(), digest_size=16).hexdigest()

    @override
    def matches(self, text: str | bytes) -> bool:
        """Whether ``text`` is a member."""
        try:
            data = text.encode() if isinstance(text, str) else text
        except UnicodeEncodeError:
            return False
        with MACHINES:
            config = self.reader.read(self.reader.start, data) if self.reader.start else 0
            return bool(config) and self.reader.accepting(config)

    @override
    def _build(self) -> DFA:
        raise InvalidInput(
            f"{self.description} is not regular: it has no finite automaton",
            hint="use the language's automaton, which makes its states on demand",
        )


def grammar(
    name_or_text: str,
    start: str | None = None,
    notation: Notation = "auto",
    parser: Parser = "auto",
    indenter: Any = "auto",
) -> Grammar:
    """A context-free language.

    Args:
        name_or_text: the name of a shipped grammar (``python``, ``json``, …), or a grammar in
            Lark's notation or GBNF.
        start: the rule to derive from; None: ``start``, or the first rule (``root`` in GBNF).
        notation: ``lark``, ``gbnf``, or ``auto``.
        parser: ``lalr`` reads like lark's LALR parser with its contextual lexer, ``earley`` cuts
            texts into terminals in every way; ``auto``: LALR where the grammar is, else Earley.
        indenter: what makes indents and dedents: a lark ``Indenter``, None, or ``auto`` (when the
            grammar declares ``_INDENT`` and ``_DEDENT``).

    Raises:
        InvalidGrammar: the grammar is not well formed, or no grammar has this name.
        UnsupportedGrammar: it uses something that cannot be guaranteed.
        EmptyLanguage: it has no member.
    """
    settings = (notation, parser)
    make = _grammar if isinstance(indenter, Hashable) else _grammar.__wrapped__
    return make(name_or_text, start, settings, indenter)


@lru_cache(maxsize=64)
def _grammar(
    name_or_text: str, start: str | None, settings: tuple[Notation, Parser], indenter: Any
) -> Grammar:
    text, name = _text(name_or_text)
    found = Grammar(text, name, start, *settings, indenter)
    with MACHINES:
        found.reader  # noqa: B018 - what is wrong with a grammar is said at once
    return found


def _text(name_or_text: str) -> tuple[str, str]:
    """The grammar's text, and what to call it."""
    if ":" in name_or_text:
        first = name_or_text.strip().partition(":")[0].split()
        return name_or_text, f"of '{first[-1] if first else ''}'"
    for suffix in SUFFIXES:
        if name_or_text in names("grammars", suffix):
            file = shipped("grammars") / f"{name_or_text}{suffix}"
            return file.read_text("utf-8"), name_or_text
    raise InvalidGrammar(
        f"no grammar is called {name_or_text!r}, and it is no grammar itself",
        hint=f"shipped are {', '.join(names('grammars', *SUFFIXES))}",
    )
