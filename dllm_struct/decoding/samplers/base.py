"""The contract of samplers."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Protocol, runtime_checkable

import torch
from torch import Tensor

from dllm_struct.decoding.registry import Registry
from dllm_struct.errors import check
from dllm_struct.posterior.spread import Spread, spread_of
from dllm_struct.vocabulary.codec import Codec
from dllm_struct.witness import SlotWitness, Witness


@dataclass(frozen=True)
class Candidates:
    """What may be committed in a step: m masked positions and the witness's tokens for them.

    Attributes:
        positions: int64 [m], canvas positions, ascending.
        tokens: int64 [m], the witness's tokens.
        log_confidence: float32 [m], log posterior marginals of these tokens.
        read_log_marginals: returns the log posterior marginals of given candidates (int64 [k],
            indices), float32 [k, V]; costly.
        read_spread: returns entropy and best probabilities of these marginals without an array
            over tokens; None: they are worked out from `read_log_marginals`.
        decode: token ids to bytes.
        quota: how many the schedule asks for, 1 to m.
        start: canvas position where the open block begins.
        stop: canvas position behind the open block.
        masked: masks that the open block had when it was opened.
        step: steps already made in the open block.
        block: blocks opened before this one.
    """

    positions: Tensor
    tokens: Tensor
    log_confidence: Tensor
    read_log_marginals: Callable[[Tensor], Tensor] = field(repr=False)
    decode: Callable[[Sequence[int]], bytes] = field(repr=False)
    read_spread: Callable[[Tensor], Spread] | None = field(default=None, repr=False)
    quota: int = 1
    start: int = 0
    stop: int = 0
    masked: int = 0
    step: int = 0
    block: int = 0

    @classmethod
    def of(
        cls,
        witness: Witness,
        decode: Callable[[Sequence[int]], bytes],
        slots: Collection[str] | None = None,
    ) -> Candidates:
        """Return the masked positions of a canvas as candidates.

        Args:
            witness: of the canvas.
            decode: token ids to bytes.
            slots: whose positions; None: those of all slots.
        """
        parts = [slot for slot in witness if slots is None or slot.slot in slots]
        masked = [torch.tensor(slot.masked) for slot in parts]

        def pick(rows: Iterable[Tensor]) -> Tensor:
            return torch.cat([row[at] for row, at in zip(rows, masked, strict=True)])

        return cls(
            positions=torch.cat([at + slot.start for at, slot in zip(masked, parts, strict=True)]),
            tokens=pick(slot.tokens for slot in parts),
            log_confidence=pick(slot.log_confidence for slot in parts),
            read_log_marginals=lambda chosen: _marginals(parts, masked, chosen),
            decode=decode,
            read_spread=lambda chosen: _spread(parts, masked, chosen),
        )

    def __len__(self) -> int:
        return len(self.positions)

    def only(self, indices: Tensor) -> Candidates:
        """Return some of the candidates (int64 [k], ascending indices), with quota k."""
        read = self.read_spread
        return replace(
            self,
            positions=self.positions[indices],
            tokens=self.tokens[indices],
            log_confidence=self.log_confidence[indices],
            read_log_marginals=lambda chosen: self.read_log_marginals(indices[chosen]),
            read_spread=None if read is None else lambda chosen: read(indices[chosen]),
            quota=len(indices),
        )

    @cached_property
    def log_marginals(self) -> Tensor:
        """Log posterior marginals of every token at every candidate, float32 [m, V]; costly."""
        return self.read_log_marginals(torch.arange(len(self)))

    @cached_property
    def spread(self) -> Spread:
        """Entropy (float64 [m], nats) and the two best probabilities (float64 [m, 2])."""
        if self.read_spread is None:
            return spread_of(self.log_marginals)
        return self.read_spread(torch.arange(len(self)))


def _marginals(parts: Sequence[SlotWitness], masked: Sequence[Tensor], chosen: Tensor) -> Tensor:
    return torch.cat([slot.log_marginals[at].cpu() for slot, at in _own(parts, masked, chosen)])


def _spread(parts: Sequence[SlotWitness], masked: Sequence[Tensor], chosen: Tensor) -> Spread:
    found = [(slot.spread, at) for slot, at in _own(parts, masked, chosen)]
    return Spread(*(torch.cat([all_[k].cpu()[at] for all_, at in found]) for k in range(2)))


def _own(
    parts: Sequence[SlotWitness], masked: Sequence[Tensor], chosen: Tensor
) -> Iterator[tuple[SlotWitness, Tensor]]:
    """Yield each slot that has chosen candidates, and at which of its positions (int64)."""
    first = 0
    for slot, at in zip(parts, masked, strict=True):
        own = chosen[(chosen >= first) & (chosen < first + len(at))] - first
        if len(own):
            yield slot, at[own]
        first += len(at)


@runtime_checkable
class Sampler(Protocol):
    """Chooses positions."""

    def choose(self, candidates: Candidates, generator: torch.Generator) -> Tensor:
        """Return which candidates to commit.

        Args:
            candidates: at least one.
            generator: the only source of randomness; on the CPU.

        Returns:
            int64 [k], distinct indices into the candidates, k >= 1.
        """
        ...


@runtime_checkable
class NeedsTokenizer(Protocol):
    """A sampler that knows tokens one by one."""

    def bound(self, codec: Codec) -> Sampler:
        """Return the sampler for a tokenizer.

        Raises:
            InvalidDecoding: it was made for another one.
        """
        ...


SAMPLERS: Registry[Sampler] = Registry("sampler", Sampler, "dllm_struct.decoding.samplers")


def most_confident(scores: Tensor, count: int) -> Tensor:
    """Return the indices of the largest scores, the leftmost of equal ones first, int64 [k]."""
    return torch.sort(scores, descending=True, stable=True).indices[:count]


def check_alg_temp(alg_temp: float) -> None:
    """Refuse a temperature of positions that is none.

    Raises:
        InvalidDecoding: it is below 0 or not finite.
    """
    check(
        0 <= alg_temp < math.inf,
        f"alg_temp {alg_temp} is not a finite number from 0 on",
        hint="0 takes the best positions, above it positions are drawn",
    )


def best_or_drawn(
    scores: Tensor, count: int, alg_temp: float, generator: torch.Generator
) -> Tensor:
    """Return ``count`` indices, int64 [k]: the best, or drawn without replacement.

    Above 0 they follow softmax(scores / alg_temp) (Dream), by Gumbel noise in log space: positions
    whose share underflows are still drawn when nothing else is left.
    """
    if alg_temp == 0:
        return most_confident(scores, count)
    noise = torch.empty(len(scores), dtype=torch.float64).exponential_(generator=generator).log()
    return most_confident(scores.double() / alg_temp - noise, count)
