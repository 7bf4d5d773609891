"""A language compiled for a vocabulary: immutable, picklable, shareable between threads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from torch import Tensor

from dllm_struct.automata.tokens import TokenAutomaton, lift
from dllm_struct.languages.base import Language
from dllm_struct.posterior import MASKED, Posterior, Problem, solve
from dllm_struct.posterior.support import completable, forced_tokens
from dllm_struct.vocabulary import Vocabulary

CACHE_SIZE = 512


@dataclass(frozen=True, eq=False)
class Compiled:
    """A language, a vocabulary, and the token automaton that joins them."""

    language: Language
    vocabulary: Vocabulary
    automaton: TokenAutomaton

    @property
    def min_tokens(self) -> int:
        """Fewest tokens of a member."""
        return self.automaton.min_tokens

    @property
    def max_tokens(self) -> int | None:
        """Most tokens of a member; None when there is no bound."""
        return self.automaton.max_tokens

    @property
    def num_states(self) -> int:
        """States of the automaton, the dead one and END included."""
        return self.automaton.num_states

    @property
    def num_classes(self) -> int:
        """Token classes, the dead one and null included."""
        return self.automaton.num_classes

    def posterior(self, logits: Tensor, null_token_id: int | None = None) -> Posterior:
        """The posterior of one slot.

        Args:
            logits: float [n, V]; a committed position is one-hot (-inf elsewhere).
            null_token_id: the token that fills the unused tail, if the model has one.
        """
        problem = Problem(self.automaton, logits, [MASKED] * len(logits), null_token_id)
        return solve([problem])[0]

    def completable(self, committed: Sequence[int], null_token_id: int | None = None) -> bool:
        """Whether a member agrees with what is committed (-1 where masked)."""
        a = self.automaton.with_null(null_token_id)
        tokens = np.asarray(committed, np.int64)
        return bool(completable(tokens, a.start, a.accepting, a.edges, a.classes, a.groups))

    def forced(self, committed: Sequence[int], null_token_id: int | None = None) -> list[int]:
        """The only token that can stand at each position, or -1; whatever a model would say."""
        a = self.automaton.with_null(null_token_id)
        tokens = np.asarray(committed, np.int64)
        forced = forced_tokens(tokens, a.start, a.accepting, a.edges, a.classes, a.groups)
        return [int(token) for token in forced]


def compile(language: Language, vocabulary: Vocabulary) -> Compiled:
    """Compile ``language`` for ``vocabulary``; compiling it again is a look-up.

    Raises:
        EmptyLanguage: no member can be written with the vocabulary's tokens.
        BudgetExceeded: the automaton would need too many states or too much memory.
    """
    return Compiled(language, vocabulary, _automaton(language, vocabulary))


@lru_cache(maxsize=CACHE_SIZE)
def _automaton(language: Language, vocabulary: Vocabulary) -> TokenAutomaton:
    return lift(language.dfa, vocabulary)
