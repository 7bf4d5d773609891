"""``/v1/infill`` and ``/v1/languages``."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Literal

from fastapi import APIRouter, Request, Response

from dllm_struct.decoding.length import LENGTHS
from dllm_struct.decoding.presets import PRESETS
from dllm_struct.decoding.remasking import REMASKINGS
from dllm_struct.decoding.samplers import SAMPLERS
from dllm_struct.serve.handlers import StrictRoute, json_response
from dllm_struct.serve.replies.infill import infill_reply, infill_stream
from dllm_struct.serve.requests.infill import Infill, InfillRequest, infill_of
from dllm_struct.serve.routes.running import limits_of, served, streamed, understood, whole
from dllm_struct.shipped import shipped

SHIPPED: Mapping[Literal["grammars", "templates"], tuple[str, ...]] = {
    "grammars": (".lark", ".gbnf"),
    "templates": (".jinja",),
}
"""Folders of the shipped files, and the endings of their names."""

router = APIRouter(route_class=StrictRoute)


@router.post("/v1/infill")
async def infill(body: InfillRequest, request: Request) -> Response:
    """Write a text, or the holes of one, each under a constraint of its own."""
    name = served(request, body.model)
    asked: Infill = understood(lambda: infill_of(body, limits_of(request)))
    if asked.stream:
        return await streamed(request, asked.ask, lambda work: infill_stream(asked, work))
    return await whole(request, asked.ask, lambda items: infill_reply(asked, items[0], name))


@router.get("/v1/languages")
async def languages() -> Response:
    """List the shipped grammars and templates, with their texts, and what decoding offers."""
    return json_response(_languages())


@cache
def _languages() -> dict[str, Any]:
    found: dict[str, Any] = {
        "object": "list",
        "presets": PRESETS,
        "settings": {
            "sampler": SAMPLERS.main_names,
            "length": LENGTHS.main_names,
            "remasking": REMASKINGS.main_names,
        },
    }
    for folder, suffixes in SHIPPED.items():
        files = sorted(shipped(folder).iterdir(), key=lambda file: file.name)
        found[folder] = [
            {
                "name": file.name.rpartition(".")[0],
                "file": file.name,
                "text": file.read_text("utf-8"),
            }
            for file in files
            if file.name.endswith(suffixes)
        ]
    return found
