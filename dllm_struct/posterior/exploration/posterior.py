"""`Posterior` over an explored lattice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from typing_extensions import override

from dllm_struct.languages.base import MACHINES
from dllm_struct.posterior.base import Posterior, Problem, require_finite
from dllm_struct.posterior.exploration.automaton import LazyAutomaton
from dllm_struct.posterior.exploration.exploring import explore
from dllm_struct.posterior.exploration.lattice import Lattice
from dllm_struct.posterior.exploration.question import asked
from dllm_struct.posterior.exploration.reading import END
from dllm_struct.posterior.exploration.search import find_trail, quick_trail
from dllm_struct.posterior.exploration.shelf import Shelf
from dllm_struct.posterior.exploration.support import forced_tokens
from dllm_struct.posterior.exploration.sweeps import (
    backward,
    best_path,
    draw,
    edge_masses,
    token_masses,
)
from dllm_struct.posterior.spread import Spread

_SHELF = Shelf()


@dataclass(frozen=True)
class Reach:
    """How much is explored.

    Attributes:
        beam: most states after each token; None: all.
        likely: how many of a position's likeliest tokens are tried.
    """

    beam: int | None = 8
    likely: int = 48


class ExploredPosterior(Posterior):
    """Sums run over the explored part; `map` is a witness whenever one exists.

    Args:
        problem: one whose automaton is lazy.
        reach: how much is explored.

    Raises:
        NonFiniteLogits: NaN or +inf in a row that is not committed.
        BudgetExceeded: no witness was found in a long search, nor is it sure that none exists.
    """

    def __init__(self, problem: Problem, reach: Reach) -> None:
        super().__init__(problem)
        assert isinstance(problem.automaton, LazyAutomaton)
        self._automaton = problem.automaton
        logits = _with_contiguous_rows(problem.logits)
        with MACHINES:
            self._lattice = self._explored(logits, reach)
            _SHELF.put(self._automaton.with_null(problem.null_token_id))
        if self._lattice is None:
            self._b, self._best = np.full(1, -np.inf), np.zeros(1, np.int64)
        else:
            self._b, self._best = backward(self._lattice)

    def _explored(self, logits: NDArray[np.float32], reach: Reach) -> Lattice | None:
        """The lattice; None when it is sure that no member fits."""
        problem = self.problem
        automaton = self._automaton.with_null(problem.null_token_id)
        automaton.relieve()
        start = automaton.after(problem.before)
        question = asked(automaton, logits, problem, reach.likely, start)
        if question is None:
            require_finite(problem)
            raise AssertionError("some logit is not finite")
        if question.is_impossible:
            return None
        trail = quick_trail(automaton, question, problem.witness)
        lattice = explore(automaton, question, trail, reach.beam)
        if trail is not None or np.isfinite(backward(lattice)[0][0]):
            return lattice
        trail = None if lattice.is_complete else find_trail(automaton, question)
        return None if trail is None else explore(automaton, question, trail, reach.beam)

    @property
    @override
    def has_member(self) -> bool:
        return bool(self._b[0] > -np.inf)

    @property
    @override
    def log_evidence(self) -> float:
        if self._lattice is None:
            return -np.inf
        return float(self._b[0] + self._lattice.shift.sum())

    @override
    def map(self) -> Tensor:
        self._require_member()
        assert self._lattice is not None
        return self._there(torch.from_numpy(best_path(self._lattice, self._best)))

    @override
    def sample(self, k: int, generator: torch.Generator | None = None) -> Tensor:
        self._require_member()
        assert self._lattice is not None
        place = "cpu" if generator is None else generator.device
        shape = (k, len(self))
        uniform = torch.rand(shape, generator=generator, dtype=torch.float64, device=place)
        return self._there(torch.from_numpy(draw(uniform.cpu().numpy(), self._lattice, self._b)))

    @cached_property
    def _mass(self) -> NDArray[np.float64]:
        return np.zeros(0) if self._lattice is None else edge_masses(self._lattice, self._b)

    @property
    @override
    def log_marginals(self) -> Tensor:
        shape = (len(self), self.problem.logits.shape[1])
        total = np.zeros(shape, np.float64)
        if self._lattice is not None and self.has_member:
            np.add.at(total, (self._rows, self._lattice.token), self._mass)
        return self._there(torch.from_numpy(total).log().float())

    @property
    @override
    def support(self) -> Tensor:
        result = np.zeros((len(self), self.problem.logits.shape[1]), np.bool_)
        if self._lattice is not None and self.has_member:
            likely = self._mass > 0
            result[self._rows[likely], self._lattice.token[likely]] = True
        return self._there(torch.from_numpy(result))

    @property
    def _rows(self) -> NDArray[np.int64]:
        """Position of every edge. int64 [E]."""
        assert self._lattice is not None
        starts = self._lattice.edge_start[self._lattice.layer_start[:-1]]
        ends = np.append(starts[1:], len(self._lattice.token))
        return np.repeat(np.arange(len(starts)), ends - starts)

    @override
    def log_probability(self, tokens: Tensor) -> Tensor:
        if self._lattice is None:
            return torch.full(tokens.shape, -torch.inf, device=tokens.device)
        masses = token_masses(self._lattice, self._mass, tokens.cpu().numpy().astype(np.int64))
        return torch.from_numpy(masses).log().clamp_max(0.0).float().to(tokens.device)

    @override
    def spread(self) -> Spread:
        self._require_member()
        assert self._lattice is not None
        width = self.problem.logits.shape[1]
        keys = self._rows * width + self._lattice.token
        own, of_edge = np.unique(keys, return_inverse=True)
        p = np.bincount(of_edge, self._mass).astype(np.float64)
        row, log_p = own // width, np.log(p, out=np.zeros_like(p), where=p > 0)
        entropy = np.bincount(row, -p * log_p, minlength=len(self)).astype(np.float64)
        ranked = np.lexsort((-p, row))
        place = np.arange(len(own)) - np.searchsorted(row[ranked], row[ranked])
        best = place < 2
        top = np.zeros((len(self), 2))
        top[row[ranked][best], place[best]] = p[ranked][best]
        return Spread(
            self._there(torch.from_numpy(entropy.clip(0.0))), self._there(torch.from_numpy(top))
        )

    @override
    def forced(self) -> Tensor:
        problem = self.problem
        with MACHINES:
            forced = forced_tokens(self._automaton, problem.committed, problem.null_token_id)
        return torch.tensor(forced, dtype=torch.int64)

    @override
    def length(self) -> Tensor:
        n = len(self)
        lengths = np.zeros(n + 1)
        if self._lattice is None or not self.has_member:
            return torch.from_numpy(lengths)
        starts = self._lattice.edge_start
        from_text = np.repeat(self._lattice.state != END, np.diff(starts))
        closes = from_text & (self._lattice.state[self._lattice.target] == END)
        np.add.at(lengths, self._rows[closes], self._mass[closes])
        lengths[n] = max(0.0, 1.0 - float(lengths.sum()))
        return torch.from_numpy(lengths)

    def _there(self, tensor: Tensor) -> Tensor:
        return tensor.to(self.problem.logits.device)


def _with_contiguous_rows(logits: Tensor) -> NDArray[np.float32]:
    """Float32 logits on the host, copied only where they have to be."""
    values: NDArray[np.float32] = logits.detach().float().cpu().numpy()
    one_apart = values.shape[-1] < 2 or values.strides[-1] == values.itemsize
    return values if one_apart else np.ascontiguousarray(values)


DEFAULT_REACH = Reach()


def solve_by_exploring(
    problems: Sequence[Problem], reach: Reach = DEFAULT_REACH
) -> list[Posterior]:
    """`dllm_struct.posterior.solve` for problems whose automaton is lazy, on any device."""
    return [ExploredPosterior(problem, reach) for problem in problems]
