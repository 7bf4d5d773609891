"""Requests of the load test, from a choice of three words to a large order, and their judges.

No judge shares code with the library: jsonschema, `re`, `ast` and lark read the replies.
"""

from __future__ import annotations

import ast
import json
import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from judges import Judge

from dllm_struct.models.bundled import Example, held_out

EXAMPLES = Path(__file__).parent.parent / "examples"
CHAT, COMPLETIONS, FIM, EDIT, INFILL = (
    "/v1/chat/completions",
    "/v1/completions",
    "/v1/fim/completions",
    "/v1/edit/completions",
    "/v1/infill",
)
PERSON = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "age": {"type": "integer", "minimum": 0}},
    "required": ["name", "age"],
    "additionalProperties": False,
}
TREE = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "maxLength": 12},
        "children": {"type": "array", "items": {"$ref": "#"}, "maxItems": 2},
    },
    "required": ["name"],
    "additionalProperties": False,
}
ADA = "Please extract name, age from the text and answer with JSON.\n\nAda is 36 years old."
TOOL = {"type": "function", "function": {"name": "person", "parameters": PERSON}}
DOCUMENT = [
    {"text": "host = "},
    {"hole": "host", "type": {"regex": "[a-z]{1,8}\\.[a-z]{2,3}"}},
    {"text": "\nport = "},
    {"hole": "port", "type": {"regex": "[1-9][0-9]{1,3}"}},
    {"text": "\nmode = "},
    {"hole": "mode", "type": {"choice": ["fast", "safe"]}},
]
CONFIGURATION = "host = [a-z]{1,8}\\.[a-z]{2,3}\nport = [1-9][0-9]{1,3}\nmode = (fast|safe)"
AREA = ("def area(w, h):\n    return ", " * h\n\nprint(area(2, 3))\n")
FILE = "<|current_file_content|>\n{}<|/current_file_content|>"
MARKED = FILE.format("import os\n<|code_to_edit|>\nx = os<|cursor|>\n<|/code_to_edit|>\nprint(x)\n")


@dataclass(frozen=True)
class Asked:
    """A request, and how its answer is judged.

    Attributes:
        path: where it goes.
        body: as JSON.
        is_valid: judges the text of the answer.
        text: from a whole reply to that text.
        streams: whether the text can be put together from the deltas of a stream.
    """

    path: str
    body: dict[str, Any]
    is_valid: Callable[[str], bool]
    text: Callable[[Any], str]
    streams: bool = True


def _content(reply: Any) -> str:
    return str(reply["choices"][0]["message"]["content"])


def _arguments(reply: Any) -> str:
    return str(reply["choices"][0]["message"]["tool_calls"][0]["function"]["arguments"])


def _chat(prompt: str, is_valid: Callable[[str], bool], **body: Any) -> Asked:
    messages = [{"role": "user", "content": prompt}]
    return Asked(CHAT, {"messages": messages, **body}, is_valid, _content)


def _format(schema: Any) -> dict[str, Any]:
    return {"type": "json_schema", "json_schema": {"name": "answer", "schema": schema}}


def _of_schema(schema: Any) -> Callable[[str], bool]:
    judge = Draft202012Validator(schema)
    return lambda text: judge.is_valid(json.loads(text))


def _schema(prompt: str, schema: Any, **body: Any) -> Asked:
    return _chat(prompt, _of_schema(schema), response_format=_format(schema), **body)


def _matching(pattern: str) -> Callable[[str], bool]:
    return lambda text: re.fullmatch(pattern, text) is not None


@cache
def _sql() -> Judge:
    return Judge("sql")


@cache
def _world() -> list[Example]:
    return held_out(100, 0)


def _parses(text: str) -> bool:
    ast.parse(text)
    return True


def _example(rng: random.Random) -> Asked:
    example = rng.choice(_world())
    return _schema(example.prompt, example.schema, max_tokens=256)


def _order(_: random.Random) -> Asked:
    schema = json.loads((EXAMPLES / "order.schema.json").read_text("utf-8"))
    return _schema((EXAMPLES / "order.txt").read_text("utf-8"), schema)


