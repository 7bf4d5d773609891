"""Reading texts with a grammar as lark does, the judge of what a grammar in its notation means."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from lark import Lark
from lark.exceptions import LarkError
from lark.indenter import PythonIndenter

from tests.grammars.members import START

FOLDER = Path(__file__).parents[2] / "grammars"


@cache
def parser(name: str, start: str | None = None) -> Lark:
    """LALR(1) with the contextual lexer."""
    return Lark(
        (FOLDER / f"{name}.lark").read_text(encoding="utf-8"),
        parser="lalr",
        lexer="contextual",
        start=start or START.get(name, "start"),
        postlex=PythonIndenter() if name == "python" else None,
    )


def reads(name: str, text: str, start: str | None = None) -> bool:
    """Whether a text is a member."""
    try:
        parser(name, start).parse(text)
    except LarkError:
        return False
    return True
