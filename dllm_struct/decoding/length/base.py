"""The contract of length policies."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import ClassVar, Protocol, runtime_checkable

from torch import Tensor

from dllm_struct.decoding.registry import Registry
from dllm_struct.trace import Edit


@dataclass(frozen=True)
class SlotLength:
    """What a policy sees of one slot that has masks, after the commits of a step.

    Attributes:
        slot: its id.
        masked: indices of the masked positions, ascending.
        confidence: float32 [n], posterior probabilities of the witness's tokens.
        room: how many positions the slot may still grow by.
        read_null: returns the posterior probabilities of the null token, float32 [n].
    """

    slot: str
    masked: Sequence[int]
    confidence: Tensor
    room: int
    read_null: Callable[[], Tensor] = field(repr=False)

    @cached_property
    def null_confidence(self) -> Tensor:
        """Posterior probabilities of the null token, float32 [n]; 0 where there is none."""
        return self.read_null()


@runtime_checkable
class LengthPolicy(Protocol):
    """Decides where masks are inserted. The loop drops an insertion that nothing could complete.

    Attributes:
        initial: positions of a slot whose language sets no bound.
        needs_null: whether the policy reads the confidence of a null (or end) token.
    """

    needs_null: ClassVar[bool]

    @property
    def initial(self) -> int:
        """Positions to start with."""
        ...

    def extend(self, slots: Sequence[SlotLength]) -> list[Edit]:
        """Return insertions before denoising; no insertion means that denoising starts."""
        ...

    def grow(self, slots: Sequence[SlotLength]) -> list[Edit]:
        """Return insertions after the commits of a step."""
        ...


LENGTHS: Registry[LengthPolicy] = Registry(
    "length policy", LengthPolicy, "dllm_struct.decoding.length"
)
