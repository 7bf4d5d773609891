"""Keys, limits, files, logs: what a client must not be able to do."""

from __future__ import annotations

import io
import json
import logging
import socket
from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from fastapi import FastAPI

from dllm_struct.decoding.blocks import BLOCKS
from dllm_struct.decoding.length import LENGTHS
from dllm_struct.decoding.remasking import REMASKINGS
from dllm_struct.decoding.samplers import SAMPLERS
from dllm_struct.decoding.schedules import SCHEDULES
from dllm_struct.decoding.signals import SIGNALS
from dllm_struct.errors import InvalidInput
from dllm_struct.serve.app import Settings, create_app
from dllm_struct.serve.decodings import FILES
from dllm_struct.serve.limits import Limits
from dllm_struct.serve.parsing import parsed
from dllm_struct.serve.security import Keys
from tests.serve.conftest import PATIENT, client_of, noise_model

CHAT = "/v1/chat/completions"
BODY = {"messages": [{"role": "user", "content": "hi"}], "max_tokens": 4}
SECRET = "open-sesame-123"


@pytest.fixture(scope="module")
def guarded() -> Iterator[httpx.Client]:
    settings = Settings("noise", [SECRET, "another"], replace(PATIENT, body=20_000), "threads")
    with client_of(create_app(noise_model(), settings)) as found:
        yield found


@pytest.mark.parametrize(
    ("header", "status"),
    [
        (None, 401),
        ("", 401),
        (SECRET, 401),
        (f"Basic {SECRET}", 401),
        (f"Bearer {SECRET[:-1]}", 401),
        (f"Bearer {SECRET}x", 401),
        (f"Bearer {SECRET}", 200),
        (f"bearer {SECRET}", 200),
        ("Bearer another", 200),
    ],
)
@pytest.mark.parametrize("path", ["/v1/models", "/metrics", "/v1/languages", "/openapi.json"])
def test_keys(guarded: httpx.Client, header: str | None, status: int, path: str) -> None:
    headers = {} if header is None else {"Authorization": header}
    reply = guarded.get(path, headers=headers)
    assert reply.status_code == status
    if status == 401:
        assert reply.json()["error"]["code"] == "invalid_api_key"
        assert reply.headers["www-authenticate"] == "Bearer"
        assert SECRET not in reply.text


def test_health_needs_no_key(guarded: httpx.Client) -> None:
    assert guarded.get("/health").json()["status"] == "ok"


def test_unknown_paths_need_a_key_too(guarded: httpx.Client) -> None:
    assert guarded.get("/nope").status_code == 401


def test_keys_are_not_kept() -> None:
    assert SECRET not in repr(vars(Keys([SECRET]))) and SECRET not in repr(Settings(keys=[SECRET]))


def test_body_limit(guarded: httpx.Client) -> None:
    headers = {"Authorization": f"Bearer {SECRET}", "Content-Type": "application/json"}
    large = json.dumps({**BODY, "user": "x" * 20_000}).encode()
    for content in (large, iter([large[:15_000], large[15_000:]])):  # with a length, and chunked
        reply = guarded.post(CHAT, content=content, headers=headers)
        assert (reply.status_code, reply.json()["error"]["code"]) == (413, "body_too_large")


def test_limits_are_positive() -> None:
    for field in fields(Limits):
        with pytest.raises(InvalidInput, match=field.name):
            Limits(**{field.name: 0})


@pytest.mark.parametrize(
    "text",
    ["", "{", "[1,]", "NaN", "1e999", "-Infinity", "9" * 400, "[" * 65 + "]" * 65, '{"a":' * 70,
     "]" * 99, "\udcff", '"\\'],
)  # fmt: skip
def test_json_that_is_refused(text: str) -> None:
    with pytest.raises(Exception) as refusal:
        parsed(text.encode("utf-8", "surrogatepass"))
    assert refusal.value.code in ("invalid_json", "nested_too_deeply")  # type: ignore[attr-defined]


@pytest.mark.parametrize("text", ['"' + "[" * 99 + '"', '"\\"[["', "[" * 64 + "]" * 64, "1.5"])
def test_json_that_is_read(text: str) -> None:
    assert parsed(text) == json.loads(text)


def test_strategies_that_read_files_are_known() -> None:
    """Every parameter that takes a path is refused; new ones would show here."""
    for registry in (SAMPLERS, SCHEDULES, BLOCKS, LENGTHS, REMASKINGS, SIGNALS):
        for strategy in registry._known().values():
            for field in fields(strategy):  # type: ignore[arg-type]
                assert "Path" not in str(field.type) or field.name in FILES


