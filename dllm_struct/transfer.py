"""Between main memory and a device: the two ways that data takes, and nothing else.

A host that waits for its device leaves the device idle afterwards. So what goes there is sent
without waiting, and what comes back is fetched in as few pieces as possible, here alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor


def upload(values: ArrayLike | Tensor, device: torch.device) -> Tensor:
    """Send an array to a device without waiting for it; the caller does not change it again."""
    host = values if isinstance(values, Tensor) else torch.from_numpy(np.ascontiguousarray(values))
    if device.type == "cuda":  # only from pinned memory does a copy not wait
        return host.pin_memory().to(device, non_blocking=True)
    return host.to(device)


def fetch(tensors: Sequence[Tensor]) -> list[Tensor]:
    """Return tensors in main memory, after one wait; those that are there stay as they are."""
    away = [tensor for tensor in tensors if tensor.device.type != "cpu"]
    if not away:
        return list(tensors)
    flat = torch.cat([tensor.reshape(-1).double() for tensor in away]).cpu()
    starts = iter(accumulate((tensor.numel() for tensor in away), initial=0))

    def fetched(tensor: Tensor) -> Tensor:
        start = next(starts)
        return flat[start : start + tensor.numel()].to(tensor.dtype).reshape(tensor.shape)

    return [tensor if tensor.device.type == "cpu" else fetched(tensor) for tensor in tensors]
