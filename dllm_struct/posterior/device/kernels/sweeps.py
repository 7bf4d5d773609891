"""The sweeps over an automaton: position after position, one program for each slot.

A position's edges are reduced in two passes, first their pieces and then the states' pieces, with a
barrier after each; what is passed on lies in the device's memory, so there may be any number of
states. See docs/explanation/posterior.md for the formulas.
"""

from __future__ import annotations

import triton.language as tl

from dllm_struct.posterior.device.kernels.arrays import (
    ACCEPTING,
    ENTERING,
    FAR,
    GROUPS,
    IN_END,
    IN_GROUP,
    IN_LOW,
    IN_SOURCE,
    IN_TARGET,
    LEAST,
    LEAVING,
    NOTHING,
    OUT_END,
    OUT_GROUP,
    OUT_LOW,
    OUT_START,
    OUT_TARGET,
    SLOT_FIRST,
    SLOT_GROUPS,
    SLOT_LENGTH,
    SLOT_PARTS,
    SLOT_STATES,
    SLOT_TABLES,
    SLOT_WIDTH,
    START,
    STATE_IN,
    STATE_OUT,
    STATES,
    log_or_nothing,
    merged_largest,
    merged_total,
    sure,
)
from dllm_struct.posterior.device.kernels.jit import kernel


@kernel
def backward(
    slots: tl.tensor,
    sums: tl.tensor,
    maxima: tl.tensor,
    b: tl.tensor,
    v: tl.tensor,
    part_max: tl.tensor,
    part_sum: tl.tensor,
    part_best: tl.tensor,
    BLOCK: tl.constexpr,
    EDGES: tl.constexpr,
    ROWS: tl.constexpr,
    PIECES: tl.constexpr,
) -> None:
    """Evidence still to come, and the most probable way to acceptance.

    Args:
        slots: int64 [P, SLOT_WIDTH].
        sums: float64, [n, G] of every slot.
        maxima: float64, likewise.
        b: float64, [n + 1, S] of every slot: log of the evidence from a state on.
        v: float64, likewise: log-weight of the best way on.
        part_max: float64, scratch for the pieces of every slot's edges.
        part_sum: float64, likewise.
        part_best: float64, likewise.
        BLOCK: pieces at a time.
        EDGES: edges of a piece.
        ROWS: states at a time.
        PIECES: pieces of a state at a time.
    """
    slot = slots + tl.program_id(0) * SLOT_WIDTH
    table = tl.load(slot + SLOT_TABLES).to(tl.pointer_type(tl.int32))
    length, states = tl.load(slot + SLOT_LENGTH), tl.load(table + STATES)
    groups, pieces = tl.load(table + GROUPS), tl.load(table + LEAVING)
    sums += tl.load(slot + SLOT_GROUPS)
    maxima += tl.load(slot + SLOT_GROUPS)
    b += tl.load(slot + SLOT_STATES)
    v += tl.load(slot + SLOT_STATES)
    part_max += tl.load(slot + SLOT_PARTS)
    part_sum += tl.load(slot + SLOT_PARTS)
    part_best += tl.load(slot + SLOT_PARTS)
    group_of = table + tl.load(table + OUT_GROUP)
    target_of = table + tl.load(table + OUT_TARGET)
    lows, ends = table + tl.load(table + OUT_LOW), table + tl.load(table + OUT_END)
    of_state = table + tl.load(table + STATE_OUT)

    accepting = table + tl.load(table + ACCEPTING)
    for first in range(0, states, ROWS):
        state = first + tl.arange(0, ROWS)
        ends_here = tl.load(accepting + state, mask=state < states, other=0)
        accepted = tl.where(ends_here > 0, 0.0, NOTHING).to(tl.float64)
        tl.store(b + length * states + state, accepted, mask=state < states)
        tl.store(v + length * states + state, accepted, mask=state < states)
    tl.debug_barrier()

    for done in range(0, length):
        here = length - 1 - done
        after = (here + 1) * states
        for first in range(0, pieces, BLOCK):
            piece = first + tl.arange(0, BLOCK)
            low = tl.load(lows + piece, mask=piece < pieces, other=0)
            end = tl.load(ends + piece, mask=piece < pieces, other=0)
            edge = low[:, None] + tl.arange(0, EDGES)[None, :]
            inside = edge < end[:, None]
            group = here * groups + tl.load(group_of + edge, mask=inside, other=0)
            target = after + tl.load(target_of + edge, mask=inside, other=0)
            x = tl.load(sums + group, mask=inside, other=NOTHING)
            x += tl.load(b + target, mask=inside, other=NOTHING)
            peak = tl.max(x, 1)
            total = tl.sum(tl.exp(x - tl.maximum(peak, LEAST)[:, None]), 1)
            y = tl.load(maxima + group, mask=inside, other=NOTHING)
            y += tl.load(v + target, mask=inside, other=NOTHING)
            tl.store(part_max + piece, peak, mask=piece < pieces)
            tl.store(part_sum + piece, total, mask=piece < pieces)
            tl.store(part_best + piece, tl.max(y, 1), mask=piece < pieces)
        tl.debug_barrier()
        for first in range(0, states, ROWS):
            state = first + tl.arange(0, ROWS)
            low = tl.load(of_state + state, mask=state < states, other=0)
            end = tl.load(of_state + state + 1, mask=state < states, other=0)
            most = tl.max(end - low, 0)
            shift = tl.maximum(merged_largest(part_max, low, end, most, ROWS, PIECES), LEAST)
            total = merged_total(part_max, part_sum, shift, low, end, most, ROWS, PIECES)
            best = merged_largest(part_best, low, end, most, ROWS, PIECES)
            to = here * states + state
            tl.store(b + to, log_or_nothing(total) + shift, mask=state < states)
            tl.store(v + to, best, mask=state < states)
        tl.debug_barrier()


