"""Printing what a schema or a pattern becomes: invariants, slots, automata and their sizes."""

from __future__ import annotations

import json

from rich.console import Console
from rich.table import Table
from rich.text import Text

import dllm_struct as ds

RIGHT = ("states", "classes", "tokens", "ms")
UNKNOWN = "–"


def show(explanation: ds.Explanation, console: Console) -> None:
    """Print the template of a language and what each slot compiles to.

    Args:
        explanation: what to print.
        console: where.
    """
    console.print(_outline(explanation), soft_wrap=True)
    console.print()
    console.print(_sizes(explanation))
    for pointer, text in explanation.warnings:
        console.print(Text.assemble((f"warning at {pointer or '/'}: ", "yellow"), text))


def show_json(explanation: ds.Explanation, console: Console) -> None:
    """Print an explanation as one JSON object."""
    text = json.dumps(explanation.to_dict(), ensure_ascii=False, indent=2)
    console.print(text, soft_wrap=True, markup=False, highlight=False)


def _outline(explanation: ds.Explanation) -> Text:
    """Return the template as text: invariants as they are, slots by their ids."""
    text = Text("template  ", "bold")
    for kind, content in explanation.parts:
        if kind == "invariant":
            text.append(content)
        else:
            text.append(f"⟨{content or '/'}⟩", "cyan")
    return text


def _sizes(explanation: ds.Explanation) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("slot", "language", "engine", *RIGHT):
        table.add_column(name, justify="right" if name in RIGHT else "left", overflow="fold")
    for slot in explanation.slots:
        most = "…" if slot.max_tokens is None else str(slot.max_tokens)
        table.add_row(
            slot.id or "/",
            slot.language,
            slot.engine,
            _shown(slot.states),
            _shown(slot.classes),
            f"{_shown(slot.min_tokens)}–{most}",
            f"{1000 * slot.seconds:.1f}",
        )
    return table


def _shown(number: int | None) -> str:
    return UNKNOWN if number is None else str(number)
