"""``/v1/chat/completions``."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from dllm_struct.serve.handlers import StrictRoute
from dllm_struct.serve.replies.chat import chat_reply, chat_stream
from dllm_struct.serve.requests.chat import Chat, ChatRequest, chat_of
from dllm_struct.serve.routes.running import limits_of, served, streamed, understood, whole

router = APIRouter(route_class=StrictRoute)


@router.post("/v1/chat/completions")
async def chat_completions(body: ChatRequest, request: Request) -> Response:
    """Reply to a chat."""
    name = served(request, body.model)
    chat: Chat = understood(lambda: chat_of(body, limits_of(request)))
    if chat.stream:
        return await streamed(request, chat.ask, lambda work: chat_stream(chat, work, name))
    return await whole(request, chat.ask, lambda items: chat_reply(chat, items, name))
