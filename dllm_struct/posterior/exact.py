"""What both exact engines share: from token classes back to tokens."""

from __future__ import annotations

from abc import abstractmethod
from functools import cached_property

import numpy as np
import torch
from torch import Tensor
from typing_extensions import override

from dllm_struct.automata.tokens import TokenAutomaton
from dllm_struct.posterior.base import MASKED, Posterior, Problem
from dllm_struct.posterior.support import forced_tokens


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
        logits = self.problem.dense
        device = logits.device
        num_tokens = len(self.automaton.classes.of_token)
        token_class = torch.tensor(
            self.automaton.classes.of_token, device=device, dtype=torch.int64
        )
        offset = (self.log_class_marginals - self.log_class_weights).nan_to_num(
            nan=-torch.inf, posinf=-torch.inf
        )
        own = (
            logits[:, :num_tokens]
            .double()
            .nan_to_num(nan=-torch.inf, posinf=-torch.inf, neginf=-torch.inf)
        )  # large logits and offsets cancel: add them in float64
        result = torch.full(logits.shape, -torch.inf, device=device)
        result[:, :num_tokens] = (offset.to(device)[:, token_class] + own).float()
        for i, token in enumerate(self.problem.committed):
            if token != MASKED:
                result[i] = -torch.inf
                result[i, token] = 0.0 if self.has_member else -torch.inf
        return result

    @property
    @override
    def support(self) -> Tensor:
        logits = self.problem.dense
        of_token = torch.tensor(self.automaton.classes.of_token, device=logits.device).long()
        result = torch.zeros(logits.shape, dtype=torch.bool, device=logits.device)
        is_possible = (self.log_class_marginals > -torch.inf).to(logits.device)
        num_tokens = len(of_token)
        result[:, :num_tokens] = is_possible[:, of_token] & (logits[:, :num_tokens] > -torch.inf)
        for i, token in enumerate(self.problem.committed):
            if token != MASKED:
                result[i] = False
                result[i, token] = self.has_member
        return result

    @override
    def log_probability(self, tokens: Tensor) -> Tensor:
        classes = torch.from_numpy(self.automaton.classes.of_token[tokens.cpu().numpy()]).to(
            tokens.device, torch.int64
        )
        rows = torch.arange(len(tokens), device=tokens.device)
        share = self.log_class_marginals[rows, classes] - self.log_class_weights[rows, classes]
        share = share.nan_to_num(nan=-torch.inf, posinf=-torch.inf)
        row_of = torch.from_numpy(self.problem.row_of).to(tokens.device)
        own = self.problem.logits[row_of, tokens].to(share)
        committed = torch.tensor(self.problem.committed, dtype=torch.int64, device=tokens.device)
        own = torch.where(committed == MASKED, own, torch.zeros_like(own))
        return (share + own).to(torch.float32)

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
