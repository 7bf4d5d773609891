"""Traces, outputs and edits as HTML for a notebook: self-contained, in light and dark.

Everything that a model or a caller wrote is escaped, or set as text by the script; the data of the
slider is an attribute. Without scripts the last step is shown.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from dllm_struct.rendering.pieces import SYMBOLS, shown, summary, visible

if TYPE_CHECKING:
    from dllm_struct.decoding.stats import Stats
    from dllm_struct.trace import Event

MOST_CELLS = 60_000
"""Positions of all steps together; of longer traces only every so many steps are shown."""

LIGHT = {
    "color-scheme": "light",
    "--ink": "#1f2328",
    "--paper": "#ffffff",
    "--dim": "#59636e",
    "--line": "#d1d9e0",
    "--chosen": "26 150 80",
    "--forced": "9 105 218",
    "--mask": "154 103 0",
    "--removed": "207 34 46",
    "--alarm": "#cf222e",
}
DARK = {
    "color-scheme": "dark",
    "--ink": "#e6edf3",
    "--paper": "#0d1117",
    "--dim": "#9198a1",
    "--line": "#3d444d",
    "--chosen": "46 160 90",
    "--forced": "83 155 245",
    "--mask": "210 153 34",
    "--removed": "248 81 73",
    "--alarm": "#f85149",
}

LEGEND = (
    ("invariant", "fixed"),
    ("committed", "chosen by the model, the surer the darker"),
    ("forced", "the only one allowed"),
    ("masked", f"{SYMBOLS['masked']} masked"),
    ("null", f"{SYMBOLS['null']} unused"),
    ("committed new", "new in this step"),
    ("masked remasked", "taken back"),
)

DIFF = {"+": "added", "-": "removed", "@": "hunk"}


def of_trace(events: Sequence[Event]) -> str:
    """Return the steps of one sequence, with a slider to go through them.

    Args:
        events: at least one.
    """
    kept = _kept(events)
    data = json.dumps(_data(kept), ensure_ascii=False, separators=(",", ":"))
    count, last = len(kept), kept[-1]
    slider = (
        f'<label>step <input type="range" min="1" max="{count}" value="{count}" step="1" '
        f'disabled aria-label="step"></label>'
    )
    controls = f'<div class="controls">{slider}<output class="said">{_said(last)}</output></div>'
    canvas = f'<div class="canvas">{"".join(_tokens(last))}</div>'
    legend = "".join(f'<span><i class="{name}">{words}</i></span>' for name, words in LEGEND)
    return (
        f'{_style()}<div class="dllm-struct" data-trace="{escape(data)}">{controls}{canvas}'
        f'<div class="legend">{legend}</div></div><script>{_file("trace.js")}</script>'
    )


def of_output(
    text: str, slots: Mapping[str, str], stats: Stats, events: Sequence[Event], value: Any
) -> str:
    """Return a text with what it took, its slots, its value and its trace.

    Args:
        text: of the output.
        slots: what was written into each slot.
        stats: what it took.
        events: its trace; nothing when no pass was needed.
        value: what the text means.
    """
    rows = "".join(
        f"<tr><td>{_shown(name or '/')}</td><td><pre>{_shown(content)}</pre></td></tr>"
        for name, content in slots.items()
    )
    table = f"<table><tr><th>slot</th><th>content</th></tr>{rows}</table>" if rows else ""
    parsed = "" if isinstance(value, str) else _folded("value", f"<pre>{_shown(repr(value))}</pre>")
    took = (
        f"{stats.nfe} forward passes, {stats.committed} tokens chosen, {stats.forced} forced, "
        f"{stats.seconds:.2f} s"
    )
    return (
        f'{_style()}<div class="dllm-struct"><pre>{_shown(text)}</pre>'
        f'<div class="legend">{took}</div>{parsed}{_folded("slots", table) if table else ""}</div>'
        f"{of_trace(events) if events else ''}"
    )


def of_diff(diff: str) -> str:
    """Return a unified diff with its lines coloured."""
    lines = diff.removesuffix("\n").split("\n") if diff else ["no change"]
    kinds = ["file" if number < 2 else DIFF.get(line[:1], "") for number, line in enumerate(lines)]
    drawn = (
        f'<span class="line {kind}">{_shown(line)}</span>'
        for kind, line in zip(kinds, lines, strict=True)
    )
    return f'{_style()}<div class="dllm-struct"><pre>{"".join(drawn)}</pre></div>'


def _kept(events: Sequence[Event]) -> list[Event]:
    """The steps to show, the last one always among them."""
    cells = sum(len(event.canvas.tokens) for event in events)
    every = -(-cells // MOST_CELLS)
    return [event for at, event in enumerate(events) if (len(events) - 1 - at) % every == 0]


def _said(event: Event) -> str:
    return f"step {event.step}: {summary(event)}"


def _data(events: Sequence[Event]) -> dict[str, Any]:
    numbers: dict[str, int] = {}

    def number(piece: str) -> int:
        return numbers.setdefault(piece, len(numbers))

    steps = []
    before: set[int] = set()
    for event in events:
        cells = event.cells()
        steps.append(
            {
                "said": _said(event),
                "pieces": [number(piece) for piece in shown(event)],
                "drafts": [number(visible(cell.text)) for cell in cells],
                "states": "".join(cell.state[0] for cell in cells),
                "changes": "".join(_changes(event, before)),
                "confidence": [round(100 * cell.confidence) for cell in cells],
                "spans": [
                    [slot if slot is None else visible(slot), length]
                    for slot, length in event.canvas.spans
                ],
            }
        )
        before = {*event.canvas.ids, *event.seen}
    return {"pieces": [*numbers], "steps": steps}


def _changes(event: Event, before: set[int]) -> Iterator[str]:
    """What happened to positions: ``+`` committed, ``r`` remasked, ``x`` replaced, ``^`` put in."""
    marks = {
        event.seen[place]: mark
        for mark, places in (
            ("+", event.committed),
            ("+", event.forced),
            ("x", event.replaced),
            ("r", event.remasked),
        )
        for place in places
    }
    known = before | {*event.seen}
    for identity in event.canvas.ids:
        yield marks.get(identity, "." if identity in known else "^")


def _tokens(event: Event) -> Iterator[str]:
    for cell, piece in zip(event.cells(), shown(event), strict=True):
        yield f'<i class="{cell.state}" style="--p:{cell.confidence:.2f}">{escape(piece)}</i>'


def _folded(title: str, inside: str) -> str:
    return f"<details><summary>{title}</summary>{inside}</details>"


def _shown(text: str) -> str:
    return escape(visible(text))


@cache
def _style() -> str:
    light, dark = (
        "".join(f"{name}:{value};" for name, value in colours.items()) for colours in (LIGHT, DARK)
    )
    own = ".dllm-struct"
    themes = (
        f"{own}{{{light}}}@media (prefers-color-scheme: dark){{{own}{{{dark}}}}}"
        f'[data-jp-theme-light="true"] {own},.vscode-light {own}{{{light}}}'
        f'[data-jp-theme-light="false"] {own},.vscode-dark {own}{{{dark}}}'
    )
    return f"<style>{themes}{_file('trace.css')}</style>"


@cache
def _file(name: str) -> str:
    return (files("dllm_struct.rendering") / name).read_text("utf-8")
