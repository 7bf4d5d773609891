"""A forward pass for inputs some of which have a cache."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from dllm_struct.decoding.caches.base import Cached
from dllm_struct.decoding.signals import View
from dllm_struct.logit_rows import LogitRows
from dllm_struct.models.caching.passing import Done, Job, feed
from dllm_struct.models.family import Family

Forward = Callable[[Sequence[View]], Sequence[LogitRows]]


class CachingForward:
    """One forward pass for a batch: inputs with a cache together, and all others together.

    Args:
        forward: reads inputs without a cache.
        network: a transformers model, where there is a cache.
        family: its token ids and habits.
    """

    def __init__(self, forward: Forward, network: Any, family: Family) -> None:
        self._forward = forward
        self._network = network
        self._family = family

    def __call__(self, views: Sequence[View]) -> list[LogitRows]:
        """Return the logits of every input's canvas, at the positions that are wanted at least."""
        plain = [view for view in views if view.cached is None]
        others = iter(self._forward(plain)) if plain else iter(())
        own = iter(self._over_caches([view for view in views if view.cached is not None]))
        return [next(others if view.cached is None else own) for view in views]

    @torch.inference_mode()
    def _over_caches(self, views: Sequence[View]) -> list[LogitRows]:
        parts = [_Part.of(view, self._family.logits_shift) for view in views]
        done: dict[int, Done] = {}
        for rows in self._together([part.job for part in parts]):
            found = feed(self._network, self._family, [parts[row].job for row in rows])
            done |= zip(rows, found, strict=True)
        return [part.finished(done.get(row)) for row, part in enumerate(parts)]

    def _together(self, jobs: Sequence[Job]) -> Iterable[Sequence[int]]:
        """Return which jobs share a pass: all that feed something, or those of one shape."""
        of_shape: dict[tuple[int, int] | None, list[int]] = {}
        for row, job in enumerate(jobs):
            shape = None if self._family.call.pads else (len(job.fed), len(job.kept))
            if job.fed:
                of_shape.setdefault(shape, []).append(row)
        return of_shape.values()


@dataclass(frozen=True)
class _Part:
    """What is computed of one input.

    Attributes:
        view: the input.
        cached: what is kept of it.
        job: what is fed.
        computed: the wanted canvas positions whose prediction is computed.
        taken_over: those whose prediction is an earlier one.
    """

    view: View
    cached: Cached
    job: Job
    computed: Sequence[int]
    taken_over: Sequence[int]

    @classmethod
    def of(cls, view: View, shift: bool) -> _Part:
        """Decide what to feed; ``shift``: the output at a position predicts the next one."""
        cached = view.cached
        assert cached is not None
        tokens, before = (*view.prompt, *view.canvas), len(view.prompt)
        known = cached.kept.known(cached.numbers, tokens, cached.open)
        fed = {*cached.cache.feeds(known), *np.flatnonzero(~known.fresh).tolist()}
        wanted = range(len(view.canvas)) if view.wanted is None else view.wanted
        source = {p: max(0, before + p - shift) for p in wanted}
        has = cached.kept.has_logits if cached.cache.keeps_logits else _never
        new = [p for p in wanted if before + p in fed or not has(cached.numbers[before + p])]
        fed |= {source[p] for p in new}
        order = sorted(fed)
        kept = [position for position in known.everything if position not in fed]
        computed = [p for p in wanted if source[p] in fed]
        job = Job(tokens, order, kept, cached.kept.at(kept), [source[p] for p in computed])
        return cls(view, cached, job, computed, [p for p in wanted if source[p] not in fed])

    def finished(self, done: Done | None) -> LogitRows:
        """Keep what was computed, and return the logits of what is wanted."""
        kept, before = self.cached.kept, len(self.view.prompt)
        numbers = self.cached.numbers[before:]
        parts = []
        if done is not None:
            kept.put(self.cached.numbers, self.job.tokens, self.job.fed, done.layers)
            parts.append((done.logits, self.computed))
        if self.taken_over:
            earlier = kept.logits([numbers[p] for p in self.taken_over])
            parts.append((LogitRows(earlier), self.taken_over))
        found = _joined(parts, len(self.view.canvas))
        if self.cached.cache.keeps_logits:
            wanted = sorted([*self.computed, *self.taken_over])
            kept.put_logits([numbers[p] for p in wanted], found.at(wanted))
        return found


def _joined(parts: Sequence[tuple[LogitRows, Sequence[int]]], length: int) -> LogitRows:
    """The logits of positions that lie in several tables."""
    row_of, start = np.full(length, -1, np.int64), 0
    for logits, positions in parts:
        rows = np.arange(len(logits)) if logits.row_of is None else logits.row_of
        row_of[[*positions]] = rows + start
        start += len(logits.values)
    values = [logits.values for logits, _ in parts] or [torch.zeros(0, 0)]
    return LogitRows(values[0] if len(values) == 1 else torch.cat(values), row_of)


def _never(number: int) -> bool:
    return False
