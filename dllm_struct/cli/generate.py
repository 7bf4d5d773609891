"""``dllm-struct generate`` and ``infill``: one request, one text on standard output."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import dllm_struct as ds
from dllm_struct.cli.canvas_view import view
from dllm_struct.cli.options import Run
from dllm_struct.errors import InvalidInput

if TYPE_CHECKING:
    from dllm_struct.decoding.stats import Stats
    from dllm_struct.trace import Event


def generate(
    prompt: str,
    output_type: ds.Language | ds.Template,
    decoding: ds.Decoding,
    run: Run,
    thinking: ds.Thinking | None = None,
) -> None:
    """Answer a prompt; print the text and a line break, everything else on standard error.

    Args:
        prompt: what the model reads.
        output_type: what the text is.
        decoding: how to denoise.
        run: model and limits.
        thinking: room to think before the text; what is thought goes to standard error.

    Raises:
        DllmStructError: the request is refused; nothing is printed on standard output then.
    """

    def write(model: ds.Model, stop: Callable[[Event], bool]) -> ds.Output:
        return model.generate(
            prompt,
            output_type,
            decoding,
            max_tokens=run.max_tokens,
            seed=run.seed,
            stop=stop,
            thinking=thinking,
        )

    output = watched(run, write)
    if thinking is not None:
        print(output.slots[thinking.slot], file=sys.stderr)
    put(output.text + "\n")


def infill(template: ds.Template, prompt: str | None, decoding: ds.Decoding, run: Run) -> None:
    """Fill the holes of a template; print the whole text as it is, the rest on standard error.

    Args:
        template: the text and its holes.
        prompt: what the model reads first; None: nothing but the canvas.
        decoding: how to denoise.
        run: model and limits.

    Raises:
        DllmStructError: the request is refused; nothing is printed on standard output then.
    """

    def write(model: ds.Model, stop: Callable[[Event], bool]) -> ds.Output:
        return model.infill(
            template,
            decoding=decoding,
            max_tokens=run.max_tokens,
            seed=run.seed,
            prompt=prompt,
            stop=stop,
        )

    put(watched(run, write).text)


Write = Callable[["ds.Model", Callable[["Event"], bool]], "ds.Output"]


def watched(run: Run, write: Write) -> ds.Output:
    """Load the model and write, showing every step; say what it took."""
    if run.trace is not None:
        check_writable(run.trace, "--trace")
    model = ds.load(run.model, device=run.device)
    with view(run.watch) as show:

        def watch(event: Event) -> bool:
            show(event)
            return False

        output = write(model, watch)
    if run.trace is not None:
        output.trace.to_jsonl(run.trace)
    print(summary(output.stats), file=sys.stderr)
    return output


def put(text: str) -> None:
    """Write a text to standard output as it is."""
    sys.stdout.buffer.write(text.encode())
    sys.stdout.buffer.flush()


def summary(stats: Stats) -> str:
    """Return one line about what an output took."""
    return (
        f"{stats.nfe} forward passes, {stats.committed} tokens chosen, {stats.forced} forced, "
        f"{stats.grown} positions inserted, {stats.shrunk} deleted, {stats.seconds:.2f} s"
    )


def check_writable(path: Path, option: str) -> None:
    """Refuse a file that cannot be written, before any work is done for it.

    Raises:
        InvalidInput: naming the file and the option.
    """
    try:
        path.open("w").close()
    except OSError as error:
        reason = (error.strerror or "cannot be written").lower()
        raise InvalidInput(
            f"cannot write '{path}': {reason}", hint=f"choose another file for {option}"
        ) from None
