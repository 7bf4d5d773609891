"""Exploring layer after layer in one compiled loop, until something has to be asked for."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dllm_struct.automata.jit import jit
from dllm_struct.posterior.exploration.beam import (
    ALL,
    MOST_REMEMBERING,
    come_late,
    narrow,
    tries_of,
)
from dllm_struct.posterior.exploration.expansion import Found, Stamps, expand
from dllm_struct.posterior.exploration.memory import LIST, NOT_ASKED, ROW, Memory, grown
from dllm_struct.posterior.exploration.question import ANY
from dllm_struct.posterior.exploration.reading import END, readers
from dllm_struct.posterior.exploration.words import Words


class Asked(NamedTuple):
    """A question and a witness, for compiled loops.

    Attributes:
        fixed: int64 [n], see `Question`, as for the next six.
        committed: bool [n].
        logits: float32 [k, V'].
        row_of: int64 [n].
        options: int32 [n, M].
        num_options: int32 [n].
        is_closed: bool [n].
        lowest: fewest tokens.
        highest: most tokens.
        null: the null token, or -1.
        trail_token: int32 [n], the witness.
        trail_state: int64 [n + 1], the states it passes, -1 where there is none.
        num_tokens: V.
        beam: most states of a layer, or `ALL`.
    """

    fixed: NDArray[np.int64]
    committed: NDArray[np.bool_]
    logits: NDArray[np.float32]
    row_of: NDArray[np.int64]
    options: NDArray[np.int32]
    num_options: NDArray[np.int32]
    is_closed: NDArray[np.bool_]
    lowest: int
    highest: int
    null: int
    trail_token: NDArray[np.int32]
    trail_state: NDArray[np.int64]
    num_tokens: int
    beam: int


class Layers(NamedTuple):
    """What is explored so far, with room for more. Nodes and edges are those of `Lattice`.

    Attributes:
        start: int64 [n + 2], first node of each layer.
        state: int32 [N].
        score: float64 [N], best score of a path to the node.
        edge_start: int64 [N + 1].
        token: int32 [E].
        target: int64 [E].
        weight: float64 [E].
        shift: float64 [n].
        is_complete: bool [1], whether nothing was left out.
    """

    start: NDArray[np.int64]
    state: NDArray[np.int32]
    score: NDArray[np.float64]
    edge_start: NDArray[np.int64]
    token: NDArray[np.int32]
    target: NDArray[np.int64]
    weight: NDArray[np.float64]
    shift: NDArray[np.float64]
    is_complete: NDArray[np.bool_]


def first_layer(state: int, n: int, room: int) -> Layers:
    """The layer of one state, with room for so many nodes and edges."""
    layers = Layers(
        np.zeros(n + 2, np.int64),
        np.empty(room, np.int32),
        np.empty(room, np.float64),
        np.empty(room + 1, np.int64),
        np.empty(room, np.int32),
        np.empty(room, np.int64),
        np.empty(room, np.float64),
        np.zeros(n, np.float64),
        np.ones(1, np.bool_),
    )
    layers.start[1:] = 1
    layers.state[0], layers.score[0], layers.edge_start[0] = state, 0.0, 0
    return layers


def with_room(layers: Layers, nodes: int, edges: int) -> Layers:
    """The same with room for so many nodes and edges."""
    return layers._replace(
        state=grown(layers.state, nodes, 0),
        score=grown(layers.score, nodes, 0),
        edge_start=grown(layers.edge_start, nodes + 1, 0),
        token=grown(layers.token, edges, 0),
        target=grown(layers.target, edges, 0),
        weight=grown(layers.weight, edges, 0),
    )


@jit
def advance(
    i: int,
    asked: Asked,
    words: Words,
    memory: Memory,
    stamps: Stamps,
    found: Found,
    layers: Layers,
) -> tuple[int, int, int]:
    """Explore from layer i on.

    Returns:
        The layer that it came to, n when it is done; how much is missing for it, in `found`; and
        how many edges and nodes it may have, when there is no room for so many.
    """
    while i < len(asked.fixed):
        states = layers.state[layers.start[i] : layers.start[i + 1]]
        missing = _unknown(states, asked.fixed[i] == ANY, memory, found.missing)
        if missing:
            return i, missing, 0
        room = len(states) * (asked.num_options[i] + 2) + 1
        if asked.fixed[i] == ANY:
            room += memory.list_size[states].sum()
        if (
            room > len(found.token)
            or layers.start[i + 1] + room > len(layers.state)
            or layers.edge_start[layers.start[i]] + room > len(layers.token)
        ):
            return i, 0, room
        missing = _explore(i, states, asked, words, memory, stamps, found, layers)
        if missing:
            return i, missing, 0
        i += 1
    return i, 0, 0


@jit
def _unknown(states: Any, is_open: Any, memory: Any, missing: Any) -> Any:
    """Ask for the states that are not known well enough to be expanded."""
    count = 0
    for state in states:
        is_known = memory.list_start[state] != NOT_ASKED if is_open else memory.seen[state]
        if state != END and not is_known and count < len(missing):
            missing[count, 0] = state
            missing[count, 1] = LIST if is_open else ROW
            count += 1
    return count


@jit
def _explore(
    i: Any,
    states: Any,
    asked: Any,
    words: Any,
    memory: Any,
    stamps: Any,
    found: Any,
    layers: Any,
) -> Any:
    """Write down layer i + 1 and the edges to it; returns how much has to be asked first."""
    options = asked.options[i, : asked.num_options[i]]
    scores = layers.score[layers.start[i] : layers.start[i + 1]]
    row = asked.logits[asked.row_of[i]]
    tries = tries_of(states, scores, options, row, words, memory, asked.beam)
    edges, count, missing = expand(
        states,
        scores,
        asked.fixed[i],
        asked.committed[i],
        options,
        tries,
        row,
        asked.null,
        asked.lowest <= i <= asked.highest,
        (asked.trail_state[i], asked.trail_token[i : i + 1]),
        words,
        memory,
        stamps,
        found,
    )
    if missing:
        return missing
    is_narrowed, missing = _choose(i + 1, states, edges, count, asked, words, memory, found)
    if missing:
        return missing
    if is_narrowed or _leaves_out(i, states, tries, asked, memory):
        layers.is_complete[0] = False
    _write(i, edges, count, found, layers)
    return 0


@jit
def _choose(
    i: Any,
    states: Any,
    edges: Any,
    count: Any,
    asked: Any,
    words: Any,
    memory: Any,
    found: Any,
) -> Any:
    """Say which found states make layer i; returns whether any is left out, and what to ask for."""
    is_kept, is_costly = found.is_kept[:count], found.is_costly[:count]
    is_kept[:], is_costly[:] = True, False
    stop = i
    while stop < len(asked.fixed) and asked.fixed[stop] not in (ANY, asked.null):
        stop += 1
    if asked.fixed[i - 1] == ANY and stop > i:
        can, missing = readers(
            found.state[:count], asked.fixed[i:stop], words, memory, found.missing
        )
        if missing:
            return False, missing
        is_kept[:] = can
    if asked.beam == ALL:
        return False, 0
    if asked.fixed[i - 1] == ANY:
        come_late(found.source[:edges], found.slot[:edges], states, memory, is_costly)
    if is_kept.sum() <= asked.beam and (is_kept & is_costly).sum() <= MOST_REMEMBERING:
        return False, 0
    return True, narrow(
        found.state[:count],
        found.score[:count],
        is_kept,
        is_costly,
        asked.trail_state[i],
        asked.highest - i,
        asked.beam,
        memory,
        found.missing,
    )


@jit
def _leaves_out(i: Any, states: Any, tries: Any, asked: Any, memory: Any) -> Any:
    """Whether some token that may be possible is not tried in some state."""
    if asked.fixed[i] != ANY:
        return False
    num_options = asked.num_options[i]
    is_all = asked.is_closed[i] or num_options == asked.num_tokens
    is_any_wide = False
    for k in range(len(states)):
        is_any_wide |= states[k] != END and memory.wide[states[k]]
        is_all &= tries[k] == num_options
    return is_any_wide and not is_all


@jit
def _write(i: Any, edges: Any, count: Any, found: Any, layers: Any) -> None:
    """Write down the states that are kept, and the edges to them."""
    first, last = layers.start[i], layers.start[i + 1]
    number = np.full(count, -1, np.int64)
    node = last
    for k in range(count):
        if found.is_kept[k]:
            number[k] = node
            layers.state[node], layers.score[node] = found.state[k], found.score[k]
            node += 1
    layers.start[i + 2] = node
    start = edge = layers.edge_start[first]
    source = 0
    largest = -np.inf
    for e in range(edges):
        if number[found.slot[e]] < 0:
            continue
        while source < found.source[e]:
            source += 1
            layers.edge_start[first + source] = edge
        layers.token[edge] = found.token[e]
        layers.target[edge] = number[found.slot[e]]
        layers.weight[edge] = found.weight[e]
        largest = max(largest, found.weight[e])
        edge += 1
    layers.edge_start[first + source + 1 : last + 1] = edge
    layers.shift[i] = largest if edge > start else 0.0
    layers.weight[start:edge] -= layers.shift[i]
