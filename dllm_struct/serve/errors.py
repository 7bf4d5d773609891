"""What goes wrong, in the shape that OpenAI's clients read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dllm_struct import errors as library

CODES: Mapping[type[Exception], str] = {library.PromptTooLong: "context_length_exceeded"}
"""Codes that are not simply the name of the error."""

PARTS: Mapping[type[Exception], str] = {
    library.LimitTooSmall: "max_tokens",
    library.PromptTooLong: "prompt",
    library.InvalidDecoding: "decoding",
}
"""Which part of an `Ask` an error is about; all others are about the constraint."""

OWN_FAULT = (
    library.NonFiniteLogits,
    library.UnsupportedTokenizer,
    library.MissingExtra,
    library.UnknownModel,
)
"""What no request can be blamed for."""

RETRY_SECONDS = 1
"""What ``Retry-After`` says when there is no better guess."""


RESTART_SECONDS = 60
"""What it says where the server has to be started again."""


class RequestError(Exception):
    """A request that is answered with an error.

    Args:
        message: what is wrong.
        status: of HTTP.
        code: short, for programs.
        param: the part of the request that it is about.
        headers: of the answer.
    """

    kind = "invalid_request_error"

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        code: str = "invalid_request",
        param: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.message, self.status, self.code, self.param = message, status, code, param
        self.headers = dict(headers or {})

    def as_dict(self) -> dict[str, Any]:
        """Return the body of the answer."""
        said = {"message": self.message, "type": self.kind, "param": self.param, "code": self.code}
        return {"error": said}


class Unauthorized(RequestError):
    """No key, or a wrong one."""

    kind = "authentication_error"

    def __init__(self) -> None:
        super().__init__(
            "no valid API key; send it as 'Authorization: Bearer KEY'",
            status=401,
            code="invalid_api_key",
            headers={"WWW-Authenticate": "Bearer"},
        )


class Busy(RequestError):
    """The queue is full."""

    kind = "rate_limit_error"

    def __init__(self) -> None:
        super().__init__(
            "too many requests are waiting; try again later",
            status=429,
            code="queue_full",
            headers={"Retry-After": str(RETRY_SECONDS)},
        )


class TimeLimit(RequestError):
    """A request took too long."""

    kind = "server_error"

    def __init__(self) -> None:
        super().__init__(
            "the request took longer than it may; ask for less, or for the best effort",
            status=503,
            code="time_limit",
            headers={"Retry-After": str(RETRY_SECONDS)},
        )


class NoWorker(RequestError):
    """No worker can be started."""

    kind = "server_error"

    def __init__(self) -> None:
        super().__init__(
            "this server cannot start the processes that it works with",
            status=503,
            code="no_worker",
            headers={"Retry-After": str(RESTART_SECONDS)},
        )


class ShuttingDown(RequestError):
    """The server ends."""

    kind = "server_error"

    def __init__(self) -> None:
        super().__init__(
            "the server is shutting down",
            status=503,
            code="shutting_down",
            headers={"Retry-After": str(RETRY_SECONDS)},
        )


class Internal(RequestError):
    """Something that should not happen; what it was is logged, not told."""

    kind = "server_error"

    def __init__(self) -> None:
        super().__init__("internal error", status=500, code="internal_error")


@dataclass(frozen=True)
class About:
    """What a request calls its parts, by what an `Ask` calls them."""

    params: Mapping[str, str]

    def told(self, error: Exception) -> RequestError:
        """Return what a client is told of an error."""
        if isinstance(error, RequestError):
            return error
        if not isinstance(error, library.DllmStructError):
            return Internal()
        kind = type(error)
        code = CODES.get(kind, re.sub(r"(?<=[a-z])(?=[A-Z])", "_", kind.__name__).lower())
        if isinstance(error, OWN_FAULT):
            told = RequestError(str(error), status=500, code=code)
            told.kind = "server_error"
            return told
        return RequestError(str(error), code=code, param=self.params.get(_part(kind)))


def _part(kind: type[Exception]) -> str:
    return PARTS.get(kind, "constraint")