@kernel
def forward(
    slots: tl.tensor,
    sums: tl.tensor,
    maxima: tl.tensor,
    b: tl.tensor,
    v: tl.tensor,
    y: tl.tensor,
    path: tl.tensor,
    part_max: tl.tensor,
    part_sum: tl.tensor,
    BLOCK: tl.constexpr,
    EDGES: tl.constexpr,
    ROWS: tl.constexpr,
    PIECES: tl.constexpr,
    LEAVES: tl.constexpr,
) -> None:
    """Posterior of the state before each position, and the groups that the best path takes.

    Args:
        slots: int64 [P, SLOT_WIDTH].
        sums: float64, [n, G] of every slot.
        maxima: float64, likewise.
        b: float64, [n + 1, S] of every slot, of `backward`.
        v: float64, likewise.
        y: float64, likewise: log of the posterior probability of a state.
        path: int32 [N], a group, -1 where there is no path.
        part_max: float64, scratch for the pieces of every slot's edges.
        part_sum: float64, likewise.
        BLOCK: pieces at a time.
        EDGES: edges of a piece.
        ROWS: states at a time.
        PIECES: pieces of a state at a time.
        LEAVES: edges of the path's state at a time.
    """
    slot = slots + tl.program_id(0) * SLOT_WIDTH
    table = tl.load(slot + SLOT_TABLES).to(tl.pointer_type(tl.int32))
    length, states = tl.load(slot + SLOT_LENGTH), tl.load(table + STATES)
    groups, pieces = tl.load(table + GROUPS), tl.load(table + ENTERING)
    sums += tl.load(slot + SLOT_GROUPS)
    maxima += tl.load(slot + SLOT_GROUPS)
    b += tl.load(slot + SLOT_STATES)
    v += tl.load(slot + SLOT_STATES)
    y += tl.load(slot + SLOT_STATES)
    path += tl.load(slot + SLOT_FIRST)
    part_max += tl.load(slot + SLOT_PARTS)
    part_sum += tl.load(slot + SLOT_PARTS)
    source_of = table + tl.load(table + IN_SOURCE)
    group_of = table + tl.load(table + IN_GROUP)
    target_of = table + tl.load(table + IN_TARGET)
    lows, ends = table + tl.load(table + IN_LOW), table + tl.load(table + IN_END)
    of_state = table + tl.load(table + STATE_IN)
    leaves = table + tl.load(table + OUT_START)
    leaving_group = table + tl.load(table + OUT_GROUP)
    leaving_target = table + tl.load(table + OUT_TARGET)

    at = tl.load(table + START)
    for first in range(0, states, ROWS):
        state = first + tl.arange(0, ROWS)
        begun = tl.where(state == at, 0.0, NOTHING).to(tl.float64)
        tl.store(y + state, begun, mask=state < states)
    tl.debug_barrier()

    for here in range(0, length):
        now, after = here * states, (here + 1) * states

        stop = tl.load(leaves + at + 1)
        best = tl.full([], NOTHING, tl.float64)
        chosen = tl.full([], FAR, tl.int32)
        for first in range(tl.load(leaves + at), stop, LEAVES):
            edge = first + tl.arange(0, LEAVES)
            group = tl.load(leaving_group + edge, mask=edge < stop, other=0)
            target = tl.load(leaving_target + edge, mask=edge < stop, other=0)
            x = tl.load(maxima + here * groups + group, mask=edge < stop, other=NOTHING)
            x += tl.load(v + after + target, mask=edge < stop, other=NOTHING)
            peak = tl.max(x, 0)
            earliest = tl.min(tl.where(x == peak, edge, FAR), 0)
            chosen = tl.where(peak > best, earliest, chosen)
            best = tl.maximum(best, peak)
        is_way = chosen < FAR
        tl.store(path + here, tl.load(leaving_group + chosen, mask=is_way, other=-1))
        at = tl.load(leaving_target + chosen, mask=is_way, other=0)

        for first in range(0, pieces, BLOCK):
            piece = first + tl.arange(0, BLOCK)
            low = tl.load(lows + piece, mask=piece < pieces, other=0)
            end = tl.load(ends + piece, mask=piece < pieces, other=0)
            edge = low[:, None] + tl.arange(0, EDGES)[None, :]
            inside = edge < end[:, None]
            source = now + tl.load(source_of + edge, mask=inside, other=0)
            group = here * groups + tl.load(group_of + edge, mask=inside, other=0)
            target = after + tl.load(target_of + edge, mask=inside, other=0)
            x = tl.load(sums + group, mask=inside, other=NOTHING)
            x += tl.load(b + target, mask=inside, other=NOTHING)
            x -= tl.load(b + source, mask=inside, other=0.0)
            x = sure(x + tl.load(y + source, mask=inside, other=NOTHING))
            peak = tl.max(x, 1)
            total = tl.sum(tl.exp(x - tl.maximum(peak, LEAST)[:, None]), 1)
            tl.store(part_max + piece, peak, mask=piece < pieces)
            tl.store(part_sum + piece, total, mask=piece < pieces)
        tl.debug_barrier()
        for first in range(0, states, ROWS):
            state = first + tl.arange(0, ROWS)
            low = tl.load(of_state + state, mask=state < states, other=0)
            end = tl.load(of_state + state + 1, mask=state < states, other=0)
            most = tl.max(end - low, 0)
            shift = tl.maximum(merged_largest(part_max, low, end, most, ROWS, PIECES), LEAST)
            total = merged_total(part_max, part_sum, shift, low, end, most, ROWS, PIECES)
            tl.store(y + after + state, log_or_nothing(total) + shift, mask=state < states)
        tl.debug_barrier()
