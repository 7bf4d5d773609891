"""Classifier-free guidance: away from what the model says without the prompt.

Nie et al. 2025, "Large Language Diffusion Models" (LLaDA, arXiv 2502.09992), after Ho & Salimans
2022. With the logits l_c of the canvas behind its prompt, and l_u of the canvas behind as many
masks:

    cfg            l_u + (w + 1) (l_c - l_u)                     w = scale
    seed-cfg       l_u + s (l_c - l_u)                           s = scale
    discrete-cfg   softmax(gamma log p_c + (1 - gamma) log p_u)

The third is Schiff et al. 2024, "Simple Guidance Mechanisms for Discrete Diffusion Models" (D-CFG,
arXiv 2412.10193). The normalisers of p_c and p_u only shift whole rows, so all three are one
family: w + 1 = s = gamma. 1 is the model itself, 0 the model without its prompt.

What differs here: fixed text of the canvas stays visible on both sides, LLaDA masks it with the
prompt. A token that has no probability without the prompt keeps its logit; with it, it stays
impossible.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import torch
from torch import Tensor

from dllm_struct.canvas import MASKED
from dllm_struct.decoding.signals.base import SIGNALS, Signal, Situation, View
from dllm_struct.errors import check


class PromptGuidance(Signal):
    """What the three forms share: a second view, and the mixture of both."""

    needs_mask: ClassVar[bool] = True

    @property
    def strength(self) -> float:
        """How far to go from the unconditional to the conditional logits; 1: to the latter."""
        return 1.0

    def views(self, situation: Situation) -> Sequence[View]:
        """See `Signal.views`: the same canvas behind a prompt of masks, unless there is none."""
        prompt = situation.view.prompt
        return [replace(situation.view, prompt=(MASKED,) * len(prompt))] if prompt else []

    def fuse(self, logits: Tensor, further: Sequence[Tensor], situation: Situation) -> Tensor:
        """See `Signal.fuse`."""
        for unconditional in further:
            return guided(logits.float(), unconditional.float(), self.strength)
        return logits


@SIGNALS.register("cfg")
@dataclass(frozen=True)
class Cfg(PromptGuidance):
    """l_u + (w + 1) (l_c - l_u).

    Attributes:
        scale: w; 0 is no guidance.
    """

    scale: float = 0.5

    def __post_init__(self) -> None:
        _check_finite("scale", self.scale)

    @property
    def strength(self) -> float:
        """See `PromptGuidance.strength`."""
        return self.scale + 1


@SIGNALS.register("seed-cfg")
@dataclass(frozen=True)
class SeedCfg(PromptGuidance):
    """l_u + s (l_c - l_u).

    Attributes:
        scale: s; 1 is no guidance.
    """

    scale: float = 1.5

    def __post_init__(self) -> None:
        _check_finite("scale", self.scale)

    @property
    def strength(self) -> float:
        """See `PromptGuidance.strength`."""
        return self.scale


@SIGNALS.register("discrete-cfg", "d-cfg")
@dataclass(frozen=True)
class DiscreteCfg(PromptGuidance):
    """softmax(gamma log p_c + (1 - gamma) log p_u).

    Attributes:
        gamma: 1 is no guidance.
    """

    gamma: float = 2.0

    def __post_init__(self) -> None:
        _check_finite("gamma", self.gamma)

    @property
    def strength(self) -> float:
        """See `PromptGuidance.strength`."""
        return self.gamma

    def fuse(self, logits: Tensor, further: Sequence[Tensor], situation: Situation) -> Tensor:
        """See `Signal.fuse`: the same on log probabilities, so that the result is normalised."""
        conditional = logits.float().log_softmax(-1)
        probabilities = [view.float().log_softmax(-1) for view in further]
        return super().fuse(conditional, probabilities, situation).log_softmax(-1)


def guided(conditional: Tensor, unconditional: Tensor, strength: float) -> Tensor:
    """Return unconditional + strength * (conditional - unconditional), where both are finite."""
    anchor = torch.where(unconditional == -torch.inf, conditional, unconditional)
    mixed = anchor + strength * (conditional - anchor)
    return torch.where(conditional == -torch.inf, conditional, mixed)


def _check_finite(name: str, value: float) -> None:
    check(
        math.isfinite(value),
        f"{name} {value} of the guidance is not finite",
        hint="1.5 is usual, 0.5 for cfg",
    )
