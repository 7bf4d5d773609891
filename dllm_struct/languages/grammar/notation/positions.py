"""Where in a Lark grammar a name is used or defined, for error messages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

Position = tuple[int, int]
"""Line and column, from 1."""

_TOKEN: Final = re.compile(
    r'(?P<string>"(?:\\.|[^"\\\n])*")|(?P<regexp>/(?!/)(?:\\.|[^/\\\n])+/)'
    r"|(?P<comment>//[^\n]*|\#[^\n]*)|(?P<name>[a-zA-Z_][a-zA-Z_0-9]*)|.",
    re.DOTALL,
)
_COLON: Final = re.compile(r"\s*(?:\{[^}]*\})?\s*(?:\.\s*[+-]?\d+)?\s*:")


def names(text: str) -> Iterator[tuple[str, int]]:
    """The names in a grammar, outside strings, patterns and comments, with their indices."""
    for token in _TOKEN.finditer(text):
        if token["name"]:
            yield token["name"], token.start()


def position(text: str, index: int) -> Position:
    """Line and column of an index."""
    return text.count("\n", 0, index) + 1, index - (text.rfind("\n", 0, index) + 1) + 1


def definitions(text: str, name: str) -> list[Position]:
    """Where a rule or terminal is defined."""
    return [
        position(text, at)
        for found, at in names(text)
        if found == name and _COLON.match(text, at + len(name))
    ]


def first_rule(text: str) -> str | None:
    """The rule that is defined first."""
    for name, at in names(text):
        if name.lower() == name and _COLON.match(text, at + len(name)):
            return name
    return None


def uses(text: str, name: str) -> list[Position]:
    """Where a name is used and not defined."""
    return [
        position(text, at)
        for found, at in names(text)
        if found == name and not _COLON.match(text, at + len(name))
    ]


def literal(text: str, spelling: str) -> Position | None:
    """Where a string or pattern stands as it is written."""
    for token in _TOKEN.finditer(text):
        if (token["string"] or token["regexp"]) and text.startswith(spelling, token.start()):
            return position(text, token.start())
    return None
