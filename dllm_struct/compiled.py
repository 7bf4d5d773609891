"""A language compiled for a vocabulary: immutable, picklable, shareable between threads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from torch import Tensor

from dllm_struct.automata.dfa import DFA
from dllm_struct.automata.tokens import TokenAutomaton, lift
from dllm_struct.errors import EmptyLanguage
from dllm_struct.languages.base import MACHINES, Language
from dllm_struct.posterior import MASKED, Posterior, Problem, solve
from dllm_struct.posterior.exploration import support as lazily
from dllm_struct.posterior.exploration.automaton import LazyAutomaton
from dllm_struct.posterior.exploration.words import NEVER
from dllm_struct.posterior.support import completable, forced_tokens
from dllm_struct.vocabulary import Vocabulary

CACHE_SIZE = 512

FORCED = 4096
"""Slots whose forced tokens are kept."""

LAZY_CACHE_SIZE = 16
"""Automata that grow as they are explored; each may take a hundred megabytes."""


@dataclass(frozen=True, eq=False)
class Compiled:
    """A language, a vocabulary, and the token automaton that joins them.

    The automaton of a language that is not regular is lazy: it makes its states as they are asked
    for, under a lock, and gives the same answers whatever was asked before.
    """

    language: Language
    vocabulary: Vocabulary
    automaton: TokenAutomaton | LazyAutomaton

    @cached_property
    def min_tokens(self) -> int:
        """Fewest tokens of a member.

        Of a lazy automaton: exact for members of a few tokens; else those of a short member.
        """
        if isinstance(self.automaton, TokenAutomaton):
            return self.automaton.min_tokens
        with MACHINES:
            return lazily.fewest_tokens(self.automaton)

    @property
    def max_tokens(self) -> int | None:
        """Most tokens of a member; None when there is no bound, or none is known."""
        exact = self.automaton
        return exact.max_tokens if isinstance(exact, TokenAutomaton) else None

    @property
    def num_states(self) -> int:
        """States of the automaton, the dead one and END included; of a lazy one, those so far."""
        return self.automaton.num_states

    @property
    def num_classes(self) -> int | None:
        """Token classes, the dead one and null included; None for a lazy automaton."""
        exact = self.automaton
        return exact.num_classes if isinstance(exact, TokenAutomaton) else None

    def posterior(self, logits: Tensor, null_token_id: int | None = None) -> Posterior:
        """The posterior of one slot.

        Args:
            logits: float [n, V]; a committed position is one-hot (-inf elsewhere).
            null_token_id: the token that fills the unused tail, if the model has one.
        """
        problem = Problem(self.automaton, logits, [MASKED] * len(logits), null_token_id)
        return solve([problem])[0]

    def completable(
        self,
        committed: Sequence[int],
        null_token_id: int | None = None,
        witness: Sequence[int] | None = None,
        most_work: int | None = None,
    ) -> bool:
        """Whether a member agrees with what is committed (-1 where masked).

        Args:
            committed: [n].
            null_token_id: the token that fills the unused tail, if the model has one.
            witness: [n], an earlier one, -1 where there was none: where a lazy automaton looks
                first.
            most_work: how much is tried with a lazy automaton; None: a lot.

        Raises:
            BudgetExceeded: with a lazy automaton it is not known after a long search.
        """
        if isinstance(self.automaton, LazyAutomaton):
            with MACHINES:
                return lazily.completable(
                    self.automaton, committed, null_token_id, witness, most_work
                )
        a = self.automaton.with_null(null_token_id)
        tokens = np.asarray(committed, np.int64)
        return bool(completable(tokens, a.start, a.accepting, a.edges, a.classes, a.groups))

    def forced(
        self, committed: Sequence[int], null_token_id: int | None = None, room: int = 0
    ) -> list[int]:
        """The only token that can stand at each position, or -1; whatever a model would say.

        With a lazy automaton -1 also stands where that is not known.

        Args:
            committed: [n], -1 where masked.
            null_token_id: the token that fills the unused tail, if the model has one.
            room: positions that may be added behind these: then the beginning of a longer member
                may stand here as well. A lazy automaton does not look at it.
        """
        if isinstance(self.automaton, LazyAutomaton):
            with MACHINES:
                return lazily.forced_tokens(self.automaton, committed, null_token_id)
        a = self.automaton.with_null(null_token_id)
        a = a.between(a.start, min(room, a.num_states))
        return [*_forced(a, tuple(committed))]


@lru_cache(maxsize=FORCED)
def _forced(a: TokenAutomaton, committed: tuple[int, ...]) -> tuple[int, ...]:
    """The only token at each position, or -1; kept: not every slot changes at every step."""
    tokens = np.asarray(committed, np.int64)
    found = forced_tokens(tokens, a.start, a.accepting, a.edges, a.classes, a.groups)
    return tuple(found.tolist())


def compile(language: Language, vocabulary: Vocabulary) -> Compiled:
    """Compile ``language`` for ``vocabulary``; compiling it again is a look-up.

    A language that is not regular is expanded later, as far as it is needed.

    Raises:
        EmptyLanguage: no member can be written with the vocabulary's tokens.
        BudgetExceeded: the automaton would need too many states or too much memory.
    """
    return Compiled(language, vocabulary, _automaton(language, vocabulary))


def _automaton(language: Language, vocabulary: Vocabulary) -> TokenAutomaton | LazyAutomaton:
    automaton = language.automaton
    if isinstance(automaton, DFA):
        return _lifted(automaton, vocabulary)
    return _lazy(language, vocabulary)


@lru_cache(maxsize=CACHE_SIZE)
def _lifted(dfa: DFA, vocabulary: Vocabulary) -> TokenAutomaton:
    return lift(dfa, vocabulary)


@lru_cache(maxsize=LAZY_CACHE_SIZE)
def _lazy(language: Language, vocabulary: Vocabulary) -> LazyAutomaton:
    with MACHINES:
        lazy = LazyAutomaton(language, vocabulary)
        if not lazy.start or (lazy.fewest == NEVER and lazily.fewest_tokens(lazy) == NEVER):
            raise EmptyLanguage(
                "no member of the language can be written with the tokens of this vocabulary",
                hint="check the pattern or schema, and that the vocabulary covers its characters",
            )
    return lazy
