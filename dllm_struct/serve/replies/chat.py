"""Replies of ``/v1/chat/completions``, whole and streamed."""

from __future__ import annotations

import json
import uuid
from collections.abc import AsyncIterator, Sequence
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
from dllm_struct.serve.requests.chat import Chat
from dllm_struct.serve.service import Work
from dllm_struct.serve.sse import DONE, frame
from dllm_struct.serve.tickets import Finished, Step


def chat_reply(chat: Chat, items: Sequence[Finished], model: str) -> dict[str, Any]:
    """Return a whole reply."""
    head = Head.new("chatcmpl", model)
    return head.of(
        "chat.completion",
        choices=[_choice(chat, item) for item in items],
        usage=usage(items),
        stats=[stats(item) for item in items],
    )


def _choice(chat: Chat, item: Finished) -> dict[str, Any]:
    message, why = _message(chat, item)
    return {
        "index": item.sequence,
        "message": {"role": "assistant", "refusal": None, **message},
        "logprobs": _logprobs(chat, item),
        "finish_reason": why,
    }


def _logprobs(chat: Chat, item: Finished) -> dict[str, Any] | None:
    if item.logprobs is None:
        return None
    content = [
        _probability(token.data, token.log_probability)
        | {"top_logprobs": [_probability(*other) for other in token.top]}
        for token in told_logprobs(item, chat.ask)
    ]
    return {"content": content, "refusal": None}


def _probability(data: bytes, value: float) -> dict[str, Any]:
    return {"token": data.decode(errors="replace"), "logprob": value, "bytes": list(data)}


def _message(chat: Chat, item: Finished) -> tuple[dict[str, Any], str]:
    """The fields of a message that hold its text, and why it ends."""
    text = answer_of(item, chat.ask)
    if chat.calling is None:
        return {"content": text}, reason(item, chat.ask)
    if chat.calling.forced is not None:
        return {"content": None, "tool_calls": [_call(chat.calling.forced, text)]}, "tool_calls"
    value = json.loads(text)
    if "content" in value:
        return {"content": value["content"]}, "stop"
    call = _call(value["name"], json.dumps(value["arguments"], ensure_ascii=False))
    return {"content": None, "tool_calls": [call]}, "tool_calls"


def _call(name: str, arguments: str) -> dict[str, Any]:
    return {
        "id": f"call_{uuid.uuid4().hex[:24]}",
        "type": "function",
        "function": {"name": name, "arguments": arguments},
    }


async def chat_stream(chat: Chat, work: Work, model: str) -> AsyncIterator[bytes]:
    """Yield the frames of a streamed reply."""
    stream = _ChatStream(chat, Head.new("chatcmpl", model))
    for index in range(chat.ask.count):
        yield frame(stream.chunk(index, stream.opening()))
    finished = []
    async for item in work:
        if isinstance(item, Step):
            chunk = stream.of_step(item)
            if chunk is not None:
                yield frame(chunk)
        else:
            finished.append(item)
            for chunk in stream.of_output(item):
                yield frame(chunk)
    if chat.options.include_usage:
        yield frame(stream.head.of("chat.completion.chunk", choices=[], usage=usage(finished)))
    yield DONE


class _ChatStream:
    """Makes the chunks of one reply."""

    def __init__(self, chat: Chat, head: Head) -> None:
        self._chat, self.head = chat, head
        self._deltas = Deltas(chat.ask)
        self._calls = [_call(self._forced or "", "") for _ in range(chat.ask.count)]

    @property
    def _forced(self) -> str | None:
        return None if self._chat.calling is None else self._chat.calling.forced

    @property
    def _is_open(self) -> bool:
        """Whether only the whole text says what the reply is."""
        return self._chat.calling is not None and self._forced is None

    def chunk(
        self,
        index: int,
        delta: dict[str, Any],
        why: str | None = None,
        logprobs: dict[str, Any] | None = None,
        **more: Any,
    ) -> dict[str, Any]:
        choice = {"index": index, "delta": delta, "logprobs": logprobs, "finish_reason": why}
        if self._chat.options.include_usage:
            more["usage"] = None
        return self.head.of("chat.completion.chunk", choices=[choice], **more)

    def opening(self) -> dict[str, Any]:
        return {"role": "assistant", "content": "" if self._chat.calling is None else None}

    def of_step(self, step: Step) -> dict[str, Any] | None:
        """The chunk of a step; None where there is nothing to tell."""
        index = step.event.sequence
        text = "" if self._is_open else self._deltas.of_step(step)
        drafts: dict[str, Any] = {}
        if self._chat.options.include_drafts:
            drafts["draft"] = draft(step)
        if not (text or drafts):
            return None
        return self.chunk(index, self._delta(index, text) if text else {}, **drafts)

    def of_output(self, item: Finished) -> list[dict[str, Any]]:
        """The last chunks of an output."""
        index = item.sequence
        if self._is_open:
            message, why = _message(self._chat, item)
            calls = [{"index": 0, **call} for call in message.pop("tool_calls", [])]
            delta = message | ({"tool_calls": calls} if calls else {})
        else:
            rest = self._deltas.of_output(item)
            delta = self._delta(index, rest) if rest else {}
            why = reason(item, self._chat.ask) if self._forced is None else "tool_calls"
        ends = [self.chunk(index, delta)] if delta else []
        return [*ends, self.chunk(index, {}, why, _logprobs(self._chat, item), stats=stats(item))]

    def _delta(self, index: int, text: str) -> dict[str, Any]:
        if self._forced is None:
            return {"content": text}
        call = self._calls[index]
        if call["function"]["arguments"]:
            return {"tool_calls": [{"index": 0, "function": {"arguments": text}}]}
        call["function"]["arguments"] = text
        return {"tool_calls": [{"index": 0, **call, "function": {**call["function"]}}]}
