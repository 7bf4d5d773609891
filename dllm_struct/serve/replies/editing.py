"""Replies of the edit endpoints: always fenced, and ``None`` where nothing changes."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any

from dllm_struct.serve.replies.base import Head, answer_of, draft, stats, usage
from dllm_struct.serve.requests.editing import Editing
from dllm_struct.serve.service import Work
from dllm_struct.serve.sse import DONE, frame
from dllm_struct.serve.tickets import Finished

NO_EDIT = "None"


def editing_reply(editing: Editing, item: Finished, model: str) -> dict[str, Any]:
    """Return a whole reply."""
    choice = {
        "index": 0,
        "message": {"role": "assistant", "content": _content(editing, item)},
        "logprobs": None,
        "finish_reason": "stop",
    }
    head = Head.new("edit", model)
    return head.of("chat.completion", choices=[choice], usage=usage([item]), stats=[stats(item)])


async def editing_stream(editing: Editing, work: Work, model: str) -> AsyncIterator[bytes]:
    """Yield drafts, and at the end the content: whether there is an edit shows no earlier."""
    head = Head.new("edit", model)

    def chunk(delta: dict[str, Any], reason: str | None, **more: Any) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}
        return frame(head.of("chat.completion.chunk", choices=[choice], **more))

    yield chunk({"role": "assistant", "content": ""}, None)
    async for item in work:
        if isinstance(item, Finished):
            yield chunk({"content": _content(editing, item)}, None)
            yield chunk({}, "stop", stats=stats(item))
            if editing.options.include_usage:
                yield frame(head.of("chat.completion.chunk", choices=[], usage=usage([item])))
        elif editing.options.include_drafts:
            yield chunk({}, None, draft=draft(item))
    yield DONE


def _content(editing: Editing, item: Finished) -> str:
    document, part = editing.document, answer_of(item, editing.ask)
    if not editing.whole and part == document.part:
        return NO_EDIT
    return fenced(document.before + part + document.after if editing.whole else part)


def fenced(text: str) -> str:
    """Return a text between fences that are longer than any in it."""
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}\n{text}{'' if text.endswith(chr(10)) else chr(10)}{fence}"
