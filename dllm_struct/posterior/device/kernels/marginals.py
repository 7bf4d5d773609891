"""Posterior of the classes, and the tokens of the best path; one program for each position."""

from __future__ import annotations

import triton.language as tl

from dllm_struct.posterior.device.kernels.arrays import (
    AT_COMMITTED,
    AT_ROW,
    AT_SLOT,
    CLASS_PAIR,
    CLASS_START,
    CLASSES,
    FAR,
    FLOW_END,
    FLOW_GROUP,
    FLOW_LOW,
    FLOW_SOURCE,
    FLOW_TARGET,
    FLOWING,
    GROUP_CLASS,
    GROUP_FLOW,
    GROUP_START,
    GROUPS,
    LEAST,
    NOTHING,
    OF_TOKEN,
    PAIR_GROUP,
    POSITION_WIDTH,
    SLOT_CLASSES,
    SLOT_FIRST,
    SLOT_FLOWS,
    SLOT_GROUPS,
    SLOT_LOGITS,
    SLOT_STATES,
    SLOT_STEP,
    SLOT_STRIDE,
    SLOT_TABLES,
    SLOT_TEMPERATURE,
    SLOT_WIDTH,
    STATES,
    TOKENS,
    divided,
    log_or_nothing,
    merged_largest,
    merged_total,
    sure,
)
from dllm_struct.posterior.device.kernels.jit import kernel