@pytest.mark.parametrize(
    "body",
    [
        {"prompt": "a", "template": "{{ x | json_schema('/etc/passwd') }}"},
        {"prompt": "a", "template": "{% include '/etc/passwd' %}"},
        {"prompt": "a", "template": "/etc/passwd"},
        {"prompt": "a", "output_type": {"grammar": "/etc/passwd"}},
        {"prompt": "a", "output_type": {"grammar": "%import /etc/passwd\nstart: X"}},
        {"prompt": "a", "output_type": {"json_schema": {"$ref": "file:///etc/passwd"}}},
        {"prompt": "a", "output_type": {"json_schema": {"$ref": "https://example.org/x"}}},
        {"prompt": "a", "decoding": {"sampler": "calibrated(profile='/etc/passwd')"}},
        {"prompt": "a", "decoding": {"sampler": {"name": "position-calibrated",
                                                 "frequencies": "/etc/passwd"}}},
    ],
)  # fmt: skip
def test_no_file_is_read(
    client: httpx.Client, body: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    real = io.open

    def noted(file: Any, *rest: Any, **more: Any) -> Any:
        opened.append(str(file))
        return real(file, *rest, **more)

    monkeypatch.setattr(io, "open", noted)
    monkeypatch.setattr("builtins.open", noted)
    reply = client.post("/v1/infill", json=body)
    assert reply.status_code == 400 and "root:" not in reply.text
    assert not [path for path in opened if "passwd" in path]


def test_no_traceback_and_no_prompt_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    secret = "TOP" + "SECRET"

    def broken(input_ids: Any, attention_mask: Any) -> Any:
        raise ValueError(f"the prompt was {secret}")

    settings = Settings("noise", limits=PATIENT, isolation="threads")
    with (
        caplog.at_level(logging.DEBUG, "dllm_struct"),
        client_of(create_app(noise_model(broken), settings)) as client,
    ):
        for stream in (False, True):
            body = {**BODY, "messages": [{"role": "user", "content": "TOPSECRET"}]}
            reply = client.post(CHAT, json={**body, "stream": stream})
            assert "internal_error" in reply.text
            assert "TOPSECRET" not in reply.text and "Traceback" not in reply.text
    assert "ValueError" in caplog.text and "TOPSECRET" not in caplog.text


def test_errors_of_the_framework(client: httpx.Client) -> None:
    assert client.get("/nope").json()["error"]["code"] == "not_found"
    reply = client.get(CHAT)
    assert reply.json()["error"]["code"] == "method_not_allowed"
    assert reply.headers["allow"] == "POST"
    reply = client.post(CHAT, content=b"{", headers={"Content-Type": "application/json"})
    assert reply.json()["error"]["code"] == "invalid_json"
    reply = client.post(CHAT, content=json.dumps(BODY))
    assert reply.status_code == 400


def test_what_was_sent_is_not_repeated(client: httpx.Client) -> None:
    reply = client.post(CHAT, json={**BODY, "seed": "TOPSECRET"})
    assert reply.status_code == 400 and "TOPSECRET" not in reply.text


def free(client: httpx.Client) -> bool:
    """Whether all places become free."""
    return any(client.get("/health").json()["load"] == 0 for _ in range(3000))


LONG = {"prompt": "a", "output_type": {"regex": "[a-z]{300}"}, "max_tokens": 400}


@pytest.mark.parametrize("stream", [False, True])
def test_hanging_up_frees_the_place(client: httpx.Client, stream: bool) -> None:
    url = urlsplit(str(client.base_url))
    data = json.dumps({**LONG, "stream": stream}).encode()
    head = (
        f"POST /v1/infill HTTP/1.1\r\nHost: {url.netloc}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(data)}\r\n\r\n"
    )
    before = hang_ups(client)
    with socket.create_connection((url.hostname or "", url.port or 0)) as connection:
        connection.sendall(head.encode() + data)
        if stream:
            assert connection.recv(100)
        else:
            assert any(client.get("/health").json()["load"] for _ in range(3000))
    assert free(client)
    assert hang_ups(client) > before


def hang_ups(client: httpx.Client) -> float:
    lines = client.get("/metrics").text.splitlines()
    (line,) = (line for line in lines if line.startswith("dllm_struct_hang_ups_total"))
    return float(line.split()[1])


def test_metrics_count(client: httpx.Client) -> None:
    client.post(CHAT, json=BODY)
    text = client.get("/metrics").text
    assert 'dllm_struct_requests_total{path="/v1/chat/completions",status="200"}' in text
    assert "dllm_struct_pass_rows_count" in text and "dllm_struct_tokens_total" in text


def test_models(client: httpx.Client) -> None:
    (model,) = client.get("/v1/models").json()["data"]
    assert model["id"] == "noise"
    assert client.get("/v1/models/noise").json() == model
    assert client.get("/v1/models/other").json()["error"]["code"] == "model_not_found"


def test_queue_and_time_limits_are_told() -> None:
    limits = replace(PATIENT, batch=1, queue=1)
    app: FastAPI = create_app(noise_model(), Settings("noise", limits=limits, isolation="threads"))
    with client_of(app) as client:
        reply = client.post("/v1/infill", json={**LONG, "timeout": 0.001})
        assert (reply.status_code, reply.json()["error"]["code"]) == (503, "time_limit")
        assert int(reply.headers["retry-after"]) >= 1
        reply = client.post(CHAT, json={**BODY, "n": 3})
        assert (reply.status_code, reply.json()["error"]["code"]) == (429, "queue_full")
        assert int(reply.headers["retry-after"]) >= 1
