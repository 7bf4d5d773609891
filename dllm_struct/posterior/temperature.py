"""Logits divided by a temperature, within what sums of them can hold."""

from __future__ import annotations

import torch
from torch import Tensor

LARGEST_LOGIT = 1e15
"""Logits divided by a temperature stay within this, so that sums of them stay finite."""

LEAST_TEMPERATURE = 1e-37
"""What a lower temperature counts as: what a float32 still divides by."""


def divided(logits: Tensor, temperature: float) -> Tensor:
    """Return float32 logits over a temperature; those that are not finite stay as they are."""
    if temperature == 1:
        return logits
    scaled = (logits / max(temperature, LEAST_TEMPERATURE)).clamp(-LARGEST_LOGIT, LARGEST_LOGIT)
    if logits.device.type == "cpu" and bool(torch.isfinite(logits.sum())):
        return scaled  # a pass less; to a device, the question costs more than the pass
    return torch.where(logits.isfinite(), scaled, logits)
