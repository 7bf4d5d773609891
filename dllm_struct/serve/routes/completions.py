"""``/v1/completions``, ``/v1/fim/completions`` and llama.cpp's ``/infill``."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from dllm_struct.serve.handlers import StrictRoute
from dllm_struct.serve.replies.base import Head
from dllm_struct.serve.replies.completions import (
    Fields,
    completion_reply,
    completion_stream,
    fim,
    plain,
)
from dllm_struct.serve.replies.llama import llama_reply, llama_stream
from dllm_struct.serve.requests.completions import (
    Completion,
    CompletionRequest,
    FimRequest,
    completion_of,
    fim_of,
)
from dllm_struct.serve.requests.llama import Llama, LlamaRequest, llama_of
from dllm_struct.serve.routes.running import limits_of, served, streamed, understood, whole

router = APIRouter(route_class=StrictRoute)


@router.post("/v1/completions")
async def completions(body: CompletionRequest, request: Request) -> Response:
    """Go on with a text, or fill the hole between two."""
    head = Head.new("cmpl", served(request, body.model))
    asked: Completion = understood(lambda: completion_of(body, limits_of(request)))
    return await _answered(request, asked, head, ("text_completion", "text_completion"), plain)


@router.post("/v1/fim/completions")
async def fim_completions(body: FimRequest, request: Request) -> Response:
    """Fill the hole between two texts."""
    head = Head.new("fim", served(request, body.model))
    asked: Completion = understood(lambda: fim_of(body, limits_of(request)))
    return await _answered(request, asked, head, ("chat.completion", "chat.completion.chunk"), fim)


@router.post("/infill")
async def infill(body: LlamaRequest, request: Request) -> Response:
    """Fill the hole between two texts, as llama.cpp's server does."""
    name = served(request, body.model)
    asked: Llama = understood(lambda: llama_of(body, limits_of(request)))
    if asked.stream:
        return await streamed(request, asked.ask, lambda work: llama_stream(asked, work, name))
    return await whole(request, asked.ask, lambda items: llama_reply(asked, items[0], name))


async def _answered(
    request: Request, asked: Completion, head: Head, kinds: tuple[str, str], fields: Fields
) -> Response:
    kind, part = kinds
    if asked.stream:
        return await streamed(
            request,
            asked.ask,
            lambda work: completion_stream(asked, work, head, part, fields),
        )
    return await whole(
        request, asked.ask, lambda items: completion_reply(asked, items, head, kind, fields)
    )
