"""Malformed bodies, hand-made and from the OpenAPI document: never a 5xx, never a hang."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from dllm_struct.serve.app import Settings, create_app
from tests.serve.bodies import Body, bodies
from tests.serve.conftest import PATIENT, client_of, noise_model

FEW = 60
"""Bodies in the suite; the slow test sends every one."""

EXAMPLES = 24
"""Of each operation, from the OpenAPI document."""

HEADERS = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def app() -> FastAPI:
    limits = replace(PATIENT, compile_seconds=10, step_seconds=10)
    return create_app(noise_model(), Settings("noise", limits=limits))


@pytest.fixture(scope="module")
def client(app: FastAPI) -> Iterator[httpx.Client]:
    with client_of(app) as found:
        yield found


def check(client: httpx.Client, body: Body) -> None:
    path, data = body
    reply = client.post(path, content=data, headers=HEADERS)
    assert reply.status_code < 500, (path, data[:400], reply.text)
    assert "Traceback" not in reply.text
    if reply.status_code >= 400:
        error = reply.json()["error"]
        assert error["message"] and error["code"] and error["type"]


def test_some_bodies(client: httpx.Client) -> None:
    for body in random.Random(0).sample([*bodies()], FEW):
        check(client, body)


@pytest.mark.slow
def test_all_bodies(client: httpx.Client) -> None:
    every = [*bodies()]
    assert len(every) > 500
    for body in every:
        check(client, body)


def test_from_the_document(client: httpx.Client, app: FastAPI) -> None:
    """Bodies that schemathesis makes: valid under the document, and not."""
    document = schemathesis.openapi.from_dict(app.openapi())
    found = [result.ok() for result in document.get_all_operations()]
    posts = [operation for operation in found if operation.method == "post"]
    assert len(posts) == 8
    for operation in posts:
        for mode in schemathesis.GenerationMode:
            strategy = operation.as_strategy(generation_mode=mode)
            _send(client, operation.path, strategy)


def _send(client: httpx.Client, path: str, strategy: st.SearchStrategy[object]) -> None:
    @given(strategy)
    @settings(
        max_examples=EXAMPLES // 2,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=[*HealthCheck],
    )
    def send(case: object) -> None:
        body = case.body  # type: ignore[attr-defined]
        if isinstance(body, dict):
            body["timeout"] = 60  # one that is too short is told by 503, and rightly so
        data = json.dumps(body, default=str).encode("utf-8", "surrogatepass")
        check(client, (path, data))

    send()
