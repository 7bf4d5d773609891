"""Requests of the load test, and judges of their replies."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from judges import Judge

EXAMPLES = Path(__file__).parent.parent / "examples"
ORDER = json.loads((EXAMPLES / "order.schema.json").read_text("utf-8"))
MAIL = (EXAMPLES / "order.txt").read_text("utf-8")

CHAT, COMPLETIONS, FIM, INFILL = (
    "/v1/chat/completions",
    "/v1/completions",
    "/v1/fim/completions",
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


@dataclass(frozen=True)
class Kind:
    """A kind of request.

    Attributes:
        url: where it goes.
        body: what is sent.
        text: from a whole reply to the text that is judged.
        judge: whether a text is what was asked for.
        streams: whether it can be streamed in chunks of its text.
    """

    url: str
    body: dict[str, Any]
    text: Callable[[Any], str]
    judge: Callable[[str], bool]
    streams: bool = True


def _chat(prompt: str, **body: Any) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": prompt}], **body}


def _content(reply: Any) -> str:
    text: str = reply["choices"][0]["message"]["content"]
    return text


def _schema(schema: Any) -> Callable[[str], bool]:
    validator = Draft202012Validator(schema)
    return lambda text: validator.is_valid(json.loads(text))


def _regex(pattern: str) -> Callable[[str], bool]:
    return lambda text: re.fullmatch(pattern, text) is not None


def _parses(text: str) -> bool:
    ast.parse(text)
    return True


def _format(schema: Any) -> dict[str, Any]:
    return {"type": "json_schema", "json_schema": {"name": "answer", "schema": schema}}


def _arguments(reply: Any) -> str:
    text: str = reply["choices"][0]["message"]["tool_calls"][0]["function"]["arguments"]
    return text


SQL = Judge("sql")
TOOL = {"type": "function", "function": {"name": "person", "parameters": PERSON}}
DOCUMENT = [
    {"text": "host = "},
    {"hole": "host", "type": {"regex": "[a-z]{1,8}\\.[a-z]{2,3}"}},
    {"text": "\nport = "},
    {"hole": "port", "type": {"regex": "[1-9][0-9]{1,3}"}},
    {"text": "\nmode = "},
    {"hole": "mode", "type": {"choice": ["fast", "safe"]}},
]

GOOD: dict[str, Kind] = {
    "schema": Kind(CHAT, _chat(ADA, response_format=_format(PERSON)), _content, _schema(PERSON)),
    "large schema": Kind(
        CHAT, _chat(MAIL, response_format=_format(ORDER)), _content, _schema(ORDER)
    ),
    "recursive schema": Kind(
        CHAT,
        _chat("A tree.", response_format=_format(TREE), max_tokens=48),
        _content,
        _schema(TREE),
    ),
    "tool": Kind(
        CHAT,
        _chat(ADA, tools=[TOOL], tool_choice="required"),
        _arguments,
        _schema(PERSON),
        streams=False,
    ),
    "regex": Kind(
        CHAT,
        _chat("When?", structured_outputs={"regex": "[0-2][0-9]:[0-5][0-9]"}),
        _content,
        _regex("[0-2][0-9]:[0-5][0-9]"),
    ),
    "choice": Kind(
        CHAT,
        _chat("Good or bad?", structured_outputs={"choice": ["good", "bad", "neither"]}),
        _content,
        _regex("good|bad|neither"),
    ),
    "grammar": Kind(
        CHAT,
        _chat("All names.", structured_outputs={"grammar": "sql"}, max_tokens=24),
        _content,
        lambda text: SQL.complaint(text) is None,
    ),
    "hole in code": Kind(
        INFILL,
        {
            "prefix": "def area(w, h):\n    return ",
            "suffix": " * h\n",
            "grammar": "python",
            "max_tokens": 6,
        },
        lambda reply: reply["document"],
        _parses,
        streams=False,
    ),
    "several holes": Kind(
        INFILL,
        {"document": DOCUMENT},
        lambda reply: reply["text"],
        _regex("host = [a-z]{1,8}\\.[a-z]{2,3}\nport = [1-9][0-9]{1,3}\nmode = (fast|safe)"),
        streams=False,
    ),
    "fill in the middle": Kind(
        FIM,
        {"prompt": "def add(a, b):\n    return ", "suffix": "\n", "max_tokens": 8},
        _content,
        lambda text: True,
    ),
    "completion": Kind(
        COMPLETIONS,
        {"prompt": "Dear Ms Jensen,\n", "max_tokens": 16},
        lambda reply: reply["choices"][0]["text"],
        lambda text: True,
    ),
}

BAD: list[tuple[str, Any]] = [
    (CHAT, {}),
    (CHAT, _chat("a", response_format=_format({"type": "nonsense"}))),
    (CHAT, _chat("a", response_format=_format({"$ref": "https://example.org/x"}))),
    (CHAT, _chat("a", structured_outputs={"regex": "(a)\\1"})),
    (CHAT, _chat("a", structured_outputs={"grammar": "start: ("})),
    (CHAT, _chat("a", structured_outputs={"grammar": 'root ::= "a"{1000000}'})),
    (CHAT, _chat("a", max_tokens=2, response_format=_format(PERSON))),
    (INFILL, {"prompt": "a", "template": "../../etc/passwd"}),
    (COMPLETIONS, {"prompt": "a", "echo": True}),
    (FIM, {"prompt": 3}),
]
"""Paths and bodies that are to be refused; one of them keeps a worker busy until it is ended."""
