"""The canvas in the terminal: a live picture of every step, or a progress bar."""

from __future__ import annotations

from codecs import getincrementaldecoder
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import groupby
from typing import TYPE_CHECKING

from rich.console import Console, Group
from rich.live import Live
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from dllm_struct.trace import Cell, Event

Show = Callable[["Event"], None]

SYMBOLS = {"masked": "▢", "null": "∅"}

STYLES = {
    "invariant": "dim",
    "masked": "yellow",
    "committed": "bold green",
    "forced": "cyan",
    "null": "bright_black",
}

LEGEND = (
    ("invariant", "fixed"),
    ("committed", "chosen by the model"),
    ("forced", "the only one allowed"),
    ("masked", f"{SYMBOLS['masked']} masked"),
    ("null", f"{SYMBOLS['null']} unused"),
)


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


def picture(event: Event) -> Group:
    """Draw the canvas after a step: a header, the tokens by colour, the slots."""
    cells = list(zip(event.cells(), _shown(event), strict=True))
    return Group(_header(event), Text(), _tokens(cells), Text(), _slots(cells), _legend())


def _shown(event: Event) -> Iterator[str]:
    """Yield what stands at each position; a character split over tokens stands at its last one."""
    decoder = getincrementaldecoder("utf-8")("replace")
    for cell, token in zip(event.cells(), event.canvas.witness, strict=True):
        if cell.state in SYMBOLS:
            yield decoder.decode(b"", final=True) + SYMBOLS[cell.state]
        else:
            yield decoder.decode(event.decode([token]))


def _header(event: Event) -> Text:
    changed = f"+{len(event.committed)} chosen, +{len(event.forced)} forced"
    grown = sum(edit.count for edit in event.inserted)
    shrunk = sum(edit.count for edit in event.deleted)
    length = f", {grown} inserted" * bool(grown) + f", {shrunk} deleted" * bool(shrunk)
    return Text.assemble(
        (f"step {event.step}", "bold"),
        f"  NFE {event.step}  {event.masked} of {len(event.canvas.tokens)} positions masked"
        f"  {changed}{length}  {event.ms:.0f} ms",
    )


def _tokens(cells: Iterable[tuple[Cell, str]]) -> Text:
    text = Text(overflow="fold")
    for cell, shown in cells:
        text.append(shown, STYLES[cell.state])
    return text


def _slots(cells: Iterable[tuple[Cell, str]]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in ("slot", "left", "content", "confidence"):
        table.add_column(name, justify="right" if name in ("left", "confidence") else "left")
    for slot, group in groupby(cells, lambda pair: pair[0].slot):
        if slot is None:
            continue
        members = list(group)
        masked = sum(cell.state == "masked" for cell, _ in members)
        least = min(cell.confidence for cell, _ in members)
        table.add_row(slot or "/", str(masked), _tokens(members), f"{least:.2f}")
    return table


def _legend() -> Text:
    return Text("  ").join(Text(words, STYLES[state]) for state, words in LEGEND)
