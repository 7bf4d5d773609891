"""The pictures of the documentation: what `decoding.py` measured, and runs step by step.

    python benchmarks/pictures.py SCORES FOLDER [--examples 40]

SCORES is what ``decoding.py --json`` wrote. Draws into FOLDER quality against forward passes of
every way of decoding, quality step by step of some of them, and one run: confidence by position,
and the lengths of slots.
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from decoding import WAYS, decoding
from matplotlib.figure import Figure
from matplotlib.ticker import ScalarFormatter

import dllm_struct as ds
from dllm_struct.models.bundled import Example, held_out
from dllm_struct.models.bundled.evaluate import right_leaves
from dllm_struct.plotting.figures import GRID, INK, panels

STEP_BY_STEP = ("confidence, 8 steps", "threshold 0.9", "entropy-bounded 0.1", "all at once")
RIGHT, LEFT, ABOVE = (6, 3, "left"), (-6, 1, "right"), (0, 7, "center")
NAMED = {
    **dict.fromkeys(("random", "margin", "threshold 0.5", "editing", "entropy-bounded 0.1"), RIGHT),
    **dict.fromkeys(("all at once", "confidence, 8 steps, cosine", "dilated", "deferred"), RIGHT),
    **dict.fromkeys(("confidence, 8 steps", "entropy", "factor"), RIGHT),
    **dict.fromkeys(("threshold 0.7", "credit"), LEFT),
    **dict.fromkeys(("self-speculative", "confidence"), ABOVE),
}
"""Ways whose names fit beside their points, and where: points right and up, and alignment."""


def quality_by_passes(table: Mapping[str, Mapping[str, float]]) -> Figure:
    """Draw the share of right fields against forward passes, a point for each way."""
    figure, (panel,) = panels([5.0])
    for name, score in table.items():
        panel.plot(score["nfe"], 100 * score["right"], "o", markersize=5, color=INK)
        if name in NAMED:
            right, up, side = NAMED[name]
            panel.annotate(
                name,
                (score["nfe"], 100 * score["right"]),
                (right, up),
                textcoords="offset points",
                ha=side,
                fontsize=8,
                color=INK,
            )
    panel.set_xscale("log")
    panel.xaxis.set_major_formatter(ScalarFormatter())
    panel.set_xlabel("forward passes of one output", color=INK)
    panel.set_ylabel("fields right (%)", color=INK)
    panel.grid(color=GRID)
    panel.set_axisbelow(True)
    panel.margins(x=0.12)
    return figure


def right(examples: list[Example], item: int, value: Any) -> float:
    """Return the share of an example's fields that a value has right, in percent."""
    hits, leaves = right_leaves(examples[item].value, value)
    return 100 * hits / leaves


def quality_by_steps(model: ds.Model, count: int) -> Figure:
    """Draw the share of right fields after each forward pass."""
    examples = held_out(count, 0)
    prompts = [example.prompt for example in examples]
    schemas = [example.schema for example in examples]
    curves = {}
    for name in STEP_BY_STEP:
        outputs = model.generate(prompts, schemas, decoding=decoding(WAYS[name]), seed=0)
        curves[name] = ds.metrics.step_quality(outputs, partial(right, examples))
    figure: Figure = ds.plotting.quality_curve(curves, "fields right (%)")
    figure.axes[0].set_ylim(math.floor(min(map(min, curves.values()))) - 1, 100)
    return figure


def one_run(model: ds.Model) -> ds.Trace:
    """Return the trace of a run in which slots grow and shrink."""
    folder = Path(__file__).parent.parent / "examples"
    schema = json.loads((folder / "order.schema.json").read_text())
    how = ds.Decoding(sampler="entropy-bounded", length="daedal")
    return model.generate((folder / "order.txt").read_text(), schema, how, seed=0).trace


def main() -> None:
    """Draw all of them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("scores", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--examples", type=int, default=40)
    options = parser.parse_args()

    model = ds.load("bundled")
    scores = json.loads(options.scores.read_text())
    trace = one_run(model)
    pictures = {
        "quality-by-passes": quality_by_passes(scores["extraction"]),
        "quality-by-steps": quality_by_steps(model, options.examples),
        "confidence": ds.plotting.heatmap(trace),
        "lengths": ds.plotting.slot_lengths(trace),
    }
    for name, figure in pictures.items():
        ds.plotting.save(figure, options.folder / f"{name}.png")


if __name__ == "__main__":
    main()
