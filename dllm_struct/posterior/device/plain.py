"""The posterior on an accelerator in plain torch: the kernels' oracle, and what runs without them.

Slots are aligned at their ends, so that step t of the sweep is the last but n_max - t - 1 position
of every slot; a shorter slot's start state enters when its first position comes. Everything is in
log space, float64; nothing leaves the device before it is asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from typing_extensions import override

from dllm_struct.posterior.base import MASKED, Problem
from dllm_struct.posterior.device.batch import Batch, Report
from dllm_struct.posterior.device.layout import layout, tokens_of
from dllm_struct.posterior.segments import first_of_run, segment_log_sum_exp, segment_max
from dllm_struct.posterior.temperature import divided
from dllm_struct.transfer import upload

ROWS_AT_ONCE = 16
"""Positions whose logits are copied at a time."""


class Scores(NamedTuple):
    """What the logits say of every class at every step; without NaN in a row that has none.

    Attributes:
        weight: float64 [C, steps], log of the summed exponentials.
        best: float64 [C, steps], the largest logit.
        token: int64 [C, steps], the first token that has it, or the committed one.
        is_bad: float64 [N], 1 where a masked row has NaN or +inf.
        norm: float64 [N], log of the sum of exponentials of a masked row.
    """

    weight: Tensor
    best: Tensor
    token: Tensor
    is_bad: Tensor
    norm: Tensor


class PlainBatch(Batch):
    """Slots side by side; every sweep runs once."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(problems)
        self.layout = layout(tuple(self.automata), self.device)
        self.steps = max(self.sizes)
        begin = np.array([self.steps - n for n in self.sizes])
        starts = [a.start + o for a, o in zip(self.automata, self.layout.states, strict=False)]
        enters = np.full(self.layout.states[-1], -1)
        enters[starts] = begin
        self.begin = upload(begin, self.device)
        self.enters = upload(enters, self.device)  # [S], the step at which a state is a start
        steps = np.concatenate([np.arange(b, self.steps) for b in begin])
        self.step_of = upload(steps, self.device)  # [N]
        self.slot_of = upload(np.repeat(np.arange(len(self.sizes)), self.sizes), self.device)

    @cached_property
    @override
    def scores(self) -> Scores:
        """What the logits say."""
        shape, place = (self.layout.classes[-1], self.steps), self.device
        weight = torch.full(shape, -torch.inf, dtype=torch.float64, device=place)
        token = torch.full(shape, MASKED, device=place)
        nothing = torch.zeros(self.first[-1], dtype=torch.float64, device=place)
        scores = Scores(weight, weight.clone(), token, nothing, nothing.clone())
        for index in range(len(self.problems)):
            self._add_committed(index, scores)
            masked = self.masked(index)
            for low in range(0, len(masked), ROWS_AT_ONCE):
                self._add_masked(index, masked[low : low + ROWS_AT_ONCE], scores)
        return scores

    def _add_committed(self, index: int, scores: Scores) -> None:
        committed = np.asarray(self.problems[index].committed, np.int64)
        own = self.automata[index].classes.of_token[committed.clip(0)].astype(np.int64)
        at = np.flatnonzero((committed != MASKED) & (own > 0))  # class 0 is dead
        rows = own[at] + self.layout.classes[index]
        columns = at + self.steps - self.sizes[index]
        where = upload(np.stack([rows, columns]), self.device)
        scores.weight[where[0], where[1]] = 0.0
        scores.best[where[0], where[1]] = 0.0
        scores.token[where[0], where[1]] = upload(committed[at], self.device)

    def _add_masked(self, index: int, masked: np.ndarray, scores: Scores) -> None:
        problem = self.problems[index]
        tokens = tokens_of(self.automata[index], self.device)
        rows = upload(problem.row_of[masked], self.device)
        at = upload(masked + self.first[index], self.device)
        columns = upload(masked + self.steps - self.sizes[index], self.device)
        whole = divided(
            problem.logits[rows].float(), problem.temperature
        )  # [m, V], of some rows at a time
        scores.is_bad[at] = (whole.isnan() | whole.isposinf()).any(1).double()
        scores.norm[at] = whole.logsumexp(1).double()
        if not len(tokens.tokens):
            return
        values = whole.T[tokens.tokens]  # [V', m], sorted by class
        best = segment_max(values, tokens.lengths)
        shift = torch.where(best.isfinite(), best, torch.zeros_like(best))
        spread = (values - _each(shift, tokens.lengths, len(values))).exp().double()
        total = torch.segment_reduce(
            spread, "sum", lengths=tokens.lengths, axis=0, initial=0.0, unsafe=True
        )
        first = first_of_run(values == _each(best, tokens.lengths, len(values)), tokens.lengths)
        own = slice(self.layout.classes[index], self.layout.classes[index + 1])
        scores.weight[own, columns] = total.log() + shift
        scores.best[own, columns] = best.double()
        scores.token[own, columns] = tokens.tokens[first.clamp_max(len(values) - 1)]

    @cached_property
    def sums(self) -> Tensor:
        """Log-weight of every group. float64 [G, steps]."""
        order, lengths = self.layout.pairs_by_group
        return segment_log_sum_exp(self.scores.weight[self.layout.pair_class[order]], lengths)

    @cached_property
    def maxima(self) -> Tensor:
        """Largest logit of every group. float64 [G, steps]."""
        order, lengths = self.layout.pairs_by_group
        return segment_max(self.scores.best[self.layout.pair_class[order]], lengths)

    @cached_property
    def b(self) -> Tensor:
        """Log of the evidence still to come. float64 [steps + 1, S]."""
        b, (order, lengths) = [self._accepted], self.layout.by_source
        for t in reversed(range(self.steps)):
            values = self.sums[self.layout.group, t] + b[-1][self.layout.target]
            b.append(segment_log_sum_exp(values[order], lengths))
        return torch.stack(b[::-1])

    @cached_property
    def viterbi(self) -> tuple[Tensor, Tensor]:
        """Best log-weight to acceptance [steps + 1, S], and the edge to take [steps, S]."""
        v, edges = [self._accepted], []
        order, lengths = self.layout.by_source
        for t in reversed(range(self.steps)):
            values = (self.maxima[self.layout.group, t] + v[-1][self.layout.target])[order]
            largest = segment_max(values, lengths)
            first = first_of_run(values == _each(largest, lengths, len(values)), lengths)
            edges.append(order[first.clamp_max(len(order) - 1)])
            v.append(largest)
        empty = self.layout.start.new_zeros((0, len(self.layout.accepting)))
        return torch.stack(v[::-1]), torch.stack(edges[::-1]) if edges else empty

    @property
    def _accepted(self) -> Tensor:
        return torch.where(self.layout.accepting, 0.0, -torch.inf).double()

    @cached_property
    def class_marginals(self) -> Tensor:
        """Log of the posterior probability of every class. float64 [C, steps]."""
        own = self.layout
        y = torch.full_like(self.b[0], -torch.inf)
        flow = torch.full_like(self.sums, -torch.inf)
        for t in range(self.steps):
            y = torch.where(self.enters == t, 0.0, y)
            ahead = self.sums[own.group, t] + self.b[t + 1][own.target]
            values = _log(y[own.source] + (ahead - self.b[t][own.source]))
            y = segment_log_sum_exp(values[own.by_target.order], own.by_target.lengths)
            flow[:, t] = segment_log_sum_exp(values[own.by_group.order], own.by_group.lengths)
        share = self.scores.weight[own.pair_class] - self.sums[own.pair_group]
        values = _log(flow[own.pair_group] + share)
        return segment_log_sum_exp(values[own.pairs_by_class.order], own.pairs_by_class.lengths)

    @cached_property
    def witness_classes(self) -> Tensor:
        """The class that each slot's best path takes at each step. int64 [P, steps]."""
        order, lengths = self.layout.pairs_by_group
        best = self.scores.best[self.layout.pair_class[order]]
        first = first_of_run(best == _each(self.maxima, lengths, len(order)), lengths)
        class_of = self.layout.pair_class[order[first.clamp_max(len(order) - 1)]]  # [G, steps]
        state, chosen = self.layout.start, []
        for t in range(self.steps):
            edge = self.viterbi[1][t, state]
            chosen.append(class_of[self.layout.group[edge], t])
            state = torch.where(self.begin <= t, self.layout.target[edge], state)
        return torch.stack(chosen, 1) if chosen else state.new_zeros((len(state), 0))

    @cached_property
    @override
    def report(self) -> Report:
        slots = torch.arange(len(self.sizes), device=self.device)
        best = self.viterbi[0][self.begin, self.layout.start]
        evidence = self.b[self.begin, self.layout.start]
        classes = self.witness_classes[self.slot_of, self.step_of]
        share = self.class_marginals - self.scores.weight
        likely = (share + self.scores.best)[classes, self.step_of]
        ends = torch.tensor(self.layout.classes[1:]).to(self.device)
        null = self.class_marginals[(ends - 1)[slots][self.slot_of], self.step_of]
        tokens = self.scores.token[classes, self.step_of]
        tokens = torch.where(best[self.slot_of] > -torch.inf, tokens, MASKED)
        positions = [self.scores.is_bad, tokens.double(), likely, null, self.scores.norm]
        return Report.of(torch.stack([best, evidence]), torch.stack(positions))

    @override
    def log_class_weights(self, index: int) -> Tensor:
        return self._of_slot(self.scores.weight, index)

    @override
    def log_class_marginals(self, index: int) -> Tensor:
        return self._of_slot(self.class_marginals, index)

    def _of_slot(self, values: Tensor, index: int) -> Tensor:
        first, last = self.layout.classes[index : index + 2]
        return values[first:last, self.steps - self.sizes[index] :].T.contiguous()

    @override
    def draw(self, index: int, uniform: Tensor) -> Tensor:
        own, begin = self.layout, self.steps - self.sizes[index]
        edges = slice(own.edges[index], own.edges[index + 1])
        pairs = slice(own.pairs[index], own.pairs[index + 1])
        source, target, group = (x[edges] for x in (own.source, own.target, own.group))
        pair_group, pair_class = own.pair_group[pairs], own.pair_class[pairs]
        state = own.start[index].repeat(len(uniform))
        tokens = [uniform.new_zeros((len(uniform), 0)).long()]
        for t in range(begin, self.steps):
            u = uniform[:, t - begin]
            scores = self.sums[group, t] + self.b[t + 1][target]
            edge = _pick(_only(scores, source == state[:, None]), u[:, 0])
            scores = self.scores.weight[pair_class, t]
            chosen = _pick(_only(scores, pair_group == group[edge][:, None]), u[:, 1])
            classes = pair_class[chosen] - own.classes[index]
            tokens.append(self._tokens(index, t - begin, classes, u[:, 2])[:, None])
            state = target[edge]
        return torch.cat(tokens, 1)

    def _tokens(self, index: int, position: int, classes: Tensor, uniform: Tensor) -> Tensor:
        """Draw a token of each class at a position of a slot, int64 [k]."""
        problem, own = self.problems[index], tokens_of(self.automata[index], self.device)
        if problem.committed[position] != MASKED:
            return torch.full_like(classes, problem.committed[position])
        at = torch.arange(own.widest, device=self.device)
        tokens = own.tokens[(own.start[classes][:, None] + at).clamp_max(len(own.tokens) - 1)]
        scores = problem.logits[int(problem.row_of[position])][tokens].float()
        scores = divided(scores, problem.temperature).double()
        chosen = _pick(_only(scores, at < own.lengths[classes][:, None]), uniform)
        return tokens.gather(1, chosen[:, None])[:, 0]


def _each(values: Tensor, lengths: Tensor, count: int) -> Tensor:
    """Give every row of a run its run's value; ``count`` rows in all, so nothing is waited for."""
    return values.repeat_interleave(lengths, dim=0, output_size=count)


def _log(values: Tensor) -> Tensor:
    """Logs of probabilities: where nothing is left of both terms, there is no way."""
    return values.nan_to_num(nan=-torch.inf, neginf=-torch.inf)


def _only(scores: Tensor, among: Tensor) -> Tensor:
    return torch.where(among, scores, -torch.inf)


def _pick(scores: Tensor, uniform: Tensor) -> Tensor:
    """Indices in proportion to exp(scores), never one whose score is -inf.

    Args:
        scores: float64 [k, M].
        uniform: float64 [k], in [0, 1).

    Returns:
        int64 [k].
    """
    parts = (scores - scores.amax(1, keepdim=True)).exp()
    reached = parts.cumsum(1)
    enough = (reached > uniform[:, None] * reached[:, -1:]) & (parts > 0)
    last = torch.where(parts > 0, torch.arange(parts.shape[1], device=parts.device), 0).amax(1)
    return torch.where(enough.any(1), enough.int().argmax(1), last)
