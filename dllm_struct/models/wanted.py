"""Asking a network for the logits of some positions alone, and finding their rows in the answer.

A transformers model whose ``forward`` takes ``logits_to_keep`` computes those of any positions; one
that takes ``num_logits_to_keep`` those of the last ones; all others compute everything.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import torch
from torch import Tensor

from dllm_struct.logit_rows import LogitRows
from dllm_struct.models.family import Family
from dllm_struct.transfer import upload

POSITIONS, NUMBER = "logits_to_keep", "num_logits_to_keep"


def arguments(network: object) -> frozenset[str]:
    """Return the names that a transformers model's ``forward`` takes; none for other networks."""
    kind: Any = type(network)
    return _arguments(kind) if hasattr(network, "main_input_name") else frozenset()


def taken(network: object, family: Family) -> frozenset[str]:
    """Return those of `arguments` that the networks of a family do not refuse."""
    return arguments(network) - (set() if family.call.spares else {POSITIONS, NUMBER})


@cache
def _arguments(kind: Any) -> frozenset[str]:
    return frozenset(inspect.signature(kind.forward).parameters)


def _as_they_are(count: int, width: int) -> int:
    return count


@dataclass(frozen=True)
class Wanted:
    """Positions whose logits a pass computes, the same for all its rows.

    Attributes:
        positions: ascending, some of them more than once; None: all.
        told: what the network is called with so that it knows.
    """

    positions: Sequence[int] | None
    told: dict[str, Any]

    @classmethod
    def of(
        cls,
        takes: Collection[str],
        positions: Iterable[int],
        width: int,
        device: torch.device,
        rounded: Callable[[int, int], int] = _as_they_are,
    ) -> Wanted:
        """Return what is asked of a network.

        Args:
            takes: the arguments that it has, see `arguments`.
            positions: those whose logits are read, of any row.
            width: positions of the longest row.
            device: of the network.
            rounded: how many to ask for instead, given how many are needed and the width.
        """
        needed = sorted({*positions}) or [0]
        if POSITIONS in takes:
            needed += needed[-1:] * (rounded(len(needed), width) - len(needed))
            return cls(needed, {POSITIONS: upload(np.asarray(needed, np.int64), device)})
        if NUMBER in takes:
            number = rounded(width - needed[0], width)
            return cls(range(width - number, width), {NUMBER: number})
        return cls(None, {})

    def count(self, width: int) -> int:
        """Return how many rows come back of a pass of so many positions."""
        return width if self.positions is None else len(self.positions)

    def rows(self, logits: Tensor, positions: Sequence[int]) -> LogitRows:
        """Return the logits of positions, each of which was asked for or is not read.

        Args:
            logits: float [k, V], what came back for one row.
            positions: of that row.
        """
        row_of = np.asarray(positions, np.int64)
        if self.positions is not None:
            own = np.asarray(self.positions, np.int64)
            place = np.searchsorted(own, row_of).clip(max=len(own) - 1)
            row_of = np.where(own[place] == row_of, place, -1)
        return LogitRows(logits, row_of).part(0, len(row_of))
