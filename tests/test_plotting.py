"""Pictures of traces, what they are made of, and traces that are read back."""

from __future__ import annotations

import builtins
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from matplotlib.figure import Figure

import dllm_struct as ds
from dllm_struct import plotting
from dllm_struct.cli import main
from dllm_struct.decoding.metrics.replay import line_up
from dllm_struct.errors import InvalidInput, MissingExtra
from dllm_struct.plotting.curves import lengths_of
from dllm_struct.trace import Trace, read_traces
from tests.tiny import TEMPLATE, WORD, model, random_network

PNG = b"\x89PNG\r\n\x1a\n"
ODD = ds.regex('[$_é漢 \n\u2028"]{12}')


def traces() -> list[Trace]:
    decoding = ds.Decoding(length="daedal")
    kinds = [TEMPLATE, WORD, ODD]
    prompts = ["go"] * len(kinds)
    outputs = model(random_network()).generate(prompts, kinds, decoding, max_tokens=50, seed=0)
    return [output.trace for output in outputs]


TRACES = traces()


def write(path: Path, recorded: Sequence[Trace]) -> Path:
    parts = []
    for trace in recorded:
        trace.to_jsonl(path)
        parts.append(path.read_bytes())
    path.write_bytes(b"".join(parts))
    return path


@pytest.mark.parametrize("trace", TRACES)
def test_a_trace_is_read_back_as_it_was(trace: Trace, tmp_path: Path) -> None:
    trace.to_jsonl(tmp_path / "trace.jsonl")
    found = Trace.from_jsonl(tmp_path / "trace.jsonl")
    assert found == trace
    for own, other in zip(found, trace, strict=True):
        assert own.cells() == other.cells()
        assert own.as_dict() == other.as_dict()


def test_several_sequences_are_told_apart(tmp_path: Path) -> None:
    path = write(tmp_path / "all.jsonl", TRACES)
    assert read_traces(path) == TRACES
    with pytest.raises(InvalidInput, match="3 sequences"):
        Trace.from_jsonl(path)


@pytest.mark.parametrize("text", ["no JSON", "3", "{}", '{"sequence": 0}', ""])
def test_other_files_are_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "trace.jsonl"
    path.write_text(text)
    with pytest.raises(InvalidInput, match="line 1"):
        read_traces(path)
    with pytest.raises(InvalidInput, match="cannot read"):
        read_traces(tmp_path / "none.jsonl")


def test_the_heatmap_shows_confidence_and_commits() -> None:
    trace = TRACES[0]
    panel = plotting.heatmap(trace).axes[0]
    fixed, confidence = (image.get_array() for image in panel.get_images())
    order = line_up(trace)
    assert confidence is not None and fixed is not None
    assert confidence.shape == fixed.shape == (len(order), len(trace))
    last = trace[-1].canvas
    for number, state, sure in zip(last.ids, last.states, last.confidence, strict=True):
        row = order.index(number)
        if state == "invariant":
            assert fixed[row, -1] == 1 and confidence.mask[row, -1]
        else:
            assert confidence[row, -1] == pytest.approx(sure)
    chosen = {
        (event.step, order.index(event.seen[position]))
        for event in trace
        for position in event.committed
    }
    drawn = {(round(x), round(y)) for x, y in panel.collections[0].get_offsets()}
    assert drawn == chosen
    assert panel.get_xlabel() == "forward pass"


def test_lengths_begin_before_the_first_pass() -> None:
    lengths = lengths_of(TRACES[0])
    assert lengths.keys() == {"/name", "/n", "/b"}
    for slot, own in lengths.items():
        assert len(own) == len(TRACES[0]) + 1
        assert own[1:] == [dict(event.canvas.spans)[slot] for event in TRACES[0]]
    fixed = len(TRACES[0][0].seen) - sum(own[0] for own in lengths.values())
    invariants = sum(n for slot, n in TRACES[0][0].canvas.spans if slot is None)
    assert fixed == invariants


FIGURES = {
    "heatmap": lambda: plotting.heatmap(TRACES),
    "lengths": lambda: plotting.slot_lengths(TRACES),
    "one": lambda: plotting.slot_lengths(TRACES[1]),
    "events": lambda: plotting.heatmap(list(TRACES[1])),
    "quality": lambda: plotting.quality_curve({"_a$b$c": [0.1, 0.5], "漢": [0.3]}, "share"),
    "empty": lambda: plotting.quality_curve({}),
    "ways": lambda: plotting.quality_by_passes(
        {"a": {"_x$y": plotting.Score(1.5, 0.9)}, "b": {"漢": plotting.Score(40, 0.7)}}
    ),
}


