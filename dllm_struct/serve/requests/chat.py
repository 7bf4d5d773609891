"""``/v1/chat/completions``: OpenAI's request, with vLLM's extensions for constraints."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field

from dllm_struct.serve.ask import Ask
from dllm_struct.serve.constraints import Constraint, Options, Schema, one_of
from dllm_struct.serve.decodings import decoding_of
from dllm_struct.serve.errors import RequestError
from dllm_struct.serve.limits import Limits
from dllm_struct.serve.requests import base
from dllm_struct.serve.requests.messages import ChatMessage, messages_of
from dllm_struct.serve.requests.tools import Calling, Tool, ToolChoice, calling

OPEN_OBJECT = {"type": "object"}


class NamedSchema(base.Body):
    """A schema as ``response_format`` holds it."""

    name: str | None = None
    description: str | None = None
    schema_: Annotated[Schema | None, Field(alias="schema")] = None
    strict: bool | None = None


class ResponseFormat(base.Body):
    """What the reply has to be."""

    type: Literal["text", "json_object", "json_schema"]
    json_schema: NamedSchema | None = None


class StructuredOutputs(base.Body):
    """vLLM's constraints."""

    json_: Annotated[Schema | str | None, Field(alias="json")] = None
    json_object: bool | None = None
    regex: str | None = None
    choice: Options | None = None
    grammar: str | None = None
    structural_tag: Any | None = Field(default=None, description="Not supported.")
    disable_any_whitespace: bool | None = None
    whitespace_pattern: str | None = Field(default=None, description="Not supported.")


class StreamOptions(base.Body):
    """What a stream tells."""

    include_usage: bool = False
    include_drafts: bool = Field(
        default=True, description="Send the unfinished text in every chunk."
    )
    include_obfuscation: bool = Field(default=False, description="Ignored.")


class Constrained(base.Usual):
    """vLLM's fields for constraints, and those that cannot be honoured."""

    structured_outputs: StructuredOutputs | None = None
    guided_json: Schema | str | None = None
    guided_regex: str | None = None
    guided_choice: Options | None = None
    guided_grammar: str | None = None
    n: base.Count | None = None
    max_tokens: base.Count | None = None
    stream_options: StreamOptions | None = None
    frequency_penalty: float | None = Field(
        default=None, description="Not supported; 0 is accepted."
    )
    presence_penalty: float | None = Field(
        default=None, description="Not supported; 0 is accepted."
    )
    logit_bias: dict[str, float] | None = Field(default=None, description="Not supported.")

    def structured(self) -> Constraint | None:
        """Return the constraint of vLLM's fields; None where there is none.

        Raises:
            RequestError: there are two, or one is not supported.
        """
        asked = self.structured_outputs
        if asked is not None:
            names = ("structural_tag", "whitespace_pattern")
            base.refuse({f"structured_outputs.{n}": getattr(asked, n) for n in names})
        found = [self._of_outputs(), self._guided()]
        named = [constraint for constraint in found if constraint is not None]
        if len(named) > 1:
            raise RequestError("there are two constraints", param=named[1].param)
        return named[0] if named else None

    def _of_outputs(self) -> Constraint | None:
        asked = self.structured_outputs
        if asked is None:
            return None
        given = {
            "json_schema": _schema(asked.json_, "structured_outputs.json"),
            "regex": asked.regex,
            "choice": asked.choice,
            "grammar": asked.grammar,
        }
        if asked.json_object:
            if any(value is not None for value in given.values()):
                raise RequestError("there are two constraints", param="structured_outputs")
            return Constraint("json_schema", OPEN_OBJECT, "structured_outputs")
        return one_of(given, "structured_outputs")

    def _guided(self) -> Constraint | None:
        given = {
            "json_schema": _schema(self.guided_json, "guided_json"),
            "regex": self.guided_regex,
            "choice": self.guided_choice,
            "grammar": self.guided_grammar,
        }
        names = {"json_schema": "guided_json"}
        named = [kind for kind, value in given.items() if value is not None]
        kind = named[0] if named else "json_schema"
        return one_of(given, names.get(kind, f"guided_{kind}"))

    def refuse_penalties(self) -> None:
        """Refuse what changes the model's probabilities in ways that are not offered."""
        names = ("frequency_penalty", "presence_penalty", "logit_bias")
        base.refuse({name: getattr(self, name) for name in names})


