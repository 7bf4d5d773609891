"""From examples to rows of token ids: prompt, then the canvas with its slots and null tails."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dllm_struct.models.bundled.data.draw import Draw
from dllm_struct.models.bundled.data.rooms import Rooms
from dllm_struct.models.bundled.data.template import Segment, canonical, segments
from dllm_struct.models.bundled.data.types import Example
from dllm_struct.models.bundled.tokenizer import ASSISTANT, NULL, USER, Encoder

ROUNDINGS = (4, 8, 8, 12, 16, 16, 16, 24, 32)

DECODER_SHARE = 0.75
"""Share of templates whose slots are as long as the library's decoder makes them."""

ROOMY_SHARE = 0.35
CAPACITIES = (16, 20, 26, 32, 38, 44, 60, 74)
"""A decoder gives slots of varying shape room for long answers, so that short ones leave much."""


@dataclass(frozen=True)
class Row:
    """One training sequence.

    Attributes:
        ids: token ids, prompt and canvas.
        slots: for each position 0, or the number of its slot, counted from 1.
    """

    ids: list[int]
    slots: list[int]


def row_of(
    draw: Draw, encoder: Encoder, example: Example, free_form: bool, rooms: Rooms | None = None
) -> Row:
    """Lay out an example, with each slot's capacity the decoder's or drawn at random."""
    if free_form:
        pieces: list[Segment] = [(canonical(example.value), True)]
    else:
        pieces = segments(example.schema, example.value)
    head = [encoder.special[USER], *encoder.encode(example.prompt), encoder.special[ASSISTANT]]
    sizes: list[int] = []
    if rooms is not None and not free_form and draw.chance(DECODER_SHARE):
        sizes = list(rooms.rooms(example.schema))
    return fill(draw, encoder, head, pieces, free_form, sizes)


def fill(
    draw: Draw,
    encoder: Encoder,
    head: Sequence[int],
    pieces: Sequence[Segment],
    free_form: bool,
    sizes: Sequence[int] = (),
) -> Row:
    """Append invariants and null-padded slots to a head of visible tokens."""
    ids, slots, number = list(head), [0] * len(head), 0
    rounding = draw.pick(ROUNDINGS) if draw.chance(0.5) else 0
    roomy = draw.chance(ROOMY_SHARE)
    for text, is_slot in pieces:
        tokens = encoder.encode(text)
        if is_slot:
            number += 1
            if sizes:
                spare = max(sizes[number - 1] - len(tokens), 0)
            elif free_form:
                spare = free_spare(draw, len(tokens))
            elif roomy and _varies(text):
                spare = max(draw.pick(CAPACITIES), len(tokens)) - len(tokens)
            else:
                spare = slot_spare(draw, len(tokens), rounding)
            tokens = tokens + [encoder.special[NULL]] * spare
        ids += tokens
        slots += [number if is_slot else 0] * len(tokens)
    return Row(ids, slots)


def _varies(text: str) -> bool:
    """Whether a slot's text shows that its shape is open: an array, a property, null, quotes."""
    return text.startswith(("[", '"', ", ")) or text in ("null", "")


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
