"""Escapes and character classes of ECMA-262 patterns."""

from __future__ import annotations

import re
from typing import Final

from dllm_struct.automata.alphabet import MAX_CODE_POINT
from dllm_struct.languages.regex.charset import CharSet, united
from dllm_struct.languages.regex.cursor import Cursor
from dllm_struct.languages.regex.properties import unicode_property
from dllm_struct.languages.regex.python_chars import closed_under_case

WORD: Final = CharSet.of((0x30, 0x39), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A))
LINE_ENDS: Final = CharSet.single("\n", "\r", "\u2028", "\u2029")
DIGIT: Final = CharSet.of((0x30, 0x39))
SPACE: Final = CharSet.of(
    (0x09, 0x0D),
    (0x20, 0x20),
    (0xA0, 0xA0),
    (0x1680, 0x1680),
    (0x2000, 0x200A),
    (0x2028, 0x2029),
    (0x202F, 0x202F),
    (0x205F, 0x205F),
    (0x3000, 0x3000),
    (0xFEFF, 0xFEFF),
)
_SETS: Final = {
    "d": DIGIT,
    "D": ~DIGIT,
    "w": WORD,
    "W": ~WORD,
    "s": SPACE,
    "S": ~SPACE,
}
_CONTROLS: Final = {"t": "\t", "n": "\n", "v": "\v", "f": "\f", "r": "\r", "0": "\0"}
_PROPERTY: Final = re.compile(r"\{([^{}]*)\}")
_HEX: Final = {
    "x": re.compile(r"([0-9a-fA-F]{2})"),
    "u": re.compile(r"([0-9a-fA-F]{4})|\{([0-9a-fA-F]+)\}"),
}
_LOW_SURROGATE: Final = re.compile(r"\\u([dD][c-fC-F][0-9a-fA-F]{2})")
_POSIX: Final = re.compile(r"\[[:.=]\^?\w+[:.=]\]")


def read_escape(cursor: Cursor) -> CharSet:
    """Read what follows a backslash: one character, or an escape for a set of them."""
    start = cursor.at - 1
    letter = cursor.take()
    if letter in _SETS:
        return _SETS[letter]
    if letter in ("p", "P"):
        chars = _read_property(cursor, start)
        return ~chars if letter == "P" else chars
    if letter in ("x", "u"):
        return _read_hex(cursor, letter, start)
    if letter in _CONTROLS:
        if letter == "0" and cursor.peek().isdigit():
            raise cursor.invalid("octal escape", start, "write \\xHH or \\uHHHH")
        return CharSet.single(_CONTROLS[letter])
    if letter == "c":
        control = cursor.take()
        if not (control.isascii() and control.isalpha()):
            raise cursor.invalid("incomplete escape \\c", start, "a letter must follow: \\cA")
        return CharSet.single(chr(ord(control) % 32))
    if not letter:
        raise cursor.invalid("backslash at the end", start, "write \\\\ for a backslash")
    if letter.isascii() and letter.isalnum():
        raise cursor.unsupported(
            f"the escape \\{letter}",
            start,
            "ECMA-262 gives it no meaning and other dialects different ones; write the "
            "characters it should match",
        )
    return CharSet.single(letter)


def _read_property(cursor: Cursor, start: int) -> CharSet:
    braces = cursor.match(_PROPERTY)
    if braces is None:
        raise cursor.invalid("incomplete escape \\p", start, "write the name in braces: \\p{L}")
    chars = unicode_property(braces[1])
    if chars is None:
        raise cursor.invalid(
            f"unknown Unicode property {braces[1]!r}",
            start,
            "use a general category, a script or a binary property: \\p{L}, \\p{Script=Greek}, "
            "\\p{Alphabetic}",
        )
    return chars


def _read_hex(cursor: Cursor, letter: str, start: int) -> CharSet:
    digits = cursor.match(_HEX[letter])
    if digits is None:
        hint = "write \\xHH, \\uHHHH or \\u{H...}"
        raise cursor.invalid(f"incomplete escape \\{letter}", start, hint)
    code = int(digits[digits.lastindex or 1], 16)
    if code > MAX_CODE_POINT:
        raise cursor.invalid("code point above 10FFFF", start, "the largest is \\u{10FFFF}")
    if 0xD800 <= code <= 0xDBFF and (low := cursor.match(_LOW_SURROGATE)):
        code = 0x10000 + ((code - 0xD800) << 10) + int(low[1], 16) - 0xDC00
    return CharSet.of((code, code))


def read_class(cursor: Cursor, *, ignore_case: bool) -> CharSet:
    """Read a class up to its closing bracket, the opening one being read."""
    start = cursor.at - 1
    negated = cursor.accept("^")
    parts: list[CharSet] = []
    while not cursor.accept("]"):
        if cursor.done:
            raise cursor.invalid("unterminated class", start, "close it with ], or write \\[")
        parts += _read_range(cursor)
    chars = united(parts)
    if ignore_case:
        chars = closed_under_case(chars)
    return ~chars if negated else chars


def _read_range(cursor: Cursor) -> list[CharSet]:
    """One member of a class, or a range; next to a set of characters, ``-`` is itself."""
    start = cursor.at
    first = _read_member(cursor)
    if cursor.peek() != "-" or cursor.peek(2) in ("-", "-]"):
        return [first]
    cursor.take()
    last = _read_member(cursor)
    low, high = _only(first), _only(last)
    if low is None or high is None:
        return [first, CharSet.single("-"), last]
    if low > high:
        raise cursor.invalid("class range out of order", start, "write the lower end first")
    return [CharSet.of((low, high))]


def _read_member(cursor: Cursor) -> CharSet:
    start = cursor.at
    if posix := cursor.match(_POSIX):
        hint = "write \\p{...} or the characters"
        raise cursor.unsupported(f"the POSIX class {posix[0]}", start, hint)
    if cursor.peek(3) == "&&[":
        hint = "write the resulting set; ECMA-262 reads && as two characters"
        raise cursor.unsupported("the class intersection &&", start, hint)
    if not cursor.accept("\\"):
        return CharSet.single(cursor.take())
    if cursor.accept("b"):
        return CharSet.single("\b")
    return read_escape(cursor)


def _only(chars: CharSet) -> int | None:
    """The code point of a set of one."""
    if len(chars.ranges) == 1 and chars.ranges[0][0] == chars.ranges[0][1]:
        return chars.ranges[0][0]
    return None
