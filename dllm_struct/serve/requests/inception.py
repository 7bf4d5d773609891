"""Inception's ``/v1/edit/completions`` and ``/v1/apply/completions``: tags in a chat message.

Both become the library's `Request`: only its spans are written anew, and nothing else changes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from pydantic import Field

from dllm_struct.editing.instructions import REWRITE
from dllm_struct.editing.spans import Span
from dllm_struct.serve.ask import Ask
from dllm_struct.serve.decodings import decoding_of
from dllm_struct.serve.errors import RequestError
from dllm_struct.serve.limits import Limits
from dllm_struct.serve.requests import base
from dllm_struct.serve.requests.chat import StreamOptions
from dllm_struct.serve.requests.editing import Editing, Form, Rewriting, checked
from dllm_struct.serve.requests.messages import ChatMessage, messages_of
from dllm_struct.serve.requests.tags import Tagged, compared, marked

APPLY = "Write the marked parts as the snippet has them."
"""What the model is told where a snippet is applied."""

ROOM = 2
"""A span may become so many times as long as it was, counted in characters, and some more."""

SOME_MORE = 32


class TagsRequest(base.Usual):
    """A chat whose last message has the tags."""

    messages: Annotated[list[ChatMessage], Field(min_length=1)]
    max_tokens: base.Count | None = Field(default=None, description="Most tokens of a part.")
    stream_options: StreamOptions | None = None
    metadata: dict[str, Any] | None = Field(default=None, description="Ignored.")


def next_edit_of(request: TagsRequest, limits: Limits) -> Editing:
    """Understand Inception's request for the next edit.

    Raises:
        RequestError: the tags are not there.
        InvalidDecoding: the settings are unknown or contradict each other.
    """
    return _tagged(request, limits, marked, "part", REWRITE)


def apply_of(request: TagsRequest, limits: Limits) -> Editing:
    """Understand Inception's request to apply a snippet.

    Raises:
        RequestError: the tags are not there.
        InvalidDecoding: the settings are unknown or contradict each other.
    """
    return _tagged(request, limits, compared, "whole", APPLY)


def _tagged(
    request: TagsRequest,
    limits: Limits,
    read: Callable[[str], Tagged],
    form: Form,
    instruction: str,
) -> Editing:
    messages = messages_of(request.messages)
    base.check_length(limits, "messages", *(message["content"] for message in messages))
    *first, last = messages
    tagged = read(last["content"])
    spans = _limited(request, tagged, limits)
    stop = base.stops(request.stop, None)
    if stop and len(spans) > 1:
        raise RequestError("a stop string ends one part, and there are several", param="stop")
    ask = Ask(
        prompt=[*first, {**last, "content": tagged.rest}],
        prepare=Rewriting(
            checked(text=tagged.text, spans=spans, instruction=instruction, cursor=tagged.cursor),
            types=(None,) * len(spans),
        ),
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
        stop=stop,
        answer=spans[0].name if len(spans) == 1 else None,
        params=dict.fromkeys(("prompt", "constraint"), "messages")
        | {"max_tokens": "max_tokens", "decoding": "decoding"},
    )
    options = request.stream_options or StreamOptions()
    return Editing(ask, form, "text", request.stream, options=options)


def _limited(request: TagsRequest, tagged: Tagged, limits: Limits) -> list[Span]:
    """The spans with the most tokens that each may have; an empty one where nothing may change."""
    end = len(tagged.text)
    if not tagged.spans:
        return [Span(end, end, name=base.ANSWER, max_tokens=0)]
    return [
        Span(
            start,
            stop,
            name=f"{base.ANSWER}{number}",
            max_tokens=_most(request, start, stop, limits),
        )
        for number, (start, stop) in enumerate(tagged.spans)
    ]


def _most(request: TagsRequest, start: int, stop: int, limits: Limits) -> int:
    if request.max_tokens is not None:
        return base.positions(request.max_tokens, limits)
    return min(ROOM * (stop - start) + SOME_MORE, limits.tokens)
