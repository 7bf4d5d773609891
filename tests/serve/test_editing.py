"""Edits and snippets with Inception's tags: only the marked part changes."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from typing import Any

import httpx
import pytest

import dllm_struct as ds
from dllm_struct.serve.replies.editing import fenced
from dllm_struct.serve.requests.tags import compared, marked
from tests.serve.conftest import noise_model
from tests.serve.reading import chunks_of, frames_of

BEFORE, PART, AFTER = "import os\n", "def f(a):\n    return a\n", "print(f(1))\n"
WITH_CURSOR = PART.replace("return a", "return a<|cursor|>")
EDIT = f"""<|recently_viewed_code_snippets|>

<|/recently_viewed_code_snippets|>
<|current_file_content|>
current_file_path: a.py
{BEFORE}<|code_to_edit|>
{WITH_CURSOR}<|/code_to_edit|>
{AFTER}<|/current_file_content|>
<|edit_diff_history|>
<|/edit_diff_history|>"""

ORIGINAL = "class A:\n    def f(self):\n        return 1\n\n    def g(self):\n        return 2\n"


def request(content: str, **more: Any) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": content}], "max_tokens": 12, **more}


def applying(snippet: str) -> str:
    return (
        f"<|original_code|>\n{ORIGINAL}<|/original_code|>\n\n"
        f"<|update_snippet|>\n{snippet}<|/update_snippet|>"
    )


def unfenced(content: str) -> str:
    found = re.fullmatch(r"(`{3,})\n(.*)\n\1", content, re.DOTALL)
    assert found, content
    return found[2]


def test_the_marked_part() -> None:
    found = marked(EDIT)
    assert found.text == BEFORE + PART + AFTER
    assert found.spans == ((len(BEFORE), len(BEFORE + PART)),)
    assert found.text[: found.cursor] == BEFORE + PART.removesuffix("\n")
    assert "current_file_path: a.py" in found.rest and PART not in found.rest


@pytest.mark.parametrize(
    ("snippet", "part"),
    [
        ("    # ... existing code ...\n    def g(self):\n        return 3\n", "        return 2\n"),
        ("class A:\n    def f(self):\n        return 0\n\n    # ... existing code ...\n",
         "        return 1\n\n"),
        ("    # ... existing code ...\n        return 2\n\n    def h(self): ...\n", ""),
        ("import os\nclass A:\n    # ... existing code ...\n", ""),
        ("class A:\n    def f(self):\n        return 1\n        return 2\n",
         "\n    def g(self):\n"),
        ("something else\n", ORIGINAL),
    ],
)  # fmt: skip
def test_the_part_that_a_snippet_changes(snippet: str, part: str) -> None:
    found = compared(applying(snippet))
    ((start, end),) = found.spans
    assert found.text == ORIGINAL
    assert found.text[start:end] == part


def test_the_next_edit(client: httpx.Client) -> None:
    reply = client.post("/v1/edit/completions", json=request(EDIT, seed=1)).json()
    content = reply["choices"][0]["message"]["content"]
    assert content == "None" or unfenced(content) is not None


def test_apply(client: httpx.Client) -> None:
    snippet = "    # ... existing code ...\n    def g(self):\n        return 3\n"
    reply = client.post("/v1/apply/completions", json=request(applying(snippet), seed=1)).json()
    whole = unfenced(reply["choices"][0]["message"]["content"])
    assert whole.startswith(ORIGINAL.removesuffix("        return 2\n"))


def edit(client: httpx.Client, **body: Any) -> dict[str, Any]:
    reply = client.post("/v1/edit", json={"seed": 1, **body})
    assert reply.status_code == 200, reply.text
    found: dict[str, Any] = reply.json()
    return found


def applied(text: str, edits: list[dict[str, Any]]) -> str:
    for one in reversed(edits):
        text = text[: one["start"]] + one["replacement"] + text[one["end"] :]
    return text


@pytest.mark.parametrize("served", ["client", "isolated"])
@pytest.mark.parametrize(
    "asked",
    [
        {"spans": [{"start": 4, "end": 5}, {"start": 10, "end": 11, "type": {"choice": ["5"]}}]},
        {"spans": [{"start": 4, "end": 5, "name": "it", "max_tokens": 2}], "instruction": "Count."},
        {"spans": [{"start": 0, "end": 5}], "cursor": 3},
        {"cursor": 5, "prompt": [{"role": "user", "content": "Go on."}]},
        {"cursor": 5, "window": [0, 1]},
        {"spans": "auto", "fraction": 0.3},
    ],
)
def test_an_edit_is_that_of_the_library(
    request: pytest.FixtureRequest, served: str, asked: dict[str, Any]
) -> None:
    """The same text, edits and diff as `Model.edit` gives, alone or from a worker."""
    text = "a = 1\nb = 2\n"
    body = {"text": text, "output_type": {"regex": "([ab] = [0-9a-z]{1,9}\\n)+"}, **asked}
    found = edit(request.getfixturevalue(served), **body)
    spans: Any = asked.get("spans")
    if isinstance(spans, list):
        spans = [
            ds.Span(
                span["start"],
                span["end"],
                ds.choice(span["type"]["choice"]) if "type" in span else None,
                span.get("name"),
                span.get("max_tokens"),
            )
            for span in spans
        ]
    window = asked.get("window")
    own = noise_model().edit(
        text,
        spans,
        asked.get("instruction"),
        ds.regex(body["output_type"]["regex"]),
        cursor=asked.get("cursor"),
        window=window and tuple(window),
        fraction=asked.get("fraction"),
        prompt=asked.get("prompt"),
        max_tokens=2048,
        seed=1,
    )
    assert (found["text"], found["diff"]) == (own.text, own.diff)
    assert found["edits"] == [asdict(one) for one in own.edits]
    assert found["declined"] == own.declined
    assert found["slots"] == dict(own.output.slots)
    assert found["stats"]["nfe"] == own.output.stats.nfe
    assert applied(text, found["edits"]) == found["text"]
    assert re.fullmatch(body["output_type"]["regex"], found["text"])


def test_a_schema_leaves_the_layout_of_a_text(client: httpx.Client) -> None:
    text = '{ "a":1,\n  "b": "x" }'
    schema = {
        "type": "object",
        "properties": {"a": {"type": "integer", "maximum": 9999}, "b": {"enum": ["x", "yy"]}},
        "required": ["a", "b"],
        "additionalProperties": False,
    }
    found = edit(
        client,
        text=text,
        spans=[{"start": 6, "end": 7}],
        output_type={"json_schema": schema},
        path="some file.json",
    )
    assert json.loads(found["text"])["b"] == "x"
    assert found["text"].endswith(text[7:])
    assert not found["edits"] or found["diff"].startswith("--- a/some file.json\t\n")


def test_stream_of_an_edit(client: httpx.Client) -> None:
    body = {"text": "a = 1\nb = 2\n", "spans": [{"start": 4, "end": 5}], "seed": 1}
    whole = edit(client, **body)
    frames = frames_of(client, "/v1/edit", **body)
    *drafts, (last, done) = frames
    assert drafts and all(name == "draft" for name, _ in drafts) and last == "done"
    assert drafts[-1][1]["text"] == done["text"] == whole["text"]
    *steps, _ = frames_of(client, "/v1/edit", **body, events=True, candidates=2)
    assert [name for name, _ in steps] == ["step"] * len(drafts)
    assert steps[0][1]["candidates"][0]["top"]


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"text": "abc"}, "spans"),
        ({"text": "abc", "spans": []}, "spans"),
        ({"text": "abc", "spans": [{"start": 1, "end": 9}]}, "spans"),
        ({"text": "abc", "spans": [{"start": 0, "end": 1}], "cursor": 3}, "spans"),
        ({"text": "abc", "cursor": 9}, "spans"),
        ({"text": "abc", "spans": [{"start": 0, "end": 1}] * 100}, "spans"),
        ({"text": "abc", "spans": "auto", "window": 2}, "spans"),
        ({"text": "abc", "cursor": 1, "candidates": 99}, "candidates"),
        ({"text": "abc", "cursor": 1, "output_type": {"regex": "[x"}}, "output_type"),
        ({"text": "abc", "cursor": 1, "output_type": {"regex": "x+"}}, "output_type"),
        ({"text": "abc", "cursor": 1, "max_tokens": 1}, "max_tokens"),
    ],
)
def test_edits_that_are_refused(client: httpx.Client, body: dict[str, Any], param: str) -> None:
    reply = client.post("/v1/edit", json=body)
    assert (reply.status_code, reply.json()["error"]["param"]) == (400, param)


def test_several_parts_of_a_snippet(client: httpx.Client) -> None:
    """Lines between two changes are not written at all."""
    snippet = ORIGINAL.replace("return 1", "return 10").replace("return 2", "return 20")
    reply = client.post("/v1/apply/completions", json=request(applying(snippet), seed=1)).json()
    assert "\n    def g(self):\n" in unfenced(reply["choices"][0]["message"]["content"])
    assert applied(ORIGINAL, reply["edit"]["edits"]).startswith("class A:\n    def f(self):\n")
    body = request(applying(snippet), stop=["x"])
    assert client.post("/v1/apply/completions", json=body).json()["error"]["param"] == "stop"


def test_a_snippet_that_changes_nothing(client: httpx.Client) -> None:
    body = request(applying("class A:\n    # ... existing code ...\n        return 2\n"))
    reply = client.post("/v1/apply/completions", json=body).json()
    assert unfenced(reply["choices"][0]["message"]["content"]) + "\n" == ORIGINAL
    assert reply["stats"][0]["nfe"] == 0


def test_stream(client: httpx.Client) -> None:
    url = "/v1/edit/completions"
    whole = client.post(url, json=request(EDIT, seed=1)).json()["choices"][0]["message"]["content"]
    chunks = chunks_of(client, url, **request(EDIT, seed=1))
    deltas = [chunk["choices"][0]["delta"].get("content", "") for chunk in chunks]
    assert "".join(deltas) == whole
    assert any("draft" in chunk for chunk in chunks)


@pytest.mark.parametrize("text", ["a", "a\n", "```\nb\n```\n", "````"])
def test_fences(text: str) -> None:
    assert unfenced(fenced(text)) == text.removesuffix("\n")


@pytest.mark.parametrize("url", ["/v1/edit/completions", "/v1/apply/completions"])
@pytest.mark.parametrize(
    "content", ["", "no tags", "<|code_to_edit|>", "<|/original_code|><|original_code|>"]
)
def test_no_tags(client: httpx.Client, url: str, content: str) -> None:
    error = client.post(url, json=request(content)).json()["error"]
    assert error["param"] == "messages"
