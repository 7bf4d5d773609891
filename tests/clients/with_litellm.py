"""litellm, with the server as an OpenAI-compatible provider."""

from __future__ import annotations

import json
import os
from typing import Any

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"

import litellm
from checks import KEY, MAIL, MODEL, PERSON, URL, check, is_person, main

served: Any = {"api_base": f"{URL}/v1", "api_key": KEY, "num_retries": 0}
messages: Any = [{"role": "user", "content": MAIL}]
response_format: Any = {
    "type": "json_schema",
    "json_schema": {"name": "person", "schema": PERSON, "strict": True},
}


@check
def json_schema() -> None:
    reply = litellm.completion(
        f"openai/{MODEL}", messages=messages, response_format=response_format, seed=1, **served
    )
    assert is_person(json.loads(reply.choices[0].message.content))


@check
def json_schema_in_a_stream() -> None:
    chunks = litellm.completion(
        f"openai/{MODEL}",
        messages=messages,
        response_format=response_format,
        stream=True,
        **served,
    )
    assert is_person(json.loads("".join(c.choices[0].delta.content or "" for c in chunks)))


@check
def text_completion_with_suffix() -> None:
    reply = litellm.text_completion(
        model=f"text-completion-openai/{MODEL}",
        prompt="def f(x):\n    ",
        suffix="\n    return y\n",
        max_tokens=8,
        **served,
    )
    assert isinstance(reply.choices[0].text, str)


@check
def unsupported_schema() -> None:
    schema = {"$ref": "https://example.org/schema"}
    asked = {"type": "json_schema", "json_schema": {"name": "x", "schema": schema}}
    try:
        litellm.completion(f"openai/{MODEL}", messages=messages, response_format=asked, **served)
    except litellm.BadRequestError as error:
        assert "unsupported_schema" in str(error.body or error), error
    else:
        raise AssertionError("the schema was accepted")


main()
