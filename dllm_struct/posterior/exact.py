"""What both exact engines share: from token classes back to tokens."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from functools import cached_property

import numpy as np
import torch
from torch import Tensor
from typing_extensions import override

from dllm_struct.automata.tokens import TokenAutomaton
from dllm_struct.posterior.base import MASKED, ROWS_AT_ONCE, Posterior, Problem
from dllm_struct.posterior.support import forced_tokens
from dllm_struct.posterior.temperature import divided
from dllm_struct.transfer import upload


def automaton_of(problem: Problem) -> TokenAutomaton:
    """The problem's automaton, with the null token, from what came before to what may follow."""
    assert isinstance(problem.automaton, TokenAutomaton)
    automaton = problem.automaton.with_null(problem.null_token_id)
    return automaton.between(automaton.after(problem.before), problem.room)


class ExactPosterior(Posterior):
    """A posterior over token classes: every sum is over all members."""

    automaton: TokenAutomaton  # with the null token in its class

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self.automaton = automaton_of(problem)

    @cached_property
    @abstractmethod
    def log_class_marginals(self) -> Tensor:
        """Log of the posterior probability of every token class, float64 [n, C]."""

    @cached_property
    @abstractmethod
    def log_class_weights(self) -> Tensor:
        """Log of the summed exponentials of a token class's logits, float64 [n, C].

        Anything where the class cannot stand.
        """

    @property
    @override
    def log_marginals(self) -> Tensor:
        offset = (self.log_class_marginals - self.log_class_weights).nan_to_num(
            nan=-torch.inf, posinf=-torch.inf
        )

        def part(logits: Tensor, offsets: Tensor) -> Tensor:
            # large logits and offsets cancel: add them in float64
            own = logits.double().nan_to_num(nan=-torch.inf, posinf=-torch.inf, neginf=-torch.inf)
            return (offsets + own).float()

        empty = torch.full(self._shape, -torch.inf, device=self.problem.logits.device)
        return self._by_token(empty, offset, part, 0.0)

    @property
    @override
    def support(self) -> Tensor:
        def part(logits: Tensor, possible: Tensor) -> Tensor:
            return possible & (logits > -torch.inf)

        empty = torch.zeros(self._shape, dtype=torch.bool, device=self.problem.logits.device)
        return self._by_token(empty, self.log_class_marginals > -torch.inf, part, True)

    @property
    def _shape(self) -> tuple[int, int]:
        """N and the width of the logits."""
        return len(self), self.problem.logits.shape[1]

    def _by_token(
        self,
        result: Tensor,
        of_class: Tensor,
        part: Callable[[Tensor, Tensor], Tensor],
        sure: float | bool,
    ) -> Tensor:
        """Fill an array over tokens, some rows at a time: they are not copied all at once.

        Args:
            result: [n, V'], what stands where nothing else does.
            of_class: [n, C].
            part: logits [m, V] and ``of_class`` of every token to what is wanted, [m, V].
            sure: what a committed token has, if there is a member.
        """
        device, committed = result.device, np.asarray(self.problem.committed, np.int64)
        of_token = upload(self.automaton.classes.of_token.astype(np.int64), device)
        of_class, width, masked = of_class.to(device), len(of_token), committed == MASKED
        positions, temperature = np.flatnonzero(masked), self.problem.temperature
        for start in range(0, len(positions), ROWS_AT_ONCE):
            own = positions[start : start + ROWS_AT_ONCE]
            at, rows = upload(own, device), upload(self.problem.row_of[own], device)
            result[at, :width] = part(
                divided(self.problem.logits[rows, :width].float(), temperature),
                of_class[at][:, of_token],
            )
        if self.has_member:
            settled = np.flatnonzero(~masked)
            result[upload(settled, device), upload(committed[settled], device)] = sure
        return result

    @override
    def forced(self) -> Tensor:
        a = self.automaton
        return torch.from_numpy(
            forced_tokens(
                np.asarray(self.problem.committed, np.int64),
                a.start,
                a.accepting,
                a.edges,
                a.classes,
                a.groups,
            )
        )

    @override
    def length(self) -> Tensor:
        null = self.log_class_marginals[:, self.automaton.null_class].exp()
        ended = torch.cat((null, null.new_tensor([float(self.has_member)])))
        return torch.diff(ended, prepend=ended.new_zeros(1)).clamp_min(0.0)
