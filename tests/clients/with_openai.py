"""OpenAI's own library."""

from __future__ import annotations

import json
from typing import Any

import openai
from checks import KEY, MAIL, MODEL, PERSON, URL, check, is_person, main
from pydantic import BaseModel, Field

client = openai.OpenAI(base_url=f"{URL}/v1", api_key=KEY, max_retries=0)
messages: Any = [{"role": "user", "content": MAIL}]
response_format: Any = {
    "type": "json_schema",
    "json_schema": {"name": "person", "schema": PERSON, "strict": True},
}


class Person(BaseModel):
    """Who is written about."""

    name: str = Field(min_length=1, max_length=20)
    age: int = Field(ge=0, le=150)


@check
def models() -> None:
    assert [model.id for model in client.models.list()] == [MODEL]


@check
def json_schema() -> None:
    reply = client.chat.completions.create(
        model=MODEL, messages=messages, response_format=response_format, seed=1
    )
    assert is_person(json.loads(reply.choices[0].message.content or ""))
    assert reply.usage is not None and reply.usage.completion_tokens > 0


@check
def parse() -> None:
    reply = client.chat.completions.parse(
        model=MODEL, messages=messages, response_format=Person, seed=1
    )
    assert isinstance(reply.choices[0].message.parsed, Person)


@check
def stream_with_drafts() -> None:
    drafts, deltas, final = [], "", None
    with client.chat.completions.stream(
        model=MODEL, messages=messages, response_format=Person, seed=1
    ) as stream:
        for event in stream:
            if event.type == "chunk" and event.chunk.model_extra:
                drafts += [event.chunk.model_extra.get("draft")]
            if event.type == "content.delta":
                deltas += event.delta
        final = stream.get_final_completion()
    assert isinstance(final.choices[0].message.parsed, Person)
    assert deltas == final.choices[0].message.content
    texts = [json.loads(draft["text"]) for draft in drafts if draft]
    assert texts and all(map(is_person, texts))


@check
def stream_with_usage() -> None:
    chunks = list(
        client.chat.completions.create(
            model=MODEL,
            messages=messages,
            response_format=response_format,
            stream=True,
            stream_options={"include_usage": True},
        )
    )
    text = "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
    assert is_person(json.loads(text))
    assert chunks[-1].usage is not None and chunks[-1].usage.total_tokens > 0


tools: Any = [{"type": "function", "function": {"name": "save_person", "parameters": PERSON}}]
forced: Any = {"type": "function", "function": {"name": "save_person"}}


@check
def forced_tool() -> None:
    reply = client.chat.completions.create(
        model=MODEL, messages=messages, tools=tools, tool_choice=forced
    )
    (call,) = reply.choices[0].message.tool_calls or ()
    assert call.type == "function" and call.function.name == "save_person"
    assert is_person(json.loads(call.function.arguments))


@check
def forced_tool_in_a_stream() -> None:
    with client.chat.completions.stream(
        model=MODEL, messages=messages, tools=tools, tool_choice=forced
    ) as stream:
        reply = stream.get_final_completion()
    (call,) = reply.choices[0].message.tool_calls or ()
    assert call.function.name == "save_person" and is_person(json.loads(call.function.arguments))


@check
def structured_outputs_as_extra_body() -> None:
    reply = client.chat.completions.create(
        model=MODEL,
        messages=messages,
        extra_body={"structured_outputs": {"choice": ["yes", "no"]}},
    )
    assert reply.choices[0].message.content in ("yes", "no")


@check
def completion_with_suffix() -> None:
    reply = client.completions.create(
        model=MODEL, prompt="def f(x):\n    ", suffix="\n    return y\n", max_tokens=8, seed=1
    )
    assert reply.object == "text_completion" and isinstance(reply.choices[0].text, str)


@check
def completion_with_suffix_in_a_stream() -> None:
    asked: Any = {"model": MODEL, "prompt": "a = ", "suffix": "\n", "max_tokens": 8, "seed": 1}
    whole = client.completions.create(**asked).choices[0].text
    parts = client.completions.create(**asked, stream=True)
    assert "".join(part.choices[0].text for part in parts if part.choices) == whole


@check
def unsupported_schema() -> None:
    asked: Any = {
        "type": "json_schema",
        "json_schema": {"name": "x", "schema": {"$ref": "https://example.org/schema"}},
    }
    try:
        client.chat.completions.create(model=MODEL, messages=messages, response_format=asked)
    except openai.BadRequestError as error:
        assert (error.param, error.code) == ("response_format", "unsupported_schema"), error
        assert error.type == "invalid_request_error"
    else:
        raise AssertionError("the schema was accepted")


@check
def wrong_key() -> None:
    try:
        client.with_options(api_key="wrong").chat.completions.create(model=MODEL, messages=messages)
    except openai.AuthenticationError as error:
        assert error.code == "invalid_api_key"
    else:
        raise AssertionError("a wrong key opened the server")


@check
def unknown_model() -> None:
    try:
        client.chat.completions.create(model="gpt-4o", messages=messages)
    except openai.NotFoundError as error:
        assert (error.param, error.code) == ("model", "model_not_found"), error
    else:
        raise AssertionError("an unknown model was accepted")


main()
