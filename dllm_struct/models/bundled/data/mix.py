"""The mix of training rows, which changes as training goes on."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

from dllm_struct.models.bundled.data.copying import copying, easy_pairs
from dllm_struct.models.bundled.data.documents import document
from dllm_struct.models.bundled.data.draw import Draw
from dllm_struct.models.bundled.data.frames import framed
from dllm_struct.models.bundled.data.kinds import KINDS
from dllm_struct.models.bundled.data.layout import Row, fill, row_of
from dllm_struct.models.bundled.data.pose import pose_document
from dllm_struct.models.bundled.data.python_code import hole
from dllm_struct.models.bundled.data.rooms import Rooms
from dllm_struct.models.bundled.tokenizer import ASSISTANT, USER, Encoder


@dataclass(frozen=True)
class Mix:
    """Shares of the sources; what copying and Python leave is documents.

    Attributes:
        easy: share of the shortest key–value texts.
        copying: share of random key–value texts of all sorts; half of them are sentences.
        python: share of Python functions with a hole.
        free_form: share, among the rest, of rows whose whole JSON is one slot.
    """

    easy: float
    copying: float
    python: float
    free_form: float


LESSONS = (*KINDS, *(kind for kind in KINDS if kind.has_records))
"""Kinds with lists of objects, the hardest values, come twice as often."""

STAGES: tuple[tuple[int, Mix], ...] = (
    (0, Mix(easy=1.0, copying=0.0, python=0.0, free_form=0.0)),
    (60_000, Mix(easy=0.25, copying=0.5, python=0.0, free_form=0.1)),
    (90_000, Mix(easy=0.0, copying=0.25, python=0.0, free_form=0.2)),
    (120_000, Mix(easy=0.0, copying=0.12, python=0.0, free_form=0.2)),
    (180_000, Mix(easy=0.0, copying=0.08, python=0.06, free_form=0.22)),
    (264_000, Mix(easy=0.0, copying=0.25, python=0.02, free_form=0.1)),
)
"""Rows seen so far → the mix from there on."""


def mix_at(rows_seen: int) -> Mix:
    """Return the mix after this many rows."""
    return [mix for start, mix in STAGES if rows_seen >= start][-1]


def rows(encoder: Encoder, seed: int, mix: Mix, longest: int) -> Iterator[Row]:
    """Yield rows without end, none longer than `longest` tokens."""
    draw = Draw(random.Random(f"rows {seed}"))
    rooms = Rooms(encoder)
    while True:
        row = _row(draw, encoder, mix, rooms)
        if len(row.ids) <= longest:
            yield row


def _row(draw: Draw, encoder: Encoder, mix: Mix, rooms: Rooms) -> Row:
    source = draw.rng.random()
    if source < mix.python:
        head = [encoder.special[USER], encoder.special[ASSISTANT]]
        return fill(draw, encoder, head, hole(draw), free_form=False)
    if source < mix.python + mix.easy:
        return row_of(draw, encoder, easy_pairs(draw), free_form=False)
    free_form = draw.chance(mix.free_form)
    if source < mix.python + mix.easy + mix.copying:
        example = framed(draw, free_form) if draw.chance(0.5) else copying(draw, free_form)
    else:
        example = pose_document(draw, document(draw, draw.pick(LESSONS)), free_form)
    return row_of(draw, encoder, example, free_form, rooms)
