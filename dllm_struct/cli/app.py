"""The commands and their options; the work is done elsewhere."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console

import dllm_struct as ds
from dllm_struct.cli.explain import show, show_json
from dllm_struct.cli.generate import Request, run
from dllm_struct.cli.inputs import Whitespace, read_language, read_prompt, read_vocabulary
from dllm_struct.errors import DllmStructError

BAD_INPUT = 2

app = typer.Typer(
    help="Structured output from masked diffusion language models, exact on the whole canvas.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


SchemaOption = Annotated[
    Path | None, typer.Option("--schema", metavar="FILE", help="JSON Schema that the text obeys.")
]
RegexOption = Annotated[
    str | None, typer.Option("--regex", metavar="PATTERN", help="Python regex of the whole text.")
]
ModelOption = Annotated[
    str, typer.Option(help="'bundled', a local folder, or the id of a model on the hub.")
]
WhitespaceOption = Annotated[
    Whitespace,
    typer.Option(help="White space of JSON: as json.dumps writes it, or any."),
]


@app.command()
def generate(
    prompt: Annotated[
        str, typer.Argument(help="The prompt; '-' reads standard input, '@FILE' reads a file.")
    ],
    schema: SchemaOption = None,
    regex: RegexOption = None,
    model: ModelOption = "bundled",
    watch: Annotated[
        bool, typer.Option("--watch", help="Draw the canvas as it is filled.")
    ] = False,
    seed: Annotated[int | None, typer.Option(help="Equal seeds give equal texts.")] = None,
    max_tokens: Annotated[
        int | None, typer.Option(min=1, help="Most positions of the output.")
    ] = None,
    structure: Annotated[
        Literal["template", "free"],
        typer.Option(help="A fixed layout with one slot per value, or one free slot."),
    ] = "template",
    whitespace: WhitespaceOption = "canonical",
    sampler: Annotated[
        str, typer.Option(help="What is committed first: confidence, random or threshold.")
    ] = "confidence",
    steps: Annotated[
        int | None, typer.Option(min=1, help="Most forward passes; without: one token each.")
    ] = None,
    threshold: Annotated[
        float, typer.Option(min=0, max=1, help="Confidence that the threshold sampler asks for.")
    ] = 0.9,
    temperature: Annotated[
        float, typer.Option(min=0, help="0 takes the likeliest text, 1 samples.")
    ] = 0.0,
    block_length: Annotated[
        int | None, typer.Option(min=1, help="Fill blocks of that length from left to right.")
    ] = None,
    length: Annotated[str, typer.Option(help="How slots grow: fixed or daedal.")] = "fixed",
    trace: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write one JSON object per step.")
    ] = None,
    device: Annotated[str, typer.Option(help="'auto', 'cpu', 'cuda', 'cuda:1' ...")] = "auto",
) -> None:
    """Print a text that answers PROMPT and obeys a schema or a pattern.

    The text alone goes to standard output, everything else to standard error. Status 0: done;
    2: bad input, or a constraint that cannot be guaranteed.
    """
    request = Request(
        prompt=read_prompt(prompt),
        language=read_language(schema, regex, whitespace),
        model=model,
        device=device,
        decoding={
            "structure": structure,
            "sampler": sampler,
            "steps": steps,
            "threshold": threshold,
            "temperature": temperature,
            "block_length": block_length,
            "length": length,
        },
        max_tokens=max_tokens,
        seed=seed,
        watch=watch,
        trace=trace,
    )
    run(request)


@app.command("compile")
def compile_(
    schema: SchemaOption = None,
    regex: RegexOption = None,
    model: ModelOption = "bundled",
    whitespace: WhitespaceOption = "canonical",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Explain what a schema or a pattern becomes: fixed text, slots, automata, sizes, times."""
    language = read_language(schema, regex, whitespace)
    explanation = ds.explain(language, read_vocabulary(model))
    (show_json if as_json else show)(explanation, Console())


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
