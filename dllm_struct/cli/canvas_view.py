"""The canvas in the terminal: a live picture of every step, or a progress bar."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.live import Live
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from dllm_struct.rendering.terminal import picture

if TYPE_CHECKING:
    from dllm_struct.trace import Event

Show = Callable[["Event"], None]


@contextmanager
def view(watch: bool) -> Iterator[Show]:
    """Show events on standard error as they come.

    Args:
        watch: draw the whole canvas after every step. Otherwise a progress bar is shown, and that
            only on a terminal.

    Yields:
        A function to call with each event.
    """
    console = Console(stderr=True)
    if watch and console.is_terminal:
        with Live(console=console, auto_refresh=False, vertical_overflow="visible") as live:
            yield lambda event: live.update(picture(event), refresh=True)
    elif watch:
        latest: list[Event] = []
        yield lambda event: latest.__setitem__(slice(None), [event])
        for event in latest:  # what is no terminal gets the last picture only
            console.print(picture(event))
    elif console.is_terminal:
        with _progress(console) as show:
            yield show
    else:
        yield lambda event: None


@contextmanager
def _progress(console: Console) -> Iterator[Show]:
    columns = (
        TextColumn("step {task.fields[step]}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("", total=None, step=0)

        def show(event: Event) -> None:
            total = len(event.canvas.tokens)
            progress.update(
                task, step=event.step, total=total, completed=total - event.masked, refresh=True
            )

        yield show
