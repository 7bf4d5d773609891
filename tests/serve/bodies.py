# ruff: noqa: E501 - long lists are easier to read in long lines
"""Malformed and hostile bodies: what a valid request becomes when one thing in it is wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

Body = tuple[str, bytes]
"""A path and what is sent to it."""

MESSAGES = [{"role": "user", "content": "hi"}]
EDIT = (
    "<|current_file_content|>\ncurrent_file_path: a.py\nx = 1\n<|code_to_edit|>\ny<|cursor|>\n"
    "<|/code_to_edit|>\nz\n<|/current_file_content|>"
)
APPLY = "<|original_code|>\na\nb\n<|/original_code|><|update_snippet|>\na\nc\n<|/update_snippet|>"

VALID: dict[str, dict[str, Any]] = {
    "/v1/chat/completions": {
        "messages": MESSAGES,
        "max_tokens": 4,
        "n": 1,
        "seed": 0,
        "temperature": 0.5,
        "top_p": 0.5,
        "top_k": 5,
        "stop": ["a"],
        "stream": False,
        "stream_options": {"include_usage": True},
        "response_format": {"type": "text"},
        "tools": [],
        "tool_choice": "none",
        "structured_outputs": None,
        "guided_regex": None,
        "decoding": "fast",
        "timeout": 100,
        "best_effort": True,
    },
    "/v1/completions": {
        "prompt": "a",
        "suffix": "b",
        "max_tokens": 4,
        "stop": "x",
        "guided_json": None,
        "seed": 1,
    },
    "/v1/fim/completions": {
        "prompt": "a",
        "suffix": "b",
        "max_tokens": 4,
        "min_tokens": 1,
        "random_seed": 1,
        "stop": [],
    },
    "/v1/edit": {
        "text": "a = 1\nb = 2\n",
        "spans": [{"start": 4, "end": 5, "type": {"regex": "[0-9]"}}],
        "instruction": "Count.",
        "cursor": 4,
        "max_tokens": 64,
        "path": "a.py",
        "seed": 1,
    },
    "/v1/edit/completions": {"messages": [{"role": "user", "content": EDIT}], "max_tokens": 4},
    "/v1/apply/completions": {"messages": [{"role": "user", "content": APPLY}], "max_tokens": 4},
    "/infill": {
        "input_prefix": "a",
        "input_suffix": "b",
        "input_extra": [{"filename": "a", "text": "b"}],
        "prompt": "c",
        "n_predict": 4,
        "grammar": None,
        "json_schema": None,
        "response_fields": ["content"],
    },
    "/v1/infill": {
        "document": [{"text": "a"}, {"hole": "x", "type": {"regex": "a"}, "max_tokens": 2}],
        "prompt": "p",
        "grammar": None,
        "decoding": {"sampler": "confidence", "steps": 4},
        "candidates": 2,
        "max_tokens": 16,
        "seed": 1,
        "stream": True,
        "events": True,
    },
}

WRONG: list[Any] = [
    None, True, 0, -1, 2**63, 2**64, -(2**70), 1e308, 0.5, "", "\ud800", "\x00", "a" * 2000, [],
    [None], [[]], {}, {"": None}, {"name": 1}, [{"role": "user"}], [{"text": 1}], "../../etc/passwd",
]  # fmt: skip

SCHEMAS: list[Any] = [
    None, 1, "x", [], {"type": 1}, {"type": "object", "properties": []}, {"$ref": "#/nowhere"},
    {"$ref": "file:///etc/passwd"}, {"$ref": "https://example.org/a"}, {"$id": "http://[", "type": "null"},
    {"allOf": [{"type": "string"}, {"type": "integer"}]}, {"not": {}}, False, {"enum": []},
    {"type": "integer", "multipleOf": 0}, {"type": "number", "minimum": 5, "maximum": 4},
    {"type": "string", "pattern": "("}, {"type": "string", "pattern": "(a)\\1"},
    {"type": "string", "minLength": 10**9}, {"type": "string", "minLength": -1},
    {"type": "array", "minItems": 10**7}, {"type": "string", "maxLength": 10**30},
    {"type": "integer", "minimum": 10**299, "maximum": 10**299},
    {"type": "number", "multipleOf": 1e-300}, {"const": "\ud800"}, {"properties": {"\ud800": {}}},
    {"$defs": {"a": {"$ref": "#/$defs/a"}}, "$ref": "#/$defs/a"},
    {"$dynamicRef": "#x"}, {"$schema": "http://example.org/unknown"}, {"type": ["string", "string"]},
    {"if": {"type": "string"}, "then": False, "else": False},
    {"unevaluatedProperties": {"unevaluatedProperties": {}}}, {"format": "no-such-format"},
    {"type": "object", "minProperties": 10**6}, {"uniqueItems": True, "minItems": 4000},
    {"oneOf": [{"type": "integer", "multipleOf": k} for k in range(2, 40)]},
    {"anyOf": [{"pattern": "a" * k + "+"} for k in range(1, 60)]},
    {"allOf": [{"pattern": f"x{{{k}}}.*y"} for k in range(1, 12)]},
]  # fmt: skip

REGEXES = [
    "(", ")", "[", "a{2,1}", "(?P<a>x)(?P=a)", "(a)\\1", "\\", "(?<=a)b", "(?i)straße", "a{1000000}",
    "(a{1000}){1000}", "(.*a){12}", "(?:a|aa)*b{500}", "[^\\x00-\\U0010ffff]", "\\p{L}", "(?#", "*",
    "a**", "(?=a)(?=b)", "^$^$", "\\Z\\A", "a|", "((((((((((a*)*)*)*)*)*)*)*)*)*", "\ud800",
    "(a?){60}a{60}", "[a-z]{3000}", "(?s:.*)x(?s:.{18})",
]  # fmt: skip

GRAMMARS = [
    "", "x", "python3", "start:", "start: start", "start: a", 'start: "a" start', "start: /(/",
    "start: /.*a.{30}/", "root ::=", 'root ::= "a', "root ::= root", 'root ::= ("a"',
    'root ::= "a"{1000000}', "%import os.X\nstart: X", "%import common.INT\nstart: INT*", "start: \x00",
    '%ignore " "\nstart: "a"', "start: A\nA: B\nB: A", "start: /(?<!a)b/", "?start: start start |",
    "start: " + '"a" ' * 4000, "start: (" * 60 + '"a"' + ")*" * 60, "%include /etc/passwd\nstart: A",
    'start: "a" | start "b" start | start start',
]  # fmt: skip

TEMPLATES = [
    "../x", "/etc/passwd", "{{", "{% include '/etc/passwd' %}", "{{ x | json_schema('/etc/passwd') }}",
    "{{ x | nothing }}", "{{ x | regex }}", "{{ x | regex('(') }}", "{{ x.__class__ }}",
    "{{ x | max_tokens(-1) }}", "{{ x | min_tokens(99999999) }}", "{% for i in range(9**9) %}a{% endfor %}",
    "{{ 'a' * 9**9 }}", "{% import 'os' as os %}", "{{ x }}{{ x | regex('a') }}", "{# #}", "",
]  # fmt: skip

DECODINGS: list[Any] = [
    "nope", {}, {"steps": 0}, {"steps": 10**9}, {"steps": "1"}, {"sampler": None}, {"sampler": 3},
    {"sampler": "threshold(threshold='x')"}, {"sampler": "__import__('os')"}, {"sampler": {"name": []}},
    {"guidance": ["verifier"]}, {"guidance": {"name": "verifier", "function": "print"}},
    {"guidance": {"name": "classifier-free"}}, {"guidance": ["soft-masking", "smoothing"]},
    {"length": {"name": "fixed", "initial": 10**8}}, {"length": {"name": "daedal", "initial": "a"}},
    {"temperature": "hot"}, {"temperature": -1}, {"top_k": 0}, {"top_p": 0}, {"noise": "x"},
    {"structure": "x"}, {"block_length": 10**9}, {"blocks": "semi-autoregressive"}, {"unknown": 1},
    {"sampler": {"name": "self-speculative", "drafts": 10**6}}, {"remasking": {"name": "static", "x": 1}},
    {"sampler": {"name": "position-calibrated", "frequencies": "/etc/passwd"}},
    {"sampler": "calibrated(profile='/etc/passwd')"}, {"schedule": "cosine"}, {"sampler": "random("},
]  # fmt: skip

RAW = [
    b"", b"null", b"[]", b"{", b'"x"', b"\xff\xfe", b"{\"messages\": NaN}", b'{"a": 1e999}',
    b'{"seed": ' + b"9" * 5000 + b"}", b"[" * 100_000, b'{"a":' * 100_000, b"]" * 1000 + b"[" * 1000,
    b'{"messages": [{"role": "user", "content": "\\ud800"}]}', b'{"a": 1, "a": 2}',
    '{"a": "\u2028"}'.encode("utf-16"), b"\x00" * 100, b'{"messages": "\\',
]  # fmt: skip


def bodies() -> Iterator[Body]:
    """Every body, in a fixed order."""
    for path, valid in VALID.items():
        yield from ((path, raw) for raw in RAW)
        yield from ((path, dumped(body)) for body in _one_wrong(valid))
    yield from _constraints()
    for decoding in DECODINGS:
        typed = {"prompt": "a", "output_type": {"regex": "a+"}, "max_tokens": 8}
        yield "/v1/infill", dumped({**typed, "decoding": decoding})


def _one_wrong(body: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for name in body:
        for wrong in WRONG:
            yield {**body, name: wrong}
        yield {key: value for key, value in body.items() if key != name}
    yield {**body, "unknown": 1}


def _constraints() -> Iterator[Body]:
    for kind, values in {
        "json_schema": SCHEMAS,
        "regex": REGEXES,
        "grammar": GRAMMARS,
        "template": TEMPLATES,
    }.items():
        for value in values:
            typed = {"prompt": "a", "output_type": {kind: value}, "max_tokens": 24, "timeout": 100}
            yield "/v1/infill", dumped(typed)
    for schema in SCHEMAS:
        formatted = {"type": "json_schema", "json_schema": {"name": "x", "schema": schema}}
        function = {"name": "f", "parameters": schema}
        tools = [{"type": "function", "function": function}] * 2
        chat = {"messages": MESSAGES, "max_tokens": 24, "timeout": 100}
        yield "/v1/chat/completions", dumped({**chat, "response_format": formatted})
        yield "/v1/chat/completions", dumped({**chat, "tools": tools, "tool_choice": "required"})
    for grammar in GRAMMARS:
        document = [{"text": "a "}, {"hole": "x"}, {"text": " b"}, {"hole": "y", "max_tokens": 3}]
        whole = {"document": document, "grammar": grammar, "max_tokens": 24, "timeout": 100}
        yield "/v1/infill", dumped(whole)


def dumped(value: Any) -> bytes:
    return json.dumps(value).encode()
