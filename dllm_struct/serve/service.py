"""Between the event loop and the scheduler: one request, its items, its time, its client."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

from starlette.requests import Request

from dllm_struct.serve.ask import Ask
from dllm_struct.serve.errors import RequestError, TimeLimit
from dllm_struct.serve.scheduler import Scheduler
from dllm_struct.serve.tickets import Failed, Finished, Item, Started, Step

GRACE = 0.5
"""Seconds beyond the limit in which the scheduler may still hand over its best effort."""


class ClientGone(RequestError):
    """Nobody waits for the answer any more."""

    def __init__(self) -> None:
        super().__init__("the client closed the request", status=499, code="client_closed")


class Work:
    """A request that is being worked on.

    Use it as an asynchronous context: at the end the scheduler forgets the request.

    Args:
        scheduler: does the work.
        ask: the request.
        request: whose client may hang up.
    """

    def __init__(self, scheduler: Scheduler, ask: Ask, request: Request) -> None:
        self._loop = asyncio.get_running_loop()
        self._items: asyncio.Queue[Item] = asyncio.Queue()
        self._late = self._loop.time() + ask.seconds + (GRACE if ask.best_effort else 0)
        self._left = ask.count
        self._has_failed = False
        self._metrics = scheduler.metrics
        self._ticket = scheduler.submit(ask, self._deliver)
        self._gone = self._loop.create_task(_gone(request))

    async def __aenter__(self) -> Work:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Free what it holds; who has not heard the end by now has hung up."""
        self._ticket.cancel()
        self._gone.cancel()
        if self._left and not self._has_failed:
            self._left = 0
            self._metrics.hang_ups.inc()

    async def start(self) -> None:
        """Wait until the constraint is compiled.

        Raises:
            Exception: it cannot be, or there was no time for it, or nobody waits.
        """
        while not isinstance(await self._next(), Started):
            pass

    async def outputs(self) -> list[Finished]:
        """Wait for all outputs, in their order.

        Raises:
            Exception: one fails, or there was no time, or nobody waits.
        """
        found = [item async for item in self if isinstance(item, Finished)]
        return sorted(found, key=lambda item: item.sequence)

    async def __aiter__(self) -> AsyncIterator[Step | Finished]:
        while self._left:
            item = await self._next()
            if isinstance(item, Finished):
                self._left -= 1
                self._count(item)
            if not isinstance(item, Started):
                yield item

    async def _next(self) -> Step | Finished | Started:
        getting = self._loop.create_task(self._items.get())
        try:
            await asyncio.wait(
                {getting, self._gone},
                timeout=max(0.0, self._late - self._loop.time()),
                return_when=asyncio.FIRST_COMPLETED,
            )
        finally:
            is_there = getting.done()
            if not is_there:
                getting.cancel()
        if not is_there:
            self._ticket.cancel()
            if self._gone.done():
                raise ClientGone
            self._has_failed = True
            raise TimeLimit
        item = getting.result()
        if isinstance(item, Failed):
            self._has_failed = True
            raise item.error
        return item

    def _count(self, item: Finished) -> None:
        self._metrics.outputs.labels(str(item.is_complete).lower()).inc()
        self._metrics.tokens.inc(item.tokens)

    def _deliver(self, item: Item) -> None:
        """Hear of the request; called in other threads."""
        with suppress(RuntimeError):  # the event loop is closed: nobody listens any more
            self._loop.call_soon_threadsafe(self._items.put_nowait, item)


async def _gone(request: Request) -> None:
    """Return when the client hangs up."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