@kernel
def class_marginals(
    slots: tl.tensor,
    positions: tl.tensor,
    weights: tl.tensor,
    sums: tl.tensor,
    b: tl.tensor,
    y: tl.tensor,
    flow_max: tl.tensor,
    flow_sum: tl.tensor,
    flow: tl.tensor,
    marginals: tl.tensor,
    BLOCK: tl.constexpr,
    EDGES: tl.constexpr,
    ROWS: tl.constexpr,
    WIDTH: tl.constexpr,
) -> None:
    """Log of the posterior probability of every class.

    Args:
        slots: int64 [P, SLOT_WIDTH].
        positions: int64 [N, POSITION_WIDTH].
        weights: float64, [n, C] of every slot.
        sums: float64, [n, G] of every slot.
        b: float64, [n + 1, S] of every slot.
        y: float64, likewise.
        flow_max: float64, scratch for the pieces of every position's edges.
        flow_sum: float64, likewise.
        flow: float64, [n, G] of every slot, scratch: log of the probability of a group.
        marginals: float64, [n, C] of every slot.
        BLOCK: pieces at a time.
        EDGES: edges of a piece.
        ROWS: groups, and classes, at a time.
        WIDTH: pieces of a group, and groups of a class, at a time.
    """
    position = tl.program_id(0).to(tl.int64)
    slot = slots + tl.load(positions + position * POSITION_WIDTH + AT_SLOT) * SLOT_WIDTH
    index = position - tl.load(slot + SLOT_FIRST)
    table = tl.load(slot + SLOT_TABLES).to(tl.pointer_type(tl.int32))
    classes, groups = tl.load(table + CLASSES), tl.load(table + GROUPS)
    states, pieces = tl.load(table + STATES), tl.load(table + FLOWING)
    weights += tl.load(slot + SLOT_CLASSES) + index * classes
    marginals += tl.load(slot + SLOT_CLASSES) + index * classes
    sums += tl.load(slot + SLOT_GROUPS) + index * groups
    flow += tl.load(slot + SLOT_GROUPS) + index * groups
    b += tl.load(slot + SLOT_STATES) + index * states
    y += tl.load(slot + SLOT_STATES) + index * states
    flow_max += tl.load(slot + SLOT_FLOWS) + index * pieces
    flow_sum += tl.load(slot + SLOT_FLOWS) + index * pieces

    source_of = table + tl.load(table + FLOW_SOURCE)
    target_of = table + tl.load(table + FLOW_TARGET)
    lows, ends = table + tl.load(table + FLOW_LOW), table + tl.load(table + FLOW_END)
    owner_of = table + tl.load(table + FLOW_GROUP)
    for first in range(0, pieces, BLOCK):
        piece = first + tl.arange(0, BLOCK)
        low = tl.load(lows + piece, mask=piece < pieces, other=0)
        end = tl.load(ends + piece, mask=piece < pieces, other=0)
        owner = tl.load(owner_of + piece, mask=piece < pieces, other=0)
        weight = tl.load(sums + owner, mask=piece < pieces, other=NOTHING)
        edge = low[:, None] + tl.arange(0, EDGES)[None, :]
        inside = edge < end[:, None]
        source = tl.load(source_of + edge, mask=inside, other=0)
        target = tl.load(target_of + edge, mask=inside, other=0)
        x = weight[:, None] + tl.load(b + states + target, mask=inside, other=NOTHING)
        x -= tl.load(b + source, mask=inside, other=0.0)
        x = sure(x + tl.load(y + source, mask=inside, other=NOTHING))
        peak = tl.max(x, 1)
        total = tl.sum(tl.exp(x - tl.maximum(peak, LEAST)[:, None]), 1)
        tl.store(flow_max + piece, peak, mask=piece < pieces)
        tl.store(flow_sum + piece, total, mask=piece < pieces)
    tl.debug_barrier()  # the pieces are written

    of_group = table + tl.load(table + GROUP_FLOW)
    for first in range(0, groups, ROWS):
        row = first + tl.arange(0, ROWS)
        low = tl.load(of_group + row, mask=row < groups, other=0)
        end = tl.load(of_group + row + 1, mask=row < groups, other=0)
        most = tl.max(end - low, 0)
        shift = tl.maximum(merged_largest(flow_max, low, end, most, ROWS, WIDTH), LEAST)
        total = merged_total(flow_max, flow_sum, shift, low, end, most, ROWS, WIDTH)
        tl.store(flow + row, log_or_nothing(total) + shift, mask=row < groups)
    tl.debug_barrier()  # the groups are written

    of_class = table + tl.load(table + CLASS_PAIR)
    group_of = table + tl.load(table + PAIR_GROUP)
    for first in range(0, classes, ROWS):
        row = first + tl.arange(0, ROWS)
        weight = tl.load(weights + row, mask=row < classes, other=NOTHING)
        low = tl.load(of_class + row, mask=row < classes, other=0)
        end = tl.load(of_class + row + 1, mask=row < classes, other=0)
        most = tl.max(end - low, 0)
        peak = tl.full([ROWS], NOTHING, tl.float64)
        for j in range(0, most, WIDTH):
            pair = low[:, None] + j + tl.arange(0, WIDTH)[None, :]
            group = tl.load(group_of + pair, mask=pair < end[:, None], other=0)
            share = weight[:, None] - tl.load(sums + group, mask=pair < end[:, None], other=0.0)
            x = sure(share + tl.load(flow + group, mask=pair < end[:, None], other=NOTHING))
            peak = tl.maximum(peak, tl.max(x, 1))
        shift = tl.maximum(peak, LEAST)
        total = tl.zeros([ROWS], tl.float64)
        for j in range(0, most, WIDTH):
            pair = low[:, None] + j + tl.arange(0, WIDTH)[None, :]
            group = tl.load(group_of + pair, mask=pair < end[:, None], other=0)
            share = weight[:, None] - tl.load(sums + group, mask=pair < end[:, None], other=0.0)
            x = sure(share + tl.load(flow + group, mask=pair < end[:, None], other=NOTHING))
            total += tl.sum(tl.exp(x - shift[:, None]), 1)
        tl.store(marginals + row, log_or_nothing(total) + shift, mask=row < classes)


