"""One pass of some positions of some sequences, over the keys and values of others.

Sequences are padded on the right twice: what is kept of them to the longest, and what is fed. A
4-D mask says who sees whom, so order and padding do not matter; positions are given explicitly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor
from transformers import DynamicCache

from dllm_struct.canvas.canvas import MASKED
from dllm_struct.logit_rows import LogitRows
from dllm_struct.models.family import Family, Mask
from dllm_struct.models.wanted import Wanted, taken
from dllm_struct.transfer import upload

Layers = Sequence[tuple[Tensor, Tensor]]
"""Keys and values of every layer, each [heads, positions, width]."""

PADDING = -1
"""Stands for the position of what is no position."""


@dataclass(frozen=True)
class Job:
    """A part of a pass: one sequence.

    Attributes:
        tokens: token ids of the whole input, -1 where masked.
        fed: the positions to compute, ascending, at least one.
        kept: the positions that stand in the cache.
        layers: their keys and values.
        read: the fed positions whose output is read.
    """

    tokens: Sequence[int]
    fed: Sequence[int]
    kept: Sequence[int]
    layers: Layers
    read: Sequence[int]


@dataclass(frozen=True)
class Done:
    """What a pass computed of one sequence.

    Attributes:
        logits: of the positions that are read, in order.
        layers: keys and values of what was fed.
    """

    logits: LogitRows
    layers: Layers


def feed(network: Any, family: Family, jobs: Sequence[Job]) -> list[Done]:
    """Compute positions of several sequences in one pass."""
    fed, kept = _padded([job.fed for job in jobs]), _padded([job.kept for job in jobs])
    ids = torch.full(fed.shape, family.filler)
    for row, job in enumerate(jobs):
        tokens = [job.tokens[position] for position in job.fed]
        own = [family.filler if token == MASKED else token for token in tokens]
        ids[row, : len(own)] = torch.tensor(own)
    cache = _joined([job.layers for job in jobs], kept.shape[1])
    places = [np.searchsorted(job.fed, job.read).tolist() for job in jobs]
    device = network.device
    read = (place for own in places for place in own)
    wanted = Wanted.of(taken(network, family), read, fed.shape[1], device)
    stores = family.call.stores
    result = network(
        input_ids=upload(ids, device),
        attention_mask=upload(_mask(fed, kept, family, network.dtype), device),
        position_ids=upload(fed.clamp_min(0), device),
        past_key_values=cache,
        use_cache=True,
        **wanted.told,
        **({} if stores is None else {stores: True}),
    )
    start, layers = kept.shape[1], list[Any](cache.layers)
    return [
        Done(
            wanted.rows(result.logits[row], places[row]),
            [(_of(own.keys, row, job, start), _of(own.values, row, job, start)) for own in layers],
        )
        for row, job in enumerate(jobs)
    ]


def _of(states: Tensor, row: int, job: Job, start: int) -> Tensor:
    """Keys or values of what was fed of one sequence, [heads, positions, width]."""
    return states[row, :, start : start + len(job.fed)]


def _padded(rows: Sequence[Sequence[int]]) -> Tensor:
    """Positions of every sequence, int64 [B, longest], `PADDING` behind them."""
    longest = max(map(len, rows))
    table = torch.full((len(rows), longest), PADDING)
    for row, positions in enumerate(rows):
        table[row, : len(positions)] = torch.tensor([*positions], dtype=torch.int64)
    return table


def _joined(layers: Sequence[Layers], width: int) -> DynamicCache:
    """Keys and values of all sequences side by side, padded to a width."""
    cache = DynamicCache()
    if not width:
        return cache
    for index in range(max(map(len, layers))):
        own = [part[index] if part else None for part in layers]
        shape = next(pair for pair in own if pair is not None)[0]
        size = (len(layers), shape.shape[0], width, shape.shape[2])
        keys, values = shape.new_zeros(size), shape.new_zeros(size)
        for row, pair in enumerate(own):
            if pair is not None:
                keys[row, :, : pair[0].shape[1]], values[row, :, : pair[1].shape[1]] = pair
        cache.update(keys, values, index)
    return cache


def _mask(fed: Tensor, kept: Tensor, family: Family, dtype: torch.dtype) -> Tensor:
    """Which positions the fed ones see, [B, 1, F, M + F]: booleans, or 0 and very low numbers."""
    seen, block = torch.cat([kept, fed], 1), family.block_length
    may_see = (seen != PADDING)[:, None, :].expand(-1, fed.shape[1], -1)
    if block is not None:
        may_see = may_see & (seen[:, None, :] // block <= fed.clamp_min(0)[:, :, None] // block)
    if family.call.mask is Mask.BOOLEAN:
        return may_see[:, None]
    mask = torch.zeros(may_see.shape, dtype=dtype)
    return mask.masked_fill(~may_see, torch.finfo(dtype).min)[:, None]
