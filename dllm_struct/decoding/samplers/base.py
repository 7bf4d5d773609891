"""The contract of samplers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

import torch
from torch import Tensor

from dllm_struct.decoding.registry import Registry
from dllm_struct.witness import Witness


@dataclass(frozen=True)
class Candidates:
    """What may be committed in a step: m masked positions and the witness's tokens for them.

    Attributes:
        positions: int64 [m], canvas positions, ascending.
        tokens: int64 [m], the witness's tokens.
        log_confidence: float32 [m], log posterior marginals of these tokens.
        quota: how many the schedule asks for, 1 to m.
        log_marginals: returns float32 [m, V], the whole posterior marginals; costly.
    """

    positions: Tensor
    tokens: Tensor
    log_confidence: Tensor
    quota: int
    log_marginals: Callable[[], Tensor] = field(repr=False)

    @classmethod
    def of(cls, witness: Witness, count: int, quota: int) -> Candidates:
        """Return the first ``count`` masked positions of a canvas as candidates.

        Args:
            witness: of the canvas.
            count: how many masked positions are open, from the left.
            quota: how many of them the schedule asks for.
        """
        masked = [torch.tensor(slot.masked) for slot in witness]

        def pick(rows: Iterable[Tensor]) -> Tensor:
            return torch.cat([row[at] for row, at in zip(rows, masked, strict=True)])[:count]

        return cls(
            positions=torch.cat(
                [at + slot.start for at, slot in zip(masked, witness, strict=True)]
            )[:count],
            tokens=pick(slot.tokens for slot in witness),
            log_confidence=pick(slot.log_confidence for slot in witness),
            quota=quota,
            log_marginals=lambda: pick(slot.log_marginals.cpu() for slot in witness),
        )

    def __len__(self) -> int:
        return len(self.positions)


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


SAMPLERS: Registry[Sampler] = Registry("sampler", Sampler, "dllm_struct.decoding.samplers")


def most_confident(scores: Tensor, count: int) -> Tensor:
    """Return the indices of the largest scores, the leftmost of equal ones first, int64 [k]."""
    return torch.sort(scores, descending=True, stable=True).indices[:count]
