r"""Escapes in string literals: which code points the beginning of one may still become.

``\uXXXX`` counts code points in base 16, UTF-8 in base 64. A range of code points is cut into
blocks that share all but the last bytes of their UTF-8, so that few steps tell whether any of its
code points continues a string.
"""

from __future__ import annotations

from dllm_struct.automata.dfa import DEAD
from dllm_struct.languages.json_schema.escapes import Spelling
from dllm_struct.languages.json_schema.machine.members import Content
from dllm_struct.languages.json_schema.machine.spelling import SHORT, spelled

Span = tuple[int, int]
"""Code points from the first to before the last."""

_EVERYTHING = 0x110000
_HIGH, _LOW, _LOW_END = 0xD800, 0xDC00, 0xE000  # halves of surrogate pairs
_PER_HIGH = _LOW_END - _LOW
_BEYOND_BMP = 0x10000
_DIGITS = b"0123456789abcdef"
_START, _UNIT, _PAIR = len(b"\\u"), len(b"\\u0000"), len(b"\\u0000\\u0000")
_ENDS = (0x80, 0x800, _BEYOND_BMP, _EVERYTHING)  # of code points of one byte, two, three, four

_CANONICAL = {spelled(chr(code)): code for code in (*range(0x20), ord('"'), ord("\\"))}
_SHORT = {written.encode(): ord(character) for character, written in SHORT.items()}


def next_bytes(written: bytes, spelling: Spelling) -> bytes:
    """What may follow the beginning of an escape; any case of digits where all spellings count."""
    if spelling == "canonical":
        size = len(written)
        follow = (text[size] for text in _CANONICAL if text.startswith(written) and text != written)
        return bytes(dict.fromkeys(follow))
    if len(written) == 1:
        return bytes(text[1] for text in _SHORT) + b"u"
    if written.endswith(b"\\"):
        return b"u"
    if len(written) == _UNIT:
        return b"\\"
    return _DIGITS + _DIGITS[10:].upper()


def code_of(written: bytes, spelling: Spelling) -> int | None:
    """The code point of an escape, digits in lower case; None for the beginning of one.

    Half a pair that stands alone has the code point of that half, which no string contains.
    """
    if spelling == "canonical" or len(written) == _START:
        return (_CANONICAL if spelling == "canonical" else _SHORT).get(written)
    if len(written) == _UNIT and not _HIGH <= _digits(written[_START:]) < _LOW:
        return _digits(written[_START:])
    return spans(written, spelling)[0][0] if len(written) == _PAIR else None


def spans(written: bytes, spelling: Spelling) -> list[Span]:
    """The code points whose escapes begin so, and perhaps halves of pairs, which nothing contains.

    Args:
        written: the beginning of an escape, digits in lower case.
        spelling: which escapes there are.
    """
    if spelling == "canonical":
        codes = (code for text, code in _CANONICAL.items() if text.startswith(written))
        return [(code, code + 1) for code in codes]
    if len(written) <= _START:
        return [(0, _EVERYTHING)]
    first, end = _unit_span(written[_START:_UNIT])
    if len(written) < _UNIT:
        return [(first, end), *_pairs(first, end, _LOW, _LOW_END)]
    return _pairs(first, end, *_unit_span(written[_UNIT + _START :])) or [(_HIGH, _LOW)]


def _pairs(first: int, end: int, low: int, low_end: int) -> list[Span]:
    """The code points of pairs; the low half varies only when there is one high half."""
    first, end = max(first, _HIGH), min(end, _LOW)
    low, low_end = max(low, _LOW), min(low_end, _LOW_END)
    if first >= end or low >= low_end:
        return []
    start = _BEYOND_BMP + (first - _HIGH) * _PER_HIGH
    if end - first > 1:
        return [(start, start + (end - first) * _PER_HIGH)]
    return [(start + low - _LOW, start + low_end - _LOW)]


def _unit_span(digits: bytes) -> Span:
    """The units that begin with certain hexadecimal digits."""
    size = 16 ** (_UNIT - _START - len(digits))
    first = _digits(digits) * size
    return first, first + size


def _digits(digits: bytes) -> int:
    return int(digits or b"0", 16)


def any_continues(content: Content, state: int, span: Span) -> bool:
    """Whether a code point of a span continues a string from a state."""
    code, end = span
    while code < end:
        size = next(i for i, last in enumerate(_ENDS, start=1) if code < last)
        last = min(end, _ENDS[size - 1])
        shared = next(
            bytes_ for bytes_ in range(1, size + 1) if _fits(code, last, 64 ** (size - bytes_))
        )
        lead = _utf8(code, size)[:shared]
        if content.run(lead, state) != DEAD:
            return True
        code = min(last, (code // 64 ** (size - shared) + 1) * 64 ** (size - shared))
    return False


def _fits(code: int, last: int, block: int) -> bool:
    """Whether the code points up to the end of a block are all of the same length and wanted."""
    return block == 1 or (code % block == 0 and code + block <= last)


def _utf8(code: int, size: int) -> bytes:
    """UTF-8, halves of pairs included."""
    if size == 1:
        return bytes((code,))
    rest = [0x80 | code >> 6 * i & 0x3F for i in reversed(range(size - 1))]
    return bytes(((0xF00 >> size & 0xFF | code >> 6 * (size - 1)), *rest))
