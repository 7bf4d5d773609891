"""What all requests have in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from dllm_struct.decoding.settings import Decoding
from dllm_struct.generation import Model
from dllm_struct.generation.job import Job
from dllm_struct.generation.target import HOLE, TYPICAL_TEXT
from dllm_struct.languages.base import any_text
from dllm_struct.samples import samples
from dllm_struct.serve.ask import Ask
from dllm_struct.serve.constraints import Constraint
from dllm_struct.serve.errors import RequestError
from dllm_struct.serve.limits import Limits
from dllm_struct.serve.parsing import parsed
from dllm_struct.template import Invariant, Slot, Template
from dllm_struct.vocabulary.codec import Prompt

Count = Annotated[int, Field(ge=1, le=1_000_000)]
Seed = Annotated[int, Field(ge=-(2**63), lt=2**64)]
Temperature = Annotated[float, Field(ge=0, le=100)]
Share = Annotated[float, Field(gt=0, le=1)]
Tops = Annotated[int, Field(ge=0, le=20)]
ANSWER = HOLE
"""The slot that `Filling` fills."""

Stops = str | Annotated[list[str], Field(max_length=16)]


class Body(BaseModel):
    """A request's body: what it does not know, it refuses."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class Common(Body):
    """Fields that all our endpoints take, besides those of the API that they follow."""

    model: str | None = Field(default=None, description="The served model; may be left out.")
    decoding: str | dict[str, Any] | None = Field(
        default=None, description="A preset (fast, balanced, quality), or settings of a Decoding."
    )
    timeout: Annotated[float, Field(gt=0)] | None = Field(
        default=None, description="Seconds; at most the server's own limit."
    )
    best_effort: bool = Field(
        default=False, description="At the time limit, answer with the latest valid text."
    )


class Usual(Common):
    """Fields that the APIs of language models have in common."""

    temperature: Temperature | None = None
    top_p: Share | None = None
    top_k: int | None = Field(default=None, description="0 or less: all tokens count.")
    seed: Seed | None = None
    stop: Stops | None = None
    stream: bool = False
    user: str | None = Field(default=None, description="Ignored.")


def drawn(
    decoding: Decoding, temperature: float | None, top_p: float | None, top_k: int | None
) -> Decoding:
    """Return settings with the usual ones of sampling, where they are given."""
    given: dict[str, Any] = {"temperature": temperature, "top_p": top_p}
    given["top_k"] = top_k if top_k is not None and top_k > 0 else None
    changes = {name: value for name, value in given.items() if value is not None}
    return replace(decoding, **changes) if changes else decoding


def seconds(asked: float | None, limits: Limits) -> float:
    """Return the time limit of a request."""
    return limits.seconds if asked is None else min(asked, limits.seconds)


def seed(asked: int | None, as_mistral: int | None) -> int | None:
    """Return the seed, under whichever name it is given: ``seed``, or Mistral's ``random_seed``."""
    return asked if as_mistral is None else as_mistral


def stops(given: Stops | None, constraint: Constraint | None) -> tuple[str, ...]:
    """Return the stop strings.

    Raises:
        RequestError: they would cut a text that has to be complete.
    """
    found = (given,) if isinstance(given, str) else tuple(given or ())
    found = tuple(stop for stop in found if stop)
    if found and constraint is not None:
        raise RequestError("a stop string would cut a text that has to be complete", param="stop")
    return found


def positions(asked: int | None, limits: Limits, param: str = "max_tokens") -> int:
    """Return the most positions of an output.

    Raises:
        RequestError: more are asked for than anybody gets.
    """
    if asked is not None and asked > limits.tokens:
        raise RequestError(
            f"{asked} tokens are more than {limits.tokens}", code="limit_exceeded", param=param
        )
    return limits.tokens if asked is None else asked


def outputs(asked: int | None, limits: Limits) -> int:
    """Return the number of outputs.

    Raises:
        RequestError: there are too many.
    """
    if asked is not None and asked > limits.outputs:
        raise RequestError(
            f"{asked} outputs are more than {limits.outputs}", code="limit_exceeded", param="n"
        )
    return asked or 1


def check_candidates(asked: int, limits: Limits) -> None:
    """Refuse to show too many candidates.

    Raises:
        RequestError: naming the number.
    """
    if asked > limits.candidates:
        raise RequestError(
            f"{asked} candidates are more than {limits.candidates}",
            code="limit_exceeded",
            param="candidates",
        )


def check_length(limits: Limits, param: str, *texts: str) -> None:
    """Refuse texts that are too long together.

    Raises:
        RequestError: naming the part of the request.
    """
    size = sum(map(len, texts))
    if size > limits.prompt:
        raise RequestError(
            f"{size} characters are more than {limits.prompt}",
            code="context_length_exceeded",
            param=param,
        )


def refuse(given: Mapping[str, Any], why: str = "is not supported") -> None:
    """Refuse fields that have a value.

    Raises:
        RequestError: naming the first.
    """
    for name, value in given.items():
        if value:
            raise RequestError(f"'{name}' {why}", code="unsupported_parameter", param=name)


@dataclass(frozen=True)
class Writing:
    """Prepares outputs that answer a prompt.

    Attributes:
        constraint: what they have to be; None: any text.
    """

    constraint: Constraint | None

    @property
    def key(self) -> str:
        """See `Prepare`."""
        return repr(self.constraint)

    def __call__(self, ask: Ask, model: Model) -> Job:
        """Compile and lay out."""
        wanted = str if self.constraint is None else self.constraint.compile()
        assert ask.prompt is not None
        prompts: list[Prompt] = [ask.prompt] * ask.count
        return model.prepare(prompts, wanted, ask.decoding, ask.max_tokens, ask.seed)


@dataclass(frozen=True)
class Filling:
    """Prepares outputs for the hole between two texts.

    Attributes:
        prefix: the text before the hole.
        suffix: the text after it.
        constraint: what the hole has to be; None: any text.
        most: most tokens of the hole; None: as there is room.
        fewest: fewest tokens of the hole.
    """

    prefix: str
    suffix: str
    constraint: Constraint | None = None
    most: int | None = None
    fewest: int = 0

    @property
    def key(self) -> str:
        """See `Prepare`."""
        return repr(self.constraint)

    def __call__(self, ask: Ask, model: Model) -> Job:
        """Compile and lay out."""
        language = any_text() if self.constraint is None else self.constraint.language()
        typical = TYPICAL_TEXT if self.constraint is None else samples(language)
        hole = Slot(ANSWER, language, self.fewest, self.most, typical)
        return filled(Template((Invariant(self.prefix), hole, Invariant(self.suffix))), ask, model)


def filled(template: Template, ask: Ask, model: Model) -> Job:
    """Return the job of filling the slots of a template."""
    return model.prepare_infill(
        template,
        decoding=ask.decoding,
        max_tokens=ask.max_tokens,
        seed=ask.seed,
        prompts=[ask.prompt] * ask.count,
    )


def parsed_schema(text: str, param: str) -> dict[str, Any] | bool:
    """Return the schema of a JSON text.

    Raises:
        RequestError: it is none.
    """
    found = parsed(text, param)
    if isinstance(found, dict | bool):
        return found
    raise RequestError("a schema is an object or a boolean", param=param)