class ChatRequest(Constrained):
    """A chat that wants a reply."""

    messages: Annotated[list[ChatMessage], Field(min_length=1)]
    response_format: ResponseFormat | None = None
    tools: list[Tool] | None = None
    tool_choice: ToolChoice | None = None
    parallel_tool_calls: bool | None = Field(default=None, description="One call is made at most.")
    max_completion_tokens: base.Count | None = None
    random_seed: base.Seed | None = Field(default=None, description="Mistral's name of the seed.")
    logprobs: bool | None = None
    top_logprobs: base.Tops | None = Field(default=None, description="With logprobs alone.")
    functions: Any | None = Field(default=None, description="Not supported; use tools.")
    function_call: Any | None = Field(default=None, description="Not supported; use tool_choice.")
    modalities: list[str] | None = None
    reasoning_effort: str | None = Field(default=None, description="Ignored.")
    verbosity: str | None = Field(default=None, description="Ignored.")
    metadata: dict[str, Any] | None = Field(default=None, description="Ignored.")
    store: bool | None = Field(default=None, description="Ignored: nothing is stored.")
    service_tier: str | None = Field(default=None, description="Ignored.")
    safety_identifier: str | None = Field(default=None, description="Ignored.")
    prompt_cache_key: str | None = Field(default=None, description="Ignored.")


@dataclass(frozen=True)
class Chat:
    """A chat request, understood.

    Attributes:
        ask: what is to be written.
        calling: how tools are called; None: the text is the reply.
        stream: whether the reply is streamed.
        options: what a stream tells.
    """

    ask: Ask
    calling: Calling | None
    stream: bool
    options: StreamOptions


def chat_of(request: ChatRequest, limits: Limits) -> Chat:
    """Understand a request.

    Raises:
        RequestError: it asks for what is not offered.
        InvalidDecoding: the settings are unknown or contradict each other.
    """
    _refuse(request)
    tools = calling(request.tools, request.tool_choice)
    constraint = _constraint(request, tools)
    if constraint is not None:
        constraint.check(limits)
    messages = [*(tools.told if tools else ()), *messages_of(request.messages)]
    base.check_length(limits, "messages", *(message["content"] for message in messages))
    decoding = decoding_of(request.decoding, "decoding", limits)
    named = "max_tokens" if request.max_completion_tokens is None else "max_completion_tokens"
    params = {"prompt": "messages", "max_tokens": named, "decoding": "decoding"}
    ask = Ask(
        prompt=messages,
        prepare=base.Writing(constraint),
        decoding=base.drawn(decoding, request.temperature, request.top_p, request.top_k),
        max_tokens=base.positions(getattr(request, named), limits, named),
        seed=base.seed(request.seed, request.random_seed),
        count=base.outputs(request.n, limits),
        seconds=base.seconds(request.timeout, limits),
        best_effort=request.best_effort,
        logprobs=_logprobs(request, tools),
        stop=base.stops(request.stop, constraint),
        params=params | ({"constraint": constraint.param} if constraint else {}),
    )
    return Chat(ask, tools, request.stream, request.stream_options or StreamOptions())


def _logprobs(request: ChatRequest, tools: Calling | None) -> int | None:
    """How many of the likeliest tokens to tell; None: no probabilities at all."""
    if not request.logprobs:
        base.refuse({"top_logprobs": request.top_logprobs}, "goes with logprobs")
        return None
    if tools is not None:
        base.refuse({"logprobs": True}, "cannot be told of a tool's arguments")
    return request.top_logprobs or 0


def _refuse(request: ChatRequest) -> None:
    request.refuse_penalties()
    names = ("functions", "function_call")
    base.refuse({name: getattr(request, name) for name in names})
    if set(request.modalities or ()) - {"text"}:
        base.refuse({"modalities": True}, "other than text are not supported")


def _constraint(request: ChatRequest, tools: Calling | None) -> Constraint | None:
    """The one constraint of a request; with tools there is no other."""
    found = [
        tools.constraint if tools else None,
        _formatted(request.response_format),
        request.structured(),
    ]
    named = [constraint for constraint in found if constraint is not None]
    if len(named) > 1:
        raise RequestError(
            f"there are two constraints, '{named[0].param}' and '{named[1].param}'",
            param=named[1].param,
        )
    return named[0] if named else None


def _formatted(asked: ResponseFormat | None) -> Constraint | None:
    if asked is None or asked.type == "text":
        return None
    if asked.type == "json_object":
        return Constraint("json_schema", OPEN_OBJECT, "response_format")
    if asked.json_schema is None or asked.json_schema.schema_ is None:
        raise RequestError(
            "a json_schema format has json_schema.schema", param="response_format.json_schema"
        )
    schema = asked.json_schema.schema_
    return Constraint("json_schema", schema, "response_format")


def _schema(given: Schema | str | None, param: str) -> Schema | None:
    """A schema, which vLLM also takes as a JSON text."""
    if not isinstance(given, str):
        return given
    return base.parsed_schema(given, param)
