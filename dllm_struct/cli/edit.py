"""``dllm-struct edit``: a text in, the same text with some parts rewritten out."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

import dllm_struct as ds
from dllm_struct.cli.generate import put, watched
from dllm_struct.cli.inputs import STANDARD_INPUT, read_document
from dllm_struct.cli.options import Run
from dllm_struct.cli.places import read_cursor, read_span
from dllm_struct.errors import InvalidInput

if TYPE_CHECKING:
    from dllm_struct.trace import Event


@dataclass(frozen=True)
class Where:
    """Which parts of the text are rewritten, as it was typed."""

    span: Annotated[
        list[str] | None,
        typer.Option(
            "--span",
            metavar="S",
            help="START:END in characters, or L3, L3-L5, L3:7-L4:1; may be given several times.",
        ),
    ] = None
    span_tokens: Annotated[
        int | None, typer.Option(min=0, metavar="N", help="Most tokens of every span.")
    ] = None
    cursor: Annotated[
        str | None, typer.Option(metavar="AT", help="Insert here: N characters, or L3:7.")
    ] = None
    window: Annotated[
        int | None,
        typer.Option(min=0, metavar="N", help="Rewrite the cursor's line and N around it."),
    ] = None
    fraction: Annotated[
        float | None,
        typer.Option(min=0, max=1, metavar="F", help="Rewrite what the model believes in least."),
    ] = None


@dataclass(frozen=True)
class Form:
    """In which form the result is handed over."""

    diff: Annotated[bool, typer.Option("--diff", help="Print a unified diff instead.")] = False
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the edits as a JSON array instead.")
    ] = False
    in_place: Annotated[
        bool, typer.Option("--in-place", help="Write FILE; print only what --diff or --json say.")
    ] = False


@dataclass(frozen=True)
class Asked:
    """What is asked of the new text.

    Attributes:
        instruction: what to do; None: nothing is said.
        output_type: what the whole text is in the end; None: any text.
        prompt: what the model reads first; None: nothing.
    """

    instruction: str | None
    output_type: Any
    prompt: str | None


def edit(
    file: str, where: Where, form: Form, asked: Asked, decoding: ds.Decoding, run: Run
) -> None:
    """Edit a text, and print or write the result.

    Raises:
        DllmStructError: the request is refused; nothing is printed or written then.
    """
    text = read_document(file)
    _check_form(file, form)
    places = _places(text, where)
    made: list[ds.Edited] = []

    def write(model: ds.Model, stop: Callable[[Event], bool]) -> ds.Output:
        edited = model.edit(
            text,
            instruction=asked.instruction,
            output_type=asked.output_type,
            **places,
            decoding=decoding,
            max_tokens=run.max_tokens,
            seed=run.seed,
            prompt=asked.prompt,
            stop=stop,
        )
        made.append(edited)
        return edited.output

    watched(run, write)
    if made[0].declined:
        print("the model says that no edit is needed", file=sys.stderr)
    _hand_over(file, form, made[0])


def _places(text: str, where: Where) -> dict[str, Any]:
    """The arguments of `Model.edit` that say what to rewrite."""
    spans = [
        ds.Span(*read_span(text, span), max_tokens=where.span_tokens) for span in where.span or ()
    ]
    if where.span_tokens is not None and not spans:
        raise InvalidInput("--span-tokens is of no use here", hint="it goes with --span")
    return {
        "spans": spans or None,
        "cursor": None if where.cursor is None else read_cursor(text, where.cursor),
        "window": where.window,
        "fraction": where.fraction,
    }


def _check_form(file: str, form: Form) -> None:
    if form.diff and form.as_json:
        raise InvalidInput("there are two forms", hint="give --diff or --json")
    if form.in_place and (file == STANDARD_INPUT or not os.access(file, os.W_OK)):
        raise InvalidInput(
            "what is to be edited in place cannot be written",
            hint="name a file that can, or leave out --in-place",
        )


def _hand_over(file: str, form: Form, edited: ds.Edited) -> None:
    if form.in_place and edited.edits:
        Path(file).write_bytes(edited.text.encode())
    if form.diff:
        name = "text" if file == STANDARD_INPUT else Path(file).as_posix().lstrip("/")
        put(edited.unified(name))
    elif form.as_json:
        pairs = zip(edited.edits, edited.text_edits, strict=True)
        edits = [asdict(edit) | change for edit, change in pairs]
        put(json.dumps(edits, ensure_ascii=False, indent=2) + "\n")
    elif not form.in_place:
        put(edited.text)
