"""The explored lattice: which states are looked at after each token, and by which tokens.

Layer i holds states after i tokens, the best `beam` of them by their score so far; among these only
ones whose shortest end fits into what is left. Each is expanded by the likeliest tokens of the
position and by its own list (all its tokens, where it allows few). The states of a witness are
always kept, so there is a way through.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dllm_struct.posterior.exploration.automaton import LazyAutomaton
from dllm_struct.posterior.exploration.expansion import (
    END,
    MOST_REQUESTS,
    Found,
    Stamps,
    expand,
    readers,
    room_for,
)
from dllm_struct.posterior.exploration.memory import FEWEST, LIST, NOT_ASKED, ROW
from dllm_struct.posterior.exploration.question import ANY, Question

MOST_REMEMBERING = 4
"""States of a layer that remember what they read (as keys of objects do) and are still explored by
likely tokens: these are the ones that are expensive."""

MOST_REMEMBERED = 6
"""Likely tokens that are tried in each of them."""


class Lattice(NamedTuple):
    """Nodes are (layer, state) pairs in the order of layers; edges are sorted by source.

    Attributes:
        layer_start: int64 [n + 2], first node of each layer.
        state: int32 [N], state of the machine, or `END`.
        edge_start: int64 [N + 1], first edge of each node.
        token: int32 [E].
        target: int64 [E], a node.
        weight: float64 [E], logit of the token, 0 where committed, less the layer's largest.
        shift: float64 [n], the largest weight of each layer's edges.
        final: bool, [nodes of the last layer], whether the text may end there.
        is_complete: whether nothing was left out.
    """

    layer_start: NDArray[np.int64]
    state: NDArray[np.int32]
    edge_start: NDArray[np.int64]
    token: NDArray[np.int32]
    target: NDArray[np.int64]
    weight: NDArray[np.float64]
    shift: NDArray[np.float64]
    final: NDArray[np.bool_]
    is_complete: bool


@dataclass(frozen=True)
class Trail:
    """A witness and the states it passes.

    Attributes:
        tokens: [n].
        states: [n + 1], `END` after the text.
    """

    tokens: Sequence[int]
    states: Sequence[int]


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
    return Explorer(automaton, question, trail, beam).run()


class Explorer:
    """Explores layer after layer; see `explore` for its arguments."""

    def __init__(
        self, automaton: LazyAutomaton, question: Question, trail: Trail | None, beam: int | None
    ) -> None:
        self.automaton, self.question, self.trail, self.beam = automaton, question, trail, beam
        self.states = np.array([automaton.start], np.int32)
        self.scores = np.zeros(1)
        self.is_complete = True
        self.stamps = Stamps(
            np.zeros(0, np.int64),
            np.zeros(0, np.int32),
            np.zeros(automaton.num_tokens, np.int64),
        )
        self.stamp = np.ones(1, np.int64)

    def run(self) -> Lattice:
        """Layer after layer."""
        layers, counts, tokens, slots, weights = [self.states], [], [], [], []
        shift = np.zeros(len(self.question))
        for i in range(len(self.question)):
            source, token, slot, weight = self._layer(i)
            shift[i] = weight.max(initial=-np.inf)
            shift[i] = shift[i] if np.isfinite(shift[i]) else 0.0
            counts.append(np.bincount(source, minlength=len(layers[-1])))
            tokens.append(token)
            slots.append(slot)
            weights.append(weight - shift[i])
            layers.append(self.states)
        layer_start = np.cumsum([0, *map(len, layers)])
        targets = [slot + start for slot, start in zip(slots, layer_start[1:], strict=False)]
        last = np.zeros(len(layers[-1]), np.int64)
        return Lattice(
            layer_start,
            np.concatenate(layers),
            np.concatenate(([0], np.cumsum(np.concatenate([*counts, last])))).astype(np.int64),
            np.concatenate([np.zeros(0, np.int32), *tokens]),
            np.concatenate([np.zeros(0, np.int64), *targets]),
            np.concatenate([np.zeros(0), *weights]),
            shift,
            np.array([self._ends(int(state)) for state in self.states], np.bool_),
            self.is_complete,
        )

    def _ends(self, state: int) -> bool:
        n = len(self.question)
        return state == END or (self.question.highest == n and self.automaton.accepts(state))

    def _layer(self, i: int) -> tuple[NDArray[Any], ...]:
        """Expand layer i; sets the states of the next one and returns the edges."""
        edges, found, count = self._expanded(i)
        is_costly = self._is_costly(i, found.source[:edges], found.slot[:edges])
        kept = self._kept(i + 1, found.state[:count], found.score[:count], is_costly)
        number = np.full(count, -1, np.int64)
        number[kept] = np.arange(len(kept))
        self.states, self.scores = found.state[kept], found.score[kept]
        slot = number[found.slot[:edges]]
        stays = slot >= 0
        return (
            found.source[:edges][stays],
            found.token[:edges][stays],
            slot[stays],
            found.weight[:edges][stays],
        )

    def _expanded(self, i: int) -> tuple[int, Found, int]:
        automaton, question = self.automaton, self.question
        is_open = bool(question.fixed[i] == ANY)
        self._prepare(is_open)
        memory = automaton.memory
        living = self.states[self.states != END]
        options = self._options(i)
        tries = self._tries(len(options))
        if is_open and memory.wide[living].any():
            is_all = question.is_closed[i] or len(options) == automaton.num_tokens
            self.is_complete &= bool(is_all and (tries == len(options)).all())
        listed = int(memory.list_size[living].sum()) if is_open else 0
        room = listed + len(self.states) * (len(options) + 2) + 1
        found = room_for(room)
        row = question.logits[i] if len(question.logits) else np.zeros(0, np.float32)
        while True:
            self._fit_stamps()
            edges, count, missing = expand(
                self.states,
                self.scores,
                i,
                question.fixed[i],
                question.committed[i],
                options,
                tries,
                row,
                question.null,
                question.ends(i),
                self._trail_step(i),
                automaton.words,
                automaton.memory,
                self.stamps,
                self.stamp,
                found,
            )
            if not missing:
                return edges, found, count
            automaton.fill(map(tuple, found.missing[:missing].tolist()))

    def _options(self, i: int) -> NDArray[np.int32]:
        """Tokens that are tried at a position besides the states' own lists."""
        return self.question.options[i, : self.question.num_options[i]]

    def _tries(self, most: int) -> NDArray[np.int64]:
        """How many likely tokens are tried in each state: few where all that is tried is new."""
        tries = np.full(len(self.states), most)
        remembers = self.automaton.memory.remembers[self.states]
        if self.beam is not None and remembers.any():
            own = np.flatnonzero(remembers)
            tries[own] = 0
            best = own[np.argsort(-self.scores[own], kind="stable")[:MOST_REMEMBERING]]
            tries[best] = min(most, MOST_REMEMBERED)
        return tries

    def _is_costly(
        self, i: int, source: NDArray[np.int32], slot: NDArray[np.int32]
    ) -> NDArray[np.bool_]:
        """Which found states (as first met) come after a state that remembers what it reads."""
        first = np.flatnonzero(np.diff(np.maximum.accumulate(slot), prepend=-1))
        if self.beam is None or self.question.fixed[i] != ANY:
            return np.zeros(len(first), np.bool_)
        return self.automaton.memory.remembers[self.states[source[first]]]

    def _prepare(self, is_open: bool) -> None:
        memory, living = self.automaton.memory, self.states[self.states != END]
        known = memory.list_start[living] != NOT_ASKED if is_open else memory.seen[living]
        what = LIST if is_open else ROW
        self.automaton.fill([(state, what) for state in living[~known].tolist()])

    def _fit_stamps(self) -> None:
        size = len(self.automaton.memory.seen)
        if size > len(self.stamps.of_state):
            self.stamps = self.stamps._replace(
                of_state=np.zeros(size, np.int64), slot=np.zeros(size, np.int32)
            )

    def _trail_step(self, i: int) -> tuple[int, int]:
        """State and token of the trail at position i, -1 where there is none."""
        if self.trail is None:
            return -1, -1
        return self.trail.states[i], self.trail.tokens[i]

    def _kept(
        self,
        i: int,
        states: NDArray[np.int32],
        scores: NDArray[np.float64],
        is_costly: NDArray[np.bool_],
    ) -> NDArray[np.int64]:
        """Which of the states found for layer i are kept, ascending."""
        kept = self._readers(i, states)
        num_costly = int(is_costly[kept].sum())
        if self.beam is None or (len(kept) <= self.beam and num_costly <= MOST_REMEMBERING):
            return kept
        self.is_complete = False
        always = END if self.trail is None else self.trail.states[i]
        chosen: list[int] = []
        count = num_costly = 0
        order = kept[np.argsort(-scores[kept], kind="stable")]
        rows = (order, states[order], is_costly[order])
        for slot, state, costly in zip(*(row.tolist() for row in rows), strict=True):
            if state in (END, always):
                chosen.append(slot)
            elif (
                count < self.beam
                and num_costly + costly <= MOST_REMEMBERING
                and self._fewest(state) <= self.question.highest - i
            ):
                chosen.append(slot)
                count += 1
                num_costly += costly
        return np.array(sorted(chosen), np.int64)

    def _fewest(self, state: int) -> int:
        if self.automaton.memory.fewest[state] == NOT_ASKED:
            self.automaton.fill([(state, FEWEST)])
        return int(self.automaton.memory.fewest[state])

    def _readers(self, i: int, states: NDArray[Any]) -> NDArray[Any]:
        """Which states can read the decided tokens from position i on, if a run begins there."""
        fixed, null = self.question.fixed, self.question.null
        stop = i
        while stop < len(fixed) and fixed[stop] not in (ANY, null):
            stop += 1
        if stop == i or fixed[i - 1] != ANY:
            return np.arange(len(states))
        run = fixed[i:stop]
        missing = np.empty((MOST_REQUESTS, 2), np.int64)
        while True:
            can, num_missing = readers(
                states, run, self.automaton.words, self.automaton.memory, missing
            )
            if not num_missing:
                return np.flatnonzero(can)
            self.automaton.fill(map(tuple, missing[:num_missing].tolist()))
