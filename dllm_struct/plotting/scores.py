"""Quality against forward passes: a point for every way of decoding."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure
from matplotlib.ticker import ScalarFormatter

from dllm_struct.errors import InvalidInput
from dllm_struct.plotting.figures import GRID, INK, panels, plain

HEIGHT = 5.0


@dataclass(frozen=True)
class Score:
    """How good outputs are, and what they take.

    Attributes:
        nfe: mean forward passes of one output, above 0.
        quality: for instance the share of right fields.
    """

    nfe: float
    quality: float


Scores = Mapping[str, Score]
"""By the name of each way of decoding."""


def quality_by_passes(tables: Mapping[str, Scores], label: str = "quality") -> Figure:
    """Draw quality against forward passes, which lie on a logarithmic axis.

    Args:
        tables: scores by their titles, a panel for each.
        label: of the axis of quality, with its unit.

    Raises:
        InvalidInput: there is no score.
    """
    if not any(tables.values()):
        raise InvalidInput("there is no score to draw", hint="pass the scores of one way at least")
    figure, axes = panels([HEIGHT] * len(tables))
    for panel, (title, table) in zip(axes, tables.items(), strict=True):
        for name, score in table.items():
            panel.plot(score.nfe, score.quality, "o", markersize=5, color=INK)
            panel.annotate(
                plain(name),
                (score.nfe, score.quality),
                (6, -3),
                textcoords="offset points",
                fontsize=8,
                color=INK,
            )
        panel.set_title(plain(title), color=INK, loc="left")
        panel.set_xscale("log")
        panel.xaxis.set_major_formatter(ScalarFormatter())
        panel.set_xlabel("forward passes of one output", color=INK)
        panel.set_ylabel(label, color=INK)
        panel.grid(color=GRID)
        panel.set_axisbelow(True)
        panel.margins(x=0.12)
    return figure


def read_scores(path: str | Path) -> dict[str, Scores]:
    """Read scores: one JSON object, ``{title: {name: {"nfe": ..., "quality": ...}}}``.

    Further members of a score are left alone.

    Raises:
        InvalidInput: the file cannot be read, or says something else.
    """
    try:
        data = json.loads(Path(path).read_text())
        return {
            str(title): {str(name): _score(own) for name, own in table.items()}
            for title, table in data.items()
        }
    except OSError as error:
        reason = (error.strerror or "no such file").lower()
        raise InvalidInput(f"cannot read '{path}': {reason}", hint="check the path") from error
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise InvalidInput(
            f"'{path}' holds no scores",
            hint='write {"title": {"name": {"nfe": 4.0, "quality": 0.9}}}',
        ) from error


def _score(data: Mapping[str, Any]) -> Score:
    score = Score(float(data["nfe"]), float(data["quality"]))
    if not (0 < score.nfe < math.inf and math.isfinite(score.quality)):
        raise ValueError
    return score
