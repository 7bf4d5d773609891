"""Uniform noise: what a network sees at masked positions in place of masks."""

from __future__ import annotations

from collections.abc import Iterable

import torch

from dllm_struct.canvas import MASKED
from dllm_struct.decoding.remasking.uniform import Uniform
from dllm_struct.decoding.row import Row


def renoise(row: Row) -> None:
    """Show something at every masked position, where the present stage decodes uniform noise."""
    uniform = row.strategies.remasking
    if not isinstance(uniform, Uniform):
        return
    canvas, size = row.canvas, len(row.codec.vocabulary)
    noise = torch.randint(size, (len(canvas),), generator=row.generator).tolist()
    rows = zip(canvas.ids, canvas.tokens, canvas.witness, noise, strict=True)
    row.shown = {
        number: row.shown.get(number, uniform.shown(draft, random))
        for number, token, draft, random in rows
        if token == MASKED
    }


def accept(row: Row, places: Iterable[tuple[str, int]]) -> None:
    """Show the witness's tokens at (slot, index) to the next pass, and noise elsewhere."""
    row.shown = {
        row.canvas.number(slot, index): row.canvas.witness_of(slot)[index] for slot, index in places
    }
