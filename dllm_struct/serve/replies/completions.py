"""Replies of ``/v1/completions``, and of FIM with what all its clients read."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

from dllm_struct.serve.replies.base import (
    Deltas,
    Head,
    answer_of,
    draft,
    reason,
    stats,
    told_logprobs,
    usage,
)
from dllm_struct.serve.requests.completions import Completion
from dllm_struct.serve.service import Work
from dllm_struct.serve.sse import DONE, frame
from dllm_struct.serve.tickets import Finished, Step

Fields = Callable[[str, bool], dict[str, Any]]
"""The fields of a choice that hold its text; whether it is a part of a stream."""


def plain(text: str, is_part: bool) -> dict[str, Any]:
    """Return the field of OpenAI's completions."""
    return {"text": text}


def fim(text: str, is_part: bool) -> dict[str, Any]:
    """Return what Mistral's clients read, and Inception's."""
    message = {"role": "assistant", "content": text}
    if is_part:
        return {"text": text, "delta": message}
    return {"text": text, "message": {**message, "tool_calls": None, "prefix": False}}


def completion_reply(
    completion: Completion, items: Sequence[Finished], head: Head, kind: str, fields: Fields
) -> dict[str, Any]:
    """Return a whole reply."""
    choices = [
        {
            "index": item.sequence,
            **fields(answer_of(item, completion.ask), False),
            "logprobs": _logprobs(completion, item),
            "finish_reason": reason(item, completion.ask),
        }
        for item in items
    ]
    return head.of(kind, choices=choices, usage=usage(items), stats=[stats(item) for item in items])


def _logprobs(completion: Completion, item: Finished) -> dict[str, Any] | None:
    """What the API of completions tells: lists side by side; offsets count characters."""
    if item.logprobs is None:
        return None
    tokens, data = told_logprobs(item, completion.ask), b""
    offsets = []
    for token in tokens:
        offsets.append(len(data.decode(errors="ignore")))
        data += token.data
    return {
        "tokens": [token.data.decode(errors="replace") for token in tokens],
        "token_logprobs": [token.log_probability for token in tokens],
        "top_logprobs": [
            {other.decode(errors="replace"): value for other, value in reversed(token.top)}
            for token in tokens
        ],
        "text_offset": offsets,
    }


async def completion_stream(
    completion: Completion, work: Work, head: Head, kind: str, fields: Fields
) -> AsyncIterator[bytes]:
    """Yield the frames of a streamed reply."""
    deltas = Deltas(completion.ask)
    options, finished = completion.options, []

    def chunk(
        index: int,
        text: str,
        why: str | None,
        logprobs: dict[str, Any] | None = None,
        **more: Any,
    ) -> bytes:
        ends = {"logprobs": logprobs, "finish_reason": why}
        choice = {"index": index, **fields(text, True), **ends}
        if options.include_usage:
            more["usage"] = None
        return frame(head.of(kind, choices=[choice], **more))

    async for item in work:
        if isinstance(item, Step):
            index, text = item.event.sequence, deltas.of_step(item)
            if options.include_drafts:
                yield chunk(index, text, None, draft=draft(item))
            elif text:
                yield chunk(index, text, None)
        else:
            finished.append(item)
            rest = deltas.of_output(item)
            why, logprobs = reason(item, completion.ask), _logprobs(completion, item)
            yield chunk(item.sequence, rest, why, logprobs, stats=stats(item))
    if options.include_usage:
        yield frame(head.of(kind, choices=[], usage=usage(finished)))
    yield DONE
