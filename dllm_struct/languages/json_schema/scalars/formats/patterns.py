r"""Regular expressions that ECMA-262 and Python both read, as a regular language.

The language of all regular expressions is not regular: groups nest. Here they do so at most `DEPTH`
deep, there are no references to groups, no names, and no lookbehinds; bounds are ascending when
both have one digit, or the second has more of them; the ranges of a class are within digits or
letters, and of other characters a few.
"""

from __future__ import annotations

import string
from collections.abc import Iterator
from typing import Final

DEPTH: Final = 4

_SPECIAL = r"\\^$.|?*+()\[\]{}"
_CHARACTER = rf"(?s:[^{_SPECIAL}])"
_HEX = "[0-9A-Fa-f]"
_PUNCTUATION = r"""\\[-^$\\.*+?()\[\]{}|/!"#%&',:;<=>@_`~ ]"""
_ESCAPE = rf"(?:\\[dDwWsSnrtfv]|{_PUNCTUATION}|\\x{_HEX}{{2}}|\\u{_HEX}{{4}})"
_ASSERTION = r"(?:[$^]|\\[bB])"


def _bounds() -> str:
    single = "|".join(f"{low},[{low}-9]" for low in range(10))
    longer = "[0-9],[1-9][0-9]{1,3}|[0-9]{2},[1-9][0-9]{2,3}|[0-9]{3},[1-9][0-9]{3}"
    return rf"\{{(?:[0-9]{{1,4}},?|{single}|{longer})\}}"


_QUANTIFIER = rf"(?:(?:[*+?]|{_bounds()})\??)?"
_HEX_DIGITS = "0123456789abcdef"


def _above(characters: str) -> Iterator[tuple[str, str]]:
    """Every character but the last, and the class of those after it."""
    for i, low in enumerate(characters[:-1]):
        yield low, f"[{characters[i + 1 :]}]"


def _ranges() -> Iterator[str]:
    """Ranges whose ends are in order."""
    for characters in (string.digits, string.ascii_lowercase, string.ascii_uppercase):
        for low, above in _above(characters):
            yield f"{low}-{above}"
    yield from ("[0-9]-[A-Za-z]", "[A-Z]-[a-z]", "[ !]-~", "[ !]-/", ":-@", "[0-9 ]-z")
    yield "[\u00a0-\u00cf]-[\u00d0-\uffff]|[\u00d0-\u4e00]-[\u4e01-\uffff]"
    for low, above in _above(_HEX_DIGITS):
        first, last = f"[{low}{low.upper()}]", f"[{above[1:-1]}{above[1:-1].upper()}]"
        yield rf"\\u{first}{_HEX}{{3}}-\\u{last}{_HEX}{{3}}"
        yield rf"\\u00{first}{_HEX}-\\u00{last}{_HEX}|\\x{first}{_HEX}-\\x{last}{_HEX}"


def _class() -> str:
    """A bracketed class; a hyphen is first or last, or between the ends of a range."""
    member = rf"(?s:[^\\\[\]^-])|{_ESCAPE}|{'|'.join(_ranges())}"
    return rf"\[\^?(?:-|-?(?:(?:{member})\^*)+-?)\]"


def _expression(depth: int) -> str:
    atoms = [_CHARACTER, "[.]", _ESCAPE, _class()]
    if depth:
        atoms.append(rf"\((?:\?[:=!])?{_expression(depth - 1)}\)")
    return rf"(?:[|]|{_ASSERTION}|(?:{'|'.join(atoms)}){_QUANTIFIER})*"


EXPRESSION: Final = _expression(DEPTH)
_SIMPLE = r"(?:[0-9A-Za-z_ ]|\\[dws.]|\[[a-z]+\]|\[(?:a-z|A-Z|0-9)+\])(?:[*+?]|\{[1-9]\})?"
WRITTEN_EXPRESSION: Final = rf"\^?(?:{_SIMPLE}|\((?:{_SIMPLE})+(?:[|](?:{_SIMPLE})+)*\)[*+?]?)*\$?"
