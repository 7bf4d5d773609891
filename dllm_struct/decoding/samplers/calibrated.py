"""Calibrated thresholds: how sure the model has to be, learnt from one decoded input of the task.

Shen and Ro 2025, "Beyond Static Cutoffs: One-Shot Dynamic Thresholding for Diffusion Language
Models" (OSDT, arXiv 2511.02077). Decode one input at a static threshold and keep the confidences of
what was committed (`Profile`). For other inputs of the task commit every position with at least

    tau_eff = min(statistic(confidences of this block or step), kappa) * (1 - epsilon),

at least the best one. Where a number of steps is set, at least the schedule's number is committed.
The paper tunes kappa and epsilon for each task; the defaults here are ours. Blocks and steps beyond
the profile's use its last ones.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

import torch
from torch import Tensor

from dllm_struct.decoding.samplers.base import SAMPLERS, Candidates, most_confident
from dllm_struct.decoding.samplers.profile import Profile
from dllm_struct.errors import check


@SAMPLERS.register("calibrated", "osdt")
@dataclass(frozen=True)
class Calibrated:
    """Commits every position that reaches the threshold of its block or step.

    Attributes:
        profile: path of a profile (``dllm-struct calibrate`` writes one), or the profile.
        by: whether a threshold holds for a ``block`` or for a ``step`` in a block.
        statistic: ``mean``, ``median``, or a quantile from 0 to 1 (linear interpolation).
        kappa: the threshold before the slack is at most this probability.
        epsilon: the slack, 0 or more and below 1.

    Raises:
        InvalidDecoding: a value is out of range.
        InvalidInput: the profile cannot be read.
    """

    profile: str | Path | Profile
    by: Literal["block", "step"] = "block"
    statistic: str | float = "mean"
    kappa: float = 0.9
    epsilon: float = 0.1

    def __post_init__(self) -> None:
        check(
            self.by in ("block", "step"),
            f"no thresholds by '{self.by}'",
            hint="known are block, step",
        )
        statistic = self.statistic
        check(
            statistic in ("mean", "median") if isinstance(statistic, str) else 0 <= statistic <= 1,
            f"unknown statistic {statistic!r}",
            hint="known are 'mean', 'median', and quantiles from 0 to 1",
        )
        check(0 < self.kappa <= 1, f"kappa {self.kappa} is no probability above 0", hint="try 0.9")
        check(
            0 <= self.epsilon < 1, f"epsilon {self.epsilon} is not in 0 to below 1", hint="try 0.1"
        )
        assert self.confidences is not None  # an unreadable file is refused now

    @cached_property
    def confidences(self) -> Profile:
        """The profile, read from its file where it is a path."""
        return (
            self.profile if isinstance(self.profile, Profile) else Profile.load(Path(self.profile))
        )

    def threshold(self, block: int, step: int) -> float:
        """The probability that a step of a block asks for."""
        known = self.confidences
        values = known.of_block(block) if self.by == "block" else known.of_step(block, step)
        return min(self._typical(values), self.kappa) * (1 - self.epsilon)

    def _typical(self, values: list[float]) -> float:
        of_values = torch.tensor(values, dtype=torch.float64)
        if self.statistic == "mean":
            return float(of_values.mean())
        quantile = 0.5 if self.statistic == "median" else float(self.statistic)
        return float(of_values.quantile(quantile))

    def choose(self, candidates: Candidates, generator: torch.Generator) -> Tensor:
        """See `Sampler.choose`."""
        threshold = self.threshold(candidates.block, candidates.step)
        least = math.log(threshold) if threshold > 0 else -math.inf
        sure = int((candidates.log_confidence >= least).sum())
        return most_confident(candidates.log_confidence, max(sure, candidates.quota))
