"""The escapes of JSON strings, byte by byte: which characters an unfinished one may become."""

from __future__ import annotations

from functools import lru_cache

from dllm_struct.languages.json_schema.escapes import Spelling

Ranges = tuple[tuple[int, int], ...]
"""Inclusive ranges of code points."""

_SHORT = {'"': '"', "\\": "\\", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_SCALARS: Ranges = ((0, 0xD7FF), (0xE000, 0x10FFFF))
_CONTROLS = tuple(c for c in range(0x20) if chr(c) not in _SHORT.values())
_DIGITS = 4
_HIGH, _LOW, _SURROGATES = (0xD800, 0xDBFF), (0xDC00, 0xDFFF), (0xD800, 0xDFFF)
_PLANE = 0x10000
_HEX = frozenset(b"0123456789abcdefABCDEF")


@lru_cache(maxsize=65536)
def pending(text: bytes, spelling: Spelling) -> tuple[Ranges, bool]:
    r"""What an escape may become that begins so.

    Args:
        text: a backslash and what follows.
        spelling: which escapes there are.

    Returns:
        The code points, none when no escape begins so, and whether the escape is complete.
    """
    if len(text) == 1:
        written = tuple((c, c) for c in (*range(0x20), ord('"'), ord("\\")))
        return (_SCALARS if spelling == "any" else written), False
    letter = chr(text[1])
    if letter == "u":
        return _hexadecimal(text, spelling)
    if letter == "/" and spelling == "any":
        return ((ord("/"), ord("/")),), len(text) == 2
    if letter in _SHORT:
        code = ord(_SHORT[letter])
        return ((code, code),), len(text) == 2
    return (), False


def _hexadecimal(text: bytes, spelling: Spelling) -> tuple[Ranges, bool]:
    digits = text[2 : 2 + _DIGITS]
    if not _HEX.issuperset(digits):
        return (), False
    if spelling == "canonical":
        found = tuple((c, c) for c in _CONTROLS if b"%04x" % c == digits or (
            (b"%04x" % c).startswith(digits)))  # fmt: skip
        return found, len(digits) == _DIGITS
    first, last = _interval(digits)
    if len(digits) < _DIGITS or not _HIGH[0] <= first <= _HIGH[1]:
        return _characters(first, last), len(digits) == _DIGITS
    return _pair(first, text[2 + _DIGITS :])


def _interval(digits: bytes) -> tuple[int, int]:
    """The numbers of four hexadecimal digits that begin so."""
    shift = 4 * (_DIGITS - len(digits))
    first = int(digits or b"0", 16) << shift
    return first, first + (1 << shift) - 1


def _characters(first: int, last: int) -> Ranges:
    """The code points whose first escape is in an interval."""
    found = [
        (max(first, low), min(last, high))
        for low, high in ((0, _SURROGATES[0] - 1), (_SURROGATES[1] + 1, _PLANE - 1))
    ]
    low, high = max(first, _HIGH[0]), min(last, _HIGH[1])
    if low <= high:
        found.append((_joined(low, _LOW[0]), _joined(high, _LOW[1])))
    return tuple((a, b) for a, b in found if a <= b)


def _joined(high: int, low: int) -> int:
    """The code point of a surrogate pair."""
    return _PLANE + ((high - _HIGH[0]) << 10) + low - _LOW[0]


def _pair(high: int, rest: bytes) -> tuple[Ranges, bool]:
    """What a high surrogate may become, by what follows it."""
    if not (b"\\u".startswith(rest) or (rest.startswith(b"\\u") and _HEX.issuperset(rest[2:]))):
        return (), False
    first, last = _interval(rest[2:])
    first, last = max(first, _LOW[0]), min(last, _LOW[1])
    if first > last:
        return (), False
    return ((_joined(high, first), _joined(high, last)),), len(rest) == 2 + _DIGITS


def finished(text: bytes, character: str) -> bytes:
    """The rest of an escape that has begun so and is to become a character."""
    if len(text) == 1:
        for letter, short in _SHORT.items():
            if short == character:
                return letter.encode()
    if text[1:2] not in (b"u", b""):
        return b""
    units = character.encode("utf-16-be").hex()
    whole = "".join(f"\\u{units[i : i + 4]}" for i in range(0, len(units), 4))
    return whole.encode()[len(text) :]
