"""Muon for the matrices of the blocks, AdamW for the embedding and the norms."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import nn


@dataclass(frozen=True)
class Rates:
    """Peak learning rates."""

    matrices: float
    rest: float


class Optimisers:
    """Two optimisers that step together, their rates scaled by one factor."""

    def __init__(self, network: nn.Module, rates: Rates, muon: bool) -> None:
        """Split the parameters of a network: matrices of blocks, and the rest."""
        named = list(network.named_parameters())
        matrices = [p for name, p in named if p.ndim == 2 and "embed" not in name]
        rest = [p for name, p in named if p.ndim != 2 or "embed" in name]
        self.rates = rates
        self.first: torch.optim.Optimizer
        if muon:
            self.first = torch.optim.Muon(
                matrices,
                lr=rates.matrices,
                momentum=0.95,
                weight_decay=0.01,
                adjust_lr_fn="match_rms_adamw",
                ns_steps=4,
            )
        else:
            self.first = torch.optim.AdamW(
                matrices, lr=rates.matrices, betas=(0.9, 0.98), weight_decay=0.01
            )
        self.second = torch.optim.AdamW(rest, lr=rates.rest, betas=(0.9, 0.98), weight_decay=0.0)

    def step(self, factor: float) -> None:
        """Update the parameters at this share of the peak rates, and clear the gradients."""
        for optimiser, rate in ((self.first, self.rates.matrices), (self.second, self.rates.rest)):
            for group in optimiser.param_groups:
                group["lr"] = rate * factor
            optimiser.step()
            optimiser.zero_grad(set_to_none=True)

    def state(self) -> list[dict[str, object]]:
        """Return what `restore` needs."""
        return [self.first.state_dict(), self.second.state_dict()]

    def restore(self, state: list[dict[str, object]]) -> None:
        """Take up a saved state."""
        self.first.load_state_dict(state[0])
        self.second.load_state_dict(state[1])
