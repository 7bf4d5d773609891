"""Finding a witness, or proving that there is none.

Breadth first over (layer, state), narrow and with few tokens a state; then by a search that goes
back where it gets stuck; then ever wider, at last with every token and every state. A sweep that
left nothing out and found nothing is a proof.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from dllm_struct.automata.machine import DEAD
from dllm_struct.errors import BudgetExceeded
from dllm_struct.posterior.exploration.automaton import LazyAutomaton
from dllm_struct.posterior.exploration.endings import Endings
from dllm_struct.posterior.exploration.filling import MOST_EFFORT, READ, work_of
from dllm_struct.posterior.exploration.guided import guided, unguided
from dllm_struct.posterior.exploration.lattice import Trail
from dllm_struct.posterior.exploration.memory import FEWEST
from dllm_struct.posterior.exploration.proving import nothing_fits
from dllm_struct.posterior.exploration.question import ANY, Question
from dllm_struct.posterior.exploration.reading import END, passed
from dllm_struct.posterior.exploration.words import NEVER

LIKELIEST = 4
"""Likely tokens that are tried where a state allows more than its list, short of all."""

BRIDGE_WIDTH = 16
"""States of a layer kept in a sweep over a few new masks within an earlier witness."""

MOST_WORK = READ * MOST_EFFORT
"""Tokens that a search reads before it gives up; a state that is new counts as `READ`."""

MOST_UNGUIDED = 40_000
"""States that are looked at where a machine has nothing to guide a search by: each takes long."""


@dataclass(frozen=True)
class _Plan:
    """One sweep.

    Attributes:
        width: states of a layer; None: all.
        is_thorough: whether all tokens of a state are tried, not only its list.
    """

    width: int | None
    is_thorough: bool


class _Attempt(Protocol):
    """A search that has ended.

    Attributes:
        found: tokens of a witness.
        is_complete: whether nothing was left out.
    """

    @property
    def found(self) -> list[int] | None: ...

    @property
    def is_complete(self) -> bool: ...


@dataclass(frozen=True)
class _Swept:
    """What a sweep came to."""

    found: list[int] | None
    is_complete: bool


QUICK = (_Plan(6, False), _Plan(32, False))
WIDE = (_Plan(200, False), _Plan(1000, True), _Plan(None, True))


def quick_trail(
    automaton: LazyAutomaton, question: Question, hint: Sequence[int] | None
) -> Trail | None:
    """A witness that is easily found: the hint, the hint with its gaps filled, or the shortest end.

    Args:
        automaton: the language.
        question: the positions.
        hint: [n], tokens of an earlier witness, -1 where there was none.
    """
    if question.is_impossible:
        return None
    search = _Search(automaton, question)
    if hint is not None and len(hint) == len(question) and set(hint) != {ANY}:
        tokens = search.bridged(list(hint))
        if tokens is not None:
            return search.trail(tokens)
    rest = search.endings.of(0, question.start)
    return None if rest is None else search.trail(rest)


def find_trail(
    automaton: LazyAutomaton, question: Question, most_work: int = MOST_WORK
) -> Trail | None:
    """Any witness; None when there is none.

    Args:
        automaton: the language.
        question: the positions.
        most_work: tokens that may be read.

    Raises:
        BudgetExceeded: neither is known after a long search.
    """
    if question.is_impossible:
        return None
    search = _Search(automaton, question, most_work)
    for attempt in _attempts(search):
        if attempt.found is not None:
            return search.trail(attempt.found)
        if attempt.is_complete:
            return None
    raise AssertionError("the last sweep leaves nothing out")


def _attempts(search: _Search) -> Iterator[_Attempt]:
    """Searches that have ended, the ones that are likely to be short first."""
    automaton, question = search.automaton, search.question
    fillings = guided(automaton, question)
    if fillings is None:
        search.work_left = min(search.work_left, READ * MOST_UNGUIDED)
    for plan in QUICK:
        if fillings is not None:
            yield next(fillings)
        yield search.swept(plan)
    if nothing_fits(automaton, question, search.work_left):
        yield _Swept(None, is_complete=True)
    if fillings is None:
        yield unguided(automaton, question, search.work_left // READ)
    yield search.swept(WIDE[0])
    if fillings is not None:
        yield from fillings
    yield from map(search.swept, WIDE[1:])


class _Search:
    def __init__(
        self, automaton: LazyAutomaton, question: Question, most_work: int = MOST_WORK
    ) -> None:
        self.automaton, self.question = automaton, question
        self.endings = Endings(automaton, question)
        self.is_complete = False
        self._hint: list[int] | None = None
        self._missing = np.empty((1, 2), np.int64)
        self.work_left = most_work

    def trail(self, tokens: Sequence[int]) -> Trail:
        """The states that a witness passes."""
        own = np.asarray(tokens, np.int64)
        states = np.full(len(own) + 1, END, np.int64)
        passed = self._passed(self.question.start, own)
        states[: len(passed)] = passed
        return Trail(own, states)

    def swept(self, plan: _Plan) -> _Swept:
        """A sweep over all positions."""
        found = self.sweep(0, self.question.start, plan, len(self.question))
        return _Swept(found, self.is_complete)

    def bridged(self, hint: list[int]) -> list[int] | None:
        """The hint, its gaps filled, if it still fits."""
        null, start = self.question.null, self.question.start
        if null in hint:  # what comes after a null is one
            hint[hint.index(null) :] = [null] * (len(hint) - hint.index(null))
        gaps = [i for i, token in enumerate(hint) if token == ANY]
        if not gaps:
            return hint if self._follows(hint, 0, start) else None
        first = gaps[0]
        before = np.array(hint[:first], np.int64)
        states = self._passed(start, before)
        if len(states) <= first or not self.question.allows_all(0, before):
            return None
        self._hint = hint
        found = self.sweep(first, int(states[first]), _Plan(BRIDGE_WIDTH, False), gaps[-1] + 1)
        self._hint = None
        return None if found is None else hint[:first] + found

    def _follows(self, hint: list[int], position: int, state: int) -> bool:
        """Whether the hint's tokens from a position on fit."""
        own, question = np.array(hint[position:], np.int64), self.question
        states = self._passed(state, own)
        count = len(states) - 1
        if (own[count:] != question.null).any() or not question.allows_all(position, own[:count]):
            return False
        if not question.ends(position + count):
            return False
        room = question.room if position + count == len(question) else 0
        return self.automaton.ends_within(int(states[count]), room)

    def _passed(self, state: int, tokens: NDArray[np.int64]) -> NDArray[np.int32]:
        """The states that tokens pass, from a state to a null or to where they cannot go on."""
        states = np.empty(len(tokens) + 1, np.int32)
        while True:
            count, missing = passed(
                state, tokens, self.automaton.words, self.automaton.memory, self._missing, states
            )
            if not missing:
                return states[: count + 1]
            self.automaton.fill(map(tuple, self._missing[:missing].tolist()))

    def sweep(self, start: int, state: int, plan: _Plan, stop: int) -> list[int] | None:
        """Tokens from position ``start`` on, found layer by layer up to ``stop``.

        Afterwards `is_complete` tells whether nothing was left out.
        """
        layer: dict[int, tuple[int, int]] = {state: (DEAD, ANY)}
        layers = [layer]
        self.is_complete = True
        for i in range(start, stop + 1):
            for here in layer:
                rest = self._rest(i, here, stop)
                if rest is not None:
                    return _spelled_back(layers, here) + rest
            if i == stop:
                break
            layer = self._narrowed(self._next(i, layer, plan), plan, i + 1)
            layers.append(layer)
        return None

    def _rest(self, position: int, state: int, stop: int) -> list[int] | None:
        rest = self.endings.of(position, state)
        hint = self._hint
        if rest is None and hint is not None and position == stop:
            rest = hint[position:] if self._follows(hint, position, state) else None
        return rest

    def _next(
        self, i: int, layer: dict[int, tuple[int, int]], plan: _Plan
    ) -> dict[int, tuple[int, int]]:
        found: dict[int, tuple[int, int]] = {}
        run = self._run(i + 1)
        for state in layer:
            for token, target in self._children(i, state, plan):
                if target != DEAD and target not in found and self._reads(target, run):
                    found[target] = (state, token)
        return found

    def _children(self, i: int, state: int, plan: _Plan) -> Iterator[tuple[int, int]]:
        question, automaton = self.question, self.automaton
        self._work(1)
        if question.fixed[i] != ANY:
            token = int(question.fixed[i])
            if token != question.null:
                yield token, automaton.read(state, token)
            return
        options = question.options[i, : question.num_options[i]].tolist()
        if question.is_closed[i]:
            yield from ((t, automaton.read(state, t)) for t in options if t != question.null)
            return
        tokens, targets, is_all = automaton.listed(state)
        if not is_all and plan.is_thorough:
            self._work(work_of(automaton, state, automaton.num_tokens))
            tokens, targets = automaton.effects(state)
            is_all = True
        self._work(len(tokens))
        self.is_complete &= is_all
        seen: set[int] = set()
        for token, target in zip(tokens.tolist(), targets.tolist(), strict=True):
            if target not in seen and question.allows(i, token):
                seen.add(target)
                yield token, target
        if not is_all:
            self._work(work_of(automaton, state, LIKELIEST))
            allowed = (token for token in options[:LIKELIEST] if question.allows(i, token))
            yield from ((token, automaton.read(state, token)) for token in allowed)

    def _work(self, amount: int) -> None:
        self.work_left -= amount
        if self.work_left < 0:
            raise BudgetExceeded(
                f"no member of {self.automaton.language.description} was found that fits "
                f"{len(self.question)} positions and what is committed, nor is it sure that none "
                "exists",
                hint="free some positions, or allow more of them",
            )

    def _run(self, i: int) -> list[int]:
        """The decided tokens from position i on, if a run begins there."""
        fixed, null = self.question.fixed, self.question.null
        run: list[int] = []
        if i < len(fixed) and fixed[i - 1] == ANY:
            while i < len(fixed) and fixed[i] not in (ANY, null):
                run.append(int(fixed[i]))
                i += 1
        return run

    def _reads(self, state: int, run: list[int]) -> bool:
        for token in run:
            self._work(READ)
            state = self.automaton.read(state, token)
            if state == DEAD:
                return False
        return True

    def _narrowed(
        self, layer: dict[int, tuple[int, int]], plan: _Plan, i: int
    ) -> dict[int, tuple[int, int]]:
        """At most `width` states, as different as possible in how far they are from an end."""
        if plan.width is None or len(layer) <= plan.width:
            return layer
        self.is_complete = False
        self.automaton.fill([(state, FEWEST) for state in layer])
        rungs: dict[int, list[int]] = {}
        for state in layer:
            fewest = int(self.automaton.memory.fewest[state])
            fits = i + fewest <= self.question.highest + self.question.room
            rungs.setdefault(fewest if fits else NEVER, []).append(state)
        turns = zip_longest(*(rungs[fewest] for fewest in sorted(rungs)))
        kept = [state for turn in turns for state in turn if state is not None][: plan.width]
        return {state: layer[state] for state in kept}


def _spelled_back(layers: Sequence[dict[int, tuple[int, int]]], state: int) -> list[int]:
    """The tokens on the way from the first layer to a state of the last one."""
    tokens = []
    for layer in reversed(layers[1:]):
        state, token = layer[state]
        tokens.append(token)
    return tokens[::-1]
