"""Mistral's own library."""

from __future__ import annotations

import json
from typing import Any

from checks import KEY, MAIL, MODEL, PERSON, URL, check, is_person, main
from mistralai.client import Mistral

client = Mistral(api_key=KEY, server_url=URL)
hole: Any = {
    "model": MODEL,
    "prompt": "def f(x):\n    ",
    "suffix": "\n    return y\n",
    "max_tokens": 8,
    "random_seed": 1,
}


@check
def fim_complete() -> None:
    reply = client.fim.complete(**hole)
    assert isinstance(reply.choices[0].message.content, str)
    assert reply.usage.total_tokens > 0


@check
def fim_stream() -> None:
    whole = client.fim.complete(**hole).choices[0].message.content
    with client.fim.stream(**hole) as stream:
        parts = [event.data.choices[0].delta.content or "" for event in stream]
    assert "".join(parts) == whole


@check
def fim_min_tokens() -> None:
    reply = client.fim.complete(**{**hole, "min_tokens": 4})
    assert reply.choices[0].message.content


response_format: Any = {
    "type": "json_schema",
    "json_schema": {"name": "person", "schema": PERSON, "strict": True},
}
messages: Any = [{"role": "user", "content": MAIL}]


@check
def chat_json_schema() -> None:
    reply = client.chat.complete(
        model=MODEL, messages=messages, response_format=response_format, random_seed=1
    )
    assert is_person(json.loads(reply.choices[0].message.content))


@check
def chat_json_schema_in_a_stream() -> None:
    with client.chat.stream(
        model=MODEL, messages=messages, response_format=response_format, random_seed=1
    ) as stream:
        parts = [e.data.choices[0].delta.content or "" for e in stream if e.data.choices]
    assert is_person(json.loads("".join(parts)))


main()
