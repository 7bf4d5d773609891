"""Iteration smoothing: the last prediction is added to the mask, without any training.

dInfer (Ma et al. 2025, "dInfer: An Efficient Inference Framework for Diffusion Language Models",
arXiv 2510.08666), IterationSmooth. Before pass i + 1 (i = 0, 1, ...) a masked position is

    e_mask + w * sum over all tokens of p(token) e_token        w = min(initial + growth * i, most)

with p the prediction of pass i. dInfer also lowers its sampler's threshold from 1 step by step;
that is the sampler's business here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from dllm_struct.decoding.signals.base import SIGNALS, Signal, Situation, View
from dllm_struct.decoding.signals.feedback import check_embeddings, feed_back, keep, masked_rows
from dllm_struct.errors import check
from dllm_struct.models.family import Family


@SIGNALS.register("smoothing", "iteration-smooth")
@dataclass(frozen=True)
class Smoothing(Signal):
    """Adds the expected embedding to masks.

    Attributes:
        most: the largest weight, 0 to 1.
        initial: the weight before the second pass.
        growth: by how much it grows from pass to pass.
    """

    most: float = 0.3
    initial: float = 0.15
    growth: float = 0.02
    has_memory: ClassVar[bool] = True
    feeds_back: ClassVar[bool] = True

    def __post_init__(self) -> None:
        check(
            0 <= self.initial <= self.most <= 1 and self.growth >= 0,
            f"smoothing from {self.initial} by {self.growth} to {self.most}",
            hint="0 <= initial <= most <= 1, and growth is not negative",
        )

    def bound(self, family: Family, network: object) -> Smoothing:
        """See `Signal.bound`.

        Raises:
            InvalidDecoding: the network has no input embeddings.
        """
        check_embeddings(network, "smoothing")
        return self

    def see(self, view: View, situation: Situation) -> View:
        """See `Signal.see`."""
        return feed_back(view, situation)

    def fuse(self, logits: Tensor, further: Sequence[Tensor], situation: Situation) -> Tensor:
        """See `Signal.fuse`: keeps the prediction, changes nothing."""
        passes = situation.memory.get("passes", 0)
        situation.memory["passes"] = passes + 1
        weight = min(self.initial + self.growth * passes, self.most)
        shares = weight * masked_rows(logits, situation).softmax(-1)
        tokens = torch.arange(shares.shape[1], device=shares.device)
        keep(situation, tokens, shares, torch.ones(len(shares), device=shares.device))
        return logits
