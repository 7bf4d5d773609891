"""The application: routes, each a thin translation from HTTP to an `Ask` and back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial

from fastapi import FastAPI, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

import dllm_struct
from dllm_struct.generation import Model
from dllm_struct.serve import handlers
from dllm_struct.serve.gate import Gate
from dllm_struct.serve.limits import Limits
from dllm_struct.serve.metrics import Metrics
from dllm_struct.serve.routes import chat, completions, editing, infill, meta
from dllm_struct.serve.scheduler import Isolation, Scheduler
from dllm_struct.serve.security import Keys


@dataclass(frozen=True)
class Settings:
    """How a model is served.

    Attributes:
        name: what the model is called.
        keys: secrets, of which a request has to bring one; none: everybody may ask.
        limits: what a request may cost.
        isolation: where constraints are compiled.
    """

    name: str = "bundled"
    keys: Sequence[str] = field(default=(), repr=False)
    limits: Limits = field(default_factory=Limits)
    isolation: Isolation = "processes"


def create_app(model: Model, settings: Settings = Settings()) -> FastAPI:
    """Return the application that serves a model.

    Args:
        model: what writes.
        settings: its name, keys and limits.
    """
    metrics = Metrics()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        scheduler = Scheduler(model, settings.limits, metrics, settings.isolation)
        app.state.scheduler = scheduler
        try:
            await asyncio.to_thread(scheduler.wait)
            yield
        finally:
            await asyncio.to_thread(scheduler.close)

    app = FastAPI(
        title="dllm-struct",
        version=dllm_struct.__version__,
        description="Structured output from masked diffusion language models.",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
    )
    app.state.settings, app.state.metrics = settings, metrics
    for routes in (meta, chat, completions, editing, infill):
        app.include_router(routes.router)
    app.add_exception_handler(HTTPException, handlers.of_http)
    app.add_exception_handler(RequestValidationError, handlers.of_validation)
    public = _add_page(app)
    app.add_middleware(
        Gate, keys=Keys(settings.keys), limits=settings.limits, metrics=metrics, public=public
    )
    return app


def _add_page(app: FastAPI) -> list[str]:
    """Serve the page's files, which are read once, under fixed paths; return these."""
    files = meta.page_files()
    for path, (data, kind) in files.items():
        app.add_api_route(path, partial(_file, data, kind), include_in_schema=False)
    return list(files)


async def _file(data: bytes, kind: str) -> Response:
    return Response(data, media_type=kind, headers=meta.HEADERS)
