"""Logits to classes to groups: one read of every masked row.

The tokens of a class lie anywhere in the row. They are gathered in pieces of bounded width, so all
programs have the same work; the programs of one row run side by side, so that the row is fetched
from the device's memory once and then found in its cache. While they are at it, each looks at its
share of the row: for NaN and +inf, and for the sum over all tokens.
"""

from __future__ import annotations

import triton.language as tl

from dllm_struct.posterior.device.kernels.arrays import (
    AT_COMMITTED,
    AT_PIECES,
    AT_RANK,
    AT_ROW,
    AT_SLOT,
    CLASS_PIECE,
    CLASSES,
    GROUP_CLASS,
    GROUP_START,
    GROUPS,
    LEAST,
    LEAST_LOGIT,
    NOTHING,
    OF_TOKEN,
    PIECE_END,
    PIECE_LOW,
    PIECES,
    POSITION_WIDTH,
    SLOT_CLASSES,
    SLOT_EXTENT,
    SLOT_FIRST,
    SLOT_GROUPS,
    SLOT_LOGITS,
    SLOT_STEP,
    SLOT_STRIDE,
    SLOT_TABLES,
    SLOT_TEMPERATURE,
    SLOT_WIDTH,
    TOKENS,
    divided,
    log_or_nothing,
    merged_largest,
    merged_total,
)
from dllm_struct.posterior.device.kernels.jit import kernel


@kernel
def sum_pieces(
    slots: tl.tensor,
    positions: tl.tensor,
    masked: tl.tensor,
    piece_max: tl.tensor,
    piece_sum: tl.tensor,
    row_max: tl.tensor,
    row_sum: tl.tensor,
    row_bad: tl.tensor,
    blocks: tl.tensor,
    LOGIT: tl.constexpr,
    BLOCK: tl.constexpr,
    WIDTH: tl.constexpr,
    SCAN: tl.constexpr,
) -> None:
    """Largest logit and relative sum of every piece, and of this program's share of the row.

    One program for each masked position and block of pieces.

    Args:
        slots: int64 [P, SLOT_WIDTH].
        positions: int64 [N, POSITION_WIDTH].
        masked: int64 [M], the masked ones among the positions.
        piece_max: float32, for every masked position as many as its automaton has pieces.
        piece_sum: float32, likewise.
        row_max: float32 [M, blocks].
        row_sum: float32 [M, blocks].
        row_bad: int32 [M, blocks].
        blocks: programs of a position.
        LOGIT: type of the logits.
        BLOCK: pieces of a program.
        WIDTH: tokens of a piece.
        SCAN: logits of its share that a program reads at a time.
    """
    program = tl.program_id(0).to(tl.int64)
    rank, block = program // blocks, program % blocks
    at = positions + tl.load(masked + rank) * POSITION_WIDTH
    slot = slots + tl.load(at + AT_SLOT) * SLOT_WIDTH
    step = tl.load(slot + SLOT_STEP)
    row = tl.load(slot + SLOT_LOGITS).to(tl.pointer_type(LOGIT))
    row += tl.load(at + AT_ROW) * tl.load(slot + SLOT_STRIDE)

    temperature = tl.load(slot + SLOT_TEMPERATURE).to(tl.float64, bitcast=True).to(tl.float32)

    width = tl.load(slot + SLOT_EXTENT)
    share = tl.cdiv(width, blocks)
    stop = tl.minimum(share * (block + 1), width)
    best = tl.full([SCAN], NOTHING, tl.float32)
    total = tl.zeros([SCAN], tl.float32)
    bad = tl.zeros([SCAN], tl.int32)
    for start in range(share * block, stop, SCAN):
        column = start + tl.arange(0, SCAN)
        x = tl.load(row + column * step, mask=column < stop, other=NOTHING).to(tl.float32)
        is_bad = (x != x) | (x == float("inf"))  # noqa: PLR0124 - NaN is not itself
        bad = tl.maximum(bad, is_bad.to(tl.int32))
        x = tl.where(is_bad, NOTHING, divided(x, temperature))
        larger = tl.maximum(best, x)
        shift = tl.maximum(larger, LEAST_LOGIT)
        total = total * tl.exp(best - shift) + tl.exp(x - shift)
        best = larger
    largest = tl.max(best, 0)
    tl.store(row_max + program, largest)
    tl.store(row_sum + program, tl.sum(total * tl.exp(best - tl.maximum(largest, LEAST_LOGIT)), 0))
    tl.store(row_bad + program, tl.max(bad, 0))

    table = tl.load(slot + SLOT_TABLES).to(tl.pointer_type(tl.int32))
    tokens = table + tl.load(table + TOKENS)
    piece = block * BLOCK + tl.arange(0, BLOCK)
    exists = piece < tl.load(table + PIECES)
    low = tl.load(table + tl.load(table + PIECE_LOW) + piece, mask=exists, other=0)
    end = tl.load(table + tl.load(table + PIECE_END) + piece, mask=exists, other=0)
    element = low[:, None] + tl.arange(0, WIDTH)[None, :]
    inside = element < end[:, None]
    token = tl.load(tokens + element, mask=inside, other=0)
    x = tl.load(row + token * step, mask=inside, other=NOTHING).to(tl.float32)
    x = divided(x, temperature)
    peak = tl.max(x, 1)
    place = tl.load(at + AT_PIECES) + piece
    tl.store(piece_max + place, peak, mask=exists)
    tl.store(
        piece_sum + place,
        tl.sum(tl.exp(x - tl.maximum(peak, LEAST_LOGIT)[:, None]), 1),
        mask=exists,
    )


