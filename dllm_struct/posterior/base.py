"""What is asked of one slot, and what the answer offers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from dllm_struct.automata.tokens import TokenAutomaton
from dllm_struct.errors import EmptyLanguage, InvalidInput, NonFiniteLogits
from dllm_struct.logit_rows import LogitRows
from dllm_struct.posterior.class_sums import sum_rows
from dllm_struct.posterior.exploration.automaton import LazyAutomaton
from dllm_struct.posterior.spread import Spread
from dllm_struct.posterior.temperature import divided
from dllm_struct.transfer import fetch, upload

MASKED = -1

ROWS_AT_ONCE = 16
"""Positions whose logits are summed at a time: their rows may have to be copied."""


@dataclass(frozen=True, eq=False)
class Problem:
    """One slot: what it may be, what the model thinks, and what is already decided.

    Attributes:
        automaton: the language, seen through the vocabulary.
        logits: float [k, V'] with V' >= V, as the model gave them.
        committed: [n], a token id, or -1 where masked; a committed row's logits are ignored.
        null_token_id: fills the unused tail; None means that the slot has to be filled exactly.
        witness: [n], tokens of an earlier witness, -1 where there was none: where exploration looks
            first. It need not fit any longer; exact engines do not read it.
        rows: int64 [n], the row of ``logits`` of each position, anything where it is committed;
            None: row i is that of position i.
        before: tokens that were written before these positions; they and what stands here are one
            text.
        temperature: what the logits are divided by as they are read, so that no array of their size
            is made; see `dllm_struct.posterior.temperature`.
        room: positions that may follow these. What stands here may then also be the beginning of a
            member that fits into all of them; how many ways there are to go on does not count. Of a
            lazy automaton some such beginnings may be left out, when only a tight end fits.
    """

    automaton: TokenAutomaton | LazyAutomaton
    logits: Tensor
    committed: Sequence[int]
    null_token_id: int | None = None
    witness: Sequence[int] | None = None
    rows: NDArray[np.int64] | None = None
    before: Sequence[int] = ()
    room: int = 0
    temperature: float = 1.0

    def __post_init__(self) -> None:
        rows = self.logits if self.rows is None else self.rows
        if self.logits.dim() != 2 or len(rows) != len(self.committed):
            raise InvalidInput(
                f"logits of shape {tuple(self.logits.shape)} for {len(self.committed)} positions",
                hint="logits must be [n, V], one row for each position of the slot",
            )
        if self.logits.shape[1] < self.num_tokens:
            raise InvalidInput(
                f"{self.logits.shape[1]} logits for {self.num_tokens} tokens",
                hint="the network must score every token of the vocabulary",
            )

    @property
    def row_of(self) -> NDArray[np.int64]:
        """The row of logits of each position, int64 [n]; any row where it is committed."""
        return np.arange(len(self.committed)) if self.rows is None else self.rows.clip(0)

    @property
    def dense(self) -> Tensor:
        """One row of logits for each position, float [n, V']; anything where it is committed."""
        if self.rows is None:
            return self.logits
        return self.logits[upload(self.row_of, self.logits.device)]

    def divided(self) -> Problem:
        """Return the same problem at temperature 1, with logits of its own."""
        if self.temperature == 1:
            return self
        masked = [i for i, token in enumerate(self.committed) if token == MASKED]
        if not masked:  # committed rows are not read
            return replace(self, temperature=1.0)
        own = LogitRows(self.logits, self.rows).at(masked).float()
        rows = LogitRows.at_positions(divided(own, self.temperature), masked, len(self.committed))
        return replace(self, logits=rows.values, rows=rows.row_of, temperature=1.0)

    @property
    def num_tokens(self) -> int:
        """Size V of the vocabulary."""
        if isinstance(self.automaton, LazyAutomaton):
            return self.automaton.num_tokens
        return len(self.automaton.classes.of_token)


class Drawn(NamedTuple):
    """A member with its nulls, in main memory.

    Attributes:
        tokens: int64 [n].
        log_confidence: float32 [n], log of the posterior probability of each of them.
    """

    tokens: Tensor
    log_confidence: Tensor


class Posterior(ABC):
    """The model's factorised prediction conditioned on "the slot is in its language".

    p(x) is proportional to the product over positions of exp(logits[i, x_i]), for x in the language
    (a member followed by nulls), 0 elsewhere.
    """

    problem: Problem

    def __init__(self, problem: Problem) -> None:
        self.problem = problem

    def __len__(self) -> int:
        return len(self.problem.committed)

    @property
    @abstractmethod
    def has_member(self) -> bool:
        """Whether any member fits."""

    @property
    @abstractmethod
    def log_evidence(self) -> float:
        """Log Z, the log of the summed weight of all members; -inf when none fits."""

    @property
    def log_prediction(self) -> float:
        """Log of the summed weight of all sequences, members or not, over masked positions."""
        masked = [i for i, token in enumerate(self.problem.committed) if token == MASKED]
        rows = LogitRows(self.problem.logits, self.problem.rows)
        starts = range(0, len(masked), ROWS_AT_ONCE)
        parts = [_log_sums(rows.at(masked[at : at + ROWS_AT_ONCE])).sum() for at in starts]
        return float(sum(parts))

    @abstractmethod
    def map(self) -> Tensor:
        """The most probable member with its nulls, int64 [n].

        Raises:
            EmptyLanguage: when no member fits.
        """

    def witness(self) -> Drawn:
        """Return `map` and its log probabilities, in main memory.

        Raises:
            EmptyLanguage: when no member fits.
        """
        tokens = self.map()
        return Drawn(*fetch([tokens, self.log_probability(tokens)]))

    @abstractmethod
    def sample(self, k: int, generator: torch.Generator | None = None) -> Tensor:
        """Exact joint samples, int64 [k, n].

        Raises:
            EmptyLanguage: when no member fits.
        """

    @property
    @abstractmethod
    def log_marginals(self) -> Tensor:
        """Log of the posterior probability of every token at every position, float32 [n, V'].

        Its support (where it is finite) is the exact logit mask. Made anew at each access.
        """

    @property
    @abstractmethod
    def support(self) -> Tensor:
        """Which tokens have a posterior probability above 0, bool [n, V']; made at each access."""

    @abstractmethod
    def log_probability(self, tokens: Tensor) -> Tensor:
        """Log of the posterior probability of ``tokens[i]`` at position i, float32 [n]."""

    def null_confidence(self) -> Tensor:
        """Return the posterior probability of null, float32 [n], in main memory.

        0 where there is no null token.
        """
        null = self.problem.null_token_id
        if null is None:
            return torch.zeros(len(self))
        everywhere = torch.full((len(self),), null, device=self.problem.logits.device)
        return fetch([self.log_probability(everywhere).exp()])[0]

    @abstractmethod
    def spread(self) -> Spread:
        """Entropy and the two largest probabilities at every position, without an array [n, V].

        Raises:
            EmptyLanguage: when no member fits.
        """

    @abstractmethod
    def forced(self) -> Tensor:
        """The only token that language and committed tokens allow, else -1, int64 [n].

        It does not depend on the logits, so it holds whatever the model says.
        """

    @abstractmethod
    def length(self) -> Tensor:
        """Probability that the text has exactly k tokens, k = 0 ... n, float64 [n + 1]."""

    def _require_member(self) -> None:
        if not self.has_member:
            raise EmptyLanguage(
                f"no member fits {len(self)} positions with what is already committed",
                hint="give the slot more positions, a null token, or free some positions",
            )


def _log_sums(logits: Tensor) -> Tensor:
    """Log of the sum of exponentials of every row, float64 [n]."""
    if logits.device.type == "cpu":
        return torch.from_numpy(sum_rows(logits.detach().float().numpy()))
    return logits.float().logsumexp(-1).double()


def require_finite(problem: Problem) -> None:
    """Refuse NaN and +inf where the model is asked; -inf stands for "impossible".

    Raises:
        NonFiniteLogits: naming the first position and token.
    """
    logits = problem.logits
    if not logits.numel():
        return
    largest = logits.amax()  # NaN where any is, and then less than nothing
    if bool(largest < torch.inf):
        return
    masked = [i for i, token in enumerate(problem.committed) if token == MASKED]
    for position, row in zip(masked, problem.row_of[masked].tolist(), strict=True):
        bad = torch.isnan(logits[row]) | torch.isposinf(logits[row])
        if bool(bad.any()):
            v = int(bad.nonzero()[0])
            raise NonFiniteLogits(
                f"the network returned {float(logits[row, v])} for token {v} at position "
                f"{position}",
                hint="check the network's weights and precision",
            )
