"""``/v1/chat/completions``: whatever the network says, the reply is what was asked for."""

from __future__ import annotations

import json
import re
from typing import Any

import httpx
import jsonschema
import pytest

from tests.serve.reading import chunks_of

URL = "/v1/chat/completions"
MESSAGES = [{"role": "user", "content": "How old is Ada?"}]
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"name": {"type": "string", "maxLength": 9}, "age": {"type": "integer"}},
    "required": ["name", "age"],
    "additionalProperties": False,
}
FORMAT = {"type": "json_schema", "json_schema": {"name": "person", "schema": SCHEMA}}


def post(client: httpx.Client, **body: Any) -> dict[str, Any]:
    reply = client.post(URL, json={"messages": MESSAGES, "seed": 1, **body})
    assert reply.status_code == 200, reply.text
    found: dict[str, Any] = reply.json()
    return found


def content(client: httpx.Client, **body: Any) -> str:
    reply = post(client, **body)
    (choice,) = reply["choices"]
    is_free = body.keys() <= {"max_tokens", "stop"}  # nothing says when the text is complete
    is_full = is_free and reply["usage"]["completion_tokens"] == body.get("max_tokens")
    assert choice["finish_reason"] == ("length" if is_full and "stop" not in body else "stop")
    text: str = choice["message"]["content"]
    return text


def test_json_schema(client: httpx.Client) -> None:
    jsonschema.validate(json.loads(content(client, response_format=FORMAT)), SCHEMA)


def test_shape(client: httpx.Client) -> None:
    reply = post(client, model="noise", response_format=FORMAT)
    assert reply["object"] == "chat.completion" and reply["model"] == "noise"
    usage = reply["usage"]
    assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"]
    assert usage["prompt_tokens"] > 0 and usage["completion_tokens"] > 0
    assert reply["stats"][0]["complete"] is True


def test_json_object(client: httpx.Client) -> None:
    text = content(client, response_format={"type": "json_object"}, max_tokens=24)
    assert isinstance(json.loads(text), dict)


def test_text(client: httpx.Client) -> None:
    (choice,) = post(client, max_tokens=8, response_format={"type": "text"})["choices"]
    assert len(choice["message"]["content"].encode()) <= 40
    assert choice["finish_reason"] in ("stop", "length")


@pytest.mark.parametrize(
    ("extra", "pattern"),
    [
        ({"structured_outputs": {"regex": "[a-c]{3}"}}, "[a-c]{3}"),
        ({"structured_outputs": {"choice": ["yes", "no"]}}, "yes|no"),
        ({"structured_outputs": {"json": {"type": "integer"}}}, "-?[0-9]+"),
        ({"structured_outputs": {"json": '{"type": "boolean"}'}}, "true|false"),
        ({"structured_outputs": {"grammar": 'root ::= "a" | "b" root'}}, "b*a"),
        ({"structured_outputs": {"json_object": True}}, r"(?s)\{.*\}"),
        ({"guided_regex": "x+"}, "x+"),
        ({"guided_choice": ["one", "two"]}, "one|two"),
        ({"guided_json": {"const": 7}}, "7"),
        ({"guided_grammar": 'start: "a"+'}, "a+"),
    ],
)
def test_constraints_of_vllm(client: httpx.Client, extra: dict[str, Any], pattern: str) -> None:
    assert re.fullmatch(pattern, content(client, max_tokens=20, **extra))


def test_several_outputs(client: httpx.Client) -> None:
    asked = {"n": 3, "temperature": 2.0, "structured_outputs": {"regex": "[a-z]{6}"}}
    choices = post(client, **asked)["choices"]
    texts = [choice["message"]["content"] for choice in choices]
    assert [choice["index"] for choice in choices] == [0, 1, 2]
    assert len(set(texts)) == 3 and all(re.fullmatch("[a-z]{6}", text) for text in texts)


def test_seeds(client: httpx.Client) -> None:
    asked = {"temperature": 2.0, "structured_outputs": {"regex": "[a-z]{6}"}}
    texts = [content(client, **asked, seed=seed) for seed in (1, 1, 2)]
    assert texts[0] == texts[1] != texts[2]


def test_seeds_as_mistral_names_them(client: httpx.Client) -> None:
    asked = {"temperature": 2.0, "structured_outputs": {"regex": "[a-z]{6}"}}
    named = content(client, **asked, seed=None, random_seed=2)
    assert named == content(client, **asked, seed=2) != content(client, **asked, seed=1)


def test_stop(client: httpx.Client) -> None:
    whole = content(client, max_tokens=16)
    stop = whole[3:4]
    text = content(client, max_tokens=16, stop=[stop, "never there"])
    assert stop not in text


