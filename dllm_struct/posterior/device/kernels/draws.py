"""Exact joint samples of one slot: an edge at a time, then the tokens of all positions at once.

As on the host, three numbers in [0, 1) for each position choose an edge, a class of its group, and
a token of the class.
"""

from __future__ import annotations

import triton.language as tl

from dllm_struct.posterior.device.kernels.arrays import (
    AT_COMMITTED,
    AT_ROW,
    CLASS_START,
    CLASSES,
    FAR,
    GROUP_CLASS,
    GROUP_START,
    GROUPS,
    LEAST,
    NOTHING,
    OUT_GROUP,
    OUT_START,
    OUT_TARGET,
    POSITION_WIDTH,
    SLOT_CLASSES,
    SLOT_FIRST,
    SLOT_GROUPS,
    SLOT_LENGTH,
    SLOT_LOGITS,
    SLOT_STATES,
    SLOT_STEP,
    SLOT_STRIDE,
    SLOT_TABLES,
    SLOT_TEMPERATURE,
    START,
    STATES,
    TOKENS,
    divided,
)
from dllm_struct.posterior.device.kernels.jit import kernel


@kernel
def first_beyond(
    parts: tl.tensor,
    number: tl.tensor,
    reached: tl.tensor,
    aim: tl.tensor,
    chosen: tl.tensor,
    last: tl.tensor,
) -> tl.tensor:
    """Look in some weights for the first at which their sum exceeds ``aim``.

    Args:
        parts: float64 [K], weights.
        number: int32 [K], what is chosen.
        reached: the sum of all weights before.
        aim: what is to be exceeded.
        chosen: the first number found so far, else `FAR`.
        last: the last number whose weight is above 0.

    Returns:
        ``reached``, ``chosen`` and ``last`` after these weights.
    """
    total = reached + tl.cumsum(parts, 0)
    hit = (parts > 0) & (total > aim)
    chosen = tl.minimum(chosen, tl.min(tl.where(hit, number, FAR), 0))
    last = tl.maximum(last, tl.max(tl.where(parts > 0, number, 0), 0))
    return reached + tl.sum(parts, 0), chosen, last


@kernel
def draw_path(
    slot: tl.tensor,
    uniform: tl.tensor,
    sums: tl.tensor,
    b: tl.tensor,
    path: tl.tensor,
    BLOCK: tl.constexpr,
) -> None:
    """Draw the groups that samples take; one program for each sample.

    Args:
        slot: int64 [SLOT_WIDTH].
        uniform: float64 [k, n, 3].
        sums: float64, [n, G] of every slot.
        b: float64, [n + 1, S] of every slot.
        path: int32 [k, n], the groups.
        BLOCK: edges at a time.
    """
    sample = tl.program_id(0).to(tl.int64)
    table = tl.load(slot + SLOT_TABLES).to(tl.pointer_type(tl.int32))
    length, states = tl.load(slot + SLOT_LENGTH), tl.load(table + STATES)
    groups = tl.load(table + GROUPS)
    sums += tl.load(slot + SLOT_GROUPS)
    b += tl.load(slot + SLOT_STATES)
    uniform += sample * length * 3
    path += sample * length
    starts = table + tl.load(table + OUT_START)
    group_of = table + tl.load(table + OUT_GROUP)
    target_of = table + tl.load(table + OUT_TARGET)
    at = tl.load(table + START)
    for here in range(0, length):
        low, stop = tl.load(starts + at), tl.load(starts + at + 1)
        peak = tl.full([], NOTHING, tl.float64)
        for first in range(low, stop, BLOCK):
            edge = first + tl.arange(0, BLOCK)
            group = tl.load(group_of + edge, mask=edge < stop, other=0)
            target = tl.load(target_of + edge, mask=edge < stop, other=0)
            x = tl.load(sums + here * groups + group, mask=edge < stop, other=NOTHING)
            x += tl.load(b + (here + 1) * states + target, mask=edge < stop, other=NOTHING)
            peak = tl.maximum(peak, tl.max(x, 0))
        total = tl.full([], 0.0, tl.float64)
        for first in range(low, stop, BLOCK):
            edge = first + tl.arange(0, BLOCK)
            group = tl.load(group_of + edge, mask=edge < stop, other=0)
            target = tl.load(target_of + edge, mask=edge < stop, other=0)
            x = tl.load(sums + here * groups + group, mask=edge < stop, other=NOTHING)
            x += tl.load(b + (here + 1) * states + target, mask=edge < stop, other=NOTHING)
            total += tl.sum(tl.exp(x - tl.maximum(peak, LEAST)), 0)
        aim = total * tl.load(uniform + here * 3)
        reached = tl.full([], 0.0, tl.float64)
        chosen, last = tl.full([], FAR, tl.int32), tl.full([], 0, tl.int32)
        for first in range(low, stop, BLOCK):
            edge = first + tl.arange(0, BLOCK)
            group = tl.load(group_of + edge, mask=edge < stop, other=0)
            target = tl.load(target_of + edge, mask=edge < stop, other=0)
            x = tl.load(sums + here * groups + group, mask=edge < stop, other=NOTHING)
            x += tl.load(b + (here + 1) * states + target, mask=edge < stop, other=NOTHING)
            parts = tl.exp(x - tl.maximum(peak, LEAST))
            reached, chosen, last = first_beyond(parts, edge, reached, aim, chosen, last)
        chosen = tl.where(chosen < FAR, chosen, last)
        tl.store(path + here, tl.load(group_of + chosen))
        at = tl.load(target_of + chosen)


