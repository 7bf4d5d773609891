"""``dllm-struct serve``: the HTTP server."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

import dllm_struct as ds
from dllm_struct.errors import InvalidInput, MissingExtra

if TYPE_CHECKING:
    from dllm_struct.serve.limits import Limits
    from dllm_struct.serve.scheduler import Isolation

KEY_VARIABLE = "DLLM_STRUCT_API_KEY"
LOOPBACK = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True)
class Serving:
    """Where to serve, for whom, and how much."""

    host: Annotated[str, typer.Option(help="The address to listen at.")] = "127.0.0.1"
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 8000
    api_key: Annotated[
        list[str] | None,
        typer.Option(metavar="KEY", help=f"A key that opens the server; or set {KEY_VARIABLE}."),
    ] = None
    name: Annotated[
        str | None, typer.Option(metavar="NAME", help="What the model is called by clients.")
    ] = None
    batch: Annotated[int, typer.Option(min=1, help="Most outputs denoised together.")] = 16
    queue: Annotated[int, typer.Option(min=1, help="Most outputs that wait.")] = 64
    timeout: Annotated[float, typer.Option(min=0.1, help="Seconds for one request.")] = 60.0
    workers: Annotated[int, typer.Option(min=1, help="Processes that compile constraints.")] = 4
    trusted: Annotated[
        bool,
        typer.Option("--trusted", help="Compile in threads: less memory, no hostile clients."),
    ] = False
    open_to_all: Annotated[
        bool, typer.Option("--open-to-all", help="Serve other machines without a key.")
    ] = False
    warm_up: Annotated[bool, typer.Option(help="Compile inner loops before the first request.")] = (
        True
    )


def serve(model_name: str, device: str, serving: Serving) -> None:
    """Load a model and serve it until interrupted.

    Raises:
        MissingExtra: the extra ``serve`` is not installed.
        InvalidInput: other machines could reach it without a key.
    """
    keys = _keys(serving)
    if serving.host not in LOOPBACK and not keys and not serving.open_to_all:
        raise InvalidInput(
            f"everybody who reaches '{serving.host}' could use this server",
            hint=f"give --api-key or set {KEY_VARIABLE}; or say --open-to-all",
        )
    try:
        import uvicorn  # noqa: PLC0415 - an optional dependency

        from dllm_struct.serve.app import Settings, create_app  # noqa: PLC0415
        from dllm_struct.serve.warming import warm_up  # noqa: PLC0415
    except ImportError as error:
        raise MissingExtra(
            f"the server needs a package that is not installed: {error.name}",
            hint="pip install 'dllm-struct[serve]'",
        ) from error
    model = ds.load(model_name, device=device)
    if serving.warm_up:
        print("getting ready ...", file=sys.stderr, flush=True)
        warm_up()
    isolation: Isolation = "threads" if serving.trusted else "processes"
    settings = Settings(serving.name or model_name, keys, _limits(serving), isolation)
    config = uvicorn.Config(create_app(model, settings), **_options(serving))
    _announced(uvicorn.Server(config), settings.name).run()


def _announced(server: Any, name: str) -> Any:
    """A server that says on standard error where it listens, once it does."""
    startup = server.startup

    async def say(*arguments: Any, **options: Any) -> None:
        await startup(*arguments, **options)
        for own in server.servers:
            host, port = own.sockets[0].getsockname()[:2]
            shown = f"[{host}]" if ":" in host else host
            print(f"serving '{name}' at http://{shown}:{port}", file=sys.stderr, flush=True)

    server.startup = say
    return server


def _options(serving: Serving) -> dict[str, Any]:
    return {
        "host": serving.host,
        "port": serving.port,
        "log_level": "warning",
        "server_header": False,
        "timeout_graceful_shutdown": 5,
    }


def _limits(serving: Serving) -> Limits:
    from dllm_struct.serve.limits import Limits  # noqa: PLC0415 - beside the optional dependency

    return Limits(
        batch=serving.batch,
        queue=serving.queue,
        workers=serving.workers,
        seconds=serving.timeout,
    )


def _keys(serving: Serving) -> list[str]:
    from_environment = os.environ.get(KEY_VARIABLE, "")
    keys = [*(serving.api_key or ()), from_environment]
    return [key for key in keys if key]
