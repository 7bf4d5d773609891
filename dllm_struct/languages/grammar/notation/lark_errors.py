"""Lark's complaints about a grammar, as errors with a position."""

from __future__ import annotations

import re
from typing import Final

from lark.exceptions import LarkError, UnexpectedInput, VisitError

from dllm_struct.errors import InvalidGrammar
from dllm_struct.languages.grammar.notation import positions
from dllm_struct.languages.grammar.notation.library import UNKNOWN

_HINT: Final = "see the reference of Lark's grammar notation"
_HINTS: Final = {
    "used but not defined": "define it, or %import it",
    "defined more than once": "rename one of them, or use %override",
    "Recursion in terminal": "make it a rule: write its name in lower case",
    "Rules aren't allowed inside terminals": "write the rule's name in upper case",
    "Rules defined twice": "two alternatives of a rule are the same once [] and ? are written out; "
    "drop one",
    UNKNOWN: "only shipped grammars and lark's own (common, python, unicode) can be imported; "
    "copy the rules into the grammar",
    "missing colon": "write name: followed by what it stands for",
}
_WHERE: Final = re.compile(r",? at line (\d+),? column (\d+)")
_MISUSES: Final = ("not defined", "inside terminals", UNKNOWN)
_QUOTED: Final = re.compile(r"'([A-Za-z_][A-Za-z_0-9]*)'")
_SPELLING: Final = re.compile(r"""\((".*"|/.*/[a-z]*)\)$""")
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z_0-9]*")


def complaint(text: str, error: Exception) -> InvalidGrammar:
    """The error for a grammar that lark refuses."""
    if isinstance(error, VisitError) and isinstance(error.orig_exc, Exception):
        error = error.orig_exc
    message = (str(error) or type(error).__name__).strip()
    where = _said(error, message) or _searched(text, message)
    hint = next((hint for part, hint in _HINTS.items() if part in message), _HINT)
    line, column = where or (None, None)
    return InvalidGrammar(_short(error, message, where), line=line, column=column, hint=hint)


def _short(error: Exception, message: str, where: positions.Position | None) -> str:
    """What is wrong, in one line."""
    if isinstance(error, UnexpectedInput):
        return "unexpected end of the grammar" if where is None else "unexpected input"
    if not isinstance(error, LarkError):
        return "lark cannot read this grammar"
    if len(error.args) == 2 and isinstance(error.args[1], SyntaxError):
        return f"malformed escape in {error.args[0]!r}"
    return _WHERE.sub("", message.partition("\n")[0]).replace(" in <string>:", "").strip(" :")


def _said(error: Exception, message: str) -> positions.Position | None:
    """The position as lark gives it."""
    if isinstance(error, UnexpectedInput):
        line, column = error.line, error.column
        known = isinstance(line, int) and isinstance(column, int) and line > 0
        return (line, column) if known else None
    found = _WHERE.search(message)
    return (int(found[1]), int(found[2])) if found else None


def _searched(text: str, message: str) -> positions.Position | None:
    """The position of the first name in the message that stands in the grammar, quoted ones first.

    Where a name is misused matters more than where it is defined, unless that is what is wrong.
    """
    spelling = _SPELLING.search(message)
    if spelling:
        return positions.literal(text, spelling[1])
    names = [name for name, _ in positions.names(text)]
    for name in (*_QUOTED.findall(message), *_NAME.findall(message)):
        if name not in names:
            continue
        defined, used = positions.definitions(text, name), positions.uses(text, name)
        if "more than once" in message and len(defined) > 1:
            return defined[1]
        misused = any(part in message for part in _MISUSES)
        first = used + defined if misused else defined + used
        return first[0] if first else None
    return None
