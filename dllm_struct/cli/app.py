"""The commands and their options; the work is done elsewhere."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

import dllm_struct as ds
from dllm_struct.cli import edit as editing
from dllm_struct.cli import generate as generating
from dllm_struct.cli import measure as measuring
from dllm_struct.cli import options
from dllm_struct.cli import plot as plotting
from dllm_struct.cli import serve as serving
from dllm_struct.cli.explain import show, show_json
from dllm_struct.cli.groups import grouped
from dllm_struct.cli.holes import HOLE, with_holes
from dllm_struct.cli.inputs import (
    read_constraint,
    read_document,
    read_language,
    read_outer,
    read_prompt,
    read_vocabulary,
    read_whole,
)
from dllm_struct.errors import DllmStructError

BAD_INPUT = 2

app = typer.Typer(
    help="Structured output from masked diffusion language models, exact on the whole canvas.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.command()
@grouped
def generate(
    prompt: Annotated[
        str, typer.Argument(help="The prompt; '-' reads standard input, '@FILE' reads a file.")
    ],
    asked: options.Asked,
    run: options.Run,
    how: options.How,
    thought: options.Thought,
    structure: options.Layout = "template",
) -> None:
    """Print a text that answers PROMPT and obeys a schema, a pattern, a grammar or a template.

    The text alone goes to standard output, everything else to standard error. Status 0: done;
    2: bad input, or a constraint that cannot be guaranteed.
    """
    decoding = how.decoding(structure=structure)
    thinking = thought.thinking()
    generating.generate(read_prompt(prompt), read_constraint(asked), decoding, run, thinking)


@app.command()
@grouped
def infill(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="A text with holes; '-' reads standard input.")
    ],
    run: options.Run,
    how: options.How,
    grammar: options.Grammar = None,
    start: options.Start = None,
    hole: Annotated[str, typer.Option(metavar="MARK", help="What marks a hole.")] = HOLE,
    schema: Annotated[
        Path | None, typer.Option("--schema", metavar="FILE", help="JSON Schema of every hole.")
    ] = None,
    regex: Annotated[
        str | None, typer.Option("--regex", metavar="PATTERN", help="Python regex of every hole.")
    ] = None,
    whitespace: options.Space = "canonical",
    prompt: options.Prompt = None,
) -> None:
    """Print the text of FILE with its holes filled; nothing else of it changes.

    A hole is written <FILL>. With a grammar the whole text is a member of it. The text alone goes
    to standard output, everything else to standard error.
    """
    outer = read_outer(grammar, start)
    inner = read_language(schema, regex, whitespace)
    template = with_holes(read_document(file), hole, outer, inner)
    asked = None if prompt is None else read_prompt(prompt)
    generating.infill(template, asked, how.decoding(), run)


@app.command()
@grouped
def edit(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="The text to edit; '-' reads standard input.")
    ],
    where: editing.Where,
    form: editing.Form,
    run: options.Run,
    how: options.How,
    instruction: Annotated[
        str | None,
        typer.Option(help="What to do; '-' is standard input, '@FILE' a file."),
    ] = None,
    grammar: options.Grammar = None,
    start: options.Start = None,
    schema: options.Schema = None,
    regex: options.Regex = None,
    prompt: options.Prompt = None,
) -> None:
    """Print the text of FILE with some parts rewritten; nothing else of it changes.

    With a grammar, a schema or a pattern the whole text is a member of it in the end, whatever it
    was before. The text alone goes to standard output, everything else to standard error.
    """
    editing.edit(
        file,
        where,
        form,
        editing.Asked(
            None if instruction is None else read_prompt(instruction),
            read_whole(grammar, start, schema, regex),
            None if prompt is None else read_prompt(prompt),
        ),
        how.decoding(),
        run,
    )


@app.command()
def frequencies(
    texts: Annotated[
        list[str], typer.Argument(metavar="TEXTS...", help="Files; '-' reads standard input.")
    ],
    output: options.Output,
    model: options.Model = "bundled",
) -> None:
    """Count how often each token stands in TEXTS, for the position-calibrated sampler."""
    measuring.frequencies(texts, model, output)


@app.command()
@grouped
def calibrate(
    prompt: Annotated[
        str, typer.Argument(help="The prompt; '-' reads standard input, '@FILE' reads a file.")
    ],
    output: options.Output,
    asked: options.Asked,
    writer: options.Writer,
    structure: options.Layout = "template",
    threshold: options.Threshold = None,
    block_length: options.BlockLength = None,
) -> None:
    """Decode one input at a static threshold and keep its confidences, for the calibrated sampler.

    The profile goes to FILE, the text to standard error.
    """
    decoding = ds.Decoding(
        "threshold", threshold=threshold, block_length=block_length, structure=structure
    )
    measuring.calibrate(read_prompt(prompt), read_constraint(asked), decoding, writer, output)


@app.command("compile")
@grouped
def compile_(
    asked: options.Asked,
    model: options.Model = "bundled",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Explain what a constraint becomes: fixed text, slots, automata, sizes, times."""
    explanation = ds.explain(read_constraint(asked), read_vocabulary(model))
    (show_json if as_json else show)(explanation, Console())


@app.command()
def plot(
    data: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="What --trace has written, or a JSON file of scores."),
    ],
    output: Annotated[Path, typer.Option(metavar="FILE", help="The picture: .png, .svg or .pdf.")],
    kind: Annotated[
        plotting.Kind,
        typer.Option(
            help="Confidence by pass and position, lengths of slots, or quality by passes."
        ),
    ] = "heatmap",
) -> None:
    """Draw a recorded trace, or the quality of several ways of decoding against their passes."""
    plotting.plot(data, output, kind)


@app.command()
@grouped
def serve(
    where: serving.Serving,
    model: options.Model = "bundled",
    device: Annotated[str, typer.Option(help="'auto', 'cpu', 'cuda', 'cuda:1' ...")] = "auto",
) -> None:
    """Serve a model over HTTP, with OpenAI's endpoints and a page at /, until interrupted."""
    serving.serve(model, device, where)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; refused input ends with one line on standard error and status 2.

    Args:
        arguments: what follows the command's name; None: those of this process.

    Raises:
        SystemExit: always; 0 when all went well, 130 after Ctrl-C.
    """
    if not sys.stderr.isatty():  # progress of downloads and loading is for people
        os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    try:
        app(args=arguments)
    except DllmStructError as error:
        print(f"error: {_one_line(error)}", file=sys.stderr)
        sys.exit(BAD_INPUT)


def _one_line(error: DllmStructError) -> str:
    return " ".join(str(error).split())
