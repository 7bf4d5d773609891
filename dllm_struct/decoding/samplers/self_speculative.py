"""Self-speculative: confidence, one step after the other, several of them in one forward pass.

Gao et al. 2025, "Self Speculative Decoding for Diffusion Large Language Models" (arXiv 2510.04147).
The output and every commit are those of `Confidence` with the same settings; only passes are saved.
How drafts are made and checked: `dllm_struct.decoding.speculation`.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from dllm_struct.decoding.samplers.base import SAMPLERS, Candidates, most_confident
from dllm_struct.errors import check


@SAMPLERS.register("self-speculative", "ssd")
@dataclass(frozen=True)
class SelfSpeculative:
    """Commits what `Confidence` commits.

    Attributes:
        drafts: most states that a pass checks besides the present one; the network reads so many
            canvases more.
    """

    drafts: int = 8

    def __post_init__(self) -> None:
        check(
            self.drafts >= 1,
            f"{self.drafts} drafts leave nothing to check",
            hint="set drafts to 1 or more, or use sampler='confidence'",
        )

    def choose(self, candidates: Candidates, generator: torch.Generator) -> Tensor:
        """See `Sampler.choose`."""
        return most_confident(candidates.log_confidence, candidates.quota)
