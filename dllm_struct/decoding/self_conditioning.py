"""Self-conditioning: a network reads its own prediction of the pass before.

Chen et al. 2022, "Analog Bits" (arXiv 2208.04202); DiffusionGemma adds the embedding that its last
prediction expects at each position to that of the token there. It is no choice of decoding, but
how such a network is read, so it comes with the network.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from torch import Tensor

from dllm_struct.decoding.signals import Signal, Situation, View


def is_self_conditioned(network: Any) -> bool:
    """Whether a network reads its latest prediction."""
    decoder = getattr(getattr(network, "model", None), "decoder", None)
    return hasattr(decoder, "self_conditioning")


@dataclass(frozen=True)
class SelfConditioning(Signal):
    """Gives the network the logits of its last pass, where the canvas has not changed its size."""

    has_memory: ClassVar[bool] = True

    def see(self, view: View, situation: Situation) -> View:
        """See `Signal.see`."""
        ids, logits = situation.memory.get("seen", (None, None))
        return view if ids != situation.canvas.ids else replace(view, previous=logits)

    def fuse(self, logits: Tensor, further: Sequence[Tensor], situation: Situation) -> Tensor:
        """See `Signal.fuse`; the logits stay as they are."""
        situation.memory["seen"] = situation.canvas.ids, logits
        return logits
