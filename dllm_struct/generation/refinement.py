"""Refining a text: a canvas that is committed except for the parts to be written anew.

The text is laid out on the slots of its template, or on one slot where the template has no place
for it (other spacing, optional parts), with the tokens that its tokenizer gives it. Only spans, or
what the model believes in least, are masked; everything else is fixed and stays, byte for byte.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

import torch

from dllm_struct.canvas import MASKED, Canvas, State
from dllm_struct.decoding.loop import Forward, look
from dllm_struct.decoding.remasking.base import lowest
from dllm_struct.decoding.revision import look_back
from dllm_struct.decoding.row import Row
from dllm_struct.errors import InvalidInput, LimitTooSmall, check
from dllm_struct.generation.layout import Laid, Place, Range, check_slots
from dllm_struct.vocabulary.codec import Codec


def byte_spans(text: str, spans: Sequence[Range]) -> list[Range]:
    """Return character spans of a text as byte spans.

    Raises:
        InvalidInput: a span is empty, or reaches beyond the text.
    """
    for start, stop in spans:
        if not 0 <= start < stop <= len(text):
            raise InvalidInput(
                f"span ({start}, {stop}) of a text of {len(text)} characters",
                hint="give spans as (start, stop) with 0 <= start < stop <= len(text)",
            )
    return [(len(text[:start].encode()), len(text[:stop].encode())) for start, stop in spans]


def cut(laid: Laid, spans: Sequence[Range], codec: Codec) -> tuple[Laid, set[Place]]:
    """Cut tokens at the ends of byte spans.

    Returns:
        The layout, with the same bytes in every slot; and (slot, index) of all tokens in spans.
    """
    tokens: dict[str, list[int]] = {}
    inside: set[Place] = set()
    for slot, own in laid.tokens.items():
        tokens[slot] = []
        at = laid.starts[slot]
        for piece in _pieces(own, at, spans, codec):
            if any(start <= at < stop for start, stop in spans):
                inside.add((slot, len(tokens[slot])))
            tokens[slot].append(piece)
            at += len(codec.decode([piece]))
    check_slots(tokens, laid.constraint)
    return replace(laid, tokens=tokens), inside


def _pieces(tokens: Sequence[int], at: int, spans: Sequence[Range], codec: Codec) -> Iterator[int]:
    borders = {border for span in spans for border in span}
    for token in tokens:
        data = codec.decode([token])
        inner = [at, *sorted(b for b in borders if at < b < at + len(data)), at + len(data)]
        if len(inner) == 2:
            yield token
        else:
            for start, stop in pairwise(inner):
                yield from codec.spell(data[start - at : stop - at])
        at += len(data)


def mask_again(
    row: Row,
    laid: Laid,
    spans: Sequence[Range] | None,
    fraction: float | None,
    forward: Forward,
) -> None:
    """Put a text on a row's canvas, with the parts that are to be written anew masked.

    Args:
        row: laid out for the template; its canvas is replaced.
        laid: the text.
        spans: characters to write anew; or
        fraction: share of the tokens, those that the model believes in least.
        forward: the network, for ``fraction``.

    Raises:
        InvalidInput: a span reaches beyond the text, or ends where a slot gets too many tokens.
        LimitTooSmall: the text takes more positions than there are.
    """
    if fraction is None:
        laid, masked = cut(laid, byte_spans(laid.text, spans or ()), row.codec)
        row.canvas = _canvas(laid, masked, row.limit)
        _add_room(row)
        return
    row.canvas = _canvas(laid, doubted(row, laid, fraction, forward), row.limit)


def _canvas(laid: Laid, masked: set[Place] | None, limit: int | None) -> Canvas:
    """A canvas that holds a text, all fixed but what is masked; None: all ordinary commits."""
    counts = {slot: len(tokens) for slot, tokens in laid.tokens.items()}
    canvas = Canvas(laid.constraint.parts, counts)
    if limit is not None and len(canvas) > limit:
        raise LimitTooSmall(
            f"the text takes {len(canvas)} tokens, more than {limit}",
            needed=len(canvas),
            limit=limit,
            hint=f"allow at least {len(canvas)} tokens",
        )
    kept = State.COMMITTED if masked is None else State.INVARIANT
    for slot, tokens in laid.tokens.items():
        for index, token in enumerate(tokens):
            canvas.propose(slot, index, token, 1.0)
            if masked is None or (slot, index) not in masked:
                canvas.commit(slot, index, kept)
    return canvas


def _add_room(row: Row) -> None:
    """Give slots whose last token is masked further positions; unused ones become null."""
    constraint, canvas = row.constraint, row.canvas
    for slot in canvas.slots if constraint.null_token_id is not None else ():
        tokens = canvas.slot(slot)
        room = constraint.room(canvas, slot, row.limit)
        count = min(room, row.strategies.length.initial)
        is_open = tokens[-1:] == (MASKED,) and count > 0
        if is_open and constraint.can_insert(canvas, slot, len(tokens), count):
            canvas.insert(slot, len(tokens), count)


def doubted(row: Row, laid: Laid, fraction: float, forward: Forward) -> set[Place]:
    """Put a text on a row's canvas, and find what the model believes in least; takes one pass.

    Args:
        row: laid out for the template; its canvas is replaced.
        laid: the text.
        fraction: how many of the tokens outside fixed text.
        forward: the network.

    Raises:
        LimitTooSmall: the text takes more positions than there are.
    """
    row.canvas = _canvas(laid, None, row.limit)
    row.begin_step()
    (reading,) = look([row], forward)
    row.count_pass()
    committed = look_back(row, reading)
    if not len(committed):
        return set()
    count = math.ceil(fraction * len(committed))
    chosen = lowest(committed.current, torch.ones(len(committed), dtype=torch.bool), count)
    return {row.canvas.locate(position) for position in committed.positions[chosen].tolist()}


def check_request(spans: Sequence[Range] | None, fraction: float | None, steps: int | None) -> None:
    """Refuse unclear requests.

    Raises:
        InvalidInput: neither or both of spans and fraction are given, or fraction is out of range.
        InvalidDecoding: the scoring pass takes the only step.
    """
    if (spans is None) == (fraction is None):
        raise InvalidInput(
            "refining takes spans or a fraction", hint="pass spans=[(start, stop)] or fraction=0.25"
        )
    if fraction is not None and not 0 < fraction <= 1:
        raise InvalidInput(
            f"fraction {fraction} is not above 0 and at most 1", hint="0.25 to 0.5 is usual"
        )
    check(
        fraction is None or steps is None or steps >= 2,
        "a fraction takes one pass to find the tokens, and one step is all there is",
        hint="set steps to 2 or more, or pass spans",
    )
