"""``dllm-struct plot``: a picture of what ``--trace`` has recorded, or of scores."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import dllm_struct as ds

Kind = Literal["heatmap", "lengths", "quality"]


def plot(data: Path, output: Path, kind: Kind) -> None:
    """Draw the sequences of a recorded trace, or scores, into a file.

    Raises:
        MissingExtra: matplotlib is not installed.
        InvalidInput: the data cannot be read, or the picture cannot be written.
    """
    if kind == "quality":
        figure = ds.plotting.quality_by_passes(ds.plotting.read_scores(data))
    else:
        draw = {"heatmap": ds.plotting.heatmap, "lengths": ds.plotting.slot_lengths}[kind]
        figure = draw(ds.read_traces(data))
    ds.plotting.save(figure, output)
