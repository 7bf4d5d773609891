"""The posterior on an accelerator, in plain torch: all slots of all sequences at once.

The automata are laid side by side as one: states, edges, groups and classes of slot p follow those
of slot p - 1. Slots are aligned at their ends, so that step t of the sweep is the last but
n_max - t - 1 position of every slot; a shorter slot's start state enters when its first position
comes. Everything is in log space, float64; nothing leaves the device before it is asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cached_property, lru_cache
from itertools import accumulate
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from typing_extensions import override

from dllm_struct.automata.tokens import TokenAutomaton
from dllm_struct.posterior.base import MASKED, Posterior, Problem, require_finite
from dllm_struct.posterior.exact import ExactPosterior, automaton_of
from dllm_struct.posterior.segments import first_of_run, segment_log_sum_exp, segment_max
from dllm_struct.posterior.spread import Spread, spread_on_device


class Tables(NamedTuple):
    """One automaton on a device; the meaning of each is that of `TokenAutomaton`."""

    accepting: Tensor  # bool [S]
    source: Tensor  # int64 [E]
    target: Tensor  # int64 [E]
    group: Tensor  # int64 [E]
    pair_group: Tensor  # int64 [Q], group of each (group, class) pair
    pair_class: Tensor  # int64 [Q]
    of_token: Tensor  # int64 [V]
    class_lengths: Tensor  # int64 [C]
    tokens: Tensor  # int64 [V']
    num_groups: int


@lru_cache(maxsize=256)
def _tables(automaton: TokenAutomaton, device: torch.device) -> Tables:
    def move(array: NDArray[np.generic]) -> Tensor:
        return torch.tensor(array, device=device)

    groups, classes = automaton.groups, automaton.classes
    sizes = np.diff(groups.start)
    return Tables(
        move(automaton.accepting),
        move(automaton.edges.source).long(),
        move(automaton.edges.target).long(),
        move(automaton.edges.group).long(),
        move(np.repeat(np.arange(len(sizes)), sizes)),
        move(groups.classes).long(),
        move(classes.of_token).long(),
        move(np.diff(classes.start)),
        move(classes.tokens).long(),
        len(sizes),
    )


class Runs(NamedTuple):
    """An order of rows that brings equal keys together, and how long the runs are."""

    order: Tensor
    lengths: Tensor


def _runs(keys: Tensor, count: int) -> Runs:
    return Runs(torch.argsort(keys, stable=True), torch.bincount(keys, minlength=count))


class Batch:
    """Many slots side by side; every sweep runs once, when first asked for."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        device = problems[0].logits.device
        automata = [automaton_of(p) for p in problems]
        self.problems = list(problems)
        self.tables = [_tables(a, device) for a in automata]
        self.sizes = [len(p.committed) for p in problems]
        self.steps = max(self.sizes)
        self.states = _offsets(len(t.accepting) for t in self.tables)
        self.groups = _offsets(t.num_groups for t in self.tables)
        self.classes = _offsets(len(t.class_lengths) for t in self.tables)
        self.edges = _offsets(len(t.source) for t in self.tables)
        self.pairs = _offsets(len(t.pair_class) for t in self.tables)
        starts = [a.start + o for a, o in zip(automata, self.states, strict=False)]
        self.start = torch.tensor(starts, device=device)
        self.begin = torch.tensor([self.steps - n for n in self.sizes], device=device)
        self.accepting = torch.cat([t.accepting for t in self.tables])
        self.source = self._joined("source", self.states)
        self.target = self._joined("target", self.states)
        self.group = self._joined("group", self.groups)
        self.pair_group = self._joined("pair_group", self.groups)
        self.pair_class = self._joined("pair_class", self.classes)
        num_states, num_groups, num_classes = self.states[-1], self.groups[-1], self.classes[-1]
        self.by_source = _runs(self.source, num_states)
        self.by_target = _runs(self.target, num_states)
        self.by_group = _runs(self.group, num_groups)
        self.pairs_by_group = _runs(self.pair_group, num_groups)
        self.pairs_by_class = _runs(self.pair_class, num_classes)

    def _joined(self, name: str, offsets: list[int]) -> Tensor:
        columns = [getattr(table, name) for table in self.tables]
        return torch.cat([c + o for c, o in zip(columns, offsets, strict=False)])

    @cached_property
    def class_scores(self) -> tuple[Tensor, Tensor]:
        """Log-weight and largest logit of every class. float64 [C, steps] each."""
        shape = (self.classes[-1], self.steps)
        weight = torch.full(shape, -torch.inf, dtype=torch.float64, device=self.start.device)
        best = weight.clone()
        for p, (problem, table) in enumerate(zip(self.problems, self.tables, strict=True)):
            rows = slice(self.classes[p], self.classes[p + 1])
            columns = slice(self.steps - self.sizes[p], self.steps)
            weight[rows, columns], best[rows, columns] = _class_scores(problem, table)
        return weight, best

    @cached_property
    def sums(self) -> Tensor:
        """Log-weight of every group. float64 [G, steps]."""
        weight = self.class_scores[0][self.pair_class[self.pairs_by_group.order]]
        return segment_log_sum_exp(weight, self.pairs_by_group.lengths)

    @cached_property
    def maxima(self) -> Tensor:
        """Largest logit of every group. float64 [G, steps]."""
        best = self.class_scores[1][self.pair_class[self.pairs_by_group.order]]
        return segment_max(best, self.pairs_by_group.lengths)

    @cached_property
    def b(self) -> Tensor:
        """Log of the evidence still to come. float64 [steps + 1, S]."""
        b = [self._accepted]
        for t in reversed(range(self.steps)):
            values = self.sums[self.group, t] + b[-1][self.target]
            b.append(segment_log_sum_exp(values[self.by_source.order], self.by_source.lengths))
        return torch.stack(b[::-1])

    @cached_property
    def viterbi(self) -> tuple[Tensor, Tensor]:
        """Best log-weight to acceptance [steps + 1, S], and the edge to take [steps, S]."""
        v, edges = [self._accepted], []
        order, lengths = self.by_source
        for t in reversed(range(self.steps)):
            values = (self.maxima[self.group, t] + v[-1][self.target])[order]
            largest = segment_max(values, lengths)
            first = first_of_run(values == largest.repeat_interleave(lengths), lengths)
            edges.append(order[first.clamp_max(len(order) - 1)])
            v.append(largest)
        empty = self.start.new_zeros((0, len(self.accepting)))
        return torch.stack(v[::-1]), torch.stack(edges[::-1]) if edges else empty

    @property
    def _accepted(self) -> Tensor:
        return torch.where(self.accepting, 0.0, -torch.inf).double()

    @cached_property
    def class_marginals(self) -> Tensor:
        """Log of the posterior probability of every class. float64 [C, steps]."""
        y = torch.full_like(self.b[0], -torch.inf)
        flow = torch.full_like(self.sums, -torch.inf)
        for t in range(self.steps):
            y[self.start[self.begin == t]] = 0.0
            ahead = self.sums[self.group, t] + self.b[t + 1][self.target]
            values = y[self.source] + (ahead - self.b[t][self.source])
            values = values.nan_to_num(nan=-torch.inf, neginf=-torch.inf)
            y = segment_log_sum_exp(values[self.by_target.order], self.by_target.lengths)
            flow[:, t] = segment_log_sum_exp(values[self.by_group.order], self.by_group.lengths)
        pair_class, pair_group = self.pair_class, self.pair_group
        share = self.class_scores[0][pair_class] - self.sums[pair_group]
        values = (flow[pair_group] + share).nan_to_num(nan=-torch.inf, neginf=-torch.inf)
        return segment_log_sum_exp(values[self.pairs_by_class.order], self.pairs_by_class.lengths)

    @cached_property
    def witness_classes(self) -> Tensor:
        """The class that each slot's best path takes at each step. int64 [P, steps]."""
        order, lengths = self.pairs_by_group
        best = self.class_scores[1][self.pair_class[order]]
        hit = best == self.maxima.repeat_interleave(lengths, dim=0)
        first = order[first_of_run(hit, lengths).clamp_max(len(order) - 1)]
        class_of = self.pair_class[first]  # [G, steps]
        state, chosen = self.start, []
        for t in range(self.steps):
            edge = self.viterbi[1][t, state]
            chosen.append(class_of[self.group[edge], t])
            state = torch.where(self.begin <= t, self.target[edge], state)
        return torch.stack(chosen, 1) if chosen else self.start.new_zeros((len(self.start), 0))