@kernel
def witness(
    slots: tl.tensor,
    positions: tl.tensor,
    weights: tl.tensor,
    best: tl.tensor,
    maxima: tl.tensor,
    marginals: tl.tensor,
    path: tl.tensor,
    tokens: tl.tensor,
    likely: tl.tensor,
    null: tl.tensor,
    LOGIT: tl.constexpr,
    BLOCK: tl.constexpr,
) -> None:
    """Tokens of the best path and how sure they are; the probability of null.

    Args:
        slots: int64 [P, SLOT_WIDTH].
        positions: int64 [N, POSITION_WIDTH].
        weights: float64, [n, C] of every slot.
        best: float64, likewise.
        maxima: float64, [n, G] of every slot.
        marginals: float64, [n, C] of every slot.
        path: int32 [N], of `forward`.
        tokens: float64 [N], a token, -1 where there is no path.
        likely: float64 [N], log of its posterior probability.
        null: float64 [N], that of the last class.
        LOGIT: type of the logits.
        BLOCK: classes of a group, and tokens of a class, at a time.
    """
    position = tl.program_id(0).to(tl.int64)
    at = positions + position * POSITION_WIDTH
    slot = slots + tl.load(at + AT_SLOT) * SLOT_WIDTH
    index = position - tl.load(slot + SLOT_FIRST)
    committed, group = tl.load(at + AT_COMMITTED), tl.load(path + position)
    table = tl.load(slot + SLOT_TABLES).to(tl.pointer_type(tl.int32))
    classes, groups = tl.load(table + CLASSES), tl.load(table + GROUPS)
    weights += tl.load(slot + SLOT_CLASSES) + index * classes
    best += tl.load(slot + SLOT_CLASSES) + index * classes
    marginals += tl.load(slot + SLOT_CLASSES) + index * classes
    tl.store(null + position, tl.load(marginals + classes - 1))
    if group < 0:
        tl.store(tokens + position, -1.0)
        tl.store(likely + position, NOTHING)
    elif committed >= 0:
        tl.store(tokens + position, committed.to(tl.float64))
        own = tl.load(table + tl.load(table + OF_TOKEN) + committed)
        tl.store(likely + position, tl.load(marginals + own) - tl.load(weights + own))
    else:
        largest = tl.load(maxima + tl.load(slot + SLOT_GROUPS) + index * groups + group)
        members = table + tl.load(table + GROUP_CLASS)
        starts = table + tl.load(table + GROUP_START) + group
        stop = tl.load(starts + 1)
        found = tl.full([], FAR, tl.int32)
        for first in range(tl.load(starts), stop, BLOCK):
            pair = first + tl.arange(0, BLOCK)
            member = tl.load(members + pair, mask=pair < stop, other=0)
            value = tl.load(best + member, mask=pair < stop, other=NOTHING)
            hit = (pair < stop) & (value == largest)
            found = tl.minimum(found, tl.min(tl.where(hit, member, FAR), 0))
        own = tl.where(found < FAR, found, 0)  # the dead class has no tokens

        row = tl.load(slot + SLOT_LOGITS).to(tl.pointer_type(LOGIT))
        row += tl.load(at + AT_ROW) * tl.load(slot + SLOT_STRIDE)
        step = tl.load(slot + SLOT_STEP)
        temperature = tl.load(slot + SLOT_TEMPERATURE).to(tl.float64, bitcast=True).to(tl.float32)
        sorted_ = table + tl.load(table + TOKENS)
        starts = table + tl.load(table + CLASS_START) + own
        stop = tl.load(starts + 1)
        found = tl.full([], FAR, tl.int32)
        for first in range(tl.load(starts), stop, BLOCK):
            element = first + tl.arange(0, BLOCK)
            token = tl.load(sorted_ + element, mask=element < stop, other=0)
            value = tl.load(row + token * step, mask=element < stop, other=NOTHING)
            value = divided(value.to(tl.float32), temperature).to(tl.float64)
            hit = (element < stop) & (value == largest)
            found = tl.minimum(found, tl.min(tl.where(hit, token, FAR), 0))
        tl.store(tokens + position, found.to(tl.float64))
        sure_of = tl.load(marginals + own) - tl.load(weights + own) + largest
        tl.store(likely + position, sure_of)
