"""Many slots solved together on a device, and one slot's view of them.

What a step needs of every slot (whether a member fits, the most probable one, how sure it is) comes
back in one report, so that the host waits for the device once; all else stays there until it is
asked for.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from typing_extensions import override

from dllm_struct.posterior.base import MASKED, Drawn, Problem, require_finite
from dllm_struct.posterior.device.layout import offsets, tokens_of
from dllm_struct.posterior.exact import ExactPosterior, automaton_of
from dllm_struct.posterior.spread import Spread, spread_on_device
from dllm_struct.posterior.temperature import divided
from dllm_struct.transfer import fetch, upload


@dataclass(frozen=True, eq=False)
class Report:
    """What is fetched of all slots at once; N positions are those of slot 0, slot 1, ....

    Attributes:
        best: [P], log-weight of the most probable member, -inf: none fits.
        evidence: [P], log Z.
        is_bad: bool [N], there is NaN or +inf in a masked row.
        tokens: int64 [N], the most probable member, -1 where none fits.
        log_confidence: float64 [N], log posterior probability of its tokens.
        log_null: float64 [N], that of the null token.
        log_norm: float64 [N], log of the sum of exponentials of a masked row; 0 where committed.
    """

    best: list[float]
    evidence: list[float]
    is_bad: Tensor
    tokens: Tensor
    log_confidence: Tensor
    log_null: Tensor
    log_norm: Tensor

    @classmethod
    def of(cls, slots: Tensor, positions: Tensor) -> Report:
        """Fetch a report.

        Args:
            slots: float64 [2, P], the first two attributes, on the device.
            positions: float64 [5, N], the others.
        """
        (best, evidence), (bad, tokens, likely, null, norm) = fetch([slots, positions])
        return cls(best.tolist(), evidence.tolist(), bad > 0, tokens.long(), likely, null, norm)


class Batch(ABC):
    """Slots whose logits are on one device; everything is computed when first asked for.

    Args:
        problems: at least one.
    """

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = list(problems)
        self.automata = [automaton_of(problem) for problem in problems]
        self.device = problems[0].logits.device
        self.sizes = [len(problem.committed) for problem in problems]
        self.first = offsets(self.sizes)
        """Where the positions of each slot begin among the N of all."""

    @cached_property
    @abstractmethod
    def scores(self) -> tuple[Tensor, ...]:
        """What the logits say of every class."""

    @cached_property
    @abstractmethod
    def report(self) -> Report:
        """What a step needs of every slot."""

    @abstractmethod
    def log_class_weights(self, index: int) -> Tensor:
        """Log of the summed exponentials of every class of one slot, float64 [n, C]."""

    @abstractmethod
    def log_class_marginals(self, index: int) -> Tensor:
        """Log of the posterior probability of every class of one slot, float64 [n, C]."""

    @abstractmethod
    def draw(self, index: int, uniform: Tensor) -> Tensor:
        """Samples of one slot, int64 [k, n], that numbers in [0, 1) choose, float64 [k, n, 3].

        The numbers of a position are for the edge, its class, and the token.
        """

    def masked(self, index: int) -> NDArray[np.int64]:
        """The masked positions of one slot, ascending."""
        return np.flatnonzero(np.asarray(self.problems[index].committed, np.int64) == MASKED)

    def committed(self, index: int) -> Tensor:
        """The committed tokens of one slot on the device, int64 [n]."""
        return upload(np.asarray(self.problems[index].committed, np.int64), self.device)


class DevicePosterior(ExactPosterior):
    """One slot's view of a `Batch`."""

    def __init__(self, batch: Batch, index: int) -> None:
        super().__init__(batch.problems[index])
        self._batch = batch
        self._index = index

    @cached_property
    def _report(self) -> Report:
        """The report of the batch, in which this slot's logits are in order.

        Raises:
            NonFiniteLogits: there is NaN or +inf in this slot.
        """
        report = self._batch.report
        if bool(report.is_bad[self._own].any()):
            require_finite(self.problem)
        return report

    @property
    def _own(self) -> slice:
        """This slot's positions among those of the batch."""
        return slice(*self._batch.first[self._index : self._index + 2])

    @property
    @override
    def has_member(self) -> bool:
        return self._report.best[self._index] > -torch.inf

    @property
    @override
    def log_evidence(self) -> float:
        return self._report.evidence[self._index]

    @property
    @override
    def log_prediction(self) -> float:
        return float(self._report.log_norm[self._own].sum())

    @override
    def witness(self) -> Drawn:
        self._require_member()
        report, own = self._report, self._own
        return Drawn(report.tokens[own], report.log_confidence[own].float())

    @override
    def map(self) -> Tensor:
        return upload(self.witness().tokens, self._batch.device)

    @override
    def sample(self, k: int, generator: torch.Generator | None = None) -> Tensor:
        self._require_member()
        place = self._batch.device if generator is None else generator.device
        shape = (k, len(self), 3)
        uniform = torch.rand(shape, generator=generator, dtype=torch.float64, device=place)
        if place.type == "cpu":
            uniform = upload(uniform, self._batch.device)
        return self._batch.draw(self._index, uniform.to(self._batch.device))

    @override
    def log_probability(self, tokens: Tensor) -> Tensor:
        device, automaton = self._batch.device, self.automaton
        if tokens.device != device:
            tokens = upload(tokens, device)
        classes = tokens_of(automaton, device).of_token[tokens]
        rows = torch.arange(len(tokens), device=device)
        share = self.log_class_marginals[rows, classes] - self.log_class_weights[rows, classes]
        own = self.problem.logits[upload(self.problem.row_of, device), tokens].float()
        own = divided(own, self.problem.temperature).to(share)
        is_masked = self._batch.committed(self._index) == MASKED
        return (share + torch.where(is_masked, own, torch.zeros_like(own))).float()

    @override
    def null_confidence(self) -> Tensor:
        if self.problem.null_token_id is None:
            return torch.zeros(len(self))
        return self._report.log_null[self._own].exp().float()

    @cached_property
    @override
    def log_class_weights(self) -> Tensor:
        return self._batch.log_class_weights(self._index)

    @cached_property
    @override
    def log_class_marginals(self) -> Tensor:
        return self._batch.log_class_marginals(self._index)

    @override
    def spread(self) -> Spread:
        self._require_member()
        masked = self._batch.masked(self._index)
        tokens = tokens_of(self.automaton, self._batch.device)
        return spread_on_device(
            self.problem.logits,
            self.problem.row_of,
            masked,
            self.problem.temperature,
            tokens.tokens,
            tokens.lengths,
            self.log_class_marginals,
        )
