"""Which parser reads a grammar."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from dllm_struct.errors import InvalidInput, UnsupportedGrammar
from dllm_struct.languages.grammar.earley import EarleyReader
from dllm_struct.languages.grammar.lalr import LalrReader, NotLalr
from dllm_struct.languages.grammar.notation import read
from dllm_struct.languages.grammar.reader import Reader


def reader_of(text: str, start: str | None, notation: str, parser: str, indenter: Any) -> Reader:
    """The reader of a grammar; see `dllm_struct.grammar` for its settings.

    Raises:
        InvalidGrammar: the grammar is not well formed.
        UnsupportedGrammar: it uses something that cannot be guaranteed, or is not LALR(1) where
            that parser is asked for.
        EmptyLanguage: it derives no text.
        InvalidInput: a setting is unknown.
    """
    if parser not in ("auto", "lalr", "earley"):
        raise InvalidInput(f"unknown parser {parser!r}", hint='use "auto", "lalr" or "earley"')
    cfg = read(text, start, notation, indenter)
    if cfg.scannerless and parser == "lalr":
        raise InvalidInput("GBNF has no lexer for an LALR parser", hint='use parser="earley"')
    if not (cfg.scannerless or parser == "earley"):
        try:
            return LalrReader(cfg)
        except NotLalr:
            if parser == "lalr":
                raise
    for terminal in cfg.terminals:
        if terminal.guards:
            raise UnsupportedGrammar(
                f"terminal {terminal.name}, which looks at what follows it, with the parser "
                "'earley'",
                hint="make the grammar LALR(1), or put what must follow into the rules",
            )
    return EarleyReader(replace(cfg, scannerless=True))
