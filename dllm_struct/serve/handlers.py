"""Errors that the framework raises, in the shape of all others; and its way of reading JSON."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from dllm_struct.serve.errors import RequestError
from dllm_struct.serve.parsing import parsed
from dllm_struct.serve.sse import dumped


class Unreadable(HTTPException):
    """A body that is no JSON, as the framework passes it on.

    Args:
        told: what is wrong.
    """

    def __init__(self, told: RequestError) -> None:
        super().__init__(told.status, told.message)
        self.told = told


class StrictRequest(Request):
    """A request whose body is JSON without surprises."""

    async def json(self) -> Any:
        """Return the body's value."""
        try:
            return parsed(await self.body())
        except RequestError as error:
            raise Unreadable(error) from error


class StrictRoute(APIRoute):
    """A route that reads its body strictly."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return what answers a request."""
        original = super().get_route_handler()

        async def handle(request: Request) -> Response:
            return await original(StrictRequest(request.scope, request.receive))

        return handle


def json_response(value: Any, status: int = 200) -> Response:
    """Return a value as JSON."""
    return Response(dumped(value), status, media_type="application/json")


def error_response(error: RequestError) -> Response:
    """Return an error as it is told."""
    response = json_response(error.as_dict(), error.status)
    response.headers.update(error.headers)
    return response


async def of_http(_: Request, error: Exception) -> Response:
    """Answer an unknown path, a wrong method, or a body that cannot be read."""
    assert isinstance(error, HTTPException)
    if isinstance(error, Unreadable):
        return error_response(error.told)
    code = {404: "not_found", 405: "method_not_allowed"}.get(error.status_code, "invalid_request")
    told = RequestError(str(error.detail), status=error.status_code, code=code)
    told.headers.update(error.headers or {})
    return error_response(told)


async def of_validation(_: Request, error: Exception) -> Response:
    """Answer a body with missing, unknown or wrong fields; what was sent is not repeated."""
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    where = [str(part) for part in first["loc"] if part != "body"]
    param = ".".join(where) or None
    message = str(first["msg"])
    if first["type"] == "extra_forbidden":
        return error_response(
            RequestError(f"unknown field '{param}'", code="unknown_parameter", param=param)
        )
    told = message if param is None else f"{param}: {message}"
    return error_response(RequestError(told, code="invalid_value", param=param))
