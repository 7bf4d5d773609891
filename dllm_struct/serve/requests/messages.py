"""Chat messages, as OpenAI's clients send them, and as chat templates take them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from dllm_struct.serve.errors import RequestError
from dllm_struct.vocabulary.codec import Message, Prompt

Role = Literal["system", "developer", "user", "assistant", "tool", "function"]


class TextPart(BaseModel):
    """A part of a message."""

    model_config = ConfigDict(extra="allow")
    type: str
    text: str | None = None


class ChatMessage(BaseModel):
    """One message; other fields than these do not reach the model."""

    model_config = ConfigDict(extra="allow")
    role: Role
    content: str | list[TextPart] | None = None
    tool_calls: list[dict[str, Any]] | None = None


def messages_of(messages: Sequence[ChatMessage]) -> list[Message]:
    """Return messages as chat templates take them.

    Raises:
        RequestError: a message has a part that is no text.
    """
    return [
        {
            "role": "system" if message.role == "developer" else message.role,
            "content": _content(message, index),
        }
        for index, message in enumerate(messages)
    ]


def prompt_of(given: str | Sequence[ChatMessage] | None) -> Prompt | None:
    """Return a prompt as the library takes it."""
    return given if given is None or isinstance(given, str) else messages_of(given)


def told_by(prompt: Prompt) -> str:
    """Return all that a prompt says."""
    return prompt if isinstance(prompt, str) else "".join(m["content"] for m in prompt)


def _content(message: ChatMessage, index: int) -> str:
    param = f"messages.{index}.content"
    if isinstance(message.content, list):
        for part in message.content:
            if part.type not in ("text", "input_text") or part.text is None:
                raise RequestError(
                    f"a part of type '{part.type}' cannot be read; send text",
                    code="unsupported_content",
                    param=param,
                )
        text = "".join(part.text or "" for part in message.content)
    else:
        text = message.content or ""
    calls = [json.dumps(call.get("function", call)) for call in message.tool_calls or ()]
    return "\n".join([text, *calls] if text else calls)
