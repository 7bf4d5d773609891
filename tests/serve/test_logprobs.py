"""Probabilities of tokens in OpenAI's shapes, and why a text ends."""

from __future__ import annotations

import math
from typing import Any

import httpx
import pytest

from tests.serve.reading import chunks_of

CHAT, COMPLETIONS = "/v1/chat/completions", "/v1/completions"
MESSAGES = [{"role": "user", "content": "hi"}]
SCHEMA = {
    "type": "object",
    "properties": {"name": {"type": "string", "maxLength": 5}, "on": {"type": "boolean"}},
    "required": ["name", "on"],
    "additionalProperties": False,
}
CONSTRAINTS: list[dict[str, Any]] = [
    {"guided_regex": "[a-z]{6}|é+x"},
    {"guided_json": SCHEMA},
    {"guided_grammar": 'start: "a"+ "b"', "max_tokens": 8},
    {"max_tokens": 8},
    {"guided_regex": "[a-z]{4}", "temperature": 1.0, "n": 2},
]


def posted(client: httpx.Client, url: str, **body: Any) -> dict[str, Any]:
    reply = client.post(url, json={"seed": 1, **body})
    assert reply.status_code == 200, reply.text
    found: dict[str, Any] = reply.json()
    return found


@pytest.mark.parametrize("served", ["client", "isolated"])
@pytest.mark.parametrize("constraint", CONSTRAINTS)
def test_tokens_of_a_chat(
    request: pytest.FixtureRequest, served: str, constraint: dict[str, Any]
) -> None:
    client = request.getfixturevalue(served)
    body = {"messages": MESSAGES, "logprobs": True, "top_logprobs": 3, **constraint}
    reply = posted(client, CHAT, **body)
    for choice, stats in zip(reply["choices"], reply["stats"], strict=True):
        told = choice["logprobs"]["content"]
        data = b"".join(bytes(one["bytes"]) for one in told)
        assert data.decode() == choice["message"]["content"]
        assert all(one["logprob"] <= 0 for one in told)
        # Null tokens are among what was committed, but have no text.
        assert sum(one["logprob"] for one in told) >= stats["log_probability"] - 1e-3
        chosen = [one for one in told if one["logprob"] < 0]
        assert chosen
        for one in chosen:
            top = one["top_logprobs"]
            assert len(top) <= 3
            assert [other["logprob"] for other in top] == sorted(
                (other["logprob"] for other in top), reverse=True
            )
            assert sum(math.exp(other["logprob"]) for other in top) <= 1 + 1e-5
        *_, last = chunks_of(client, CHAT, **body, seed=1)
    if "n" not in constraint:
        assert last["choices"][0]["logprobs"] == reply["choices"][0]["logprobs"]


def test_the_sum_is_the_probability_of_the_path(client: httpx.Client) -> None:
    body = {"messages": MESSAGES, "guided_regex": "[a-z]{5}", "logprobs": True}
    body["decoding"] = {"length": "fixed"}
    reply = posted(client, CHAT, **body)
    told = reply["choices"][0]["logprobs"]["content"]
    assert all(one["top_logprobs"] == [] for one in told)
    total = sum(one["logprob"] for one in told)
    assert total >= reply["stats"][0]["log_probability"] - 1e-3
    if len(told) == reply["stats"][0]["committed"]:
        assert total == pytest.approx(reply["stats"][0]["log_probability"], abs=1e-3)


def test_one_likely_choice(client: httpx.Client) -> None:
    """Of two words of one byte each the probabilities sum to 1, and the better one is taken."""
    body = {"messages": MESSAGES, "guided_choice": ["x", "y"], "logprobs": True}
    reply = posted(client, CHAT, **body, top_logprobs=5, max_tokens=1)
    (token,) = reply["choices"][0]["logprobs"]["content"]
    top = token["top_logprobs"]
    assert {other["token"] for other in top} == {"x", "y"}
    assert sum(math.exp(other["logprob"]) for other in top) == pytest.approx(1, abs=1e-5)
    assert top[0]["token"] == token["token"] == reply["choices"][0]["message"]["content"]
    assert top[0]["logprob"] == pytest.approx(token["logprob"], abs=1e-5)


def test_tokens_of_a_completion(client: httpx.Client) -> None:
    body = {"prompt": "a", "suffix": "b", "max_tokens": 6, "logprobs": 2}
    choice = posted(client, COMPLETIONS, **body)["choices"][0]
    told = choice["logprobs"]
    assert len({len(values) for values in told.values()}) == 1
    assert "".join(told["tokens"]) == choice["text"] or "�" in "".join(told["tokens"])
    assert told["text_offset"] == sorted(told["text_offset"])
    assert all(len(others) <= 2 for others in told["top_logprobs"])
    *_, last = chunks_of(client, COMPLETIONS, **body, seed=1)
    assert last["choices"][0]["logprobs"] == told


def test_a_stop_string_ends_the_tokens(client: httpx.Client) -> None:
    body = {"prompt": "a", "max_tokens": 12, "logprobs": 0}
    whole = posted(client, COMPLETIONS, **body)["choices"][0]
    stop = whole["text"][len(whole["text"]) // 2]
    cut = posted(client, COMPLETIONS, **body, stop=stop)["choices"][0]
    assert cut["text"] == whole["text"].partition(stop)[0]
    assert len(cut["logprobs"]["tokens"]) < len(whole["logprobs"]["tokens"])
    assert cut["finish_reason"] == "stop"


@pytest.mark.parametrize("stream", [False, True])
def test_why_a_text_ends(client: httpx.Client, stream: bool) -> None:
    def reason(url: str, **body: Any) -> str:
        if stream:
            chunks = chunks_of(client, url, **body, seed=1)
            return str(chunks[-1]["choices"][0]["finish_reason"])
        return str(posted(client, url, **body)["choices"][0]["finish_reason"])

    long = {"decoding": {"length": "fixed"}, "max_tokens": 3}
    assert reason(CHAT, messages=MESSAGES, guided_regex="[a-z]{3}", max_tokens=3) == "stop"
    assert reason(CHAT, messages=MESSAGES, **long) == "length"
    assert reason(COMPLETIONS, prompt="a", suffix="b", **long) == "length"
    assert reason("/v1/fim/completions", prompt="a", suffix="b", **long) == "length"


def test_not_of_a_tool(client: httpx.Client) -> None:
    tool = {"type": "function", "function": {"name": "f", "parameters": SCHEMA}}
    body = {"messages": MESSAGES, "tools": [tool], "tool_choice": "required", "logprobs": True}
    error = client.post(CHAT, json=body).json()["error"]
    assert (error["param"], error["code"]) == ("logprobs", "unsupported_parameter")
