"""What endpoints that write have in common: do the work, or stream it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

from fastapi import Request, Response
from starlette.responses import StreamingResponse

from dllm_struct.errors import DllmStructError
from dllm_struct.serve.ask import Ask
from dllm_struct.serve.errors import About, RequestError
from dllm_struct.serve.gate import log_error
from dllm_struct.serve.handlers import error_response, json_response
from dllm_struct.serve.limits import Limits
from dllm_struct.serve.service import Work
from dllm_struct.serve.sse import DONE, HEADERS, frame
from dllm_struct.serve.tickets import Finished

Reply = Callable[[list[Finished]], Any]
Stream = Callable[[Work], AsyncIterator[bytes]]


def limits_of(request: Request) -> Limits:
    """Return the limits that the server was started with."""
    limits: Limits = request.app.state.settings.limits
    return limits


def served(request: Request, asked: str | None) -> str:
    """Return the name of the model.

    Raises:
        RequestError: another one is asked for.
    """
    name: str = request.app.state.settings.name
    if asked is not None and asked != name:
        raise RequestError(
            f"there is no model '{asked}'; this server has '{name}'",
            status=404,
            code="model_not_found",
            param="model",
        )
    return name


async def whole(request: Request, ask: Ask, reply: Reply) -> Response:
    """Do the work, and answer with all of it."""
    try:
        async with Work(request.app.state.scheduler, ask, request) as work:
            return json_response(reply(await work.outputs()))
    except Exception as error:
        return error_response(_told(request, ask, error))


async def streamed(request: Request, ask: Ask, stream: Stream) -> Response:
    """Begin the work, and answer with a stream; what cannot begin is an ordinary error."""
    try:
        work = Work(request.app.state.scheduler, ask, request)
    except RequestError as error:
        return error_response(error)
    try:
        await work.start()
    except BaseException as error:
        work.close()
        if not isinstance(error, Exception):
            raise
        return error_response(_told(request, ask, error))

    async def frames() -> AsyncIterator[bytes]:
        async with work:
            try:
                async for data in stream(work):
                    yield data
            except Exception as error:
                yield frame(_told(request, ask, error).as_dict(), "error")
                yield DONE

    return StreamingResponse(frames(), media_type="text/event-stream", headers=HEADERS)


def understood(make: Callable[[], Any]) -> Any:
    """Return what a request means.

    Raises:
        RequestError: it cannot be served.
    """
    try:
        return make()
    except DllmStructError as error:
        raise About({"constraint": "decoding", "decoding": "decoding"}).told(error) from error


def _told(request: Request, ask: Ask, error: Exception) -> RequestError:
    told = About(ask.params).told(error)
    if told.status == 500:
        log_error(request.scope, error)
    return told
