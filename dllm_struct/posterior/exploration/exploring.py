"""Exploring the lattice of a question.

Layer i holds states after i tokens, the best `beam` of them by their score so far; among these only
ones whose shortest end fits into what is left. Each is expanded by the likeliest tokens of the
position and by its own list (all its tokens, where it allows few). The states of a witness are
always kept, so there is a way through.
"""

from __future__ import annotations

import numpy as np

from dllm_struct.posterior.exploration.automaton import LazyAutomaton
from dllm_struct.posterior.exploration.beam import ALL
from dllm_struct.posterior.exploration.expansion import fitted, room_for, stamps_for
from dllm_struct.posterior.exploration.lattice import Lattice, Trail
from dllm_struct.posterior.exploration.layers import (
    Asked,
    Layers,
    advance,
    first_layer,
    with_room,
)
from dllm_struct.posterior.exploration.question import Question

FIRST_EDGES = 2048
ROOM = 32
"""Nodes and edges of a layer that there is room for at first."""


def explore(
    automaton: LazyAutomaton, question: Question, trail: Trail | None, beam: int | None
) -> Lattice:
    """Explore the lattice of a question.

    Args:
        automaton: the language.
        question: the positions.
        trail: a witness, always kept.
        beam: most states of a layer besides the trail's; None: all.
    """
    n = len(question)
    asked = _asked(automaton, question, trail, beam)
    stamps = stamps_for(len(automaton.memory.seen), automaton.num_tokens)
    found, layers = room_for(FIRST_EDGES), first_layer(question.start, n, FIRST_EDGES + ROOM * n)
    i = 0
    while i < n:
        i, missing, room = advance(
            i, asked, automaton.words, automaton.memory, stamps, found, layers
        )
        automaton.fill(map(tuple, found.missing[:missing].tolist()))
        stamps = fitted(stamps, len(automaton.memory.seen))
        if room:
            found = room_for(max(room, len(found.token)))
            edges = int(layers.edge_start[layers.start[i]])
            layers = with_room(layers, int(layers.start[i + 1]) + room, edges + room)
    lattice = _lattice(automaton, question, layers)
    if trail is not None:  # its end may be known for another reason than the state's
        lattice.final[
            layers.state[int(layers.start[n]) : len(lattice.state)] == trail.states[n]
        ] = True
    return lattice


def _asked(
    automaton: LazyAutomaton, question: Question, trail: Trail | None, beam: int | None
) -> Asked:
    n = len(question)
    return Asked(
        question.fixed,
        question.committed,
        question.logits,
        question.row_of,
        question.options,
        question.num_options,
        question.is_closed,
        question.lowest,
        question.highest + question.room,
        question.null,
        np.zeros(n, np.int32) if trail is None else trail.tokens.astype(np.int32),
        np.full(n + 1, -1) if trail is None else trail.states,
        automaton.num_tokens,
        ALL if beam is None else beam,
    )


def _lattice(automaton: LazyAutomaton, question: Question, layers: Layers) -> Lattice:
    n = len(question)
    first, last = int(layers.start[n]), int(layers.start[n + 1])
    edges = int(layers.edge_start[first])
    layers.edge_start[first : last + 1] = edges
    return Lattice(
        layers.start,
        layers.state[:last],
        layers.edge_start[: last + 1],
        layers.token[:edges],
        layers.target[:edges],
        layers.weight[:edges],
        layers.shift,
        question.are_ends(automaton, layers.state[first:last]),
        bool(layers.is_complete[0]),
    )
