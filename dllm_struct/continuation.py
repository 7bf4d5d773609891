"""What may follow a text token by token, so that it still becomes a member within a limit.

For decoding from left to right. A token may follow when the shortest way to a member after it fits
into the tokens that are left, so no choice leads into a dead end. Finite automata know the fewest
tokens of every state. For languages that are expanded lazily a known end of the state is looked at
first; where it does not fit, a shorter one is searched for, though not for long. Where every token
leads to a state of its own (inside a key that must not come twice) only the likeliest ones are
looked at, and nothing is searched for. What is left out is left out of the choice, never of reach:
a way to a member is always known, and its next token is allowed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from dllm_struct.automata.machine import DEAD
from dllm_struct.automata.tokens import TokenAutomaton
from dllm_struct.compiled import Compiled
from dllm_struct.errors import BudgetExceeded
from dllm_struct.languages.base import MACHINES
from dllm_struct.posterior import MASKED
from dllm_struct.posterior.exploration.automaton import LazyAutomaton
from dllm_struct.posterior.exploration.filling import READ
from dllm_struct.posterior.exploration.question import unasked
from dllm_struct.posterior.exploration.search import MOST_WORK, find_trail, quick_trail

MASKS_KEPT = 1024

LIKELIEST = 256
"""Tokens that are looked at where every one leads to a state of its own."""

SHORT = 256 * READ
"""Work of the search after one token."""


@dataclass(frozen=True)
class Continuation:
    """What may follow a text.

    Attributes:
        allowed: bool [V], the tokens after which a member is still in reach.
        may_end: whether the text is a member.
        plan: tokens that make it one within the limit; None: nothing does.
    """

    allowed: NDArray[np.bool_]
    may_end: bool
    plan: tuple[int, ...] | None


def continuation(
    compiled: Compiled,
    text: Sequence[int],
    left: int,
    end: int,
    scores: NDArray[np.float32],
    plan: Sequence[int] | None = None,
) -> Continuation:
    """Return what may follow a text.

    Args:
        compiled: the language.
        text: token ids.
        left: most tokens that may follow.
        end: a token without text.
        scores: float32 [V' >= V], larger for likelier tokens.
        plan: tokens that are known to make the text a member; None: none are.
    """
    automaton = compiled.automaton
    if isinstance(automaton, LazyAutomaton):
        with MACHINES:
            return _Explored(automaton, left, end).after(text, scores, plan)
    state = automaton.after(text)
    reach = automaton.fewest
    if not 0 <= reach[state] <= left:
        return Continuation(np.zeros(len(automaton.classes.of_token), np.bool_), False, None)
    may_end = bool(automaton.accepting[state])
    furthest = int(reach.max(initial=0)) + 1
    return Continuation(_allowed(automaton, state, min(left, furthest)), may_end, ())


@lru_cache(maxsize=MASKS_KEPT)
def _allowed(automaton: TokenAutomaton, state: int, left: int) -> NDArray[np.bool_]:
    """The tokens after which fewer than ``left`` more are enough. bool [V]."""
    edges, groups = automaton.edges, automaton.groups
    is_open = np.zeros(automaton.num_classes, np.bool_)
    for edge in range(edges.start[state], edges.start[state + 1]):
        target, group = edges.target[edge], edges.group[edge]
        if target != automaton.end and automaton.fewest[target] < left:
            is_open[groups.classes[groups.start[group] : groups.start[group + 1]]] = True
    allowed: NDArray[np.bool_] = is_open[automaton.classes.of_token]
    allowed.setflags(write=False)
    return allowed


class _Explored:
    """One step through a language that is expanded lazily.

    Args:
        automaton: the language.
        left: most tokens that may follow.
        end: a token without text.
    """

    def __init__(self, automaton: LazyAutomaton, left: int, end: int) -> None:
        automaton.relieve()
        self.automaton, self.left, self.end = automaton, left, end

    def after(
        self, text: Sequence[int], scores: NDArray[np.float32], plan: Sequence[int] | None
    ) -> Continuation:
        """See `continuation`."""
        automaton = self.automaton
        allowed = np.zeros(automaton.num_tokens, np.bool_)
        state = automaton.after(text)
        plan = self._plan(state, self.left) if plan is None or len(plan) > self.left else plan
        if not state or plan is None:
            return Continuation(allowed, False, None)
        may_end = automaton.accepts(state)
        if self.left:
            tokens, targets, are_own = self._effects(state, scores)
            distinct, of_token = np.unique(targets, return_inverse=True)
            fits = [self._fits(target, searches=not are_own) for target in distinct.tolist()]
            allowed[tokens[np.array(fits, np.bool_)[of_token]]] = True
            allowed[list(plan[:1])] = True
        return Continuation(allowed, may_end, tuple(plan))

    def _effects(
        self, state: int, scores: NDArray[np.float32]
    ) -> tuple[NDArray[np.int32], NDArray[np.int32], bool]:
        """Tokens that a state allows, where they lead, and whether to states of their own.

        Where they do, and are more than a few: the likeliest ones alone.
        """
        automaton = self.automaton
        tokens, targets, is_all = automaton.listed(state)
        are_own = bool(automaton.memory.remembers[state])
        if is_all:
            return tokens, targets, are_own
        if not are_own:
            return (*automaton.effects(state), False)
        count = min(LIKELIEST, automaton.num_tokens)
        likely = np.argpartition(-scores[: automaton.num_tokens], count - 1)[:count]
        own = np.union1d(likely, tokens).astype(np.int32)
        reached = np.array([automaton.read(state, token) for token in own.tolist()], np.int32)
        return own[reached != DEAD], reached[reached != DEAD], True

    def _fits(self, state: int, searches: bool) -> bool:
        """Whether a member is known, or found, to be in reach after one more token."""
        left = self.left - 1
        if self.automaton.ends_within(state, left):
            return True
        try:
            return searches and self._plan(state, left, SHORT) is not None
        except BudgetExceeded:  # not known: left out, and something else is known to fit
            return False

    def _plan(self, state: int, left: int, most_work: int = MOST_WORK) -> list[int] | None:
        """Tokens from a state to a member, at most ``left``; None when there are none."""
        if not state:
            return None
        question = unasked([MASKED] * left, self.end, state)
        trail = quick_trail(self.automaton, question, None)
        trail = trail or find_trail(self.automaton, question, most_work)
        return None if trail is None else [t for t in trail.tokens.tolist() if t != self.end]
