"""instructor, in its three modes."""

from __future__ import annotations

from typing import Any

import instructor
import openai
from checks import KEY, MAIL, MODEL, URL, check, main
from pydantic import BaseModel, Field

own = openai.OpenAI(base_url=f"{URL}/v1", api_key=KEY, max_retries=0)
messages: Any = [{"role": "user", "content": MAIL}]


class Person(BaseModel):
    """Who is written about."""

    name: str = Field(min_length=1, max_length=20)
    age: int = Field(ge=0, le=150)


class Anything(BaseModel):
    """What every JSON object is."""


def ask(mode: instructor.Mode, kind: type[BaseModel], **more: Any) -> BaseModel:
    """Ask once: the first answer has to be valid."""
    client = instructor.from_openai(own, mode=mode)
    return client.chat.completions.create(
        model=MODEL, messages=messages, response_model=kind, max_retries=0, seed=1, **more
    )


@check
def tools() -> None:
    assert isinstance(ask(instructor.Mode.TOOLS, Person), Person)


@check
def json_schema() -> None:
    assert isinstance(ask(instructor.Mode.JSON_SCHEMA, Person), Person)


@check
def json_object() -> None:
    """The schema stands in the prompt alone; only that the answer is an object is guaranteed."""
    assert isinstance(ask(instructor.Mode.JSON, Anything, max_tokens=48), Anything)


@check
def partial_answers() -> None:
    client = instructor.from_openai(own, mode=instructor.Mode.JSON_SCHEMA)
    *_, last = client.chat.completions.create_partial(
        model=MODEL, messages=messages, response_model=Person, max_retries=0
    )
    Person.model_validate(last.model_dump())


main()
