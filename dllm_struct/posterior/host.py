"""The posterior on the CPU, by compiled loops."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from dllm_struct.posterior.base import Posterior, Problem, require_finite
from dllm_struct.posterior.chain import (
    backward,
    class_marginals,
    draw,
    group_sums,
    log_value,
    split_weights,
)
from dllm_struct.posterior.class_sums import sum_classes
from dllm_struct.posterior.viterbi import group_maxima, viterbi, witness


class HostPosterior(Posterior):
    """Every quantity is computed on first use: a step that needs the MAP only pays for no sums."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        a = self.automaton
        self._committed = np.asarray(problem.committed, np.int64)
        rows = problem.logits[torch.from_numpy(self._committed < 0)]
        require_finite(rows)
        self._logits: NDArray[np.float32] = problem.logits.detach().float().numpy()
        self._log_weight, self._best = sum_classes(
            self._logits, self._committed, a.token_class, a.class_start, a.class_tokens
        )
        self._maxima = group_maxima(self._best, a.group_start, a.group_classes)
        self._v = viterbi(self._maxima, a.source, a.target, a.group, a.accepting)

    @cached_property
    def _weights(self) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        return split_weights(self._log_weight)

    @cached_property
    def _sums(self) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        return group_sums(*self._weights, self.automaton.group_start, self.automaton.group_classes)

    @cached_property
    def _backward(self) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        a = self.automaton
        return backward(*self._sums, a.edge_start, a.target, a.group, a.accepting)

    @property
    def _is_empty(self) -> bool:
        return bool(self._v[0, self.automaton.start] == -np.inf)

    @property
    def log_evidence(self) -> float:
        if self._is_empty:
            return -np.inf
        mantissa, exponent = self._backward
        start = self.automaton.start
        return float(log_value(mantissa[0, start], exponent[0, start]))

    def map(self) -> Tensor:
        if self._is_empty:
            self._require_member()
        a = self.automaton
        return torch.from_numpy(
            witness(
                self._v,
                self._maxima,
                self._best,
                self._logits,
                self._committed,
                a.start,
                a.edge_start,
                a.target,
                a.group,
                a.class_start,
                a.class_tokens,
                a.group_start,
                a.group_classes,
            )
        )

    def sample(self, k: int, generator: torch.Generator | None = None) -> Tensor:
        self._require_member()
        a = self.automaton
        uniform = torch.rand((k, len(self), 3), generator=generator, dtype=torch.float64)
        return torch.from_numpy(
            draw(
                uniform.numpy(),
                *self._weights,
                *self._sums,
                *self._backward,
                self._logits,
                self._committed,
                a.start,
                a.edge_start,
                a.target,
                a.group,
                a.class_start,
                a.class_tokens,
                a.group_start,
                a.group_classes,
            )
        )

    @cached_property
    def log_class_weights(self) -> Tensor:
        return torch.from_numpy(self._log_weight)

    @cached_property
    def log_class_marginals(self) -> Tensor:
        if self._is_empty:
            return torch.full(self._log_weight.shape, -torch.inf, dtype=torch.float64)
        a = self.automaton
        return torch.from_numpy(
            class_marginals(
                *self._weights,
                *self._sums,
                *self._backward,
                a.start,
                a.edge_start,
                a.target,
                a.group,
                a.group_start,
                a.group_classes,
            )
        )
