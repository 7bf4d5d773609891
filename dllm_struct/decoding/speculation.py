"""Self-speculation: several steps of one-per-step decoding checked in one forward pass.

Gao et al. 2025, "Self Speculative Decoding for Diffusion Large Language Models" (arXiv 2510.04147).
The model's own latest prediction drafts which tokens would be committed next, and in which order.
State i is the canvas with the first i drafts committed; one pass reads all states. State i is
passed when its own witness takes it to state i + 1; the last state reached commits its own choice.
So every commit is one that stepwise decoding makes, on the logits and with the witness on which it
makes it.

The paper compares the drafted token with the one chosen. Here the canvases are compared, since a
commit may settle other positions or end a slot. A language that is explored is explored around the
latest witness, so there the witnesses have to agree too.

Equal means equal logits for equal canvases: a network whose rounding depends on how many canvases a
pass reads may break a tie differently.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

from dllm_struct.decoding.length.fixed import Fixed
from dllm_struct.decoding.remasking.never import Never
from dllm_struct.errors import check

if TYPE_CHECKING:
    from dllm_struct.decoding.settings import Strategies


@runtime_checkable
class Speculative(Protocol):
    """A sampler that has its choices drafted.

    Attributes:
        drafts: most states that a pass checks besides the present one.
    """

    @property
    def drafts(self) -> int:
        """See the class."""
        ...


def check_speculation(strategies: Strategies, steps: int | None) -> None:
    """Refuse what has no one-per-step decoding to be equal to.

    Raises:
        InvalidDecoding: naming the setting.
    """
    if not isinstance(strategies.sampler, Speculative):
        return
    obstacles = {
        "a number of steps": steps is not None,
        "a temperature": strategies.drawing.is_random,
        "a length policy that grows slots": not isinstance(strategies.length, Fixed),
        "remasking": not isinstance(strategies.remasking, Never),
        "guidance that depends on earlier steps": any(s.has_memory for s in strategies.signals),
        "a cache": strategies.cache.keeps,
        "guidance that judges samples": any(signal.candidates for signal in strategies.signals),
    }
    named = [name for name, is_there in obstacles.items() if is_there]
    check(
        not named,
        f"self-speculative decoding and {', '.join(named)} contradict each other",
        hint="it repeats one-per-step decoding at temperature 0 exactly; leave the other out",
    )
