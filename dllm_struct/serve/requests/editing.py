"""``/v1/edit/completions`` and ``/v1/apply/completions``: Inception's tags inside a chat message.

An edit names the part of a file that may change; applying a snippet finds it: the lines in which
the snippet and the original differ. Either way one span is written anew and nothing else changes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise, takewhile
from typing import Annotated, Any

from pydantic import Field

from dllm_struct.serve.ask import Ask
from dllm_struct.serve.decodings import decoding_of
from dllm_struct.serve.errors import RequestError
from dllm_struct.serve.limits import Limits
from dllm_struct.serve.requests import base
from dllm_struct.serve.requests.chat import StreamOptions
from dllm_struct.serve.requests.messages import ChatMessage, messages_of

CURSOR = "<|cursor|>"
FILE, PART = "current_file_content", "code_to_edit"
ORIGINAL, SNIPPET = "original_code", "update_snippet"
PATH = "current_file_path: "
ELLIPSIS = "... existing code ..."
"""Stands in a snippet for lines of the original that it leaves out."""

ROOM = 2
"""A span may become so many times as long as it was, counted in characters, and some more."""

SOME_MORE = 32

ALIKE = 0.6
"""Similarity from which a line of a snippet replaces one of the original."""


class EditRequest(base.Usual):
    """A chat whose last message has the tags."""

    messages: Annotated[list[ChatMessage], Field(min_length=1)]
    max_tokens: base.Count | None = None
    stream_options: StreamOptions | None = None
    metadata: dict[str, Any] | None = Field(default=None, description="Ignored.")


@dataclass(frozen=True)
class Document:
    """A text and the part of it that may change.

    Attributes:
        before: what stands before that part.
        part: the part, as it is; None: nothing may change.
        after: what stands after it.
    """

    before: str
    part: str | None
    after: str


@dataclass(frozen=True)
class Editing:
    """A request, understood.

    Attributes:
        ask: what is to be written.
        document: what is edited.
        whole: whether the reply holds the whole text, and not the part alone.
        stream: whether the reply is streamed.
        options: what a stream tells.
    """

    ask: Ask
    document: Document
    whole: bool
    stream: bool
    options: StreamOptions


def edit_of(request: EditRequest, limits: Limits) -> Editing:
    """Understand a request for the next edit.

    Raises:
        RequestError: the tags are not there.
        InvalidDecoding: the settings are unknown or contradict each other.
    """
    return _editing(request, limits, _marked, whole=False)


def apply_of(request: EditRequest, limits: Limits) -> Editing:
    """Understand a request to apply a snippet.

    Raises:
        RequestError: the tags are not there.
        InvalidDecoding: the settings are unknown or contradict each other.
    """
    return _editing(request, limits, _compared, whole=True)


def _editing(
    request: EditRequest, limits: Limits, read: Callable[[str], Document], whole: bool
) -> Editing:
    messages = messages_of(request.messages)
    base.check_length(limits, "messages", *(message["content"] for message in messages))
    document = read(messages[-1]["content"])
    ask = Ask(
        prompt=messages,
        prepare=rewriting(document, _most(request, document, limits)),
        decoding=base.drawn(
            decoding_of(request.decoding, "decoding", limits),
            request.temperature,
            request.top_p,
            request.top_k,
        ),
        max_tokens=limits.tokens,
        seed=request.seed,
        seconds=base.seconds(request.timeout, limits),
        best_effort=request.best_effort,
        stop=base.stops(request.stop, None),
        answer=base.ANSWER,
        params=dict.fromkeys(("prompt", "constraint"), "messages")
        | {"max_tokens": "max_tokens", "decoding": "decoding"},
    )
    options = request.stream_options or StreamOptions()
    return Editing(ask, document, whole, request.stream, options)


def rewriting(document: Document, most: int) -> base.Filling:
    """Return what prepares the rewriting of a document's part; the model reads it in the prompt.

    Args:
        document: what is edited.
        most: most tokens of the new part.
    """
    return base.Filling(document.before, document.after, None, most)


def _most(request: EditRequest, document: Document, limits: Limits) -> int:
    if document.part is None:
        return 0
    if request.max_tokens is not None:
        return base.positions(request.max_tokens, limits)
    return min(ROOM * len(document.part) + SOME_MORE, limits.tokens)


def _marked(message: str) -> Document:
    """The file of a message, and the part between the marks; the marks' own lines are no text."""
    content = _between(message, FILE)
    first, _, rest = content.partition("\n")
    if first.startswith(PATH):
        content = rest
    part = _between(content, PART).replace(CURSOR, "", 1)
    before, _, after = content.partition(f"<|{PART}|>")
    _, _, after = after.partition(f"<|/{PART}|>")
    return Document(before, part, after.removeprefix("\n"))


def _compared(message: str) -> Document:
    """The original code, and those of its lines in which the snippet differs from it."""
    old = _between(message, ORIGINAL).splitlines(keepends=True)
    lines = _between(message, SNIPPET).splitlines(keepends=True)
    new = [line for line in lines if ELLIPSIS not in line]
    left_out = {index - seen for seen, index in enumerate(_ellipses(lines))}
    changed = [*_changes(old, new, left_out)]
    if not changed:
        return Document("".join(old), None, "")
    start, stop = changed[0][0], changed[-1][1]
    return Document("".join(old[:start]), "".join(old[start:stop]), "".join(old[stop:]))


def _ellipses(lines: Sequence[str]) -> list[int]:
    return [index for index, line in enumerate(lines) if ELLIPSIS in line]


def _changes(
    old: Sequence[str], new: Sequence[str], left_out: Collection[int]
) -> Iterator[tuple[int, int]]:
    """Ranges of old lines that the new ones replace.

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
    """What stands between a mark and its end, without the line breaks that belong to the marks.

    Raises:
        RequestError: the marks are not there, each of them once.
    """
    opening, closing = f"<|{tag}|>", f"<|/{tag}|>"
    if text.count(opening) != 1 or text.count(closing) != 1:
        raise RequestError(f"the message has no {opening} ... {closing}", param="messages")
    _, _, rest = text.partition(opening)
    inner, found, _ = rest.partition(closing)
    if not found:
        raise RequestError(f"{closing} stands before {opening}", param="messages")
    return inner.removeprefix("\n")
