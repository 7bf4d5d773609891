"""``/v1/completions`` and ``/v1/fim/completions``: the text at a place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field

from dllm_struct.serve.ask import Ask
from dllm_struct.serve.constraints import Constraint
from dllm_struct.serve.decodings import decoding_of
from dllm_struct.serve.errors import RequestError
from dllm_struct.serve.limits import Limits
from dllm_struct.serve.requests import base
from dllm_struct.serve.requests.chat import Constrained, StreamOptions
from dllm_struct.serve.requests.sentinels import Parts, parts_of

TOKENS = 64
"""Most tokens of a hole for which no number is given."""


class CompletionRequest(Constrained):
    """OpenAI's completions, as editors use them."""

    prompt: str | Annotated[list[str], Field(min_length=1)]
    suffix: str | None = Field(default=None, description="The text after the hole.")
    echo: bool | None = Field(default=None, description="Not supported.")
    best_of: int | None = Field(default=None, description="Not supported; 1 is accepted.")
    logprobs: base.Tops | None = Field(
        default=None, description="How many of the likeliest tokens to tell for each token."
    )
    language: str | None = Field(default=None, description="Ignored.")


class FimRequest(base.Usual):
    """Mistral's and Inception's fill-in-the-middle."""

    prompt: str
    suffix: str | None = None
    max_tokens: base.Count | None = None
    min_tokens: Annotated[int, Field(ge=0, le=1_000_000)] | None = None
    random_seed: base.Seed | None = None
    n: base.Count | None = None
    stream_options: StreamOptions | None = None
    presence_penalty: float | None = Field(
        default=None, description="Not supported; 0 is accepted."
    )
    frequency_penalty: float | None = Field(
        default=None, description="Not supported; 0 is accepted."
    )
    diffusing: bool | None = Field(
        default=None, description="Ignored: drafts have their own field."
    )
    metadata: dict[str, Any] | None = Field(default=None, description="Ignored.")


@dataclass(frozen=True)
class Completion:
    """A request, understood.

    Attributes:
        ask: what is to be written.
        stream: whether the reply is streamed.
        options: what a stream tells.
    """

    ask: Ask
    stream: bool
    options: StreamOptions


def completion_of(request: CompletionRequest, limits: Limits) -> Completion:
    """Understand a request for a completion.

    Without a suffix and without a constraint the text goes on behind the prompt. With a constraint
    it is a text of its own, and the prompt is what the model reads first.

    Raises:
        RequestError: it asks for what is not offered.
        InvalidDecoding: the settings are unknown or contradict each other.
    """
    request.refuse_penalties()
    base.refuse({"echo": request.echo})
    if request.best_of not in (None, 1):
        base.refuse({"best_of": request.best_of})
    prompt = _only(request.prompt)
    constraint = request.structured()
    parts = parts_of(prompt, request.suffix)
    if parts is None and constraint is None:
        parts = Parts(prompt, "")
    return _completion(request, request.seed, request.n, prompt, parts, constraint, 0, limits)


def fim_of(request: FimRequest, limits: Limits) -> Completion:
    """Understand a request to fill in the middle.

    Raises:
        RequestError: it asks for what is not offered.
        InvalidDecoding: the settings are unknown or contradict each other.
    """
    names = ("presence_penalty", "frequency_penalty")
    base.refuse({name: getattr(request, name) for name in names})
    parts = parts_of(request.prompt, request.suffix) or Parts(request.prompt, "")
    seed = base.seed(request.seed, request.random_seed)
    least = request.min_tokens or 0
    return _completion(request, seed, request.n, request.prompt, parts, None, least, limits)


def _only(prompt: str | list[str]) -> str:
    if isinstance(prompt, str):
        return prompt
    if len(prompt) > 1:
        raise RequestError(
            "send one prompt; several go into several requests",
            code="unsupported_parameter",
            param="prompt",
        )
    return prompt[0]


def _completion(
    request: CompletionRequest | FimRequest,
    seed: int | None,
    count: int | None,
    prompt: str,
    parts: Parts | None,
    constraint: Constraint | None,
    least: int,
    limits: Limits,
) -> Completion:
    if constraint is not None:
        constraint.check(limits)
    base.check_length(limits, "prompt", prompt, request.suffix or "")
    most = base.positions(request.max_tokens, limits) if request.max_tokens else None
    params = {"prompt": "prompt", "max_tokens": "max_tokens", "decoding": "decoding"}
    params["constraint"] = "prompt" if constraint is None else constraint.param
    ask = Ask(
        prompt=prompt if parts is None else parts.context or None,
        prepare=_prepared(parts, constraint, most, least),
        decoding=base.drawn(
            decoding_of(request.decoding, "decoding", limits),
            request.temperature,
            request.top_p,
            request.top_k,
        ),
        max_tokens=limits.tokens if parts is not None else most or limits.tokens,
        seed=seed,
        count=base.outputs(count, limits),
        seconds=base.seconds(request.timeout, limits),
        best_effort=request.best_effort,
        logprobs=request.logprobs if isinstance(request, CompletionRequest) else None,
        stop=base.stops(request.stop, constraint),
        answer=None if parts is None else base.ANSWER,
        params=params,
    )
    return Completion(ask, request.stream, request.stream_options or StreamOptions())


def _prepared(
    parts: Parts | None, constraint: Constraint | None, most: int | None, least: int
) -> base.Writing | base.Filling:
    if parts is None:
        return base.Writing(constraint)
    if constraint is None:
        most = max(TOKENS, least) if most is None else most
    if most is not None and least > most:
        raise RequestError(f"min_tokens {least} is above max_tokens {most}", param="min_tokens")
    return base.Filling(parts.prefix, parts.suffix, constraint, most, least)