@kernel
def join(
    slots: tl.tensor,
    positions: tl.tensor,
    piece_max: tl.tensor,
    piece_sum: tl.tensor,
    row_max: tl.tensor,
    row_sum: tl.tensor,
    row_bad: tl.tensor,
    weights: tl.tensor,
    best: tl.tensor,
    sums: tl.tensor,
    maxima: tl.tensor,
    norm: tl.tensor,
    is_bad: tl.tensor,
    blocks: tl.tensor,
    ROWS: tl.constexpr,
    WIDTH: tl.constexpr,
    BLOCKS: tl.constexpr,
) -> None:
    """Pieces to classes, classes to groups; one program for each position.

    Args:
        slots: int64 [P, SLOT_WIDTH].
        positions: int64 [N, POSITION_WIDTH].
        piece_max: of `sum_pieces`.
        piece_sum: of `sum_pieces`.
        row_max: of `sum_pieces`.
        row_sum: of `sum_pieces`.
        row_bad: of `sum_pieces`.
        weights: float64, [n, C] of every slot: log of the class's sum.
        best: float64, likewise: its largest logit.
        sums: float64, [n, G] of every slot: log of the group's sum.
        maxima: float64, likewise: its largest logit.
        norm: float64 [N], log of the row's sum; 0 where committed.
        is_bad: float64 [N], 1 where a masked row has NaN or +inf.
        blocks: programs that a position had.
        ROWS: classes, and groups, at a time.
        WIDTH: pieces of a class, and classes of a group, at a time.
        BLOCKS: a power of 2, at least ``blocks``.
    """
    position = tl.program_id(0).to(tl.int64)
    at = positions + position * POSITION_WIDTH
    slot = slots + tl.load(at + AT_SLOT) * SLOT_WIDTH
    index = position - tl.load(slot + SLOT_FIRST)
    committed = tl.load(at + AT_COMMITTED)
    table = tl.load(slot + SLOT_TABLES).to(tl.pointer_type(tl.int32))
    classes, groups = tl.load(table + CLASSES), tl.load(table + GROUPS)
    weights += tl.load(slot + SLOT_CLASSES) + index * classes
    best += tl.load(slot + SLOT_CLASSES) + index * classes
    sums += tl.load(slot + SLOT_GROUPS) + index * groups
    maxima += tl.load(slot + SLOT_GROUPS) + index * groups

    if committed >= 0:
        own = tl.load(table + tl.load(table + OF_TOKEN) + committed)
        for first in range(0, classes, ROWS):
            row = first + tl.arange(0, ROWS)
            hot = tl.where((row == own) & (row > 0), 0.0, NOTHING).to(tl.float64)
            tl.store(weights + row, hot, mask=row < classes)
            tl.store(best + row, hot, mask=row < classes)
        tl.store(norm + position, 0.0)
        tl.store(is_bad + position, 0.0)
    else:
        block = tl.arange(0, BLOCKS)
        share = tl.load(at + AT_RANK) * blocks + block
        known = block < blocks
        peak = tl.load(row_max + share, mask=known, other=NOTHING).to(tl.float64)
        part = tl.load(row_sum + share, mask=known, other=0.0).to(tl.float64)
        shift = tl.maximum(tl.max(peak, 0), LEAST)
        tl.store(norm + position, log_or_nothing(tl.sum(part * tl.exp(peak - shift), 0)) + shift)
        bad = tl.load(row_bad + share, mask=known, other=0)
        tl.store(is_bad + position, tl.max(bad, 0).to(tl.float64))
        piece_max += tl.load(at + AT_PIECES)
        piece_sum += tl.load(at + AT_PIECES)
        starts = table + tl.load(table + CLASS_PIECE)
        for first in range(0, classes, ROWS):
            row = first + tl.arange(0, ROWS)
            low = tl.load(starts + row, mask=row < classes, other=0)
            end = tl.load(starts + row + 1, mask=row < classes, other=0)
            most = tl.max(end - low, 0)
            peaks = merged_largest(piece_max, low, end, most, ROWS, WIDTH)
            shifts = tl.maximum(peaks, LEAST)
            total = merged_total(piece_max, piece_sum, shifts, low, end, most, ROWS, WIDTH)
            tl.store(weights + row, log_or_nothing(total) + shifts, mask=row < classes)
            tl.store(best + row, peaks, mask=row < classes)
    tl.debug_barrier()  # the classes are written

    members = table + tl.load(table + GROUP_CLASS)
    starts = table + tl.load(table + GROUP_START)
    for first in range(0, groups, ROWS):
        row = first + tl.arange(0, ROWS)
        low = tl.load(starts + row, mask=row < groups, other=0)
        end = tl.load(starts + row + 1, mask=row < groups, other=0)
        most = tl.max(end - low, 0)
        heaviest = tl.full([ROWS], NOTHING, tl.float64)
        largest = tl.full([ROWS], NOTHING, tl.float64)
        for j in range(0, most, WIDTH):
            pair = low[:, None] + j + tl.arange(0, WIDTH)[None, :]
            member = tl.load(members + pair, mask=pair < end[:, None], other=0)
            weight = tl.load(weights + member, mask=pair < end[:, None], other=NOTHING)
            value = tl.load(best + member, mask=pair < end[:, None], other=NOTHING)
            heaviest = tl.maximum(heaviest, tl.max(weight, 1))
            largest = tl.maximum(largest, tl.max(value, 1))
        shifts = tl.maximum(heaviest, LEAST)
        total = tl.zeros([ROWS], tl.float64)
        for j in range(0, most, WIDTH):
            pair = low[:, None] + j + tl.arange(0, WIDTH)[None, :]
            member = tl.load(members + pair, mask=pair < end[:, None], other=0)
            weight = tl.load(weights + member, mask=pair < end[:, None], other=NOTHING)
            total += tl.sum(tl.exp(weight - shifts[:, None]), 1)
        tl.store(sums + row, log_or_nothing(total) + shifts, mask=row < groups)
        tl.store(maxima + row, largest, mask=row < groups)
