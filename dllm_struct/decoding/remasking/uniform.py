"""Uniform noise: every step decides anew about all positions.

For models that were trained on random tokens in place of masks (DiffusionGemma; Austin et al. 2021,
"Structured Denoising Diffusion Models in Discrete State-Spaces", arXiv 2107.03006). Nothing is
committed before the end. A step draws a witness over the whole canvas; the next pass reads the
witness's tokens where they are accepted, and random tokens everywhere else. The last witness is the
output, so every stop is a valid one.

Accepted is what the sampler chooses, and the positions that stay nearly independent: with the
posterior's entropies sorted ascending, the first k with H_1 + ... + H_k - H_k <= gamma (see
`EntropyBounded`). It ends when the draft has stayed the same and the mean entropy is small, or
after a number of steps; gamma, number and thresholds are DiffusionGemma's.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from dllm_struct.decoding.remasking.base import REMASKINGS, Remasking
from dllm_struct.decoding.samplers import Candidates
from dllm_struct.decoding.samplers.entropy_bounded import EntropyBounded
from dllm_struct.errors import check


@REMASKINGS.register("uniform", "renoising")
@dataclass(frozen=True)
class Uniform(Remasking):
    """Takes everything back at every step.

    Attributes:
        gamma: bound of what is accepted, in nats; see above.
        steps: most forward passes where `Decoding.steps` says nothing.
        steady: passes for which the draft has to stay the same before it is final.
        entropy: mean entropy of the posterior's positions below which it is final, in nats.
        shows: what stands where nothing is accepted: ``noise``: random tokens; ``draft``: the
            latest witness (noise before the first).
    """

    gamma: float = 0.1
    steps: int = 48
    steady: int = 1
    entropy: float = 0.005
    shows: Literal["noise", "draft"] = "noise"

    def __post_init__(self) -> None:
        check(
            0 <= self.gamma < math.inf,
            f"gamma {self.gamma} is not a finite number of nats from 0 on",
            hint="0.1 is usual",
        )
        check(self.steps >= 1, f"{self.steps} steps are too few", hint="48 is usual")
        check(self.steady >= 0, f"{self.steady} passes are too few", hint="1 is usual")
        check(
            self.shows in ("noise", "draft"),
            f"unknown content '{self.shows}' of undecided positions",
            hint="known are noise, draft",
        )

    def limit(self, steps: int | None) -> int:
        """See `Remasking.limit`."""
        return self.steps if steps is None else steps

    def accept(self, masked: Candidates) -> Tensor:
        """Return which positions the next pass sees as the witness has them, int64 [k]."""
        return EntropyBounded(self.gamma).choose(masked, torch.Generator())

    def is_settled(self, masked: Candidates, steady: int) -> bool:
        """Whether the draft is final.

        Args:
            masked: all positions that are not settled.
            steady: passes for which it has stayed the same.
        """
        return steady >= self.steady and float(masked.spread.entropy.mean()) < self.entropy

    def shown(self, draft: int, noise: int) -> int:
        """Return what stands at a position that is not accepted.

        Args:
            draft: token of the latest witness, negative where there is none.
            noise: a random token.
        """
        return draft if self.shows == "draft" and draft >= 0 else noise
