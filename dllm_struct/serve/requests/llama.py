"""``/infill`` as llama.cpp's server has it, and llama.vim and llama.vscode use it.

The fields are llama.cpp's; sampling settings that have no counterpart in diffusion are ignored,
since these clients always send them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from dllm_struct.serve.ask import Ask
from dllm_struct.serve.constraints import Constraint, Schema, one_of
from dllm_struct.serve.decodings import decoding_of
from dllm_struct.serve.limits import Limits
from dllm_struct.serve.requests import base
from dllm_struct.serve.requests.completions import TOKENS


class Extra(BaseModel):
    """A piece of another file, as context."""

    model_config = ConfigDict(extra="ignore")
    filename: str | None = None
    text: str = ""


class LlamaRequest(base.Usual):
    """llama.cpp's request; fields that it does not name are ignored."""

    model_config = ConfigDict(extra="ignore", allow_inf_nan=False)
    input_prefix: str = ""
    input_suffix: str = ""
    input_extra: list[Extra] | None = None
    prompt: str = Field(default="", description="Follows the prefix.")
    n_predict: Annotated[int, Field(ge=-2, le=1_000_000)] = Field(
        default=TOKENS, description="Most tokens; below 0: as many as there is room for."
    )
    grammar: str | None = Field(default=None, description="GBNF of what is inserted.")
    json_schema: Schema | None = Field(default=None, description="Of what is inserted.")
    response_fields: list[str] | None = Field(
        default=None, description="Only these fields, such as timings/predicted_ms."
    )


@dataclass(frozen=True)
class Llama:
    """A request, understood.

    Attributes:
        ask: what is to be written.
        stream: whether the reply is streamed.
        fields: which parts of the reply are wanted; None: all.
    """

    ask: Ask
    stream: bool
    fields: tuple[str, ...] | None


def llama_of(request: LlamaRequest, limits: Limits) -> Llama:
    """Understand a request.

    Raises:
        RequestError: it asks for what is not offered.
        InvalidDecoding: the settings are unknown or contradict each other.
    """
    constraint = _constraint(request, limits)
    prefix = request.input_prefix + request.prompt
    extra = _context(request.input_extra or ())
    base.check_length(limits, "input_prefix", prefix, request.input_suffix, extra)
    most = request.n_predict if request.n_predict >= 0 else None
    base.positions(most, limits, "n_predict")
    params = {"prompt": "input_prefix", "max_tokens": "n_predict", "decoding": "decoding"}
    params["constraint"] = "input_prefix" if constraint is None else constraint.param
    ask = Ask(
        prompt=extra or None,
        prepare=base.Filling(prefix, request.input_suffix, constraint, most),
        decoding=base.drawn(
            decoding_of(request.decoding, "decoding", limits),
            request.temperature,
            _share(request.top_p),
            request.top_k,
        ),
        max_tokens=limits.tokens,
        seed=None if request.seed in (None, -1) else request.seed,
        seconds=base.seconds(request.timeout, limits),
        best_effort=request.best_effort,
        stop=base.stops(request.stop, constraint),
        answer=base.ANSWER,
        params=params,
    )
    fields = request.response_fields
    return Llama(ask, request.stream, tuple(fields) if fields else None)


def _constraint(request: LlamaRequest, limits: Limits) -> Constraint | None:
    named = "grammar" if request.grammar else "json_schema"
    found = one_of({"grammar": request.grammar or None, "json_schema": request.json_schema}, named)
    if found is not None:
        found.check(limits)
    return found


def _context(extra: list[Extra] | tuple[()]) -> str:
    """Other files, each under its name."""
    return "\n".join(f"{piece.filename or ''}\n{piece.text}".strip("\n") for piece in extra)


def _share(top_p: float | None) -> float | None:
    return None if top_p == 1 else top_p


def named_fields(value: dict[str, Any], fields: tuple[str, ...] | None) -> dict[str, Any]:
    """Return the wanted parts of a reply; ``a/b`` names a part of a part, and stays its name."""
    if fields is None:
        return value
    found = {}
    for path in fields:
        part: Any = value
        for key in path.split("/"):
            part = part.get(key, ...) if isinstance(part, dict) else ...
        if part is not ...:
            found[path] = part
    return found
