"""``/v1/edit/completions`` and ``/v1/apply/completions``."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from dllm_struct.serve.handlers import StrictRoute
from dllm_struct.serve.replies.editing import editing_reply, editing_stream
from dllm_struct.serve.requests.editing import Editing, EditRequest, apply_of, edit_of
from dllm_struct.serve.routes.running import limits_of, served, streamed, understood, whole

router = APIRouter(route_class=StrictRoute)


@router.post("/v1/edit/completions")
async def edit(body: EditRequest, request: Request) -> Response:
    """Write the next edit of the part between the marks."""
    name = served(request, body.model)
    return await _answered(request, understood(lambda: edit_of(body, limits_of(request))), name)


@router.post("/v1/apply/completions")
async def apply(body: EditRequest, request: Request) -> Response:
    """Apply a snippet to the original code."""
    name = served(request, body.model)
    return await _answered(request, understood(lambda: apply_of(body, limits_of(request))), name)


async def _answered(request: Request, asked: Editing, name: str) -> Response:
    if asked.stream:
        return await streamed(request, asked.ask, lambda work: editing_stream(asked, work, name))
    return await whole(request, asked.ask, lambda items: editing_reply(asked, items[0], name))
