"""What a hostile request can do is end its own worker, and nothing else."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from threading import Thread
from typing import Any

import httpx
import pytest

from dllm_struct.errors import InvalidInput
from dllm_struct.generation import Model
from dllm_struct.models.family import Family
from dllm_struct.serve.app import Settings, create_app
from dllm_struct.serve.isolation.sharing import Parts, Sharing
from dllm_struct.serve.requests.base import Writing
from tests.conftest import noise
from tests.serve.conftest import PATIENT, client_of, noise_model
from tests.serve.reading import frames_of

EMPTY = 'start: "a" start'
LIGHT = {"prompt": "a", "output_type": {"regex": "[a-z]{6}"}, "seed": 1}
HEAVY = {"prompt": "a", "output_type": {"grammar": 'start: "a"+ "b"'}, "max_tokens": 12, "seed": 1}


def text(client: httpx.Client, body: dict[str, Any]) -> str:
    reply = client.post("/v1/infill", json=body)
    assert reply.status_code == 200, reply.text
    found: str = reply.json()["text"]
    return found


def test_same_as_in_threads(isolated: httpx.Client, client: httpx.Client) -> None:
    for body in (LIGHT, HEAVY):
        assert text(isolated, body) == text(client, body)


def test_events_of_a_worker(isolated: httpx.Client) -> None:
    frames = frames_of(isolated, "/v1/infill", **HEAVY, events=True, candidates=3)
    *steps, (last, done) = frames
    assert steps and all(name == "step" for name, _ in steps) and last == "done"
    assert re.fullmatch("a+b", done["text"])
    assert all(re.fullmatch("a+b", step["text"]) for _, step in steps)
    assert steps[0][1]["candidates"][0]["top"]


def test_a_grammar_without_members(isolated: httpx.Client) -> None:
    body = {"prompt": "a", "output_type": {"grammar": EMPTY}, "max_tokens": 12}
    reply = isolated.post("/v1/infill", json=body)
    assert (reply.status_code, reply.json()["error"]["code"]) == (400, "empty_language")
    assert re.fullmatch("[a-z]{6}", text(isolated, LIGHT))
    assert re.fullmatch("a+b", text(isolated, HEAVY))


def test_too_much_memory(isolated: httpx.Client) -> None:
    body = {"prompt": "a", "output_type": {"regex": "(?s:.*)x(?s:.{24})"}, "max_tokens": 40}
    reply = isolated.post("/v1/infill", json=body)
    assert reply.status_code == 400, reply.text
    assert reply.json()["error"]["code"] == "budget_exceeded"


def test_what_both_sides_have_is_not_sent() -> None:
    model = noise_model()
    ours, theirs = Sharing(model), Sharing(Parts.of(model).model())
    assert len(ours.dumps(model.codec(None))) < 100
    row = Writing(None)
    assert theirs.loads(ours.dumps(row)) == row


def test_a_tokenizer_that_cannot_be_sent() -> None:
    class Odd:
        def __reduce__(self) -> Any:
            raise TypeError("no")

    model = Model(noise, noise_model().tokenizer, Family(mask_token_id=0))
    model.tokenizer = Odd()
    with pytest.raises(InvalidInput, match="threads"):
        Parts.of(model)


def test_values_are_read_from_the_text(isolated: httpx.Client) -> None:
    schema = {"type": "object", "properties": {"a": {"$ref": "#/$defs/b"}}, "$defs": {"b": {}}}
    body = {"prompt": "a", "output_type": {"json_schema": schema}, "max_tokens": 24}
    reply = isolated.post("/v1/infill", json=body).json()
    assert reply["value"] == json.loads(reply["text"])


SLOW = 'root ::= "a"{1000000}'


def test_a_slow_grammar_is_ended() -> None:
    """Its worker, the only one, is replaced by another that serves the next request."""
    limits = replace(PATIENT, workers=1, compile_seconds=8)
    with client_of(create_app(noise_model(), Settings("noise", limits=limits))) as alone:
        body = {"prompt": "a", "output_type": {"grammar": SLOW}}
        reply = alone.post("/v1/infill", json=body)
        assert (reply.status_code, reply.json()["error"]["code"]) == (400, "budget_exceeded")
        assert re.fullmatch("a+b", text(alone, HEAVY))


def test_a_slow_grammar_holds_up_nobody(isolated: httpx.Client) -> None:
    """Others are served by the second worker and the batch while the first one is busy."""
    hostile = {"prompt": "a", "output_type": {"grammar": SLOW}}
    replies: list[httpx.Response] = []
    thread = Thread(target=lambda: replies.append(isolated.post("/v1/infill", json=hostile)))
    thread.start()
    for _ in range(3):
        assert re.fullmatch("[a-z]{6}", text(isolated, LIGHT))
        assert re.fullmatch("a+b", text(isolated, HEAVY))
    assert not replies
    thread.join()
    assert replies[0].status_code == 400
