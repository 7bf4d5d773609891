"""What is kept of one sequence between passes: keys, values, and what they were made of.

A position is the same as before when its lasting number, its place (keys carry it, by rotation) and
its token are. Everything else is found out by comparing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from dllm_struct.canvas.canvas import MASKED
from dllm_struct.models.caching.passing import Layers


@dataclass(frozen=True, eq=False)
class Known:
    """What is known of an input (prompt and canvas, n positions) before a pass.

    Attributes:
        masked: bool [n].
        fresh: bool [n], whether the keys and values that are kept are of this position and token.
        changed: bool [n], whether something else than a commit happened since they were made: the
            position has moved or is new, or another token was there.
        open: the block that is being denoised, from one position to before another; None: the next
            block has not been chosen.
        age: passes since the last one that fed everything, that one included; 0 before the first.
    """

    masked: NDArray[np.bool_]
    fresh: NDArray[np.bool_]
    changed: NDArray[np.bool_]
    open: tuple[int, int] | None
    age: int

    def __len__(self) -> int:
        return len(self.masked)

    @property
    def everything(self) -> range:
        """All positions."""
        return range(len(self))


class Kept:
    """Keys, values and predictions of one sequence; changed by every pass that uses a cache."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Forget everything."""
        self._numbers = self._tokens = np.zeros(0, np.int64)
        self._layers: list[tuple[Tensor, Tensor]] = []
        self._age = 0
        self._logits: dict[int, int] = {}
        self._values: Tensor | None = None

    def known(
        self, numbers: Sequence[int], tokens: Sequence[int], open_: tuple[int, int] | None
    ) -> Known:
        """Compare an input with what is kept.

        Args:
            numbers: the lasting number of every position, [n].
            tokens: token ids, -1 where masked, [n].
            open_: the open block.
        """
        now, count = np.asarray(tokens, np.int64), len(tokens)
        same = _fitted(self._numbers, count) == np.asarray(numbers, np.int64)
        same &= np.arange(count) < len(self._numbers)
        before = _fitted(self._tokens, count)
        fresh = same & (before == now)
        changed = ~same | (~fresh & (before != MASKED))
        return Known(now == MASKED, fresh, changed, open_, self._age)

    def at(self, positions: Sequence[int]) -> Layers:
        """Return keys and values of some positions."""
        return [(keys[:, positions], values[:, positions]) for keys, values in self._layers]

    def put(
        self, numbers: Sequence[int], tokens: Sequence[int], fed: Sequence[int], layers: Layers
    ) -> None:
        """Take over what a pass computed.

        Args:
            numbers: as for `known`.
            tokens: as for `known`.
            fed: the positions that were computed, ascending; all others are kept.
            layers: their keys and values.
        """
        count = len(numbers)
        self._age = 1 if len(fed) == count else self._age + 1
        self._numbers, self._tokens = np.asarray(numbers, np.int64), np.asarray(tokens, np.int64)
        if len(fed) == count:
            self._layers = [(keys.clone(), values.clone()) for keys, values in layers]
            return
        self._layers = [
            (_replaced(keys, fed, new_keys, count), _replaced(values, fed, new_values, count))
            for (keys, values), (new_keys, new_values) in zip(self._layers, layers, strict=True)
        ]

    def has_logits(self, number: int) -> bool:
        """Whether a prediction is kept for a position."""
        return number in self._logits

    def logits(self, numbers: Sequence[int]) -> Tensor:
        """Return the predictions kept for some positions, [k, V]."""
        assert self._values is not None
        return self._values[[self._logits[number] for number in numbers]]

    def put_logits(self, numbers: Sequence[int], values: Tensor) -> None:
        """Keep predictions, [k, V], in place of all before."""
        self._logits = {number: row for row, number in enumerate(numbers)}
        self._values = values


def _fitted(values: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    return np.pad(values[:count], (0, max(0, count - len(values))))


def _replaced(old: Tensor, at: Sequence[int], new: Tensor, count: int) -> Tensor:
    """Keys or values of ``count`` positions, with some replaced."""
    if old.shape[1] != count:
        common = min(count, old.shape[1])
        longer = old.new_zeros(old.shape[0], count, old.shape[2])
        longer[:, :common] = old[:, :common]
        old = longer
    old[:, torch.as_tensor(at, device=old.device)] = new
    return old