def _offsets(sizes: Iterable[int]) -> list[int]:
    return list(accumulate(sizes, initial=0))


def _class_scores(problem: Problem, table: Tables) -> tuple[Tensor, Tensor]:
    """Log-weight and largest logit of every class of one slot. float64 [C, n] each."""
    committed = torch.tensor(problem.committed, dtype=torch.int64, device=problem.logits.device)
    masked = committed == MASKED
    require_finite(problem)
    values = problem.logits.float().T[table.tokens]  # [V', n], sorted by class
    best = segment_max(values, table.class_lengths)
    shift = torch.where(best.isfinite(), best, torch.zeros_like(best))
    scaled = (values - shift.repeat_interleave(table.class_lengths, dim=0)).exp().double()
    total = torch.segment_reduce(
        scaled, "sum", lengths=table.class_lengths, axis=0, initial=0.0, unsafe=True
    )
    weight = total.log() + shift
    one_hot = torch.full_like(weight, -torch.inf)
    one_hot.scatter_(0, table.of_token[committed.clamp_min(0)][None], 0.0)
    one_hot[0] = -torch.inf  # the dead class
    return torch.where(masked, weight, one_hot), torch.where(masked, best.double(), one_hot)


class DevicePosterior(ExactPosterior):
    """One slot's view of a `Batch`."""

    def __init__(self, batch: Batch, index: int) -> None:
        super().__init__(batch.problems[index])
        self._batch = batch
        self._index = index
        self._begin = batch.steps - batch.sizes[index]

    @property
    @override
    def has_member(self) -> bool:
        v, _ = self._batch.viterbi
        return bool(v[self._begin, self._batch.start[self._index]] > -torch.inf)

    @property
    @override
    def log_evidence(self) -> float:
        return float(self._batch.b[self._begin, self._batch.start[self._index]])

    @override
    def map(self) -> Tensor:
        self._require_member()
        batch, p = self._batch, self._index
        classes = batch.witness_classes[p, self._begin :] - batch.classes[p]
        return self._tokens(classes, self.problem.logits.float())

    @override
    def sample(self, k: int, generator: torch.Generator | None = None) -> Tensor:
        self._require_member()
        return torch.stack([self._drawn(generator) for _ in range(k)])

    def _drawn(self, generator: torch.Generator | None) -> Tensor:
        batch, p = self._batch, self._index
        own_edges = slice(batch.edges[p], batch.edges[p + 1])
        own_pairs = slice(batch.pairs[p], batch.pairs[p + 1])
        source, target, group = (x[own_edges] for x in (batch.source, batch.target, batch.group))
        pair_group, pair_class = batch.pair_group[own_pairs], batch.pair_class[own_pairs]
        state, classes = batch.start[p], []
        for t in range(self._begin, batch.steps):
            scores = batch.sums[group, t] + batch.b[t + 1][target]
            edge = _gumbel_max(scores.masked_fill(source != state, -torch.inf), generator)
            scores = batch.class_scores[0][pair_class, t]
            scores = scores.masked_fill(pair_group != group[edge], -torch.inf)
            classes.append(pair_class[_gumbel_max(scores, generator)] - batch.classes[p])
            state = target[edge]
        chosen = torch.stack(classes) if classes else batch.start.new_zeros(0)
        logits = self.problem.logits.double()
        return self._tokens(chosen, logits + _gumbel(logits, generator))

    def _tokens(self, classes: Tensor, scores: Tensor) -> Tensor:
        """The best-scored token of the given class at each position, committed ones kept."""
        of_token = self._batch.tables[self._index].of_token
        scores = scores[:, : len(of_token)]
        other = of_token[None, :] != classes[:, None]
        best = scores.masked_fill(other, -torch.inf).argmax(1)
        committed = torch.tensor(self.problem.committed, dtype=torch.int64, device=scores.device)
        return torch.where(committed == MASKED, best, committed)

    @cached_property
    @override
    def log_class_weights(self) -> Tensor:
        return self._own(self._batch.class_scores[0])

    @cached_property
    @override
    def log_class_marginals(self) -> Tensor:
        return self._own(self._batch.class_marginals)

    @override
    def spread(self) -> Spread:
        self._require_member()
        table = self._batch.tables[self._index]
        committed = torch.tensor(self.problem.committed, dtype=torch.int64)
        return spread_on_device(
            self.problem.logits,
            committed.to(table.tokens.device) == MASKED,
            table.tokens,
            table.class_lengths,
            self.log_class_marginals,
        )

    def _own(self, values: Tensor) -> Tensor:
        first, last = self._batch.classes[self._index : self._index + 2]
        return values[first:last, self._begin :].T.contiguous()


def _gumbel(like: Tensor, generator: torch.Generator | None) -> Tensor:
    """Standard Gumbel noise; drawn where the generator lives."""
    place = like.device if generator is None else generator.device
    uniform = torch.rand(like.shape, generator=generator, dtype=torch.float64, device=place)
    tiny = torch.finfo(torch.float64).tiny
    return -(-uniform.clamp_min(tiny).log()).clamp_min(tiny).log().to(like.device)


def _gumbel_max(scores: Tensor, generator: torch.Generator | None) -> Tensor:
    return (scores + _gumbel(scores, generator)).argmax()


def solve_on_device(problems: Sequence[Problem]) -> list[Posterior]:
    """`dllm_struct.posterior.solve` for problems whose logits are on one device."""
    if not problems:
        return []
    batch = Batch([replace(problem, logits=problem.dense, rows=None) for problem in problems])
    return [DevicePosterior(batch, index) for index in range(len(problems))]
