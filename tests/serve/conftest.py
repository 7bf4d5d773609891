"""A server on loopback, with a model that answers at random; it stops with the tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from threading import Thread

import httpx
import pytest
import uvicorn
from fastapi import FastAPI

import dllm_struct as ds
from dllm_struct.serve.app import Settings, create_app
from dllm_struct.serve.limits import Limits
from tests.conftest import TOKENS, noise

Serve = Callable[..., httpx.Client]


def noise_model(network: object = noise) -> ds.Model:
    """Every byte and some words; it answers at random, whatever it reads."""
    mask, null = len(TOKENS) - 2, len(TOKENS) - 1
    family = ds.Family(mask_token_id=mask, null_token_id=null, max_length=512)
    return ds.Model(network, ds.Vocabulary(TOKENS), family)  # type: ignore[arg-type]


@contextmanager
def running(app: FastAPI) -> Iterator[str]:
    """Run an application on a free port of loopback; the base URL."""
    config = uvicorn.Config(app, port=0, log_level="critical", timeout_graceful_shutdown=2)
    server = uvicorn.Server(config)
    with server_thread(server):
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"


@contextmanager
def server_thread(server: uvicorn.Server) -> Iterator[None]:
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        thread.join(0.01)
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()


@contextmanager
def client_of(app: FastAPI, **options: object) -> Iterator[httpx.Client]:
    """A client of an application that runs on loopback."""
    with (
        running(app) as url,
        httpx.Client(base_url=url, timeout=180, trust_env=False, **options) as client,  # type: ignore[arg-type]
    ):
        yield client


PATIENT = Limits(seconds=120, compile_seconds=60, step_seconds=60)
"""Tests run on slow and busy machines."""


@pytest.fixture(scope="session")
def client() -> Iterator[httpx.Client]:
    """A client of one server for all tests that only ask; it has no workers to wait for."""
    settings = Settings("noise", limits=PATIENT, isolation="threads")
    with client_of(create_app(noise_model(), settings)) as found:
        yield found


@pytest.fixture(scope="session")
def isolated() -> Iterator[httpx.Client]:
    """A client of a server with workers."""
    settings = Settings("noise", limits=replace(PATIENT, compile_seconds=15, step_seconds=15))
    with client_of(create_app(noise_model(), settings)) as found:
        yield found
