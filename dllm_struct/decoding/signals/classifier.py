"""Classifier guidance: tokens that make a wanted property likelier count more.

Schiff et al. 2024, "Simple Guidance Mechanisms for Discrete Diffusion Models" (D-CBG, arXiv
2412.10193); Nisonoff et al. 2024, "Unlocking Guidance for Discrete State-Space Diffusion and Flow
Models" (arXiv 2406.01572). With x the canvas as it is and x[i := v] the same with token v at masked
position i:

    logits[i, v] += gamma (log p(y | x[i := v]) - log p(y | x))

``classifier`` asks the classifier for every such canvas; ``classifier-first-order`` takes the
difference from the gradient of log p(y | .) at x: grad[i, v] - grad[i, mask]. Subtracting log p(y |
x) shifts a whole row, so it changes nothing, but it makes 0 the value of "no difference". That is
what the exact form gives to tokens it does not ask about: those that are not among the ``top_k``
best which the language allows.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import torch
from torch import Tensor

from dllm_struct.canvas import MASKED
from dllm_struct.decoding.signals.base import SIGNALS, Signal, Situation, checked
from dllm_struct.decoding.signals.replacing import Replacements
from dllm_struct.errors import InvalidInput, check
from dllm_struct.models.family import Family


@SIGNALS.register("classifier")
@dataclass(frozen=True)
class Classifier(Signal):
    """Asks a classifier about single replacements.

    Attributes:
        function: canvases as the network reads them (int64 [r, n], on the CPU) to log p(y | canvas)
            [r].
        gamma: how much the classifier counts.
        top_k: how many tokens of each masked position are asked about.
        batch_size: most canvases of one call.
        mask_token_id: stands at masked positions; None: the model's own.
    """

    needs_mask: ClassVar[bool] = True

    function: Callable[[Tensor], Tensor] | None = None
    gamma: float = 1.0
    top_k: int = 16
    batch_size: int = 64
    mask_token_id: int | None = None

    def __post_init__(self) -> None:
        check_function(self.function, "classifier", "Classifier")
        check_gamma(self.gamma)
        check(
            self.top_k >= 1 and self.batch_size >= 1,
            f"top_k {self.top_k} and batch_size {self.batch_size} of a classifier",
            hint="both are at least 1",
        )

    def bound(self, family: Family, network: object) -> Classifier:
        """See `Signal.bound`."""
        mask = family.mask_token_id if self.mask_token_id is None else self.mask_token_id
        return replace(self, mask_token_id=mask)

    def fuse(self, logits: Tensor, further: Sequence[Tensor], situation: Situation) -> Tensor:
        """See `Signal.fuse`."""
        canvas = _as_read(situation, self.mask_token_id)
        tried = Replacements.of(situation.condition(logits), self.top_k)
        if not len(tried):
            return logits
        present = self._ask(torch.tensor([canvas], dtype=torch.int64))
        found = [
            self._ask(tried.rows(canvas, slice(start, start + self.batch_size)))
            for start in range(0, len(tried), self.batch_size)
        ]
        return tried.added(logits, self.gamma * (torch.cat(found) - present))

    def _ask(self, rows: Tensor) -> Tensor:
        assert self.function is not None  # checked when it was made
        return checked(self.function(rows), len(rows), "the classifier")


@SIGNALS.register("classifier-first-order")
@dataclass(frozen=True)
class FirstOrderClassifier(Signal):
    """Follows the gradient of a classifier.

    Attributes:
        function: the canvas as the network reads it, as one-hot rows (float32 [n, V], on the CPU)
            or, with ``embeddings``, as their embeddings (float32 [n, d], where those are), to
            log p(y | canvas), a differentiable scalar.
        gamma: how much the classifier counts.
        embeddings: of the classifier's own, float [V, d]; None: it reads one-hot rows.
        mask_token_id: stands at masked positions; None: the model's own.
    """

    needs_mask: ClassVar[bool] = True

    function: Callable[[Tensor], Tensor] | None = None
    gamma: float = 1.0
    embeddings: Tensor | None = None
    mask_token_id: int | None = None

    def __post_init__(self) -> None:
        check_function(self.function, "classifier-first-order", "FirstOrderClassifier")
        check_gamma(self.gamma)

    def bound(self, family: Family, network: object) -> FirstOrderClassifier:
        """See `Signal.bound`."""
        mask = family.mask_token_id if self.mask_token_id is None else self.mask_token_id
        return replace(self, mask_token_id=mask)

    def fuse(self, logits: Tensor, further: Sequence[Tensor], situation: Situation) -> Tensor:
        """See `Signal.fuse`."""
        masked = torch.tensor(situation.canvas.masked, dtype=torch.int64)
        canvas = torch.tensor(_as_read(situation, self.mask_token_id), dtype=torch.int64)
        difference = self._gradient(canvas, logits)[masked.to(logits.device)]
        difference = difference - difference[:, self.mask_token_id, None]
        fused = logits.float().clone()
        fused[masked.to(logits.device), : difference.shape[1]] += self.gamma * difference
        return fused

    def _gradient(self, canvas: Tensor, logits: Tensor) -> Tensor:
        """The gradient by one-hot rows, float32 [n, V], on the logits' device."""
        assert self.function is not None  # checked when it was made
        with torch.inference_mode(False), torch.enable_grad():
            if self.embeddings is None:
                rows = torch.nn.functional.one_hot(canvas, logits.shape[1]).float()
            else:
                rows = self.embeddings[canvas.to(self.embeddings.device)].float()
            rows = rows.detach().requires_grad_()
            value = self.function(rows)
            if not (isinstance(value, Tensor) and value.numel() == 1 and value.requires_grad):
                raise InvalidInput(
                    "the classifier's log probability cannot be differentiated",
                    hint="return a scalar made from its argument by differentiable operations",
                )
            (gradient,) = torch.autograd.grad(value.sum(), rows)
        if self.embeddings is not None:
            gradient = gradient @ self.embeddings.detach().float().T
        if not bool(gradient.isfinite().all()):
            raise InvalidInput(
                "the classifier's gradient is not finite", hint="return a log probability"
            )
        return gradient.to(logits.device)


def check_function(function: object, name: str, kind: str) -> None:
    """Refuse a signal that has nothing to call.

    Raises:
        InvalidDecoding: saying how to pass a function.
    """
    check(
        callable(function),
        f"guidance '{name}' without a function to call",
        hint=f"pass an object, {kind}(function), or {{'name': '{name}', 'function': function}}",
    )


def check_gamma(gamma: float) -> None:
    """Refuse a weight that is no number.

    Raises:
        InvalidDecoding: it is infinite or NaN.
    """
    check(math.isfinite(gamma), f"gamma {gamma} is not finite", hint="1.0 is usual")


def _as_read(situation: Situation, mask: int | None) -> list[int]:
    assert mask is not None  # bound
    return [mask if token == MASKED else token for token in situation.canvas.tokens]
