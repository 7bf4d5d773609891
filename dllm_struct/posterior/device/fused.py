"""The posterior by Triton kernels: six launches for all slots, one read of every masked row."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from functools import cached_property
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import torch
import triton
import triton.language as tl
from torch import Tensor
from typing_extensions import override

from dllm_struct.posterior.base import MASKED, Problem
from dllm_struct.posterior.device.batch import Batch, Report
from dllm_struct.posterior.device.kernels import draws, marginals, sums, sweeps
from dllm_struct.posterior.device.kernels.arrays import POSITION_COLUMNS, SLOT_COLUMNS
from dllm_struct.posterior.device.layout import offsets
from dllm_struct.posterior.device.tables import EDGES_WIDE, FLOW_WIDE, TOKENS_WIDE, tables
from dllm_struct.posterior.temperature import LEAST_TEMPERATURE
from dllm_struct.transfer import upload

LOGIT_TYPES = {
    torch.bfloat16: tl.bfloat16,
    torch.float16: tl.float16,
    torch.float32: tl.float32,
    torch.float64: tl.float64,
}

PIECES_AT_ONCE = 32
"""Pieces of classes that a program sums."""

LEAST_BLOCKS = 16
"""Programs of a row at least: they share its check between them."""

SWEEP = {"BLOCK": 256, "EDGES": EDGES_WIDE, "ROWS": 256, "PIECES": 4, "num_warps": 8}
"""Pieces of edges and states that a program of the sweeps works on at a time."""


class Scores(NamedTuple):
    """What the logits say; ``[n, C]`` of every slot one after the other, then ``[n, G]``.

    Attributes:
        weights: float64, log of the summed exponentials of every class.
        best: float64, its largest logit.
        sums: float64, log of the summed exponentials of every group.
        maxima: float64, its largest logit.
        norm: float64 [N], log of the sum of exponentials of a masked row.
        is_bad: float64 [N], 1 where a masked row has NaN or +inf.
    """

    weights: Tensor
    best: Tensor
    sums: Tensor
    maxima: Tensor
    norm: Tensor
    is_bad: Tensor


class Chain(NamedTuple):
    """The sweeps; ``[n + 1, S]`` of every slot one after the other.

    Attributes:
        b: float64, log of the evidence still to come.
        v: float64, log-weight of the best way on.
        y: float64, log of the posterior probability of a state.
        path: int32 [N], the groups of the best path, -1 where there is none.
    """

    b: Tensor
    v: Tensor
    y: Tensor
    path: Tensor


class FusedBatch(Batch):
    """Slots whose logits have one type of `LOGIT_TYPES`."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(problems)
        self._logit = LOGIT_TYPES[problems[0].logits.dtype]
        self._tables = [tables(automaton, self.device) for automaton in self.automata]
        count = len(problems)
        self._size = {
            name: np.array([own.sizes[name] for own in self._tables], np.int64)
            for name in self._tables[0].sizes
        }
        sizes, length = self._size, np.array(self.sizes, np.int64)
        committed = np.array([t for p in problems for t in p.committed], np.int64)
        slot_of = np.repeat(np.arange(count), length)
        masked = np.flatnonzero(committed == MASKED)
        rank = np.full(len(committed), -1)
        rank[masked] = np.arange(len(masked))
        pieces = offsets(sizes["pieces"][slot_of[masked]].tolist())
        place = np.zeros(len(committed), np.int64)
        place[masked] = pieces[:-1]
        self._num_pieces = pieces[-1]
        self._classes = offsets((length * sizes["classes"]).tolist())
        self._groups = offsets((length * sizes["groups"]).tolist())
        self._states = offsets(((length + 1) * sizes["states"]).tolist())
        self._parts = offsets(np.maximum(sizes["leaving"], sizes["entering"]).tolist())
        self._flows = offsets((length * sizes["flowing"]).tolist())
        slots = np.array(
            [
                [own.array.data_ptr() for own in self._tables],
                [p.logits.data_ptr() for p in problems],
                [p.logits.stride(0) for p in problems],
                [p.logits.stride(1) for p in problems],
                [p.logits.shape[1] for p in problems],
                length,
                self._classes[:-1],
                self._groups[:-1],
                self._states[:-1],
                self._parts[:-1],
                self._flows[:-1],
                self.first[:-1],
                np.array([max(p.temperature, LEAST_TEMPERATURE) for p in problems]).view(np.int64),
            ],
            np.int64,
        )
        rows = np.concatenate([p.row_of for p in problems])
        index = np.arange(len(committed)) - np.repeat(self.first[:-1], length)
        positions = np.array([slot_of, index, rows, committed, rank, place], np.int64)
        starts = np.array(self._states[:-1]) + sizes["start"]
        told = upload(
            np.concatenate([slots.T, positions.T, masked, starts], axis=None), self.device
        )
        ends = offsets([slots.size, positions.size, len(masked), count])
        parts = [told[low:high] for low, high in pairwise(ends)]
        self._slots = parts[0].view(count, len(SLOT_COLUMNS))
        self._positions = parts[1].view(-1, len(POSITION_COLUMNS))
        self._masked, self._starts = parts[2], parts[3]

    def _launch(self, kernel: Any, programs: int, *arrays: Any, **options: Any) -> None:
        """Run a kernel where the logits are, if there is something to do."""
        if programs:
            with torch.cuda.device(self.device) if self.device.type == "cuda" else nullcontext():
                kernel[(programs,)](*arrays, **options)

    def _new(self, size: int, dtype: torch.dtype = torch.float64) -> Tensor:
        return torch.empty(size, dtype=dtype, device=self.device)

    @cached_property
    @override
    def scores(self) -> Scores:
        """What the logits say: classes and groups of every position."""
        count, masked = len(self._positions), len(self._masked)
        widest = int(self._size["pieces"].max())
        blocks = max(LEAST_BLOCKS, -(-widest // PIECES_AT_ONCE))
        pieces = [self._new(self._num_pieces, torch.float32) for _ in range(2)]
        rows = [self._new(masked * blocks, torch.float32) for _ in range(2)]
        bad = self._new(masked * blocks, torch.int32)
        told = (self._slots, self._positions)
        self._launch(
            sums.sum_pieces,
            masked * blocks,
            *told,
            self._masked,
            *pieces,
            *rows,
            bad,
            blocks,
            LOGIT=self._logit,
            BLOCK=PIECES_AT_ONCE,
            WIDTH=TOKENS_WIDE,
            SCAN=1024,
            num_warps=4,
        )
        classes, groups = self._classes[-1], self._groups[-1]
        found = Scores(*map(self._new, (classes, classes, groups, groups, count, count)))
        self._launch(
            sums.join,
            count,
            *told,
            *pieces,
            *rows,
            bad,
            *found,
            blocks,
            ROWS=32,
            WIDTH=16,
            BLOCKS=triton.next_power_of_2(blocks),
            num_warps=4,
        )
        return found

    @cached_property
    def chain(self) -> Chain:
        """Forward and backward."""
        b, v, y = (self._new(self._states[-1]) for _ in range(3))
        path = self._new(len(self._positions), torch.int32)
        scratch = [self._new(self._parts[-1]) for _ in range(3)]
        told = (self._slots, self.scores.sums, self.scores.maxima, b, v)
        count, shape = len(self.problems), SWEEP
        self._launch(sweeps.backward, count, *told, *scratch, **shape)
        self._launch(sweeps.forward, count, *told, y, path, *scratch[:2], **shape, LEAVES=32)
        return Chain(b, v, y, path)

    @cached_property
    def marginals(self) -> Tensor:
        """Log of the posterior probability of every class, ``[n, C]`` of every slot."""
        found = self._new(self._classes[-1])
        pieces = [self._new(self._flows[-1]) for _ in range(2)]
        self._launch(
            marginals.class_marginals,
            len(self._positions),
            self._slots,
            self._positions,
            self.scores.weights,
            self.scores.sums,
            self.chain.b,
            self.chain.y,
            *pieces,
            self._new(self._groups[-1]),
            found,
            BLOCK=32,
            EDGES=FLOW_WIDE,
            ROWS=32,
            WIDTH=16,
            num_warps=4,
        )
        return found

    @cached_property
    @override
    def report(self) -> Report:
        scores, chain = self.scores, self.chain
        count = len(self._positions)
        tokens, likely, null = (self._new(count) for _ in range(3))
        self._launch(
            marginals.witness,
            count,
            self._slots,
            self._positions,
            scores.weights,
            scores.best,
            scores.maxima,
            self.marginals,
            chain.path,
            tokens,
            likely,
            null,
            LOGIT=self._logit,
            BLOCK=256,
            num_warps=4,
        )
        slots = torch.stack([chain.v[self._starts], chain.b[self._starts]])
        return Report.of(slots, torch.stack([scores.is_bad, tokens, likely, null, scores.norm]))

    @override
    def log_class_weights(self, index: int) -> Tensor:
        return self._of_slot(self.scores.weights, index)

    @override
    def log_class_marginals(self, index: int) -> Tensor:
        return self._of_slot(self.marginals, index)

    def _of_slot(self, values: Tensor, index: int) -> Tensor:
        own = values[self._classes[index] : self._classes[index + 1]]
        return own.view(self.sizes[index], self.automata[index].num_classes)

    @override
    def draw(self, index: int, uniform: Tensor) -> Tensor:
        count = len(uniform) * self.sizes[index]
        path, tokens = self._new(count, torch.int32), self._new(count, torch.int64)
        slot, scores = self._slots[index], self.scores
        of_path: dict[str, Any] = {"BLOCK": 64, "num_warps": 2}
        of_tokens: dict[str, Any] = {"LOGIT": self._logit, "BLOCK": 512, "num_warps": 4}
        samples = len(uniform) if count else 0
        paths = (slot, uniform, scores.sums, self.chain.b, path)
        self._launch(draws.draw_path, samples, *paths, **of_path)
        own = (slot, self._positions, uniform, scores.weights, path, tokens)
        self._launch(draws.draw_tokens, count, *own, **of_tokens)
        return tokens.view(len(uniform), self.sizes[index])
