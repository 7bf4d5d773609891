"""``/v1/edit``, and Inception's ``/v1/edit/completions`` and ``/v1/apply/completions``."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from dllm_struct.serve.handlers import StrictRoute
from dllm_struct.serve.replies.editing import (
    edit_reply,
    edit_stream,
    message_reply,
    message_stream,
)
from dllm_struct.serve.requests.editing import Editing, EditRequest, edit_of
from dllm_struct.serve.requests.inception import TagsRequest, apply_of, next_edit_of
from dllm_struct.serve.routes.running import limits_of, served, streamed, understood, whole

router = APIRouter(route_class=StrictRoute)


@router.post("/v1/edit")
async def edit(body: EditRequest, request: Request) -> Response:
    """Rewrite parts of a text; the rest stays as it is."""
    name = served(request, body.model)
    asked: Editing = understood(lambda: edit_of(body, limits_of(request)))
    if asked.stream:
        return await streamed(request, asked.ask, lambda work: edit_stream(asked, work))
    return await whole(request, asked.ask, lambda items: edit_reply(asked, items[0], name))


@router.post("/v1/edit/completions")
async def next_edit(body: TagsRequest, request: Request) -> Response:
    """Write the next edit of the part between the marks."""
    name = served(request, body.model)
    asked = understood(lambda: next_edit_of(body, limits_of(request)))
    return await _answered(request, asked, name)


@router.post("/v1/apply/completions")
async def apply(body: TagsRequest, request: Request) -> Response:
    """Apply a snippet to the original code."""
    name = served(request, body.model)
    return await _answered(request, understood(lambda: apply_of(body, limits_of(request))), name)


async def _answered(request: Request, asked: Editing, name: str) -> Response:
    if asked.stream:
        return await streamed(request, asked.ask, lambda work: message_stream(asked, work, name))
    return await whole(request, asked.ask, lambda items: message_reply(asked, items[0], name))