def test_parts_of_a_message(client: httpx.Client) -> None:
    parts = [{"type": "text", "text": "How old "}, {"type": "text", "text": "is Ada?"}]
    whole = post(client, response_format=FORMAT)
    split = post(client, messages=[{"role": "user", "content": parts}], response_format=FORMAT)
    assert whole["usage"]["prompt_tokens"] == split["usage"]["prompt_tokens"]


TOOLS = [
    {
        "type": "function",
        "function": {
            "name": name,
            "parameters": {
                "type": "object",
                "properties": {"of": {"$ref": "#/$defs/kind"}},
                "required": ["of"],
                "$defs": {"kind": {"enum": options}},
            },
        },
    }
    for name, options in {"weather": ["Oslo", "Rome"], "time": ["now", "then"]}.items()
]
VALID = {"weather": {"Oslo", "Rome"}, "time": {"now", "then"}}


def call_of(reply: dict[str, Any]) -> tuple[str, Any]:
    (choice,) = reply["choices"]
    (call,) = choice["message"]["tool_calls"]
    assert choice["finish_reason"] == "tool_calls" and choice["message"]["content"] is None
    return call["function"]["name"], json.loads(call["function"]["arguments"])


def test_forced_tool(client: httpx.Client) -> None:
    chosen = {"type": "function", "function": {"name": "time"}}
    name, arguments = call_of(post(client, tools=TOOLS, tool_choice=chosen))
    assert name == "time" and arguments["of"] in VALID["time"]


@pytest.mark.parametrize("seed", range(3))
def test_some_tool(client: httpx.Client, seed: int) -> None:
    reply = post(client, tools=TOOLS, tool_choice="required", temperature=3.0, seed=seed)
    name, arguments = call_of(reply)
    assert arguments["of"] in VALID[name]


@pytest.mark.parametrize("seed", range(3))
def test_a_tool_or_an_answer(client: httpx.Client, seed: int) -> None:
    reply = post(client, tools=TOOLS, temperature=3.0, seed=seed, max_tokens=60)
    message = reply["choices"][0]["message"]
    if message["content"] is None:
        name, arguments = call_of(reply)
        assert arguments["of"] in VALID[name]
    else:
        assert "tool_calls" not in message


def test_no_tool(client: httpx.Client) -> None:
    asked = {"tools": TOOLS, "tool_choice": "none", "response_format": FORMAT}
    assert json.loads(content(client, **asked))["name"] is not None


def test_a_tool_gets_the_arguments_that_it_names(client: httpx.Client) -> None:
    person = {"type": "function", "function": {"name": "person", "parameters": SCHEMA}}
    open_ = {key: value for key, value in SCHEMA.items() if key != "additionalProperties"}
    person["function"] = {"name": "person", "parameters": open_}
    for tools in ([person], [person, TOOLS[0]]):
        for seed in range(3):
            asked = {"tools": tools, "tool_choice": "required", "temperature": 3.0, "seed": seed}
            name, arguments = call_of(post(client, **asked))
            if name == "person":
                assert list(arguments) == ["name", "age"]


@pytest.mark.parametrize("schema", [{"type": "object"}, {"type": "object", "title": "Anything"}])
def test_a_schema_that_names_nothing_is_open(client: httpx.Client, schema: Any) -> None:
    asked = {"type": "json_schema", "json_schema": {"name": "any", "schema": schema}}
    texts = [
        content(client, response_format=asked, temperature=3.0, seed=seed, max_tokens=24)
        for seed in range(4)
    ]
    assert any(json.loads(text) for text in texts)


@pytest.mark.parametrize("options", [{"include_usage": True}, {"include_drafts": False}, None])
def test_stream(client: httpx.Client, options: dict[str, Any] | None) -> None:
    asked = {"response_format": FORMAT, "temperature": 1.0}
    whole = content(client, **asked)
    chunks = chunks_of(client, URL, messages=MESSAGES, seed=1, stream_options=options, **asked)
    deltas = [chunk["choices"][0]["delta"] for chunk in chunks if chunk["choices"]]
    assert "".join(delta.get("content") or "" for delta in deltas) == whole
    assert deltas[0]["role"] == "assistant"
    assert [c["choices"][0]["finish_reason"] for c in chunks if c["choices"]][-1] == "stop"
    drafts = [json.loads(chunk["draft"]["text"]) for chunk in chunks if "draft" in chunk]
    if options == {"include_drafts": False}:
        assert not drafts
    else:
        assert drafts
    for draft in drafts:
        jsonschema.validate(draft, SCHEMA)
    if options == {"include_usage": True}:
        assert not chunks[-1]["choices"] and chunks[-1]["usage"]["completion_tokens"] > 0
        assert all(chunk["usage"] is None for chunk in chunks[:-1])


