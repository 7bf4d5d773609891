"""What a terminal shows, printed without one."""

from __future__ import annotations

import io
import re
from typing import Literal

import pytest
from rich.console import Console, RenderableType

import dllm_struct as ds
from dllm_struct.rendering.pieces import visible
from tests.rendering.test_html import HOSTILE, model


def printed(what: RenderableType, *, colours: bool = False) -> str:
    file = io.StringIO()
    system: Literal["standard"] | None = "standard" if colours else None
    Console(file=file, width=100, force_terminal=colours, color_system=system).print(what)
    return file.getvalue()


def test_a_trace_shows_its_last_step() -> None:
    output = model().generate("x", ds.regex("[a-z]{5}"), seed=0)
    shown = printed(output.trace)
    assert f"step {len(output.trace)}" in shown
    assert output.text in shown
    assert printed(output).startswith(output.text)
    assert printed(ds.Trace()).strip() == "Trace()"


def test_an_edit_shows_its_diff() -> None:
    edited = model().edit("[b]one[/b]\ntwo\n", [ds.Span(11, 14, ds.choice(["2"]))], seed=0)
    assert printed(edited) == "--- a/text\n+++ b/text\n@@ -1,2 +1,2 @@\n [b]one[/b]\n-two\n+2\n"
    assert "\x1b[32m+2" in printed(edited, colours=True)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_no_text_commands_the_terminal(hostile: str) -> None:
    template = ds.Template((ds.Invariant(hostile), ds.Slot(hostile, ds.choice(["a", "bc"]))))
    output = model().infill(template, seed=0)
    edited = model().edit(f"{hostile}\nx", [ds.Span(len(hostile) + 1, len(hostile) + 2)], seed=0)
    for shown in (printed(output), printed(edited)):
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", shown)


def test_line_ends_and_tabs_stay() -> None:
    assert visible("a\n\tb\r\x00\x7f\x85é😀") == "a\n\tb␍␀␡\ufffdé😀"
