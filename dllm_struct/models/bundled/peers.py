"""Processes that train one network together, each on its own batches.

One thread each beats one process with several threads where other programs share the cores: no
thread waits at the end of every operation for another that was set aside. Start them with
``torchrun --nproc-per-node 2 -m dllm_struct.models.bundled.train --threads 1 ...``.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch import distributed as dist


@dataclass(frozen=True)
class Peers:
    """This process among its peers.

    Attributes:
        rank: its number, from 0.
        size: how many there are.
    """

    rank: int = 0
    size: int = 1

    @classmethod
    def join(cls) -> Peers:
        """Join the peers that ``torchrun`` has started, if it has."""
        if "RANK" not in os.environ:
            return cls()
        dist.init_process_group("gloo")
        return cls(dist.get_rank(), dist.get_world_size())

    def averaged(self, parameters: Sequence[nn.Parameter], numbers: Sequence[float]) -> list[float]:
        """Average the gradients over all peers in place, and some numbers beside them."""
        if self.size == 1:
            return list(numbers)
        gradients = [p.grad for p in parameters if p.grad is not None]
        flat = torch.cat([g.flatten() for g in gradients] + [torch.tensor(list(numbers))])
        dist.all_reduce(flat)
        flat /= self.size
        _scatter(flat, gradients)
        return [float(x) for x in flat[len(flat) - len(numbers) :]]


def _scatter(flat: Tensor, targets: Sequence[Tensor]) -> None:
    """Copy consecutive parts of a vector into tensors."""
    start = 0
    for target in targets:
        target.copy_(flat[start : start + target.numel()].view_as(target))
        start += target.numel()
