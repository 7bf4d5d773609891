"""Workers that cannot be started are given up after some attempts, and everybody is told so."""

from __future__ import annotations

import re
from contextlib import closing
from dataclasses import replace
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

import httpx
import pytest

from dllm_struct.serve import scheduler
from dllm_struct.serve.app import Settings, create_app
from dllm_struct.serve.isolation import talk
from dllm_struct.serve.isolation.pool import Pool
from dllm_struct.serve.isolation.preload import load
from dllm_struct.serve.metrics import Metrics
from tests.serve.conftest import PATIENT, client_of, noise_model

ALONE = Settings("noise", limits=replace(PATIENT, workers=1))
BODY = {"prompt": "a", "output_type": {"regex": "[a-z]{6}"}, "seed": 1}


class Failing(Pool):
    """Some of its workers die before they are ready; ``dies`` says which, counted from 0."""

    dies = range(0)
    made: list[BaseProcess] = []  # noqa: RUF012 - of the class under test

    def start(self) -> tuple[BaseProcess, Connection]:
        process, pipe = super().start()
        self.made.append(process)
        if len(self.made) - 1 in self.dies:
            process.kill()
            pipe, other = Pipe()
            other.close()
        return process, pipe


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> type[Failing]:
    class Own(Failing):
        made = []  # noqa: RUF012

    monkeypatch.setattr(talk, "PAUSE", 0.001)
    monkeypatch.setattr(scheduler, "Pool", Own)
    return Own


def health(client: httpx.Client) -> tuple[int, Any]:
    reply = client.get("/health")
    return reply.status_code, reply.json()["status"]


def test_a_worker_is_started_again(failing: type[Failing]) -> None:
    failing.dies = range(talk.STARTS - 1)
    with client_of(create_app(noise_model(), ALONE)) as client:
        assert re.fullmatch("[a-z]{6}", client.post("/v1/infill", json=BODY).json()["text"])
        assert health(client) == (200, "ok")
    assert len(failing.made) == talk.STARTS


def test_a_server_without_workers_does_not_start(failing: type[Failing]) -> None:
    failing.dies = range(100)
    limits = replace(PATIENT, workers=2)
    with (
        pytest.raises(RuntimeError, match="no worker"),
        closing(scheduler.Scheduler(noise_model(), limits, Metrics())) as made,
    ):
        made.wait()
    assert len(failing.made) == 2 * talk.STARTS


def test_a_server_whose_workers_are_lost_says_so(failing: type[Failing]) -> None:
    failing.dies = range(1, 100)
    with client_of(create_app(noise_model(), ALONE)) as client:
        assert health(client) == (200, "ok")
        failing.made[0].kill()
        broken = client.post("/v1/infill", json=BODY)
        assert broken.status_code == 400
        reply = client.post("/v1/infill", json=BODY)
        assert (reply.status_code, reply.json()["error"]["code"]) == (503, "no_worker")
        assert int(reply.headers["Retry-After"]) > 0
        assert health(client) == (503, "down")
        assert len(failing.made) == 1 + talk.STARTS


def test_loads_without_error() -> None:
    load()
