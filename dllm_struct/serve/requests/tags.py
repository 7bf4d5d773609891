"""Inception's tags inside a chat message: which text is edited, and which parts of it.

An edit names the part of a file that may change. Applying a snippet finds the parts: the lines in
which the snippet and the original differ.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import accumulate, pairwise, takewhile

from dllm_struct.serve.errors import RequestError

CURSOR = "<|cursor|>"
FILE, PART = "current_file_content", "code_to_edit"
ORIGINAL, SNIPPET = "original_code", "update_snippet"
PATH = "current_file_path: "
ELLIPSIS = "... existing code ..."
"""Stands in a snippet for lines of the original that it leaves out."""

ALIKE = 0.6
"""Similarity from which a line of a snippet replaces one of the original."""


@dataclass(frozen=True)
class Tagged:
    """What a message says.

    Attributes:
        text: what is edited.
        spans: characters that may change, in order; none: nothing may.
        cursor: characters before the cursor, which is in the span; None: there is none.
        rest: the message without the text.
    """

    text: str
    spans: tuple[tuple[int, int], ...]
    cursor: int | None
    rest: str


def marked(message: str) -> Tagged:
    """Return the file of a message, and the part between the marks, whose lines are no text.

    Raises:
        RequestError: the marks are not there.
    """
    content, rest = _taken(message, FILE)
    first, _, lines = content.partition("\n")
    if first.startswith(PATH):
        content, rest = lines, f"{first}\n{rest}"
    part = _between(content, PART)
    before, _, after = content.partition(f"<|{PART}|>")
    _, _, after = after.partition(f"<|/{PART}|>")
    own, found, behind = part.partition(CURSOR)
    text = f"{before}{own}{behind}{after.removeprefix(chr(10))}"
    start = len(before)
    cursor = start + len(own) if found else None
    return Tagged(text, ((start, start + len(own) + len(behind)),), cursor, rest)


def compared(message: str) -> Tagged:
    """Return the original code, and those of its lines in which the snippet differs from it.

    Raises:
        RequestError: the marks are not there.
    """
    text, rest = _taken(message, ORIGINAL)
    old = text.splitlines(keepends=True)
    lines = _between(message, SNIPPET).splitlines(keepends=True)
    new = [line for line in lines if ELLIPSIS not in line]
    left_out = {index - seen for seen, index in enumerate(_ellipses(lines))}
    at = [*accumulate(map(len, old), initial=0)]
    spans = [(at[start], at[stop]) for start, stop in _changes(old, new, left_out)]
    return Tagged(text, tuple(spans), None, rest)


def _ellipses(lines: Sequence[str]) -> list[int]:
    return [index for index, line in enumerate(lines) if ELLIPSIS in line]


def _changes(
    old: Sequence[str], new: Sequence[str], left_out: Collection[int]
) -> Iterator[tuple[int, int]]:
    """Ranges of old lines that the new ones replace, in order.

    Args:
        old: all lines of the original.
        new: lines of the snippet.
        left_out: indices of new lines before which the snippet leaves lines out.
    """
    matcher = SequenceMatcher(_is_blank, old, new, autojunk=False)
    blocks = [block for block in matcher.get_matching_blocks() if block.size]
    if not blocks:
        yield 0, len(old)
        return
    first, last = blocks[0], blocks[-1]
    if first.b:
        yield (first.a if 0 in left_out else 0), first.a
    for block, following in pairwise(blocks):
        start, at = block.a + block.size, block.b + block.size
        is_cut = at == following.b and at not in left_out and start < following.a
        if at < following.b or is_cut:
            yield start, following.a
    start, at = last.a + last.size, last.b + last.size
    if at < len(new) and len(new) in left_out:
        yield start, start + _alike(old[start:], new[at:])
    elif at < len(new):
        yield start, len(old)


def _is_blank(line: str) -> bool:
    return not line.strip()


def _alike(old: Sequence[str], new: Sequence[str]) -> int:
    """How many lines one after the other resemble those of the snippet, which replace them."""
    pairs = zip(old, new, strict=False)
    return sum(1 for _ in takewhile(lambda pair: _ratio(*pair) >= ALIKE, pairs))


def _ratio(old: str, new: str) -> float:
    return SequenceMatcher(None, old, new, autojunk=False).ratio()


def _between(text: str, tag: str) -> str:
    return _taken(text, tag)[0]


def _taken(text: str, tag: str) -> tuple[str, str]:
    """What stands between a mark and its end, and the rest of a text.

    The line break behind the first mark belongs to the mark.

    Raises:
        RequestError: the marks are not there, each of them once.
    """
    opening, closing = f"<|{tag}|>", f"<|/{tag}|>"
    if text.count(opening) != 1 or text.count(closing) != 1:
        raise RequestError(f"the message has no {opening} ... {closing}", param="messages")
    before, _, rest = text.partition(opening)
    inner, found, after = rest.partition(closing)
    if not found:
        raise RequestError(f"{closing} stands before {opening}", param="messages")
    return inner.removeprefix("\n"), (before + after).strip()
