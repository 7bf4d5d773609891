r"""``\p{...}`` in terminals: a construct of the `regex` library, written out for `re`."""

from __future__ import annotations

import re
from typing import Final

from dllm_struct.languages.regex.properties import unicode_property
from dllm_struct.languages.regex.python_chars import class_body

_PIECE: Final = re.compile(r"\\[pP]\{(?P<name>[^{}]*)\}|\\.|\[\^?\]?|.", re.DOTALL)


def spelled(pattern: str) -> str:
    r"""The pattern with every ``\p{...}`` and ``\P{...}`` that is known written as ranges."""
    if "\\p{" not in pattern and "\\P{" not in pattern:
        return pattern
    pieces, inside = [], False
    for piece in _PIECE.finditer(pattern):
        spelling = piece[0]
        chars = unicode_property(piece["name"]) if piece["name"] else None
        if chars is not None:
            body = class_body(~chars if spelling.startswith("\\P") else chars)
            spelling = body if inside else f"[{body}]"
        elif spelling.startswith("[") and inside:
            spelling = re.escape(spelling[0]) + spelling[1:]
            inside = not spelling.endswith("]")
        elif spelling.startswith("["):
            inside = True
        elif spelling == "]":
            inside = False
        pieces.append(spelling)
    return "".join(pieces)
