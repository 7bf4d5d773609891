"""Canvases and diffs in the terminal, as things that ``rich`` prints."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import TYPE_CHECKING

from rich.console import Group
from rich.table import Table
from rich.text import Text

from dllm_struct.rendering.pieces import SYMBOLS, shown, summary, visible

if TYPE_CHECKING:
    from dllm_struct.trace import Cell, Event

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

DIFF = {"+": "green", "-": "red", "@": "cyan"}


def picture(event: Event) -> Group:
    """Draw the canvas after a step: a header, the tokens by colour, the slots."""
    cells = list(zip(event.cells(), shown(event), strict=True))
    return Group(_header(event), Text(), _tokens(cells), Text(), _slots(cells), _legend())


def drawn_diff(diff: str) -> Text:
    """Colour a unified diff; the lines that name the files are bold."""
    text = Text()
    for number, line in enumerate(diff.split("\n")):
        style = "bold" if number < 2 else DIFF.get(line[:1], "")
        text.append(f"{visible(line)}\n", style)
    text.right_crop(2)
    return text


def _header(event: Event) -> Text:
    return Text.assemble((f"step {event.step}", "bold"), f"  NFE {event.step}  {summary(event)}")


def _tokens(cells: Iterable[tuple[Cell, str]]) -> Text:
    text = Text(overflow="fold")
    for cell, own in cells:
        text.append(own, STYLES[cell.state])
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
        table.add_row(Text(visible(slot) or "/"), str(masked), _tokens(members), f"{least:.2f}")
    return table


def _legend() -> Text:
    return Text("  ").join(Text(words, STYLES[state]) for state, words in LEGEND)