def test_stream_of_several_outputs(client: httpx.Client) -> None:
    asked = {"n": 2, "structured_outputs": {"regex": "[a-z]{6}"}, "temperature": 2.0}
    texts = {0: "", 1: ""}
    for chunk in chunks_of(client, URL, messages=MESSAGES, **asked):
        choice = chunk["choices"][0]
        texts[choice["index"]] += choice["delta"].get("content") or ""
    assert all(re.fullmatch("[a-z]{6}", text) for text in texts.values())


@pytest.mark.parametrize("choice", ["required", "auto", TOOLS[0]["function"]])
def test_stream_of_a_call(client: httpx.Client, choice: Any) -> None:
    if isinstance(choice, dict):
        choice = {"type": "function", "function": {"name": choice["name"]}}
    name, arguments, text = "", "", ""
    asked = {"tools": TOOLS, "tool_choice": choice, "max_tokens": 60}
    for chunk in chunks_of(client, URL, messages=MESSAGES, seed=3, **asked):
        delta = chunk["choices"][0]["delta"]
        text += delta.get("content") or ""
        for call in delta.get("tool_calls", ()):
            name += call["function"].get("name", "")
            arguments += call["function"].get("arguments", "")
    if name:
        assert json.loads(arguments)["of"] in VALID[name]
    else:
        assert choice == "auto"


def test_stop_in_a_stream(client: httpx.Client) -> None:
    whole = content(client, max_tokens=16)
    stop = whole[4:6]
    asked = {"max_tokens": 16, "stop": stop, "seed": 1}
    chunks = chunks_of(client, URL, messages=MESSAGES, **asked)
    text = "".join(c["choices"][0]["delta"].get("content") or "" for c in chunks)
    assert stop not in text


REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({"top_logprobs": 2}, "top_logprobs", "unsupported_parameter"),
    ({"logprobs": True, "top_logprobs": 21}, "top_logprobs", "invalid_value"),
    ({"logit_bias": {"1": 2.0}}, "logit_bias", "unsupported_parameter"),
    ({"presence_penalty": 0.5}, "presence_penalty", "unsupported_parameter"),
    ({"nonsense": 1}, "nonsense", "unknown_parameter"),
    ({"messages": []}, "messages", "invalid_value"),
    ({"n": 100}, "n", "limit_exceeded"),
    ({"max_tokens": 100_000}, "max_tokens", "limit_exceeded"),
    ({"max_tokens": 2, "response_format": FORMAT}, "max_tokens", "limit_too_small"),
    ({"stop": "a", "response_format": FORMAT}, "stop", "invalid_request"),
    ({"model": "gpt-4o"}, "model", "model_not_found"),
    ({"tool_choice": "required"}, "tool_choice", "invalid_request"),
    (
        {"messages": [{"role": "user", "content": [{"type": "image_url"}]}]},
        "messages.0.content",
        "unsupported_content",
    ),
    (
        {"response_format": {"type": "json_schema", "json_schema": {"schema": {"type": "x"}}}},
        "response_format",
        "invalid_schema",
    ),
    (
        {
            "response_format": {
                "type": "json_schema",
                "json_schema": {"schema": {"$ref": "https://example.org/schema"}},
            }
        },
        "response_format",
        "unsupported_schema",
    ),
    ({"guided_regex": "(a)\\1"}, "guided_regex", "unsupported_regex"),
    ({"guided_grammar": "../../etc/passwd"}, "guided_grammar", "invalid_grammar"),
    ({"response_format": FORMAT, "guided_regex": "a"}, "guided_regex", "invalid_request"),
    ({"decoding": "hasty"}, "decoding", "invalid_decoding"),
    (
        {"decoding": {"sampler": {"name": "calibrated", "profile": "/etc/passwd"}}},
        "decoding.sampler",
        "invalid_request",
    ),
    (
        {"messages": [{"role": "user", "content": "x" * 3000}]},
        "messages",
        "context_length_exceeded",
    ),
]


@pytest.mark.parametrize(("body", "param", "code"), REFUSED)
@pytest.mark.parametrize("stream", [False, True])
def test_refused(
    client: httpx.Client, body: dict[str, Any], param: str, code: str, stream: bool
) -> None:
    reply = client.post(URL, json={"messages": MESSAGES, **body, "stream": stream})
    error = reply.json()["error"]
    assert (error["param"], error["code"]) == (param, code), error
    assert reply.status_code == (404 if code == "model_not_found" else 400)
    assert error["type"] == "invalid_request_error" and error["message"]
