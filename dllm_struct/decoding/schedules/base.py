"""The contract of schedules."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from dllm_struct.decoding.registry import Registry


@runtime_checkable
class Schedule(Protocol):
    """Spreads the masked positions of a block over its steps."""

    def quota(self, masked: int, steps_left: int | None) -> int:
        """Return how many positions to commit now, 1 to ``masked``.

        Args:
            masked: positions still masked in the block, at least 1.
            steps_left: steps left for the block, this one included, at least 1; None: no limit.
        """
        ...


SCHEDULES: Registry[Schedule] = Registry("schedule", Schedule, "dllm_struct.decoding.schedules")
