"""Completions, fill-in-the-middle and llama.cpp's infill, in the shapes that clients read."""

from __future__ import annotations

import json
import re
from typing import Any

import httpx
import pytest

from tests.serve.reading import chunks_of

HOLE = {"prompt": "def f(a):\n    ", "suffix": "\n\nf(1)\n", "max_tokens": 12, "seed": 1}
COMPLETIONS, FIM, LLAMA = "/v1/completions", "/v1/fim/completions", "/infill"


def post(client: httpx.Client, url: str, **body: Any) -> dict[str, Any]:
    reply = client.post(url, json=body)
    assert reply.status_code == 200, reply.text
    found: dict[str, Any] = reply.json()
    return found


def why(reply: dict[str, Any]) -> str:
    """Why the text in the hole ends: it is full, or the model has written a null."""
    return "length" if reply["usage"]["completion_tokens"] == HOLE["max_tokens"] else "stop"


def test_completion(client: httpx.Client) -> None:
    reply = post(client, COMPLETIONS, **HOLE)
    (choice,) = reply["choices"]
    assert reply["object"] == "text_completion"
    assert choice["finish_reason"] == why(reply) and choice["index"] == 0
    assert reply["usage"]["completion_tokens"] <= 12


def test_marks_in_the_prompt(client: httpx.Client) -> None:
    marked = f"<fim_prefix>{HOLE['prompt']}<fim_suffix>{HOLE['suffix']}<fim_middle>"
    plain, with_marks = (
        post(client, COMPLETIONS, **{**HOLE, **changed})["choices"][0]["text"]
        for changed in ({}, {"prompt": marked, "suffix": None})
    )
    assert plain == with_marks


@pytest.mark.parametrize(
    ("extra", "pattern"),
    [
        ({"guided_regex": "[ab]{4}"}, "[ab]{4}"),
        ({"structured_outputs": {"choice": ["x", "yy"]}}, "x|yy"),
        ({"guided_json": {"type": "boolean"}}, "true|false"),
        ({"guided_grammar": 'start: "a"+'}, "a+"),
    ],
)
@pytest.mark.parametrize("suffix", [None, "", " end"])
def test_constraints(
    client: httpx.Client, extra: dict[str, Any], pattern: str, suffix: str | None
) -> None:
    body = {"prompt": "a: ", "suffix": suffix, "max_tokens": 16, "seed": 1, **extra}
    assert re.fullmatch(pattern, post(client, COMPLETIONS, **body)["choices"][0]["text"])


def test_one_fim_reply_for_all_clients(client: httpx.Client) -> None:
    body = {**HOLE, "min_tokens": 3, "random_seed": 5}
    reply = post(client, FIM, **body)
    (choice,) = reply["choices"]
    assert choice["text"] == choice["message"]["content"] != ""
    assert choice["message"]["role"] == "assistant"
    assert choice["finish_reason"] == why(reply)
    chunks = chunks_of(client, FIM, **body)
    assert {chunk["object"] for chunk in chunks} == {"chat.completion.chunk"}
    texts = [chunk["choices"][0]["text"] for chunk in chunks]
    contents = [chunk["choices"][0]["delta"]["content"] for chunk in chunks]
    assert "".join(texts) == "".join(contents) == choice["text"]
    assert chunks[-1]["choices"][0]["finish_reason"] == choice["finish_reason"]


def test_stream(client: httpx.Client) -> None:
    whole = post(client, COMPLETIONS, **HOLE)["choices"][0]["text"]
    chunks = chunks_of(client, COMPLETIONS, **HOLE, stream_options={"include_usage": True})
    assert "".join(c["choices"][0]["text"] for c in chunks if c["choices"]) == whole
    assert chunks[-1]["usage"]["completion_tokens"] >= 0


def test_stop(client: httpx.Client) -> None:
    whole = post(client, COMPLETIONS, **HOLE)["choices"][0]["text"]
    if len(whole) > 1:
        cut = post(client, COMPLETIONS, **HOLE, stop=[whole[1]])["choices"][0]["text"]
        assert whole[1] not in cut


def test_llama(client: httpx.Client) -> None:
    body = {
        "input_prefix": "a = ",
        "input_suffix": "\n",
        "input_extra": [{"filename": "b.py", "text": "b = 1"}],
        "prompt": "1",
        "n_predict": 6,
        "samplers": ["top_k"],
        "cache_prompt": True,
        "t_max_predict_ms": 500,
        "seed": 3,
    }
    reply = post(client, LLAMA, **body)
    assert reply["stop"] is True and isinstance(reply["content"], str)
    assert reply["timings"]["predicted_n"] == reply["tokens_predicted"] <= 6
    fields = ["content", "timings/predicted_ms", "nothing/there"]
    few = post(client, LLAMA, **body, response_fields=fields)
    assert few.keys() == {"content", "timings/predicted_ms"}
    assert few["content"] == reply["content"]


@pytest.mark.parametrize(
    ("extra", "pattern"),
    [
        ({"grammar": 'root ::= [0-9] [0-9]'}, "[0-9]{2}"),
        ({"json_schema": {"enum": ["a", "b"]}}, '"a"|"b"'),
        ({"n_predict": 0}, ""),
    ],
)  # fmt: skip
def test_llama_constraints(client: httpx.Client, extra: dict[str, Any], pattern: str) -> None:
    reply = post(client, LLAMA, input_prefix="a = ", input_suffix="\n", seed=1, **extra)
    assert re.fullmatch(pattern, reply["content"])


def test_llama_stream(client: httpx.Client) -> None:
    body = {"input_prefix": "a = ", "n_predict": 6, "seed": 3}
    whole = post(client, LLAMA, **body)["content"]
    with client.stream("POST", LLAMA, json={**body, "stream": True}) as reply:
        lines = [line for line in reply.iter_lines() if line]
    frames = [json.loads(line.removeprefix("data: ")) for line in lines]
    assert "".join(frame["content"] for frame in frames) == whole
    assert [frame["stop"] for frame in frames] == [False] * (len(frames) - 1) + [True]


@pytest.mark.parametrize(
    ("url", "body", "param"),
    [
        (COMPLETIONS, {"prompt": "a", "echo": True}, "echo"),
        (COMPLETIONS, {"prompt": "a", "best_of": 3}, "best_of"),
        (COMPLETIONS, {"prompt": "a", "logprobs": 21}, "logprobs"),
        (COMPLETIONS, {"prompt": ["a", "b"]}, "prompt"),
        (COMPLETIONS, {"prompt": [1, 2]}, "prompt.str"),
        (COMPLETIONS, {"suffix": "a"}, "prompt"),
        (FIM, {"prompt": "a", "suffix": "b", "min_tokens": 9, "max_tokens": 3}, "min_tokens"),
        (FIM, {"prompt": "a", "frequency_penalty": 1.0}, "frequency_penalty"),
        (LLAMA, {"n_predict": 10**5}, "n_predict"),
        (LLAMA, {"grammar": "root ::= ("}, "grammar"),
        (LLAMA, {"grammar": "a" * 3000}, "grammar"),
    ],
)
def test_refused(client: httpx.Client, url: str, body: dict[str, Any], param: str) -> None:
    reply = client.post(url, json=body)
    assert (reply.status_code, reply.json()["error"]["param"]) == (400, param), reply.text
