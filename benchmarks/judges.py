"""Judges of texts in the shipped grammars that share no code with the library's parsers.

`lark` reads every text with the grammar itself. Where a language has a parser of its own, that one
reads it too.
"""

from __future__ import annotations

import ast
import csv
import io
import json
import re
import warnings
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from lark import Lark
from lark.exceptions import GrammarError, LarkError
from lark.indenter import PythonIndenter

GRAMMARS = Path(__file__).parent.parent / "grammars"


def names() -> list[str]:
    """The shipped grammars in Lark's notation."""
    return sorted(path.stem for path in GRAMMARS.glob("*.lark"))


class Judge:
    """Reads texts in one shipped grammar.

    Args:
        name: of the grammar.
    """

    def __init__(self, name: str) -> None:
        self.parser = _parser((GRAMMARS / f"{name}.lark").read_text("utf-8"))
        self.others = OTHERS.get(name, ())

    def complaint(self, text: str) -> str | None:
        """What is wrong with a text; None when all judges read it."""
        try:
            self.parser.parse(text)
        except LarkError as error:
            return f"lark: {error}"
        for other in self.others:
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    other(text)
            except ImportError:
                continue
            except Exception as error:  # whatever a parser raises
                return f"{other.__name__}: {type(error).__name__}: {error}"
        return None


def _parser(grammar: str) -> Lark:
    rules: list[str] = re.findall(r"^[?!]*([a-z_]+)(?:\.-?\d+)? *:", grammar, re.MULTILINE)
    start = "start" if "start" in rules else rules[0]
    indenter = PythonIndenter() if re.search(r"^%declare.*_INDENT", grammar, re.MULTILINE) else None
    try:
        return Lark(grammar, start=start, parser="lalr", lexer="contextual", postlex=indenter)
    except GrammarError:
        return Lark(grammar, start=start, parser="earley", lexer="dynamic_complete")


def _python(text: str) -> None:
    ast.parse(text)


def _python_expression(text: str) -> None:
    ast.parse(f"({text})", mode="eval")


def _csv(text: str) -> None:
    list(csv.reader(io.StringIO(text, newline=""), strict=True))


def _sqlglot(text: str) -> None:
    import_module("sqlglot").parse(text)


OTHERS: dict[str, tuple[Callable[[str], object], ...]] = {
    "arithmetic": (_python_expression,),
    "csv": (_csv,),
    "function_call": (_python_expression,),
    "json": (json.loads,),
    "python": (_python,),
    "regex": (re.compile,),
    "sql": (_sqlglot,),
}
