r"""What Python's `re` means by a character class, asked of `re` itself.

``\w``, ``\d``, ``\s`` and the pairs that IGNORECASE treats as equal come from the running
Python's Unicode tables, with every special case (the long s U+017F and ``s``, the Kelvin sign
U+212A and ``k``). One search over a string of all code points costs some milliseconds, once per
class.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

import numpy as np

from dllm_struct.automata.alphabet import MAX_CODE_POINT
from dllm_struct.languages.regex.charset import CharSet

_BLOCK = 256


@cache
def every_character() -> str:
    """All code points in order, surrogates included: the character at index i is chr(i)."""
    codes = np.arange(MAX_CODE_POINT + 1, dtype="<u4")
    return codes.tobytes().decode("utf-32-le", "surrogatepass")


@cache
def category(escape: str, ascii_only: bool) -> CharSet:
    r"""The characters that an escape such as ``\w`` matches."""
    text = every_character()[: 128 if ascii_only else None]
    runs = re.finditer(f"{escape}+", text, re.ASCII if ascii_only else 0)
    return CharSet(tuple((run.start(), run.end() - 1) for run in runs))


@cache
def _cased() -> tuple[str, CharSet]:
    """The characters that have another case: no other is touched by IGNORECASE."""
    text = every_character()
    blocks = (text[i : i + _BLOCK] for i in range(0, len(text), _BLOCK))
    cased = [
        character
        for block in blocks
        if block.lower() != block or block.upper() != block
        for character in block
        if character.lower() != character or character.upper() != character
    ]
    return "".join(cased), CharSet.single(*cased)


def ignoring_case(source: str, chars: CharSet, ascii_only: bool) -> CharSet:
    """What a pattern for one character matches under IGNORECASE.

    Args:
        source: the pattern, for `re`.
        chars: what it matches without IGNORECASE.
        ascii_only: whether the ASCII flag holds.
    """
    flags = re.IGNORECASE | (re.ASCII if ascii_only else re.UNICODE)
    text, cased = _cased()
    matched = re.findall(source, text, flags | re.DOTALL)
    return (chars - cased) | CharSet.single(*matched)


@lru_cache(maxsize=256)
def closed_under_case(chars: CharSet) -> CharSet:
    """The characters equal to one of ``chars`` when case is ignored, in Python's sense."""
    if not chars.ranges:
        return chars
    return ignoring_case(f"[{class_body(chars)}]", chars, ascii_only=False)


def class_body(chars: CharSet) -> str:
    """The inside of a bracketed class that matches ``chars``."""
    return "".join(f"\\U{low:08x}-\\U{high:08x}" for low, high in chars.ranges)
