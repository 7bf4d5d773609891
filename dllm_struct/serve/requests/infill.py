"""``/v1/infill``: holes, each with a constraint of its own, and a grammar for the whole."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Annotated

from pydantic import Field

from dllm_struct.generation import Model
from dllm_struct.generation.job import Job
from dllm_struct.languages.base import any_text
from dllm_struct.samples import samples
from dllm_struct.serve.ask import Ask, Prepare
from dllm_struct.serve.constraints import Constraint, Options, Schema, one_of
from dllm_struct.serve.decodings import decoding_of
from dllm_struct.serve.errors import RequestError
from dllm_struct.serve.limits import Limits
from dllm_struct.serve.requests import base
from dllm_struct.serve.requests.messages import ChatMessage, prompt_of, told_by
from dllm_struct.template import Invariant, Slot, Template


class OutputType(base.Body):
    """What a text has to be: one of these."""

    json_schema: Schema | None = None
    regex: str | None = None
    grammar: str | None = Field(default=None, description="A shipped grammar's name, or a grammar.")
    choice: Options | None = None
    template: str | None = Field(
        default=None, description="A shipped template's name, or a template."
    )


class Piece(base.Body):
    """A piece of a document: fixed text, or a hole."""

    text: str | None = Field(default=None, description="Text that stays as it is.")
    hole: Annotated[str, Field(min_length=1, max_length=200)] | None = Field(
        default=None, description="The hole's id."
    )
    type: OutputType | None = Field(default=None, description="What the hole may hold.")
    max_tokens: base.Count | None = None


class InfillRequest(base.Common):
    """Write a text, or the holes of one."""

    prompt: str | Annotated[list[ChatMessage], Field(min_length=1)] | None = None
    prefix: str | None = None
    suffix: str | None = None
    template: str | None = Field(
        default=None, description="A shipped template's name, or a template."
    )
    output_type: OutputType | None = None
    document: Annotated[list[Piece], Field(min_length=1)] | None = None
    grammar: str | None = Field(default=None, description="What the whole document has to be.")
    max_tokens: base.Count | None = None
    seed: base.Seed | None = None
    temperature: base.Temperature | None = None
    stream: bool = False
    events: bool = Field(default=False, description="Stream every step, with everything about it.")
    candidates: Annotated[int, Field(ge=0)] = Field(
        default=5, description="How many candidates to show for a position, in events."
    )


@dataclass(frozen=True)
class Infill:
    """A request, understood.

    Attributes:
        ask: what is to be written.
        constraint: of the answer; None: there is none, or one for every hole.
        stream: whether the reply is streamed.
        events: whether every step is told.
    """

    ask: Ask
    constraint: Constraint | None
    stream: bool
    events: bool


@dataclass(frozen=True)
class Templated:
    """Prepares the filling of a template.

    Attributes:
        constraint: of the kind ``template``.
    """

    constraint: Constraint

    @property
    def key(self) -> str:
        """See `Prepare`."""
        return repr(self.constraint)

    def __call__(self, ask: Ask, model: Model) -> Job:
        """Compile and lay out."""
        return base.filled(self.constraint.compile_template(), ask, model)


@dataclass(frozen=True)
class Laying:
    """Prepares the filling of a document.

    Attributes:
        pieces: fixed texts and holes, with what each hole may hold.
        whole: what the whole document has to be; None: nothing is said about it.
    """

    pieces: tuple[tuple[Piece, Constraint | None], ...]
    whole: Constraint | None

    @property
    def key(self) -> str:
        """See `Prepare`."""
        return repr((self.whole, [constraint for _, constraint in self.pieces]))

    def __call__(self, ask: Ask, model: Model) -> Job:
        """Compile and lay out."""
        parts = tuple(_part(piece, constraint) for piece, constraint in self.pieces)
        outer = None if self.whole is None else self.whole.language()
        return base.filled(Template(parts, outer), ask, model)


def infill_of(request: InfillRequest, limits: Limits) -> Infill:
    """Understand a request.

    Raises:
        RequestError: it asks for nothing, for two things, or for what is not offered.
        InvalidDecoding: the settings are unknown or contradict each other.
    """
    form = _form(request)
    prompt = prompt_of(request.prompt)
    told = "" if prompt is None else told_by(prompt)
    base.check_length(limits, "prompt", told, request.prefix or "", request.suffix or "")
    base.check_candidates(request.candidates, limits)
    understood = form(request, limits)
    ask = replace(
        understood.ask,
        prompt=prompt,
        decoding=base.drawn(
            decoding_of(request.decoding, "decoding", limits), request.temperature, None, None
        ),
        seed=request.seed,
        seconds=base.seconds(request.timeout, limits),
        best_effort=request.best_effort,
        candidates=request.candidates if request.stream and request.events else 0,
    )
    return replace(understood, ask=ask)


Form = Callable[[InfillRequest, Limits], Infill]


def _form(request: InfillRequest) -> Form:
    """Which of the ways to ask a request takes.

    Raises:
        RequestError: none, or two.
    """
    forms: dict[str, Form] = {"template": _template, "document": _document, "prefix": _hole}
    given = {
        "template": request.template,
        "document": request.document,
        "prefix": request.prefix if request.prefix is not None else request.suffix,
    }
    named = [name for name, value in given.items() if value is not None]
    if len(named) > 1:
        raise RequestError(f"'{named[0]}' and '{named[1]}' both say what to fill", param=named[1])
    if named:
        return forms[named[0]]
    if request.prompt is None:
        raise RequestError("give a prompt, a document, a template, or prefix and suffix")
    return _answer


def constraint_of(given: OutputType | None, param: str, limits: Limits) -> Constraint | None:
    """Return the constraint that a request gives; None where there is none.

    Raises:
        RequestError: there are two, or it is too large.
    """
    found = one_of({} if given is None else given.model_dump(), param)
    if found is not None:
        found.check(limits)
    return found


def _understood(
    request: InfillRequest,
    limits: Limits,
    prepare: Prepare,
    constraint: Constraint | None,
    param: str,
) -> Infill:
    params = {"prompt": "prompt", "max_tokens": "max_tokens", "decoding": "decoding"}
    ask = Ask(
        prompt=None,
        prepare=prepare,
        max_tokens=base.positions(request.max_tokens, limits),
        params=params | {"constraint": param},
    )
    return Infill(ask, constraint, request.stream, request.events)


def _answer(request: InfillRequest, limits: Limits) -> Infill:
    """A prompt alone: its answer is the output."""
    whole = _whole(request, limits)
    typed = constraint_of(request.output_type, "output_type", limits)
    if whole is not None and typed is not None:
        raise RequestError("'grammar' and 'output_type' are two constraints", param="grammar")
    found = typed or whole
    param = "output_type" if found is None else found.param
    return _understood(request, limits, base.Writing(found), found, param)


def _whole(request: InfillRequest, limits: Limits) -> Constraint | None:
    if request.grammar is None:
        return None
    found = Constraint("grammar", request.grammar, "grammar")
    found.check(limits)
    return found


def _hole(request: InfillRequest, limits: Limits) -> Infill:
    """Prefix and suffix: the hole between them is the output."""
    typed = constraint_of(request.output_type, "output_type", limits)
    prefix, suffix = request.prefix or "", request.suffix or ""
    if request.grammar is not None:
        pieces = [Piece(text=prefix), _piece(request), Piece(text=suffix)]
        understood = _laid(request, limits, pieces)
    else:
        prepare = base.Filling(prefix, suffix, typed, request.max_tokens)
        param = "output_type" if typed else "prefix"
        understood = _understood(request, limits, prepare, typed, param)
    ask = replace(understood.ask, answer=base.ANSWER, max_tokens=limits.tokens)
    return replace(understood, ask=ask, constraint=typed)


def _piece(request: InfillRequest) -> Piece:
    return Piece(hole=base.ANSWER, type=request.output_type, max_tokens=request.max_tokens)


def _template(request: InfillRequest, limits: Limits) -> Infill:
    for name in ("output_type", "grammar"):
        if getattr(request, name) is not None:
            raise RequestError("the template says what its slots hold", param=name)
    found = Constraint("template", request.template, "template")
    found.check(limits)
    return _understood(request, limits, Templated(found), found, "template")


def _document(request: InfillRequest, limits: Limits) -> Infill:
    if request.output_type is not None:
        raise RequestError("every hole has a type of its own", param="output_type")
    pieces = request.document or []
    base.check_length(limits, "document", *(piece.text or "" for piece in pieces))
    return _laid(request, limits, pieces)


def _laid(request: InfillRequest, limits: Limits, pieces: Sequence[Piece]) -> Infill:
    """A document of fixed texts and holes."""
    whole = _whole(request, limits)
    types = [_checked(piece, index, limits) for index, piece in enumerate(pieces)]
    holes = sum(piece.hole is not None for piece in pieces)
    if holes > limits.holes:
        raise RequestError(
            f"{holes} holes are more than {limits.holes}", code="limit_exceeded", param="document"
        )
    prepare = Laying(tuple(zip(pieces, types, strict=True)), whole)
    return _understood(request, limits, prepare, None, "document")


def _checked(piece: Piece, index: int, limits: Limits) -> Constraint | None:
    if (piece.text is None) == (piece.hole is None):
        raise RequestError("a piece is a text or a hole", param=f"document.{index}")
    if piece.hole is None and (piece.type is not None or piece.max_tokens is not None):
        raise RequestError("a text has no type and no limit", param=f"document.{index}")
    return constraint_of(piece.type, f"document.{index}.type", limits)


def _part(piece: Piece, constraint: Constraint | None) -> Invariant | Slot:
    if piece.hole is None:
        return Invariant(piece.text or "")
    language = any_text() if constraint is None else constraint.language()
    typical = samples(language)
    return Slot(piece.hole, language, max_tokens=piece.max_tokens, samples=typical)
