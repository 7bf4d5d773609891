"""What every request passes: its key, the size of its body, and the last net below all errors."""

from __future__ import annotations

import asyncio
import logging
import time
import traceback
from collections.abc import Collection

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dllm_struct.serve.errors import Internal, RequestError, TimeLimit, Unauthorized
from dllm_struct.serve.limits import Limits
from dllm_struct.serve.metrics import Metrics
from dllm_struct.serve.security import Keys
from dllm_struct.serve.sse import dumped

LOG = logging.getLogger("dllm_struct.serve")

OPEN_PATHS = frozenset({"/health"})
"""What needs no key."""


class Gate:
    """The outermost part of the application.

    Args:
        app: what is behind it.
        keys: who may ask.
        limits: of a body's size and time.
        metrics: counts requests.
        public: further paths that need no key.
    """

    def __init__(
        self, app: ASGIApp, keys: Keys, limits: Limits, metrics: Metrics, public: Collection[str]
    ) -> None:
        self._app, self._keys, self._limits, self._metrics = app, keys, limits, metrics
        self._open = OPEN_PATHS | set(public)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer = _Answer(send)
        start = time.perf_counter()
        try:
            self._require_key(scope)
            body = await self._body(scope, receive)
            await self._app(scope, _Replayed(body, receive), answer)
        except RequestError as error:
            await answer.error(error)
        except Exception as error:
            log_error(scope, error)
            await answer.error(Internal())
        finally:
            self._count(scope, answer.status, time.perf_counter() - start)

    def _require_key(self, scope: Scope) -> None:
        if scope["path"] not in self._open and not self._keys.admits(
            dict(scope["headers"]).get(b"authorization")
        ):
            raise Unauthorized

    async def _body(self, scope: Scope, receive: Receive) -> bytes:
        """Read a body of bounded size in bounded time."""
        most = self._limits.body
        stated = dict(scope["headers"]).get(b"content-length", b"0")
        if stated.isdigit() and int(stated[:20]) > most:
            raise _too_large(most)
        body = bytearray()
        try:
            async with asyncio.timeout(self._limits.seconds):
                while True:
                    message = await receive()
                    body += message.get("body", b"")
                    if len(body) > most:
                        raise _too_large(most)
                    if not message.get("more_body"):
                        return bytes(body)
        except TimeoutError:
            raise TimeLimit from None

    def _count(self, scope: Scope, status: int, seconds: float) -> None:
        route = scope.get("route")
        path = getattr(route, "path", "other")
        self._metrics.requests.labels(path, str(status)).inc()
        self._metrics.seconds.labels(path).observe(seconds)


class _Replayed:
    """A body that was read already, then whatever else is received."""

    def __init__(self, body: bytes, receive: Receive) -> None:
        self._body: bytes | None = body
        self._receive = receive

    async def __call__(self) -> Message:
        if self._body is not None:
            body, self._body = self._body, None
            return {"type": "http.request", "body": body, "more_body": False}
        return await self._receive()


class _Answer:
    """Sends an answer, and knows whether it has begun."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.status = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        await self._send(message)

    async def error(self, error: RequestError) -> None:
        """Answer with an error, unless an answer has begun."""
        if self.status:
            return
        body = dumped(error.as_dict())
        headers = {
            "Content-Type": "application/json",
            "Content-Length": str(len(body)),
            **error.headers,
        }
        raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
        await self({"type": "http.response.start", "status": error.status, "headers": raw})
        await self({"type": "http.response.body", "body": body})


def _too_large(most: int) -> RequestError:
    return RequestError(f"the body has more than {most} bytes", status=413, code="body_too_large")


def log_error(scope: Scope, error: Exception) -> None:
    """Log where an error came from, but not its message: it may hold what a user wrote."""
    frames = "".join(traceback.format_tb(error.__traceback__))
    LOG.error("%s in %s\n%s", type(error).__name__, scope["path"], frames)
