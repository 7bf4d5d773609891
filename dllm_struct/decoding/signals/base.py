"""The contract of signals: guidance, credit, feedback.

A signal works on what the network sees (`Signal.see`), on further inputs for it (`Signal.views`),
on its logits (`Signal.fuse`), or on whole candidate texts (`Signal.judge`). The constraint is
applied to what comes out, so no signal can make an output invalid.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import torch
from torch import Tensor

from dllm_struct.canvas import Canvas
from dllm_struct.decoding.caches import Cached
from dllm_struct.decoding.registry import Registry
from dllm_struct.drawing import REMOTE
from dllm_struct.errors import InvalidInput
from dllm_struct.models.family import Family
from dllm_struct.witness import Witness


@dataclass(frozen=True)
class SoftTokens:
    """Mixtures of embeddings that stand at some masked positions.

    At position p the network reads mask[p] * embedding(mask) + the sum over j of shares[p, j] *
    embedding(tokens[j]).

    Attributes:
        positions: int64 [k], canvas positions.
        tokens: int64 [j], distinct.
        shares: float32 [k, j].
        mask: float32 [k].
    """

    positions: Tensor
    tokens: Tensor
    shares: Tensor
    mask: Tensor


@dataclass(frozen=True)
class View:
    """One input of the network: a prompt and a canvas, -1 (`MASKED`) where a mask stands.

    Attributes:
        prompt: token ids; `MASKED` shows the mask token there too.
        canvas: token ids.
        soft: what stands at masked positions instead of the mask's embedding.
        wanted: canvas positions whose logits somebody reads, ascending; None: all.
        cached: what the network need not compute again; None: it reads everything.
        previous: float [n, V], the network's logits for this canvas in the pass before, for those
            that read them (`SelfConditioning`).
    """

    prompt: tuple[int, ...]
    canvas: tuple[int, ...]
    soft: SoftTokens | None = None
    wanted: tuple[int, ...] | None = None
    cached: Cached | None = None
    previous: Tensor | None = None


@dataclass(frozen=True)
class Situation:
    """What a signal may know of a sequence.

    Attributes:
        view: what the network sees of it: without signals in `Signal.see`, afterwards with them.
        canvas: its canvas.
        draft: the latest witness as text, None before the first pass.
        step: forward passes before this one.
        memory: this signal's own, for this sequence; empty at first.
        generator: the sequence's source of randomness, on the CPU.
        decode: token ids to bytes.
        condition: returns the witness and the posterior that logits (float [n, V], of the canvas)
            would lead to, without a temperature; as costly as a step.
        steps_left: forward passes left, this one included; None: no limit.
    """

    view: View
    canvas: Canvas
    draft: str | None
    step: int
    memory: dict[str, Any]
    generator: torch.Generator
    decode: Callable[[Sequence[int]], bytes] = field(repr=False)
    condition: Callable[[Tensor], Witness] = field(repr=False)
    steps_left: int | None = None


class Signal:
    """Changes what the choice of tokens follows. This base class changes nothing.

    Attributes:
        has_memory: whether what it does depends on earlier steps: by its memory, the number of the
            step, or the latest draft.
        feeds_back: whether it puts mixtures of embeddings before the network; only one signal can.
        needs_mask: whether it needs a mask token.
        candidates: how many samples of the posterior `judge` wants to compare; 0: it judges none.
    """

    has_memory: ClassVar[bool] = False
    feeds_back: ClassVar[bool] = False
    needs_mask: ClassVar[bool] = False
    candidates: int = 0

    @property
    def fuses(self) -> bool:
        """Whether it works on logits; then it gets those of every position."""
        return type(self).fuse is not Signal.fuse

    def bound(self, family: Family, network: object) -> Signal:
        """Return the signal for a model, with what it takes from it.

        Raises:
            InvalidDecoding: the model lacks what the signal needs.
        """
        return self

    def see(self, view: View, situation: Situation) -> View:
        """Return what the network sees instead of ``view``."""
        return view

    def views(self, situation: Situation) -> Sequence[View]:
        """Return further inputs whose logits `fuse` needs; they share the forward pass."""
        return ()

    def fuse(self, logits: Tensor, further: Sequence[Tensor], situation: Situation) -> Tensor:
        """Return the logits to go on with.

        Args:
            logits: float [n, V], of the canvas; must not be changed in place. With a cache only the
                rows of masked positions mean something.
            further: float [n, V] each, of `views`.
            situation: of the sequence.
        """
        return logits

    def judge(self, texts: Sequence[str]) -> Sequence[float]:
        """Return log weights of candidate outputs, each in the language.

        With a temperature one of them is drawn by the weights, else the best one is taken, the
        first of equals.
        """
        return [0.0] * len(texts)


SIGNALS: Registry[Signal] = Registry("signal", Signal, "dllm_struct.decoding.signals")


def checked(scores: Tensor | Sequence[float], count: int, source: str) -> Tensor:
    """Return log weights from a user's function, float64 [count], on the CPU.

    None is lower than -`REMOTE`: what a function calls impossible may be all that a language has.

    Raises:
        InvalidInput: they are not as many as were asked for, or one is NaN or +inf.
    """
    found = torch.as_tensor(scores, dtype=torch.float64).detach().cpu()
    if found.shape != (count,):
        raise InvalidInput(
            f"{source} returned scores of shape {tuple(found.shape)} for {count} candidates",
            hint="return one number for each candidate",
        )
    if not bool((found < torch.inf).all()):
        raise InvalidInput(
            f"{source} returned NaN or infinity", hint="return finite numbers, or -inf for never"
        )
    return found.clamp_min(-REMOTE)
