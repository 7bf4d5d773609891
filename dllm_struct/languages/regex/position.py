"""Where in a pattern a construct stands, for error messages.

The standard library's parse tree has no positions, so the text is scanned for the construct's
spelling, past escapes, character classes and comments.
"""

from __future__ import annotations

import re
from typing import Final

_SKIPPED: Final = r"\[\^?\]?(?:\\.|[^\]\\])*\]|\(\?#[^)]*\)"
_SPELLINGS: Final = {
    "a backreference": r"\\[1-9]|\(\?P=",
    "a conditional group": r"\(\?\(",
    "an atomic group": r"\(\?>",
    "a possessive quantifier": r"(?<=[*+?}])\+",
}


def locate(pattern: str, construct: str, *, verbose: bool) -> int | None:
    """Index of the first occurrence of ``construct``, or None if it cannot be told.

    Args:
        pattern: the pattern.
        construct: its name, as in the error.
        verbose: whether ``#`` starts a comment.
    """
    wanted = _SPELLINGS.get(construct)
    if wanted is None:
        return None
    comment = r"#[^\n]*" if verbose else _SKIPPED
    token = re.compile(rf"(?P<found>{wanted})|{_SKIPPED}|{comment}|\\.|.", re.DOTALL)
    for match in token.finditer(pattern):
        if match["found"] is not None:
            return match.start()
    return None
