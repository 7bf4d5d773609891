"""Random order: the schedule's number of positions, uniformly.

The ancestral sampler of masked diffusion (Sahoo et al. 2024, MDLM; LLaDA's random remasking).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from dllm_struct.decoding.samplers.base import SAMPLERS, Candidates


@SAMPLERS.register("random")
@dataclass(frozen=True)
class Random:
    """Commits ``quota`` positions drawn without replacement."""

    def choose(self, candidates: Candidates, generator: torch.Generator) -> Tensor:
        """See `Sampler.choose`."""
        return torch.randperm(len(candidates), generator=generator)[: candidates.quota]
