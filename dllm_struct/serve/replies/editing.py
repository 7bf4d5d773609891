"""Replies to edits: our own, and chat messages, always fenced, ``None`` where nothing changes."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import asdict
from typing import Any

from dllm_struct.editing.edited import Edited
from dllm_struct.serve.replies.base import Head, draft, event_of, reason, stats, usage
from dllm_struct.serve.requests.editing import Editing
from dllm_struct.serve.service import Work
from dllm_struct.serve.sse import DONE, frame
from dllm_struct.serve.tickets import Finished

NO_EDIT = "None"


def edit_reply(editing: Editing, item: Finished, model: str) -> dict[str, Any]:
    """Return our own reply: the text, and what was replaced by what."""
    return Head.new("edit", model).of("edit", **_result(editing, item))


async def edit_stream(editing: Editing, work: Work) -> AsyncIterator[bytes]:
    """Yield the frames of our own stream: ``step`` or ``draft``, then ``done``."""
    async for item in work:
        if isinstance(item, Finished):
            yield frame(_result(editing, item), "done")
        elif editing.events:
            yield frame(event_of(item), "step")
        else:
            yield frame(draft(item), "draft")
    yield DONE


def message_reply(editing: Editing, item: Finished, model: str) -> dict[str, Any]:
    """Return a chat message, with what was replaced by what."""
    choice = {
        "index": 0,
        "message": {"role": "assistant", "content": _content(editing, item)},
        "logprobs": None,
        "finish_reason": reason(item, editing.ask),
    }
    head, edit = Head.new("edit", model), _told(editing, _edited(item))
    return head.of(
        "chat.completion", choices=[choice], usage=usage([item]), stats=[stats(item)], edit=edit
    )


async def message_stream(editing: Editing, work: Work, model: str) -> AsyncIterator[bytes]:
    """Yield drafts, and at the end the content: whether there is an edit shows no earlier."""
    head = Head.new("edit", model)

    def chunk(delta: dict[str, Any], why: str | None, **more: Any) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": why}
        return frame(head.of("chat.completion.chunk", choices=[choice], **more))

    yield chunk({"role": "assistant", "content": ""}, None)
    async for item in work:
        if isinstance(item, Finished):
            yield chunk({"content": _content(editing, item)}, None)
            yield chunk(
                {}, reason(item, editing.ask), stats=stats(item), edit=_told(editing, _edited(item))
            )
            if editing.options.include_usage:
                yield frame(head.of("chat.completion.chunk", choices=[], usage=usage([item])))
        elif editing.options.include_drafts:
            yield chunk({}, None, draft=draft(item))
    yield DONE


def _edited(item: Finished) -> Edited:
    assert item.edited is not None
    return item.edited


def _result(editing: Editing, item: Finished) -> dict[str, Any]:
    edited = _edited(item)
    return {
        "text": edited.text,
        **_told(editing, edited),
        "slots": dict(edited.output.slots),
        "stats": stats(item),
        "usage": usage([item]),
    }


def _told(editing: Editing, edited: Edited) -> dict[str, Any]:
    """What was replaced by what, and whether the model said that nothing should be."""
    return {
        "edits": [asdict(edit) for edit in edited.edits],
        "diff": edited.unified(editing.path),
        "declined": edited.declined,
    }


def _content(editing: Editing, item: Finished) -> str:
    edited = _edited(item)
    if editing.form == "whole":
        return fenced(edited.text)
    return fenced(edited.edits[0].replacement) if edited.edits else NO_EDIT


def fenced(text: str) -> str:
    """Return a text between fences that are longer than any in it."""
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}\n{text}{'' if text.endswith(chr(10)) else chr(10)}{fence}"
