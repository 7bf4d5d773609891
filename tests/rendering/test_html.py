"""What a notebook shows: the whole story, in elements of our own and none of anybody else's."""

from __future__ import annotations

import json
import re
from collections import Counter
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dllm_struct as ds
from dllm_struct.rendering import html
from tests.conftest import TOKENS, noise

HOSTILE = [
    "</script><img src=x onerror=alert(1)>",
    "<!--<script>",
    "\" onmouseover='alert(1)' x=\"",
    "]]></pre></style><script>alert(1)</script>",
    "&lt;b&gt;&#60;",
    "\x1b[31m\x1b]0;title\x07\x9b2J",
    "\u202egnp.exe\u2066",
    "{{7*7}}${1}`x`\\u003c",
]

OURS = {
    *("style", "script", "div", "label", "input", "output", "span", "i", "pre"),
    *("details", "summary", "table", "tr", "th", "td"),
}
ATTRIBUTES = {
    *("class", "style", "title", "type", "min", "max", "value", "step", "disabled"),
    *("aria-label", "data-trace"),
}


class Page(HTMLParser):
    """What a browser makes of a text: Python's parser, as the judge."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: Counter[str] = Counter()
        self.attributes: list[tuple[str, str | None]] = []
        self.text: list[str] = []
        self.scripts: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert not self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes += attrs
        if tag != "input":
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")

    def handle_data(self, data: str) -> None:
        (self.scripts if self._open[-1:] in (["script"], ["style"]) else self.text).append(data)

    @property
    def data(self) -> dict[str, object]:
        (found,) = (value for name, value in self.attributes if name == "data-trace")
        assert found is not None
        read = json.loads(found)
        assert isinstance(read, dict)
        return read


def check(text: str) -> Page:
    """Parse, and fail where anything of it is not ours."""
    page = Page(text)
    assert page.tags.keys() <= OURS
    assert {name for name, _ in page.attributes} <= ATTRIBUTES
    own = {html._file("trace.js"), html._style().removeprefix("<style>").removesuffix("</style>")}
    assert {*page.scripts} <= own
    assert not re.search(r"https?:|\burl\(|@import", html._style() + html._file("trace.js"))
    return page


def model() -> ds.Model:
    family = ds.Family(mask_token_id=len(TOKENS) - 2, null_token_id=len(TOKENS) - 1)
    return ds.Model(noise, ds.Vocabulary(TOKENS), family)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_text_stays_text(hostile: str) -> None:
    template = ds.Template(
        (ds.Invariant(hostile), ds.Slot(hostile, ds.choice([hostile, f"{hostile}!"])))
    )
    output = model().infill(template, seed=0)
    for drawn in (output._repr_html_(), output.trace._repr_html_()):
        assert drawn is not None
        page = check(drawn)
        assert "\x1b" not in drawn
        assert "\u202e" not in drawn
        assert "".join(page.text).count(hostile) or not hostile.isprintable()
    edited = model().edit(
        f"{hostile}\nx\n{hostile}", [(len(hostile) + 1, len(hostile) + 2)], seed=0
    )
    check(edited._repr_html_())


@settings(max_examples=30)
@given(st.text(max_size=40), st.text(max_size=40))
def test_any_diff_stays_text(old: str, new: str) -> None:
    edited = ds.Edited(new, old, (), model().infill(ds.Template((ds.Invariant("a"),))))
    page = check(edited._repr_html_())
    assert page.tags["i"] == 0


def test_every_step_is_there_and_every_position() -> None:
    decoding = ds.Decoding(length="daedal", remasking="dynamic", temperature=1.0)
    output = model().generate("x", ds.regex("[a-z]{3,30}é?"), decoding=decoding, seed=1)
    drawn = output.trace._repr_html_()
    assert drawn is not None
    page = check(drawn)
    pieces, steps = page.data["pieces"], page.data["steps"]
    assert isinstance(pieces, list)
    assert isinstance(steps, list)
    assert len(steps) == len(output.trace)
    letters = {"invariant": "i", "masked": "m", "committed": "c", "forced": "f", "null": "n"}
    seen: Counter[str] = Counter()
    for event, step in zip(output.trace, steps, strict=True):
        cells = event.cells()
        assert step["states"] == "".join(letters[cell.state] for cell in cells)
        assert step["confidence"] == [round(100 * cell.confidence) for cell in cells]
        assert sum(length for _, length in step["spans"]) == len(cells) == len(step["pieces"])
        assert step["changes"].count("r") == len(event.remasked)
        assert f"step {event.step}:" in step["said"]
        seen.update(step["changes"])
    assert {"+", "r"} <= seen.keys()
    last = [pieces[number] for number in steps[-1]["pieces"]]
    assert "".join(last).replace("∅", "") == output.text
    shown = re.search(r'<div class="canvas">(.*?)</div>', drawn, re.DOTALL)
    assert shown is not None
    assert page.tags["i"] == len(last) + len(html.LEGEND)


def test_a_long_trace_shows_some_of_its_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    output = model().generate("x", ds.regex("[a-z]{30}"), seed=1)
    monkeypatch.setattr(html, "MOST_CELLS", 10 * len(output.trace[0].canvas.tokens))
    drawn = output.trace._repr_html_()
    assert drawn is not None
    steps = Page(drawn).data["steps"]
    assert isinstance(steps, list)
    assert 1 < len(steps) <= 10
    assert f"step {len(output.trace)}:" in steps[-1]["said"]


def test_an_output_without_passes_has_no_slider() -> None:
    output = model().infill(ds.Template((ds.Invariant("<b>"),)))
    assert output.trace._repr_html_() is None
    page = check(output._repr_html_())
    assert page.tags["input"] == 0
    assert "<b>" in page.text


def test_light_and_dark_have_the_same_colours() -> None:
    assert html.LIGHT.keys() == html.DARK.keys()
    used = set(re.findall(r"var\((--\w+)\)", html._file("trace.css"))) - {"--p"}
    assert used == html.LIGHT.keys() - {"color-scheme"}


def test_a_notebook_and_the_library_agree_on_a_read_trace(tmp_path: object) -> None:
    """A trace read back from a file draws the same picture."""
    output = model().generate("x", ds.regex("[a-z]{3}"), seed=1)
    path = f"{tmp_path}/trace.jsonl"
    output.trace.to_jsonl(path)
    assert ds.Trace.from_jsonl(path)._repr_html_() == output.trace._repr_html_()
