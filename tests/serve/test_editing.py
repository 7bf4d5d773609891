"""Edits and snippets with Inception's tags: only the marked part changes."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest

from dllm_struct.serve.limits import Limits
from dllm_struct.serve.replies.editing import fenced
from dllm_struct.serve.requests.editing import Document, EditRequest, apply_of, edit_of
from tests.serve.reading import chunks_of

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
    found = edit_of(EditRequest(**request(EDIT)), Limits())
    assert found.document == Document(BEFORE, PART, AFTER)


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
    document = apply_of(EditRequest(**request(applying(snippet))), Limits()).document
    assert document.part == part
    assert document.before + part + document.after == ORIGINAL


def test_edit(client: httpx.Client) -> None:
    reply = client.post("/v1/edit/completions", json=request(EDIT, seed=1)).json()
    content = reply["choices"][0]["message"]["content"]
    assert content == "None" or unfenced(content) is not None


def test_apply(client: httpx.Client) -> None:
    snippet = "    # ... existing code ...\n    def g(self):\n        return 3\n"
    reply = client.post("/v1/apply/completions", json=request(applying(snippet), seed=1)).json()
    whole = unfenced(reply["choices"][0]["message"]["content"])
    assert whole.startswith(ORIGINAL.removesuffix("        return 2\n"))


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
