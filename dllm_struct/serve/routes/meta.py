"""What is said about the server itself: the page, models, health, metrics."""

from __future__ import annotations

from importlib.resources import files

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST

from dllm_struct.serve.errors import RequestError
from dllm_struct.serve.handlers import error_response, json_response
from dllm_struct.serve.scheduler import Scheduler

PAGE = "page"
TYPES = {
    ".html": "text/html",
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}
"""What the page's files are sent with: nothing from outside, nothing inline."""

router = APIRouter()


def page_files() -> dict[str, tuple[bytes, str]]:
    """Return the page's files by path: contents and type. There is none where it is not built."""
    folder = files("dllm_struct.serve") / PAGE
    if not folder.is_dir():
        return {}
    found = {}
    for file in folder.iterdir():
        kind = TYPES.get("." + file.name.rpartition(".")[2])
        if kind is not None:
            path = "/" if file.name == "index.html" else f"/{file.name}"
            found[path] = (file.read_bytes(), f"{kind}; charset=utf-8")
    return found


@router.get("/v1/models")
async def models(request: Request) -> Response:
    """List the one model that is served."""
    own = {"id": request.app.state.settings.name, "object": "model", "created": 0}
    return json_response({"object": "list", "data": [own | {"owned_by": "dllm-struct"}]})


@router.get("/v1/models/{name:path}")
async def model(name: str, request: Request) -> Response:
    """Describe the model that is served."""
    if name != request.app.state.settings.name:
        return error_response(
            RequestError(f"there is no model '{name}'", status=404, code="model_not_found")
        )
    own = {"id": name, "object": "model", "created": 0, "owned_by": "dllm-struct"}
    return json_response(own)


@router.get("/health")
async def health(request: Request) -> Response:
    """Say whether the server works, and how much it has to do.

    The status is ``ok``; ``degraded`` where workers are missing that are being started; or, with
    503, ``down`` where none could be started: then only a restart helps.
    """
    scheduler: Scheduler = request.app.state.scheduler
    ready, wanted = scheduler.workers, scheduler.limits.workers
    status = "down" if scheduler.is_down else "ok" if ready == wanted else "degraded"
    told = {"status": status, "load": scheduler.load, "workers": ready}
    return json_response(told, 503 if scheduler.is_down else 200)


@router.get("/metrics")
async def metrics(request: Request) -> Response:
    """Return counters for Prometheus."""
    return Response(request.app.state.metrics.text(), media_type=CONTENT_TYPE_LATEST)
