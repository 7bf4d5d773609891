"""``/v1/edit``: all that `Model.edit` takes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import Field

from dllm_struct.editing.spans import Span, check_cursor, in_order, require_cursor
from dllm_struct.errors import InvalidInput
from dllm_struct.generation import Model
from dllm_struct.generation.edits import Editing as Edits
from dllm_struct.generation.requests import Request
from dllm_struct.serve.ask import Ask
from dllm_struct.serve.constraints import Constraint
from dllm_struct.serve.decodings import decoding_of
from dllm_struct.serve.errors import RequestError
from dllm_struct.serve.limits import Limits
from dllm_struct.serve.requests import base
from dllm_struct.serve.requests.chat import StreamOptions
from dllm_struct.serve.requests.infill import OutputType, constraint_of
from dllm_struct.serve.requests.messages import ChatMessage, prompt_of, told_by

Offset = Annotated[int, Field(ge=0)]
Lines = Annotated[int, Field(ge=0, le=1_000_000)]
Form = Literal["edit", "part", "whole"]
"""What a reply is: our own, or a chat message with the part alone or with the whole text."""


class SpanAsked(base.Body):
    """A part of the text, in characters (code points)."""

    start: Offset
    end: Offset
    type: OutputType | None = Field(default=None, description="What may stand there.")
    name: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    max_tokens: base.Count | None = None
    min_tokens: Annotated[int, Field(ge=0, le=1_000_000)] = 0


class EditRequest(base.Common):
    """Rewrite parts of a text."""

    text: str
    spans: list[SpanAsked] | Literal["auto"] | None = None
    instruction: str | None = None
    output_type: OutputType | None = Field(default=None, description="Of the whole text.")
    cursor: Offset | None = None
    window: Lines | Annotated[list[Lines], Field(min_length=2, max_length=2)] | None = Field(
        default=None, description="Lines before and after the cursor that are rewritten."
    )
    fraction: base.Share | None = None
    prompt: str | Annotated[list[ChatMessage], Field(min_length=1)] | None = None
    path: Annotated[str, Field(min_length=1, max_length=4096)] = Field(
        default="text", description="How the file is called in the diff."
    )
    max_tokens: base.Count | None = None
    seed: base.Seed | None = None
    temperature: base.Temperature | None = None
    stream: bool = False
    events: bool = Field(default=False, description="Stream every step, with everything about it.")
    candidates: Annotated[int, Field(ge=0)] = Field(
        default=5, description="How many candidates to show for a position, in events."
    )


@dataclass(frozen=True)
class Rewriting:
    """Prepares an edit.

    Attributes:
        request: what `Model.edit` takes, without languages.
        whole: what the whole text has to be; None: any text.
        types: what may stand in each span, in their order; None: whatever the whole text allows.
    """

    request: Request
    whole: Constraint | None = None
    types: tuple[Constraint | None, ...] = ()

    @property
    def key(self) -> str:
        """See `Prepare`."""
        return repr((self.whole, self.types))

    def __call__(self, ask: Ask, model: Model) -> Edits:
        """Compile and lay out."""
        request, spans = self.request, self.request.spans
        if spans is not None and spans != "auto":
            pairs = zip(spans, self.types, strict=True)
            spans = [_compiled(span, constraint) for span, constraint in pairs]
        full = Request(
            request.text,
            spans,
            request.instruction,
            None if self.whole is None else _output_type(self.whole),
            request.cursor,
            request.window,
            request.fraction,
            ask.prompt,
        )
        return model.prepare_edit(full, ask.decoding, ask.max_tokens, ask.seed)


def _compiled(span: Span | tuple[int, int], constraint: Constraint | None) -> Span:
    assert isinstance(span, Span)
    language = None if constraint is None else constraint.language()
    return Span(span.start, span.end, language, span.name, span.max_tokens, span.min_tokens)


def _output_type(constraint: Constraint) -> Any:
    """The type of a whole text: a schema says nothing about white space, as in the library."""
    return constraint.value if constraint.kind == "json_schema" else constraint.language()


@dataclass(frozen=True)
class Editing:
    """A request, understood.

    Attributes:
        ask: what is to be written.
        form: of the reply.
        path: of the file, in the diff.
        stream: whether the reply is streamed.
        events: whether a stream tells every step.
        options: what a stream of messages tells.
    """

    ask: Ask
    form: Form
    path: str
    stream: bool
    events: bool = False
    options: StreamOptions = field(default_factory=StreamOptions)


def edit_of(request: EditRequest, limits: Limits) -> Editing:
    """Understand a request to rewrite parts of a text.

    Raises:
        RequestError: it is unclear what to edit, or something is too large.
        InvalidDecoding: the settings are unknown or contradict each other.
    """
    prompt = prompt_of(request.prompt)
    told = "" if prompt is None else told_by(prompt)
    base.check_length(limits, "text", told, request.text, request.instruction or "")
    base.check_candidates(request.candidates, limits)
    whole = constraint_of(request.output_type, "output_type", limits)
    spans, types = _spans(request, limits)
    window = request.window
    asked = checked(
        text=request.text,
        spans=spans,
        instruction=request.instruction,
        cursor=request.cursor,
        window=window if window is None or isinstance(window, int) else (window[0], window[1]),
        fraction=request.fraction,
    )
    ask = Ask(
        prompt=prompt,
        prepare=Rewriting(asked, whole, types),
        decoding=base.drawn(
            decoding_of(request.decoding, "decoding", limits), request.temperature, None, None
        ),
        max_tokens=base.positions(request.max_tokens, limits),
        seed=request.seed,
        seconds=base.seconds(request.timeout, limits),
        best_effort=request.best_effort,
        candidates=request.candidates if request.stream and request.events else 0,
        params={
            "constraint": "text" if whole is None else whole.param,
            "prompt": "text",
            "max_tokens": "max_tokens",
            "decoding": "decoding",
        },
    )
    return Editing(ask, "edit", request.path, request.stream, request.events)


def _spans(
    request: EditRequest, limits: Limits
) -> tuple[list[Span] | Literal["auto"] | None, tuple[Constraint | None, ...]]:
    """The spans of a request, in the order of the text, and what may stand in each."""
    if request.spans is None or request.spans == "auto":
        return request.spans, ()
    if len(request.spans) > limits.holes:
        raise RequestError(
            f"{len(request.spans)} spans are more than {limits.holes}",
            code="limit_exceeded",
            param="spans",
        )
    types = [
        constraint_of(span.type, f"spans.{index}.type", limits)
        for index, span in enumerate(request.spans)
    ]
    spans = [Span(s.start, s.end, None, s.name, s.max_tokens, s.min_tokens) for s in request.spans]
    return spans, tuple(types)


def checked(**given: Any) -> Request:
    """Return the library's request, checked as far as that takes no time.

    Raises:
        RequestError: it is unclear what to edit.
    """
    text, spans, cursor = given["text"], given["spans"], given["cursor"]
    try:
        request = Request(**given)
        if spans is not None and spans != "auto":
            ordered = in_order(spans, len(text))
            if cursor is not None:
                require_cursor(ordered, cursor)
        if cursor is not None:
            check_cursor(cursor, len(text))
    except InvalidInput as error:
        raise RequestError(str(error), code="invalid_input", param="spans") from error
    return request
