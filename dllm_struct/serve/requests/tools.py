"""Tools: a call is a JSON text, so it is a constraint like any other.

With one tool that has to be called the text is its arguments. Where the model may choose, it is an
object: ``{"name": ..., "arguments": ...}`` for a call, ``{"content": ...}`` for an answer without.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from dllm_struct.serve.constraints import Constraint
from dllm_struct.serve.errors import RequestError
from dllm_struct.vocabulary.codec import Message

NOTHING_ELSE = {"additionalProperties": False}

SAYS_MORE = frozenset(
    {
        "$dynamicRef",
        "$ref",
        "additionalProperties",
        "allOf",
        "anyOf",
        "dependentSchemas",
        "else",
        "if",
        "oneOf",
        "patternProperties",
        "propertyNames",
        "then",
        "unevaluatedProperties",
    }
)
"""Keywords beside which ``additionalProperties`` could exclude what is asked for."""


class Function(BaseModel):
    """What a tool is called, and what it takes."""

    model_config = ConfigDict(extra="forbid")
    name: Annotated[str, Field(min_length=1, max_length=64)]
    description: str | None = None
    parameters: dict[str, Any] | None = None
    strict: bool | None = None


class Tool(BaseModel):
    """A tool."""

    model_config = ConfigDict(extra="forbid")
    type: Literal["function"] = "function"
    function: Function


class Named(BaseModel):
    """The name of a function."""

    model_config = ConfigDict(extra="forbid")
    name: str


class Chosen(BaseModel):
    """The tool that has to be called."""

    model_config = ConfigDict(extra="forbid")
    type: Literal["function"] = "function"
    function: Named


ToolChoice = Literal["none", "auto", "required", "any"] | Chosen


@dataclass(frozen=True)
class Calling:
    """How a reply with tools is written.

    Attributes:
        constraint: what the text has to be.
        forced: the tool whose arguments the text is; None: the text says which, or has content.
        told: what the model is told about the tools; empty where there is nothing to choose.
    """

    constraint: Constraint
    forced: str | None
    told: tuple[Message, ...] = ()


def calling(tools: Sequence[Tool] | None, choice: ToolChoice | None) -> Calling | None:
    """Return how to write a reply with tools; None where it has none.

    Raises:
        RequestError: there is no such tool, or two have one name.
    """
    if not tools:
        if isinstance(choice, Chosen) or choice in ("required", "any"):
            raise RequestError("there are no tools to choose from", param="tool_choice")
        return None
    if choice == "none":
        return None
    by_name = {tool.function.name: tool.function for tool in tools}
    if len(by_name) < len(tools):
        raise RequestError("two tools have one name", param="tools")
    if isinstance(choice, Chosen):
        if choice.function.name not in by_name:
            raise RequestError(f"no tool is called '{choice.function.name}'", param="tool_choice")
        return _forced(by_name[choice.function.name])
    must = choice in ("required", "any")
    if must and len(by_name) == 1:
        return _forced(tools[0].function)
    calls = [_call(function, index) for index, function in enumerate(by_name.values())]
    schema = {"anyOf": calls if must else [_answer(), *calls]}
    return Calling(Constraint("json_schema", schema, "tools"), None, (_told(tools),))


def _forced(function: Function) -> Calling:
    schema = _parameters(function)
    return Calling(Constraint("json_schema", schema, "tools"), function.name)


def _parameters(function: Function) -> dict[str, Any]:
    return function.parameters or {"type": "object", "properties": {}, **NOTHING_ELSE}


def _call(function: Function, index: int) -> dict[str, Any]:
    """A call of a tool; of its arguments those that have a name, where it names any."""
    own = {"$id": f"urn:tool:{index}", **_parameters(function)}
    if "properties" in own and not own.keys() & SAYS_MORE:
        own |= NOTHING_ELSE
    properties = {"name": {"const": function.name}, "arguments": own}
    return {"type": "object", "properties": properties, "required": [*properties], **NOTHING_ELSE}


def _answer() -> dict[str, Any]:
    properties = {"content": {"type": "string"}}
    return {"type": "object", "properties": properties, "required": [*properties], **NOTHING_ELSE}


def _told(tools: Sequence[Tool]) -> Message:
    listed = [tool.function.model_dump(exclude_none=True) for tool in tools]
    content = "Tools:\n" + "\n".join(json.dumps(tool, ensure_ascii=False) for tool in listed)
    return {"role": "system", "content": content}
