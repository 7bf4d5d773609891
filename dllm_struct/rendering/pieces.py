"""What stands at each position of a canvas, as text that is safe to show."""

from __future__ import annotations

from codecs import getincrementaldecoder
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dllm_struct.trace import Event

SYMBOLS = {"masked": "▢", "null": "∅"}

_PICTURES = 0x2400
_REPLACEMENT = "\ufffd"
_VISIBLE = {
    **{code: chr(_PICTURES + code) for code in range(0x20) if chr(code) not in "\n\t"},
    0x7F: "␡",
    **dict.fromkeys(range(0x80, 0xA0), _REPLACEMENT),
    **dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)), _REPLACEMENT),
}
"""Control characters, which could command a terminal, and those that turn the reading direction."""


def visible(text: str) -> str:
    """Return a text with pictures in place of control characters; line ends and tabs stay."""
    return text.translate(_VISIBLE)


def shown(event: Event) -> Iterator[str]:
    """Yield what stands at each position; a character split over tokens stands at its last one."""
    decoder = getincrementaldecoder("utf-8")("replace")
    for cell, token in zip(event.cells(), event.canvas.witness, strict=True):
        if cell.state in SYMBOLS:
            yield decoder.decode(b"", final=True) + SYMBOLS[cell.state]
        else:
            yield visible(decoder.decode(event.decode([token])))


def summary(event: Event) -> str:
    """Return one line about a step."""
    parts = [
        f"{event.masked} of {len(event.canvas.tokens)} positions masked",
        f"+{len(event.committed)} chosen",
        f"+{len(event.forced)} forced",
    ]
    for count, what in (
        (len(event.replaced), "replaced"),
        (len(event.remasked), "remasked"),
        (sum(edit.count for edit in event.inserted), "inserted"),
        (sum(edit.count for edit in event.deleted), "deleted"),
    ):
        parts += [f"{count} {what}"] * bool(count)
    return f"{', '.join(parts)}, {event.ms:.0f} ms"