def _tool(_: random.Random) -> Asked:
    body = {"messages": [{"role": "user", "content": ADA}], "tools": [TOOL]}
    body["tool_choice"] = "required"
    return Asked(CHAT, body, _of_schema(PERSON), _arguments, streams=False)


def _tree(_: random.Random) -> Asked:
    return _schema("A tree.", TREE, max_tokens=48)


def _object(rng: random.Random) -> Asked:
    prompt, kind = rng.choice(_world()).prompt, {"type": "json_object"}
    return _chat(
        prompt, lambda t: isinstance(json.loads(t), dict), response_format=kind, max_tokens=48
    )


def _regex(rng: random.Random) -> Asked:
    pattern = r"[A-Z][a-z]{2,9}( [A-Z][a-z]{2,9}){0,2}"
    return _chat(rng.choice(_world()).prompt, _matching(pattern), guided_regex=pattern)


def _choice(_: random.Random) -> Asked:
    options = ["good", "bad", "neither"]
    told = {"choice": options}
    return _chat("Good or bad?", lambda text: text in options, structured_outputs=told)


def _grammar(_: random.Random) -> Asked:
    return _chat(
        "All names.", lambda t: _sql().complaint(t) is None, guided_grammar="sql", max_tokens=24
    )


def _hole(_: random.Random) -> Asked:
    prefix, suffix = AREA
    body = {"prefix": prefix, "suffix": suffix, "grammar": "python", "max_tokens": 12}
    return Asked(INFILL, body, _parses, lambda reply: str(reply["document"]), streams=False)


def _holes(_: random.Random) -> Asked:
    body = {"document": DOCUMENT}
    judge = _matching(CONFIGURATION)
    return Asked(INFILL, body, judge, lambda reply: str(reply["text"]), streams=False)


def _middle(_: random.Random) -> Asked:
    body = {"prompt": AREA[0], "suffix": "\n", "max_tokens": 8}
    return Asked(FIM, body, lambda text: True, _content)


def _completion(_: random.Random) -> Asked:
    body = {"prompt": "Dear Ms Jensen,\n", "max_tokens": 16}
    return Asked(
        COMPLETIONS, body, lambda text: True, lambda reply: str(reply["choices"][0]["text"])
    )


def _edit(_: random.Random) -> Asked:
    body = {"messages": [{"role": "user", "content": MARKED}], "max_tokens": 12}
    return Asked(
        EDIT, body, lambda text: text == "None" or text.startswith("```"), _content, streams=False
    )


KINDS: dict[str, Callable[[random.Random], Asked]] = {
    "schema": _example,
    "large schema": _order,
    "recursive schema": _tree,
    "free object": _object,
    "tool": _tool,
    "regex": _regex,
    "choice": _choice,
    "grammar": _grammar,
    "hole in code": _hole,
    "several holes": _holes,
    "fill in the middle": _middle,
    "completion": _completion,
    "edit": _edit,
}
"""Good requests: heavy and light ones in equal shares."""


def _bad(prompt: str = "a", **body: Any) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": prompt}], **body}


BAD: list[tuple[str, dict[str, Any]]] = [
    (CHAT, {}),
    (CHAT, _bad(max_tokens="many")),
    (CHAT, _bad(response_format=_format({"type": "nonsense"}))),
    (CHAT, _bad(response_format=_format({"$ref": "https://example.org/x"}))),
    (CHAT, _bad(structured_outputs={"regex": "(a)\\1"})),
    (CHAT, _bad(structured_outputs={"grammar": "start: ("})),
    (CHAT, _bad(max_tokens=2, response_format=_format(PERSON))),
    (INFILL, {"prompt": "a", "template": "../../etc/passwd"}),
    (COMPLETIONS, {"prompt": "a", "echo": True}),
    (FIM, {"prompt": 3}),
]
"""What has to be refused: paths and bodies."""

HOSTILE: tuple[str, dict[str, Any]] = (
    CHAT,
    _bad(structured_outputs={"grammar": 'root ::= "a"{1000000}'}),
)
"""What keeps a worker busy until it is ended."""
