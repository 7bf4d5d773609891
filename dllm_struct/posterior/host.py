"""The posterior on the CPU, by compiled loops."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from typing_extensions import override

from dllm_struct.posterior.base import Posterior, Problem, require_finite
from dllm_struct.posterior.chain import (
    Wide,
    backward,
    class_marginals,
    group_sums,
    log_value,
    widened,
)
from dllm_struct.posterior.class_sums import sum_classes
from dllm_struct.posterior.exact import ExactPosterior
from dllm_struct.posterior.sampling import draw
from dllm_struct.posterior.spread import Spread, spread_on_host
from dllm_struct.posterior.support import wanted_at
from dllm_struct.posterior.viterbi import group_maxima, viterbi, witness


class HostPosterior(ExactPosterior):
    """Every quantity is computed on first use: a step that needs the MAP only pays for no sums."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        a = self.automaton
        self._committed = np.asarray(problem.committed, np.int64)
        require_finite(problem)
        self._logits: NDArray[np.float32] = problem.logits.detach().float().numpy()
        self._row_of = problem.row_of
        self._live, wanted = wanted_at(
            self._committed, a.start, a.accepting, a.edges, a.classes, a.groups
        )
        self._log_weight, self._best = sum_classes(
            self._logits, self._row_of, self._committed, a.classes, wanted
        )
        self._maxima = group_maxima(self._best, a.groups)
        self._v = viterbi(self._maxima, a.edges, self._live)

    @cached_property
    def _shift(self) -> NDArray[np.float64]:
        """Largest log-weight of each position, taken out before summing. [n]."""
        largest: NDArray[np.float64] = self._log_weight.max(axis=1, initial=-np.inf)
        return np.where(np.isfinite(largest), largest, 0.0)

    @cached_property
    def _weights(self) -> Wide:
        return widened(self._log_weight - self._shift[:, None])

    @cached_property
    def _sums(self) -> Wide:
        return group_sums(self._weights, self.automaton.groups)

    @cached_property
    def _b(self) -> Wide:
        return backward(self._sums, self.automaton.edges, self._live)

    @property
    @override
    def has_member(self) -> bool:
        return bool(self._v[0, self.automaton.start] > -np.inf)

    @property
    @override
    def log_evidence(self) -> float:
        if not self.has_member:
            return -np.inf
        start = self.automaton.start
        rest = log_value(self._b.mantissa[0, start], self._b.power[0, start])
        return float(rest + self._shift.sum())

    @override
    def map(self) -> Tensor:
        self._require_member()
        a = self.automaton
        return torch.from_numpy(
            witness(
                self._v,
                self._maxima,
                self._best,
                self._logits,
                self._row_of,
                self._committed,
                a.start,
                a.edges,
                a.classes,
                a.groups,
            )
        )

    @override
    def sample(self, k: int, generator: torch.Generator | None = None) -> Tensor:
        self._require_member()
        a = self.automaton
        uniform = torch.rand((k, len(self), 3), generator=generator, dtype=torch.float64)
        return torch.from_numpy(
            draw(
                uniform.numpy(),
                self._weights,
                self._sums,
                self._b,
                self._logits,
                self._row_of,
                self._committed,
                a.start,
                a.edges,
                a.classes,
                a.groups,
            )
        )

    @cached_property
    @override
    def log_class_weights(self) -> Tensor:
        return torch.from_numpy(self._log_weight)

    @cached_property
    @override
    def log_class_marginals(self) -> Tensor:
        if not self.has_member:
            return torch.full(self._log_weight.shape, -torch.inf, dtype=torch.float64)
        a = self.automaton
        return torch.from_numpy(
            class_marginals(self._weights, self._sums, self._b, a.start, a.edges, a.groups)
        )

    @override
    def log_probability(self, tokens: Tensor) -> Tensor:
        own, rows = tokens.numpy(), np.arange(len(tokens))
        classes = self.automaton.classes.of_token[own]
        marginal = self.log_class_marginals.numpy()[rows, classes]
        weight = self._log_weight[rows, classes]
        logit = np.where(self._committed < 0, self._logits[self._row_of, own], 0.0)
        share = logit - np.where(weight > -np.inf, weight, 0.0)  # a class off every way has none
        return torch.from_numpy((marginal + share).astype(np.float32))

    @override
    def spread(self) -> Spread:
        self._require_member()
        marginals = self.log_class_marginals.numpy()
        classes = self.automaton.classes
        entropy, top = spread_on_host(
            self._logits, self._row_of, self._committed, classes, marginals, self._best
        )
        return Spread(torch.from_numpy(entropy), torch.from_numpy(top))


def solve_on_host(problems: Sequence[Problem]) -> list[Posterior]:
    """`dllm_struct.posterior.solve` for problems whose logits are in main memory."""
    return [HostPosterior(problem) for problem in problems]
