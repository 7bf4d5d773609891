"""Logits by position: rows for the positions that somebody reads, none for the others.

A network that can leave rows out is asked for the masked positions alone. So what it returns is a
table of rows, and where the row of each position is; nothing is copied until it is changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from dllm_struct.transfer import upload


@dataclass(frozen=True, eq=False)
class LogitRows:
    """Logits of positions of a canvas, or of a part of one.

    Attributes:
        values: float [k, V], on any device.
        row_of: int64 [n], the row of each position, -1 where there is none; None: row i is that of
            position i, and there are as many.
    """

    values: Tensor
    row_of: NDArray[np.int64] | None = None

    @classmethod
    def at_positions(cls, values: Tensor, positions: Sequence[int], length: int) -> LogitRows:
        """Return rows for some positions.

        Args:
            values: float [k, V].
            positions: [k], whose they are.
            length: n.
        """
        row_of = np.full(length, -1, np.int64)
        row_of[np.asarray(positions, np.int64)] = np.arange(len(positions))
        return cls(values, row_of)

    def __len__(self) -> int:
        return len(self.values) if self.row_of is None else len(self.row_of)

    def part(self, start: int, stop: int) -> LogitRows:
        """Return the rows of consecutive positions, without a copy."""
        if self.row_of is None:
            return LogitRows(self.values[start:stop])
        row_of = self.row_of[start:stop]
        known = row_of[row_of >= 0]
        if not len(known):
            return LogitRows(self.values[:0], row_of)
        first, last = int(known.min()), int(known.max())
        shifted = np.where(row_of >= 0, row_of - first, -1)
        values = self.values[first : last + 1]
        return LogitRows(values, None if _is_identity(shifted, len(values)) else shifted)

    def at(self, positions: Sequence[int]) -> Tensor:
        """Return the rows of some positions, float [m, V]; a view where they lie side by side.

        Raises:
            LookupError: a position has no row.
        """
        rows = np.asarray(positions, np.int64)
        if self.row_of is not None:
            rows = self.row_of[rows]
        if (rows < 0).any():
            raise LookupError("the logits of a position were not asked for")
        if len(rows) and (np.diff(rows) == 1).all():
            return self.values[int(rows[0]) : int(rows[-1]) + 1]
        return self.values[upload(rows, self.values.device)]

    @property
    def dense(self) -> Tensor:
        """One row for every position, float [n, V]; any row where there is none."""
        if self.row_of is None:
            return self.values
        rows = upload(self.row_of.clip(0), self.values.device)
        return self.values[rows] if len(self.values) else self.values.new_zeros(self.shape)

    @property
    def shape(self) -> tuple[int, int]:
        """N and V."""
        return len(self), self.values.shape[1]


def _is_identity(row_of: NDArray[np.int64], count: int) -> bool:
    return len(row_of) == count and bool((row_of == np.arange(count)).all())
