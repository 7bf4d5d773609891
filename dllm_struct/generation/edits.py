"""From a request to edit a text to a canvas: what stays is fixed text, every span is a slot.

A language of the whole text is the one around the slots, as for `Model.infill`; so a replacement
may be longer or shorter than what stood there, and what one span holds counts in the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from typing_extensions import override

from dllm_struct.decoding.loop import Forward
from dllm_struct.decoding.row import Row
from dllm_struct.decoding.thinking import Thinking
from dllm_struct.editing.edited import Edit, Edited, apply
from dllm_struct.editing.instructions import EDIT, KEEP, REWRITE, told
from dllm_struct.editing.positions import position_of
from dllm_struct.editing.spans import Span, check_cursor, in_order, require_cursor, window_at
from dllm_struct.errors import NotInLanguage
from dllm_struct.generation.job import Job
from dllm_struct.generation.layout import lay_out, ranges
from dllm_struct.generation.plan import Plan
from dllm_struct.generation.prompting import explained
from dllm_struct.generation.refinement import check_request, doubted
from dllm_struct.generation.requests import Request, Whole
from dllm_struct.generation.setup import Setup
from dllm_struct.generation.stream import Output
from dllm_struct.generation.target import Target
from dllm_struct.languages.base import any_text
from dllm_struct.languages.choice import choice
from dllm_struct.languages.holes.document import Document
from dllm_struct.languages.python_types import as_language
from dllm_struct.samples import samples
from dllm_struct.template import Invariant, Slot, Template
from dllm_struct.vocabulary.codec import Codec, Prompt

USUAL_FRACTION = 0.25
"""Share of the tokens that are written anew when the model chooses the spans."""

VERDICT = "edit?"
"""The slot in which the model says whether an edit is needed."""


@dataclass(frozen=True, eq=False)
class Editing(Job):
    """An edit that is ready to run: a job with one row.

    Attributes:
        text: the original.
        spans: what is written anew, in order.
    """

    text: str
    spans: tuple[Span, ...]

    @override
    def is_over(self, row: Row) -> bool:
        """Whether the text is written, or the model has said that no edit is needed."""
        return row.is_done or self.is_declined

    @property
    def is_declined(self) -> bool:
        """Whether the model has said that no edit is needed; it need not go on then."""
        (row,) = self.rows
        said = dict(row.draft or ()).get(VERDICT)
        return said == KEEP.encode() and len(row.stages) == 1

    def edited(self, output: Output) -> Edited:
        """Return the edited text.

        Args:
            output: of the row.
        """
        text, declined = self.text, self.is_declined
        written = [(span, output.slots[span.name or ""]) for span in self.spans]
        edits = tuple(
            Edit(span.start, span.end, content)
            for span, content in written
            if content != text[span.start : span.end] and not declined
        )
        new = apply(text, edits)
        value = self.targets[0].parse(new) if declined else output.value
        return Edited(new, text, edits, replace(output, text=new, value=value), declined)


def prepare(request: Request, plan: Plan, setup: Setup, forward: Forward) -> Editing:
    """Lay out a text that is to be edited.

    Args:
        request: what to edit.
        plan: how to denoise.
        setup: makes rows.
        forward: the network; one pass of it finds the spans, where the model chooses them.

    Raises:
        DllmStructError: what cannot be promised is refused.
    """
    *first, last = request.wanted()
    for wanted in first:
        try:
            return _prepared(request, wanted, plan, setup, forward)
        except NotInLanguage:
            continue  # JSON in another layout
    return _prepared(request, last, plan, setup, forward)


def _prepared(
    request: Request, wanted: Whole, plan: Plan, setup: Setup, forward: Forward
) -> Editing:
    text, passes = request.text, 0
    if request.spans is not None and request.spans != "auto":
        spans = in_order(request.spans, len(text))
        if request.cursor is not None:
            require_cursor(spans, request.cursor)
    elif request.cursor is not None:
        spans = in_order([_at_cursor(request, request.cursor)], len(text))
    else:
        spans, passes = in_order(_chosen(request, wanted, plan, setup, forward), len(text)), 1
    goal = _target(text, spans, wanted)
    is_member = _is_member(text, spans, goal)
    asked = request.is_next and is_member
    if asked:
        plan = replace(plan, thinking=_verdict(setup.codec_of(setup.null(plan))))
    prompt = _prompt(request, spans, asked)
    try:
        (row,) = setup.rows([prompt], [goal], plan)
    except NotInLanguage as error:
        raise _located(error, text, spans, goal) from None
    row.stats.nfe += passes
    if is_member and row.constraint.explores:
        _remember(row, text, spans)
    return Editing([row], [goal], text, spans)


def _at_cursor(request: Request, cursor: int) -> Span:
    if request.window is not None:
        return window_at(request.text, cursor, request.window)
    check_cursor(cursor, len(request.text))
    return Span(cursor, cursor)


def _chosen(
    request: Request, wanted: Whole, plan: Plan, setup: Setup, forward: Forward
) -> list[Span | tuple[int, int]]:
    """The parts of the text that the model believes in least; takes one pass."""
    fraction = USUAL_FRACTION if request.fraction is None else request.fraction
    check_request(None, fraction, plan.decoding.steps)
    null = setup.null(plan)
    laid = lay_out(
        request.text,
        wanted.type,
        plan.decoding.structure,
        lambda template: setup.constraint(template, null, None),
        setup.codec_of(null),
    )
    prompt = explained(request.prompt, request.instruction)
    (row,) = setup.rows([prompt], [laid.goal], plan)
    return [*ranges(laid, doubted(row, laid, fraction, forward), row.codec)]


def _target(text: str, spans: Sequence[Span], wanted: Whole) -> Target:
    parts: list[Invariant | Slot] = []
    at = 0
    for span in spans:
        parts += [Invariant(text[at : span.start]), _slot(text, span)]
        at = span.end
    return Target(Template((*parts, Invariant(text[at:])), wanted.language), wanted.parse)


def _slot(text: str, span: Span) -> Slot:
    own = text[span.start : span.end]
    language = any_text() if span.language is None else as_language(span.language).language
    typical = (own,) if own and language.matches(own) else samples(language)
    return Slot(span.name or "", language, span.min_tokens, span.max_tokens, typical)


def _is_member(text: str, spans: Sequence[Span], goal: Target) -> bool:
    """Whether the text, as it stands, is what the edited one has to be."""
    outer = goal.template.language
    own = zip(spans, goal.template.slots, strict=True)
    return (outer is None or outer.matches(text)) and all(
        slot.language.matches(text[span.start : span.end]) for span, slot in own
    )


def _verdict(codec: Codec) -> Thinking:
    """Room for the model to say, before the text, whether an edit is needed."""
    words = (EDIT, KEEP)
    return Thinking(
        max_tokens=max(len(codec.spell(word.encode())) for word in words),
        patience=None,
        language=choice(words),
        slot=VERDICT,
    )


def _prompt(request: Request, spans: Sequence[Span], asked: bool) -> Prompt | None:
    instruction = request.instruction
    if instruction is None and request.is_next:
        instruction = REWRITE
    if instruction is None:
        return request.prompt
    return explained(request.prompt, told(instruction, request.text, spans, request.cursor, asked))


def _remember(row: Row, text: str, spans: Sequence[Span]) -> None:
    """Put what stands in the spans on the canvas as a witness, where it fits: a member is known."""
    canvas, null, known = row.canvas, row.constraint.null_token_id, {}
    for span in spans:
        bound = row.constraint.slots[span.name or ""]
        tokens = row.codec.spell(bound.lead + text[span.start : span.end].encode())
        room = len(canvas.slot(bound.slot.id)) - len(tokens)
        if room < 0 or (room and null is None):
            return
        known[bound.slot.id] = [*tokens, *[null or 0] * room]
    for slot, tokens in known.items():
        for index, token in enumerate(tokens):
            canvas.propose(slot, index, token, 0.0)


def _located(error: NotInLanguage, text: str, spans: Sequence[Span], goal: Target) -> NotInLanguage:
    """Say where in the text the byte is that cannot stand there."""
    outer = goal.template.language
    if outer is None:
        return error
    ends = [0, *(span.end for span in spans)]
    starts = [*(span.start for span in spans), len(text)]
    fixed = [text[end:start].encode() for end, start in zip(ends, starts, strict=True)]
    try:
        Document(outer, fixed[0], tuple(fixed[1:])).contents([None] * len(spans), has_null=False)
    except NotInLanguage as exact:
        error = exact
    at = error.position
    for data, end in zip(fixed, ends, strict=True):
        if at < len(data) or end == ends[-1]:
            position = len(text[:end].encode()) + at
            break
        at -= len(data)
    place = position_of(text, len(text.encode()[:position].decode(errors="ignore")))
    return NotInLanguage(
        f"{error.message}: line {place['line'] + 1}, column {place['character'] + 1} of the text",
        position=position,
        hint=error.hint,
    )