@kernel
def draw_tokens(
    slot: tl.tensor,
    positions: tl.tensor,
    uniform: tl.tensor,
    weights: tl.tensor,
    path: tl.tensor,
    tokens: tl.tensor,
    LOGIT: tl.constexpr,
    BLOCK: tl.constexpr,
) -> None:
    """Draw a class of each group and a token of it; one program for each position of a sample.

    Args:
        slot: int64 [SLOT_WIDTH].
        positions: int64 [N, POSITION_WIDTH].
        uniform: float64 [k, n, 3].
        weights: float64, [n, C] of every slot.
        path: int32 [k, n], of `draw_path`.
        tokens: int64 [k, n], the samples.
        LOGIT: type of the logits.
        BLOCK: classes, and tokens, at a time.
    """
    program = tl.program_id(0).to(tl.int64)
    index = program % tl.load(slot + SLOT_LENGTH)
    at = positions + (tl.load(slot + SLOT_FIRST) + index) * POSITION_WIDTH
    committed = tl.load(at + AT_COMMITTED)
    table = tl.load(slot + SLOT_TABLES).to(tl.pointer_type(tl.int32))
    uniform += program * 3
    if committed >= 0:
        tl.store(tokens + program, committed)
    else:
        weights += tl.load(slot + SLOT_CLASSES) + index * tl.load(table + CLASSES)
        starts = table + tl.load(table + GROUP_START) + tl.load(path + program)
        members = table + tl.load(table + GROUP_CLASS)
        low, stop = tl.load(starts), tl.load(starts + 1)
        peak = tl.full([], NOTHING, tl.float64)
        for first in range(low, stop, BLOCK):
            pair = first + tl.arange(0, BLOCK)
            member = tl.load(members + pair, mask=pair < stop, other=0)
            x = tl.load(weights + member, mask=pair < stop, other=NOTHING)
            peak = tl.maximum(peak, tl.max(x, 0))
        total = tl.full([], 0.0, tl.float64)
        for first in range(low, stop, BLOCK):
            pair = first + tl.arange(0, BLOCK)
            member = tl.load(members + pair, mask=pair < stop, other=0)
            x = tl.load(weights + member, mask=pair < stop, other=NOTHING)
            total += tl.sum(tl.exp(x - tl.maximum(peak, LEAST)), 0)
        aim = total * tl.load(uniform + 1)
        reached = tl.full([], 0.0, tl.float64)
        chosen, last = tl.full([], FAR, tl.int32), tl.full([], 0, tl.int32)
        for first in range(low, stop, BLOCK):
            pair = first + tl.arange(0, BLOCK)
            member = tl.load(members + pair, mask=pair < stop, other=0)
            x = tl.load(weights + member, mask=pair < stop, other=NOTHING)
            parts = tl.exp(x - tl.maximum(peak, LEAST))
            reached, chosen, last = first_beyond(parts, pair, reached, aim, chosen, last)
        own = tl.load(members + tl.where(chosen < FAR, chosen, last))

        row = tl.load(slot + SLOT_LOGITS).to(tl.pointer_type(LOGIT))
        row += tl.load(at + AT_ROW) * tl.load(slot + SLOT_STRIDE)
        step = tl.load(slot + SLOT_STEP)
        temperature = tl.load(slot + SLOT_TEMPERATURE).to(tl.float64, bitcast=True).to(tl.float32)
        starts = table + tl.load(table + CLASS_START) + own
        sorted_ = table + tl.load(table + TOKENS)
        low, stop = tl.load(starts), tl.load(starts + 1)
        peak = tl.full([], NOTHING, tl.float64)
        for first in range(low, stop, BLOCK):
            element = first + tl.arange(0, BLOCK)
            token = tl.load(sorted_ + element, mask=element < stop, other=0)
            x = tl.load(row + token * step, mask=element < stop, other=NOTHING).to(tl.float32)
            x = divided(x, temperature).to(tl.float64)
            peak = tl.maximum(peak, tl.max(x, 0))
        total = tl.full([], 0.0, tl.float64)
        for first in range(low, stop, BLOCK):
            element = first + tl.arange(0, BLOCK)
            token = tl.load(sorted_ + element, mask=element < stop, other=0)
            x = tl.load(row + token * step, mask=element < stop, other=NOTHING).to(tl.float32)
            x = divided(x, temperature).to(tl.float64)
            total += tl.sum(tl.exp(x - tl.maximum(peak, LEAST)), 0)
        aim = total * tl.load(uniform + 2)
        reached = tl.full([], 0.0, tl.float64)
        chosen, last = tl.full([], FAR, tl.int32), tl.full([], 0, tl.int32)
        for first in range(low, stop, BLOCK):
            element = first + tl.arange(0, BLOCK)
            token = tl.load(sorted_ + element, mask=element < stop, other=0)
            x = tl.load(row + token * step, mask=element < stop, other=NOTHING).to(tl.float32)
            x = divided(x, temperature).to(tl.float64)
            parts = tl.exp(x - tl.maximum(peak, LEAST))
            reached, chosen, last = first_beyond(parts, element, reached, aim, chosen, last)
        chosen = tl.where(chosen < FAR, chosen, last)
        tl.store(tokens + program, tl.load(sorted_ + chosen).to(tl.int64))
