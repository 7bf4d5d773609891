"""What is asked of one slot, in the form that exploration reads: what each position may hold."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from dllm_struct.automata.machine import DEAD
from dllm_struct.posterior.base import Problem
from dllm_struct.posterior.exploration.automaton import LazyAutomaton
from dllm_struct.posterior.exploration.likely import likely_tokens
from dllm_struct.posterior.exploration.reading import END

ANY = -1
"""A position that is not decided."""

NO_LOGITS = np.zeros((0, 0), np.float32)


@dataclass(frozen=True, eq=False)
class Question:
    """n positions; a member of k tokens, then n - k nulls.

    Attributes:
        fixed: int64 [n], the only token that can stand there, as far as is plain, else `ANY`.
        committed: bool [n], whether it is a committed one: it has the weight 1.
        logits: float32 [k, V'], or [0, 0] where nobody was asked.
        row_of: int64 [n], the row of logits of each position that is not committed.
        options: int32 [n, M], the likeliest tokens.
        num_options: int32 [n].
        is_closed: bool [n], whether no other token than the options can stand there.
        lowest: fewest tokens k.
        highest: most tokens k; less than `lowest` when nothing can fit.
        null: the null token, or -1.
        start: the state before the first position.
        room: positions that may follow; 0 where the text must have ended before.
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
    start: int
    room: int

    def __len__(self) -> int:
        return len(self.fixed)

    def row(self, position: int) -> NDArray[np.float32]:
        """The logits of a position, where the network was asked; float32 [V']."""
        row: NDArray[np.float32] = self.logits[self.row_of[position]]
        return row

    def allows(self, position: int, token: int) -> bool:
        """Whether a token of the text may stand at a position, whatever the language says."""
        if token == self.null:
            return False
        if self.fixed[position] != ANY:
            return bool(self.fixed[position] == token)
        return not len(self.logits) or bool(self.row(position)[token] > -np.inf)

    def ends(self, length: int) -> bool:
        """Whether the text may have this many tokens."""
        return self.lowest <= length <= self.highest

    def allows_all(self, position: int, tokens: NDArray[np.int64]) -> bool:
        """Whether tokens of the text, int64 [k], may stand from a position on."""
        places = np.arange(position, position + len(tokens))
        fixed = self.fixed[places]
        is_open = fixed == ANY
        if (tokens == self.null).any() or (fixed != tokens)[~is_open].any():
            return False
        if not len(self.logits):
            return True
        rows = self.row_of[places[is_open]]
        return bool((self.logits[rows, tokens[is_open]] > -np.inf).all())

    def are_ends(self, automaton: LazyAutomaton, states: NDArray[np.int32]) -> NDArray[np.bool_]:
        """In which states the text may end after the last position, or go on. bool [k]."""
        may_end = self.highest == len(self)
        ends = [
            state == END or (may_end and automaton.ends_within(state, self.room))
            for state in states.tolist()
        ]
        return np.array(ends, np.bool_)

    @property
    def is_impossible(self) -> bool:
        """Whether plainly nothing can fit."""
        return (
            self.start == DEAD
            or self.lowest > self.highest
            or bool((self.is_closed & (self.num_options == 0)).any())
        )

    def free_from(self, separators: Collection[int]) -> int:
        """From here on up to `highest` nothing is decided, positions of separators apart."""
        taken = np.flatnonzero((self.fixed != ANY) | self.is_closed)
        last = (int(i) for i in taken[::-1] if i < self.highest and i not in separators)
        return next(last, -1) + 1


def unasked(committed: Sequence[int], null: int | None, start: int) -> Question:
    """What is committed after a state, without a network's opinion."""
    fixed = np.asarray(committed, np.int64).reshape(-1)
    n = len(fixed)
    nulls = np.full(n, null is not None)
    options = np.zeros((n, 0), np.int32), np.zeros(n, np.int32)
    return _question(fixed, NO_LOGITS, np.zeros(n, np.int64), options, nulls, null, start)


def asked(
    automaton: LazyAutomaton,
    logits: NDArray[np.float32],
    problem: Problem,
    most: int,
    start: int,
) -> Question | None:
    """What is committed and what a network says; None when it says NaN or +inf.

    Args:
        automaton: the language.
        logits: float32 [k, V'], the problem's on the host, each row contiguous.
        problem: the rest of it.
        most: how many likely tokens of a position are looked at.
        start: the state before the first position.
    """
    fixed = np.asarray(problem.committed, np.int64).reshape(-1)
    row_of, null = problem.row_of, problem.null_token_id
    most = min(most, automaton.num_tokens)
    options, counts, are_sound = likely_tokens(logits, row_of, fixed, automaton.num_tokens, most)
    if not are_sound:
        return None
    nulls = np.zeros(len(fixed), np.bool_)
    if null is not None:
        nulls = logits[row_of, null] > -np.inf
    question = _question(fixed, logits, row_of, (options, counts), nulls, null, start)
    return replace(question, room=problem.room if question.highest == len(fixed) else 0)


def _question(
    committed: NDArray[np.int64],
    logits: NDArray[np.float32],
    row_of: NDArray[np.int64],
    likely: tuple[NDArray[np.int32], NDArray[np.int32]],
    nulls: NDArray[np.bool_],
    null: int | None,
    start: int,
) -> Question:
    options, counts = likely
    is_masked = committed == ANY
    is_closed = is_masked & (counts < options.shape[1] if options.shape[1] else False)
    fixed = committed.copy()
    only = is_closed & (counts == 1)
    if options.shape[1]:
        fixed[only] = options[only, 0]
    may_be_null = np.where(fixed == ANY, nulls, fixed == (-2 if null is None else null))
    text = np.flatnonzero(~may_be_null)
    ended = np.flatnonzero(fixed == (-2 if null is None else null))
    return Question(
        fixed=fixed,
        committed=~is_masked,
        logits=logits,
        row_of=row_of,
        options=options,
        num_options=counts,
        is_closed=is_closed,
        lowest=int(text[-1]) + 1 if len(text) else 0,
        highest=int(ended[0]) if len(ended) else len(fixed),
        null=-1 if null is None else null,
        start=start,
        room=0,
    )