@pytest.mark.parametrize("name", FIGURES)
def test_pictures_are_written(name: str, tmp_path: Path) -> None:
    figure: Figure = FIGURES[name]()
    for ending in (".png", ".svg", ".PNG"):
        plotting.save(figure, tmp_path / f"a{ending}")
    assert (tmp_path / "a.png").read_bytes().startswith(PNG)
    assert b"<svg" in (tmp_path / "a.svg").read_bytes()
    assert figure.get_facecolor() == (1.0, 1.0, 1.0, 1.0)


def test_impossible_pictures_are_refused(tmp_path: Path) -> None:
    figure = plotting.quality_curve({"a": [1.0]})
    with pytest.raises(InvalidInput, match="no_ending"):
        plotting.save(figure, tmp_path / "no_ending")
    with pytest.raises(InvalidInput, match="cannot write"):
        plotting.save(figure, tmp_path / "none" / "a.png")
    with pytest.raises(InvalidInput, match="no step"):
        plotting.heatmap(Trace())


@pytest.mark.parametrize("kind", ["heatmap", "lengths"])
@pytest.mark.parametrize("count", [1, 3])
def test_the_command_draws_recorded_traces(kind: str, count: int, tmp_path: Path) -> None:
    recorded = write(tmp_path / "trace.jsonl", TRACES[:count])
    picture = tmp_path / "a.png"
    with pytest.raises(SystemExit) as end:
        main(["plot", str(recorded), "--output", str(picture), "--kind", kind])
    assert not end.value.code
    assert picture.read_bytes().startswith(PNG)


def test_scores_are_drawn_where_they_lie(tmp_path: Path) -> None:
    scores = tmp_path / "scores.json"
    table = {"one": {"nfe": 1.5, "quality": 0.5, "s": 3}, "two": {"nfe": 40, "quality": 0.75}}
    scores.write_text(json.dumps({"texts": table, "programs": table}))
    figure = plotting.quality_by_passes(plotting.read_scores(scores), "share right")
    assert [panel.get_title(loc="left") for panel in figure.axes] == ["texts", "programs"]
    for panel in figure.axes:
        drawn = {(line.get_xdata()[0], line.get_ydata()[0]) for line in panel.lines}  # type: ignore[index]
        assert drawn == {(1.5, 0.5), (40, 0.75)}
        assert {text.get_text() for text in panel.texts} == {"one", "two"}
    picture = tmp_path / "a.png"
    with pytest.raises(SystemExit) as end:
        main(["plot", str(scores), "--output", str(picture), "--kind", "quality"])
    assert not end.value.code
    assert picture.read_bytes().startswith(PNG)


@pytest.mark.parametrize(
    "text",
    [
        "no JSON",
        "[]",
        '{"a": 3}',
        '{"a": {"b": 3}}',
        '{"a": {"b": {"nfe": 1}}}',
        '{"a": {"b": {"nfe": 0, "quality": 1}}}',
        '{"a": {"b": {"nfe": "x", "quality": 1}}}',
        '{"a": {"b": {"nfe": 1, "quality": NaN}}}',
    ],
)
def test_other_files_than_scores_are_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "scores.json"
    path.write_text(text)
    with pytest.raises(InvalidInput, match="holds no scores") as caught:
        plotting.read_scores(path)
    assert caught.value.hint
    with pytest.raises(InvalidInput, match="cannot read"):
        plotting.read_scores(tmp_path / "none.json")
    with pytest.raises(InvalidInput, match="no score"):
        plotting.quality_by_passes({})


def test_the_command_refuses_with_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        main(["plot", str(tmp_path / "none.jsonl"), "--output", str(tmp_path / "a.png")])
    assert end.value.code == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_without_matplotlib_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    found = builtins.__import__

    def without(name: str, *arguments: Any, **named: Any) -> Any:
        if name.partition(".")[0] == "matplotlib":
            raise ModuleNotFoundError(f"No module named '{name}'", name=name)
        return found(name, *arguments, **named)

    for name in [name for name in sys.modules if name.startswith("dllm_struct.plotting")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delitem(vars(ds), "plotting", raising=False)
    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(MissingExtra) as caught:
        _ = ds.plotting
    assert "dllm-struct[plot]" in caught.value.hint
