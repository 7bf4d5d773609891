"""``dllm-struct generate``: one prompt, one constraint, one text on standard output."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dllm_struct as ds
from dllm_struct.cli.canvas_view import view
from dllm_struct.errors import InvalidInput

if TYPE_CHECKING:
    from dllm_struct.decoding.row import Stats


@dataclass(frozen=True)
class Request:
    """What to generate, and how.

    Attributes:
        prompt: the text that the model reads.
        language: what the output has to be.
        model: name, folder or hub id.
        device: where the model runs.
        decoding: settings that differ from the defaults of `Decoding`.
        max_tokens: most positions of the canvas.
        seed: makes the text reproducible.
        watch: draw the canvas after every step.
        trace: file for one JSON object per step.
    """

    prompt: str
    language: ds.Language
    model: str
    device: str
    decoding: dict[str, Any]
    max_tokens: int | None
    seed: int | None
    watch: bool
    trace: Path | None


def run(request: Request) -> None:
    """Generate, show progress and statistics on standard error, print the text alone.

    Raises:
        DllmStructError: the request is refused; nothing is printed on standard output then.
    """
    if request.trace is not None:
        _check_writable(request.trace)
    decoding = ds.Decoding(**request.decoding)
    model = ds.load(request.model, device=request.device)
    stream = model.stream(
        request.prompt, request.language, decoding, request.max_tokens, request.seed
    )
    with view(request.watch) as show:
        for item in stream:
            if isinstance(item, ds.Output):
                output = item
            else:
                show(item)
    if request.trace is not None:
        output.trace.to_jsonl(request.trace)
    print(summary(output.stats), file=sys.stderr)
    sys.stdout.buffer.write(output.text.encode() + b"\n")
    sys.stdout.buffer.flush()


def summary(stats: Stats) -> str:
    """Return one line about what an output took."""
    return (
        f"{stats.nfe} forward passes, {stats.committed} tokens chosen, {stats.forced} forced, "
        f"{stats.grown} positions inserted, {stats.shrunk} deleted, {stats.seconds:.2f} s"
    )


def _check_writable(path: Path) -> None:
    try:
        path.open("w").close()
    except OSError as error:
        reason = (error.strerror or "cannot be written").lower()
        raise InvalidInput(
            f"cannot write '{path}': {reason}", hint="choose another file for --trace"
        ) from None
