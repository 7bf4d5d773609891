"""From examples to rows of token ids: prompt, then the canvas with its slots and null tails."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dllm_struct.models.bundled.data.draw import Draw
from dllm_struct.models.bundled.data.template import Segment, canonical, segments
from dllm_struct.models.bundled.data.types import Example
from dllm_struct.models.bundled.tokenizer import ASSISTANT, NULL, USER, Encoder

ROUNDINGS = (4, 8, 8, 12, 16, 16, 16, 24, 32)


@dataclass(frozen=True)
class Row:
    """One training sequence.

    Attributes:
        ids: token ids, prompt and canvas.
        slots: for each position 0, or the number of its slot, counted from 1.
    """

    ids: list[int]
    slots: list[int]


def row_of(draw: Draw, encoder: Encoder, example: Example, free_form: bool) -> Row:
    """Lay out an example, with each slot's capacity drawn at random."""
    if free_form:
        pieces: list[Segment] = [(canonical(example.value), True)]
    else:
        pieces = segments(example.schema, example.value)
    head = [encoder.special[USER], *encoder.encode(example.prompt), encoder.special[ASSISTANT]]
    return fill(draw, encoder, head, pieces, free_form)


def fill(
    draw: Draw, encoder: Encoder, head: Sequence[int], pieces: Sequence[Segment], free_form: bool
) -> Row:
    """Append invariants and null-padded slots to a head of visible tokens."""
    ids, slots, number = list(head), [0] * len(head), 0
    rounding = draw.pick(ROUNDINGS) if draw.chance(0.5) else 0
    for text, is_slot in pieces:
        tokens = encoder.encode(text)
        if is_slot:
            number += 1
            spare = (
                free_spare(draw, len(tokens))
                if free_form
                else (slot_spare(draw, len(tokens), rounding))
            )
            tokens = tokens + [encoder.special[NULL]] * spare
        ids += tokens
        slots += [number if is_slot else 0] * len(tokens)
    return Row(ids, slots)


def slot_spare(draw: Draw, length: int, rounding: int) -> int:
    """Return how many nulls follow a slot's content: a few, or up to a rounded capacity."""
    if rounding:
        return -length % rounding if length else rounding
    return draw.between(0, 8) if length else draw.between(1, 12)


def free_spare(draw: Draw, length: int) -> int:
    """Return how many nulls follow a free-form text."""
    if draw.chance(0.4):
        return -length % draw.pick((16, 32))
    return int(48 * draw.rng.random() ** 2)
