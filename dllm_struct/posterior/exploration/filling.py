"""Search for a witness where much is committed: every mask is filled for what stands behind it.

Nodes are pairs of a masked position and the state before it. They wait at their position, those
first that need the fewest bytes more than there is room for, and states that are differently far
from an end take turns. Sweeps from left to right take a few nodes of every position; a sweep that
gets nowhere is followed by one that begins earlier, and at last by wider ones. A node is asked for
more and more tokens when it is taken again, in the end for all, so that a search that has run dry
is a proof.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from heapq import heappop, heappush
from itertools import count

import numpy as np
from numpy.typing import NDArray

from dllm_struct.automata.machine import DEAD, Refined
from dllm_struct.posterior.exploration.automaton import SIGNS, LazyAutomaton
from dllm_struct.posterior.exploration.endings import Endings
from dllm_struct.posterior.exploration.following import after_run, after_tokens, best_of_each
from dllm_struct.posterior.exploration.naming import naming_tokens
from dllm_struct.posterior.exploration.question import ANY, Question

WIDTH = 2
"""Nodes of a position that the first sweep takes."""

BATCH = 24
"""States that are looked at when a node is taken."""

READ = 64
"""Tokens that are read in about the time that a state is looked at."""

MOST_EFFORT = 1_000_000
"""States that are looked at before the search gives up."""

BLANK = b" \t\n\r"

Ints = NDArray[np.int32]


def work_of(automaton: LazyAutomaton, state: int, num_tokens: int) -> int:
    """What reading tokens after a state costs, in tokens whose states are known.

    Where a state remembers what it reads, every token leads to a state of its own.
    """
    return num_tokens * READ if automaton.memory.by_token[state] else num_tokens


@dataclass(eq=False)
class _Node:
    """A state before a masked position.

    Attributes:
        position: the position.
        state: the state.
        score: the logits of the tokens so far.
        parent: the node before; None at the beginning.
        token: the token between.
        stage: which tokens are tried next.
        waiting: states after the next run of committed tokens, and tokens that lead to them.
    """

    position: int
    state: int
    score: float
    parent: _Node | None
    token: int
    stage: int = 0
    waiting: list[tuple[int, int]] = field(default_factory=list)


@dataclass(frozen=True)
class Run:
    """Masked positions ``start`` … ``stop`` - 1, and the committed bytes that follow them."""

    start: int
    stop: int
    after: bytes


Waiting = tuple[int, int, float, int, _Node]
"""Detour in bytes, turn, score, number, and the node."""


class Filling:
    """One search.

    Args:
        automaton: the language.
        question: the positions.
        runs: the runs of masks.
        refined: how far states are from what is committed behind each run; None: the way to the
            machine's own end is all that is known.
        most_effort: states that are looked at before the search gives up.
        takes_turns: whether states that are differently far from an end take turns; else the
            nearest come first.

    Attributes:
        found: tokens of a witness; None when none was found.
    """

    def __init__(
        self,
        automaton: LazyAutomaton,
        question: Question,
        runs: Sequence[Run],
        refined: Refined | None,
        most_effort: int = MOST_EFFORT,
        *,
        takes_turns: bool = True,
    ) -> None:
        self.automaton, self.question, self._refined = automaton, question, refined
        self._takes_turns = takes_turns
        self._most_effort = most_effort
        self._gap_of = np.full(len(question), -1)
        self._left = np.zeros(len(question), np.int64)
        for number, run in enumerate(runs):
            self._gap_of[run.start : run.stop] = number
            self._left[run.start : run.stop] = np.arange(run.stop - run.start, 0, -1)
        self._named = naming_tokens(automaton.vocabulary, automaton.machine.literals)
        self.found: list[int] | None = None
        self._endings = Endings(automaton, question)
        self._masked = np.flatnonzero(question.fixed[: question.highest] == ANY)
        self._pools: list[list[Waiting]] = [[] for _ in range(len(question) + 1)]
        self._turns: list[dict[int, int]] = [{} for _ in range(len(question) + 1)]
        self._seen: set[tuple[int, int]] = set()
        self._runs: dict[int, tuple[int, NDArray[np.int64]]] = {}
        self._number = count()
        self._effort = 0

    def run(self) -> None:
        """Search until a witness is found, all has been tried, or it took too much."""
        stop, run = self._run(0)
        first = after_run(self.automaton, np.array([self.question.start], np.int32), run)
        if first[0] != DEAD:
            self._arrive(stop, int(first[0]), None, ANY)
        levels = self._masked.tolist()
        furthest, width, window = -1, WIDTH, 1
        start = 0
        while self.found is None and self._effort < self._most_effort and any(self._pools):
            reached = self._sweep(levels, start, width)
            if reached > furthest:
                furthest, window = reached, 1
            elif window > furthest:
                width, window = 2 * width, 1
            else:
                window *= 2
            start = max(0, furthest + 1 - window)

    @property
    def is_complete(self) -> bool:
        """Whether nothing was left out, so that there is no witness when none was found."""
        return not any(self._pools)

    def _sweep(self, levels: list[int], start: int, width: int) -> int:
        """Take some nodes of every position from a level on; the last level that had any."""
        reached = -1
        for level in range(start, len(levels)):
            pool = self._pools[levels[level]]
            for _ in range(min(width, len(pool))):
                reached = level
                self._take(pool)
                if self.found is not None:
                    return reached
            if reached >= 0 and reached < level and not any(self._pools[p] for p in levels[level:]):
                break
        return reached

    def _take(self, pool: list[Waiting]) -> None:
        """Look at states after the best node of a position."""
        detour, turn, score, _, node = heappop(pool)
        while not node.waiting and node.stage < self._num_stages(node):
            tokens = self._tokens(node)
            node.stage += 1
            self._effort += work_of(self.automaton, node.state, len(tokens)) // READ
            self._read(node, tokens)
        batch, node.waiting = node.waiting[:BATCH], node.waiting[BATCH:]
        if node.waiting or node.stage < self._num_stages(node):
            heappush(pool, (detour + 1, turn, score, next(self._number), node))
        stop, _ = self._run(node.position + 1)
        for state, token in batch:
            self._arrive(stop, state, node, token)

    def _num_stages(self, node: _Node) -> int:
        return 1 if self.question.is_closed[node.position] else 2 + len(self._chunks)

    def _tokens(self, node: _Node) -> Ints:
        """The tokens that are tried next at a node."""
        i, automaton = node.position, self.automaton
        options = self.question.options[i, : self.question.num_options[i]]
        if node.stage == 0 and not self.question.is_closed[i]:
            listed = automaton.listed(node.state)[0]
            plain = np.array(automaton.plain, np.int32)
            more = automaton.signs if automaton.memory.by_token[node.state] else []
            signs = np.array(more, np.int32)
            return np.unique(np.concatenate((options, listed, plain, self._named, signs)))
        if node.stage == 0:
            return options
        if node.stage == 1:
            return np.array(automaton.signs, np.int32)
        return self._chunks[node.stage - 2]

    @cached_property
    def _chunks(self) -> list[Ints]:
        """All tokens, those first that begin with a sign or a blank."""
        words = self.automaton.words
        first = [bytes([b]) for b in range(256)]
        kinds = [[b for b in range(256) if SIGNS.fullmatch(first[b]) and b not in BLANK], [*BLANK]]
        kinds.append([b for b in range(128) if b not in kinds[0] and b not in BLANK])
        kinds.append([*range(128, 256)])
        found: list[Ints] = []
        for kind in kinds:
            roots = [int(words.root[b]) for b in kind if words.root[b] >= 0]
            parts = [
                words.tokens[words.token_start[root] : words.token_start[words.end[root]]]
                for root in roots
            ]
            found.append(np.concatenate([np.zeros(0, np.int32), *parts]))
        return found

    def _read(self, node: _Node, tokens: Ints) -> None:
        """Read tokens and what is committed behind them.

        Ways out of a text that is remembered come first: all others lead to states of their own.
        """
        targets = after_tokens(self.automaton, node.state, tokens)
        chosen = self._best(node.position, tokens, targets)
        tokens, states = tokens[chosen], targets[chosen]
        stop, run = self._run(node.position + 1)
        if len(run):
            states = after_run(self.automaton, states, run)
            chosen = self._best(node.position, tokens, states)
            tokens, states = tokens[chosen], states[chosen]
        if len(self.question.logits):
            order = np.argsort(-self.question.row(node.position)[tokens], kind="stable")
            tokens, states = tokens[order], states[order]
        if self.automaton.memory.by_token[node.state]:
            order = np.argsort(self.automaton.remembering(states), kind="stable")
            tokens, states = tokens[order], states[order]
        pairs = zip(states.tolist(), tokens.tolist(), strict=True)
        node.waiting = [pair for pair in pairs if (stop, pair[0]) not in self._seen]
        self._seen.update((stop, state) for state, _ in node.waiting)

    def _best(self, i: int, tokens: Ints, targets: Ints) -> NDArray[np.int64]:
        """Which of some tokens have the highest logit of all that lead to the same state."""
        known = len(self.question.logits) > 0
        row = self.question.row(i) if known else np.zeros(self.automaton.num_tokens, np.float32)
        size = len(self.automaton.memory.seen)
        chosen: NDArray[np.int64] = best_of_each(tokens, targets, row, self.question.null, size)
        return chosen

    def _arrive(self, stop: int, state: int, parent: _Node | None, token: int) -> None:
        """Come to a masked position."""
        score = 0.0 if parent is None else parent.score
        if parent is not None and len(self.question.logits):
            score += float(self.question.row(parent.position)[token])
        node = _Node(stop, state, score, parent, token)
        rest = self._endings.of(stop, state)
        if rest is not None:
            self.found = [*self._spelled_back(node), *rest]
        elif stop < self.question.highest:
            self._wait(node)

    def _wait(self, node: _Node) -> None:
        """Put a node on its pool."""
        self._effort += 1
        i = node.position
        detour = self._detour(i, node.state)
        if detour is None:
            return
        turns, turn = self._turns[i], self.automaton.home(node.state)
        if self._takes_turns:
            turn = turns[turn] = turns.get(turn, -1) + 1
        heappush(self._pools[i], (detour, turn, -node.score, next(self._number), node))

    def _detour(self, i: int, state: int) -> int | None:
        """How much more has to be written than there seems to be room for; None: too much."""
        if self._refined is None:
            return max(0, i + self.automaton.home(state) - self.question.highest)
        left = int(self._left[i])
        distance = self._refined.distance(state, int(self._gap_of[i]))
        if distance is None or distance > left * self.automaton.words.deepest:
            return None
        return max(0, distance - left)

    def _run(self, i: int) -> tuple[int, NDArray[np.int64]]:
        """The next masked position, and the committed tokens before it."""
        if i not in self._runs:
            fixed, stop = self.question.fixed, i
            while stop < self.question.highest and fixed[stop] != ANY:
                stop += 1
            self._runs[i] = stop, fixed[i:stop]
        return self._runs[i]

    def _spelled_back(self, node: _Node) -> list[int]:
        """The tokens before a node."""
        return [token for part in [*self._parts(node)][::-1] for token in part]

    def _parts(self, node: _Node) -> Iterator[list[int]]:
        here: _Node | None = node
        while here is not None:
            begin = 0 if here.parent is None else here.parent.position + 1
            yield self.question.fixed[begin : here.position].tolist()
            if here.parent is not None:
                yield [here.token]
            here = here.parent
