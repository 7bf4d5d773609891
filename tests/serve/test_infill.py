"""``/v1/infill``: prompts, holes, documents, templates; whole, streamed, step by step."""

from __future__ import annotations

import ast
import json
import re
from typing import Any

import httpx
import pytest

import dllm_struct as ds
from tests.serve.reading import frames_of

URL = "/v1/infill"


def post(client: httpx.Client, **body: Any) -> dict[str, Any]:
    reply = client.post(URL, json={"seed": 1, **body})
    assert reply.status_code == 200, reply.text
    found: dict[str, Any] = reply.json()
    return found


@pytest.mark.parametrize(
    ("output_type", "pattern"),
    [
        ({"regex": "[a-c]{3}"}, "[a-c]{3}"),
        ({"choice": ["yes", "no"]}, "yes|no"),
        ({"json_schema": {"type": "integer"}}, "-?[0-9]+"),
        ({"grammar": 'start: "a"+ "b"'}, "a+b"),
        ({"template": 'x = {{ x | regex("[0-9]+") }};'}, "x = [0-9]+;"),
    ],
)
def test_a_prompt(client: httpx.Client, output_type: dict[str, Any], pattern: str) -> None:
    reply = post(client, prompt="hello", output_type=output_type, max_tokens=16)
    assert re.fullmatch(pattern, reply["text"]) and reply["document"] == reply["text"]
    if "json_schema" in output_type:
        assert reply["value"] == json.loads(reply["text"])


def test_a_hole(client: httpx.Client) -> None:
    asked = {"prefix": "n = ", "suffix": ";", "output_type": {"regex": "[0-9]{2}"}}
    reply = post(client, **asked)
    assert re.fullmatch("[0-9]{2}", reply["text"])
    assert reply["document"] == f"n = {reply['text']};"


def test_a_hole_in_a_grammar(client: httpx.Client) -> None:
    reply = post(client, prefix="x = (1 + ", suffix=") * 2\n", grammar="python", max_tokens=8)
    ast.parse(reply["document"])
    assert reply["document"] == f"x = (1 + {reply['text']}) * 2\n"


DOCUMENT = [
    {"text": '{"a": '},
    {"hole": "a", "type": {"regex": "[0-9]{1,3}"}},
    {"text": ', "b": '},
    {"hole": "b", "max_tokens": 6},
    {"text": "}"},
]


def test_a_document(client: httpx.Client) -> None:
    reply = post(
        client, document=DOCUMENT, grammar="json", prompt=[{"role": "user", "content": "x"}]
    )
    assert ds.grammar("json").matches(reply["text"])
    assert re.fullmatch("[0-9]{1,3}", reply["slots"]["a"])
    value = json.loads(reply["text"])
    assert str(value["a"]) == reply["slots"]["a"]


def test_a_template(client: httpx.Client) -> None:
    reply = post(client, template="tool_call", prompt="x", max_tokens=80)
    assert set(reply["slots"]) >= {"name"} and json.loads(reply["text"])["name"]


def test_steps(client: httpx.Client) -> None:
    asked = {"document": DOCUMENT, "seed": 1, "decoding": {"temperature": 1.0}}
    *steps, last = frames_of(client, URL, **asked, events=True, candidates=3)
    assert last[0] == "done" and {name for name, _ in steps} == {"step"}
    whole = last[1]["text"]
    seen: list[int] | None = None
    for number, (_, step) in enumerate(steps, 1):
        assert step["step"] == number
        assert whole.startswith(step["settled"])
        if seen is not None:
            assert step["seen"] == seen
        seen = step["ids"]
        positions = {candidate["position"]: candidate for candidate in step["candidates"]}
        assert set(step["committed"]) | set(step["forced"]) <= set(positions)
        for candidate in positions.values():
            assert candidate["id"] == step["seen"][candidate["position"]]
            assert len(candidate["top"]) == 3
            for token in candidate["top"]:
                assert 0 <= token["model"] <= 1 and 0 <= token["constraint"] <= 1.001
                assert token["allowed"] == (token["constraint"] > 0)


def test_deltas(client: httpx.Client) -> None:
    asked = {"prompt": "x", "output_type": {"regex": "[a-zé]{9}"}, "seed": 1}
    whole = post(client, **asked)["text"]
    *deltas, (last, done) = frames_of(client, URL, **asked)
    assert last == "done" and done["text"] == whole
    assert "".join(delta["text"] for _, delta in deltas) == whole


def test_remasking_settles_nothing_early(client: httpx.Client) -> None:
    decoding = {"remasking": "static", "steps": 12}
    asked = {"prompt": "x", "output_type": {"regex": "[a-z]{9}"}, "decoding": decoding}
    *steps, (_, done) = frames_of(client, URL, **asked, events=True, candidates=0)
    for _, step in steps:
        assert done["text"].startswith(step["settled"])


def test_an_error_before_the_first_step(client: httpx.Client) -> None:
    reply = client.post(URL, json={"prompt": "x", "template": "nope", "stream": True})
    assert reply.status_code == 400 and reply.json()["error"]["param"] == "template"


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({}, None),
        ({"prefix": "a", "template": "tool_call"}, "prefix"),
        ({"document": [{}]}, "document.0"),
        ({"document": [{"text": "a", "hole": "b"}]}, "document.0"),
        ({"document": [{"hole": "b"}, {"hole": "b"}]}, "document"),
        ({"document": [{"hole": "b", "type": {"template": "tool_call"}}]}, "document"),
        ({"document": [{"hole": str(n)} for n in range(65)]}, "document"),
        ({"prompt": "a", "grammar": "json", "output_type": {"regex": "a"}}, "grammar"),
        ({"prompt": "a", "output_type": {"regex": "a", "choice": ["b"]}}, "output_type"),
        ({"prompt": "a", "output_type": {"lark": "a"}}, "output_type.lark"),
        ({"prompt": "a", "candidates": 1000}, "candidates"),
        ({"prompt": "a", "output_type": {"regex": "a" * 200_000}}, "output_type"),
        ({"prompt": "a", "decoding": {"steps": 10**7}}, "decoding.steps"),
        ({"prompt": "a", "decoding": {"sampler": "factor(factor='x')"}}, "decoding"),
    ],
)
def test_refused(client: httpx.Client, body: dict[str, Any], param: str | None) -> None:
    reply = client.post(URL, json=body)
    assert (reply.status_code, reply.json()["error"]["param"]) == (400, param), reply.text


def test_languages(client: httpx.Client) -> None:
    found = client.get("/v1/languages").json()
    assert {"python", "json", "sql"} <= {one["name"] for one in found["grammars"]}
    assert "tool_call" in {one["name"] for one in found["templates"]}
    assert all(one["text"] for one in (*found["grammars"], *found["templates"]))
    assert "fast" in found["presets"]
