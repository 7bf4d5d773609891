"""What a logits processor has seen of a generation: where the prompt ends, what follows it."""

from __future__ import annotations

import torch
from torch import Tensor


class History:
    """Follows the input ids of one generation after another.

    A call goes on with the generation before when its rows begin as rows of the call before, and
    starts another one otherwise. Beams may be reordered, dropped and doubled.
    """

    def __init__(self) -> None:
        self._seen: Tensor | None = None
        self.prompt = 0

    def follow(self, input_ids: Tensor) -> bool:
        """Take note of a call's input ids, int64 [B, m]; return whether they are new."""
        if self._seen is not None and torch.equal(input_ids, self._seen):
            return False
        if not self._goes_on(input_ids):
            self.prompt = input_ids.shape[1]
        self._seen = input_ids.clone()
        return True

    def _goes_on(self, input_ids: Tensor) -> bool:
        seen = self._seen
        if seen is None or seen.device != input_ids.device or len(seen) != len(input_ids):
            return False
        begun = input_ids[:, : seen.shape[1]]
        if begun.shape != seen.shape:
            return False
        if torch.equal(begun, seen):
            return True
        known = {*map(tuple, seen.tolist())}
        return all(tuple(row) in known for row in begun.tolist())

    def written(self, input_ids: Tensor) -> list[list[int]]:
        """Return the tokens of every row after its prompt."""
        found: list[list[int]] = input_ids[:, self.prompt :].tolist()
        return found
