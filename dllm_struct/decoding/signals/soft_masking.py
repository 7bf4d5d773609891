"""Soft masking: a mask that already shows what the model thinks stands there.

Hersche et al. 2025, "Soft-Masked Diffusion Language Models" (arXiv 2510.17206). At a masked
position the network reads

    (1 - lambda) e_mask + lambda * sum over the k best tokens of softmax(their logits) e_token
    lambda = s * sigmoid(a (-H - c))

with H the entropy (nats) of the last step's prediction. s, a and c are trained with the model; the
authors' code saves them beside it, in ``transparency_config.json``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

import torch
from torch import Tensor

from dllm_struct.decoding.signals.base import SIGNALS, Signal, Situation, View
from dllm_struct.decoding.signals.feedback import check_embeddings, feed_back, keep, masked_rows
from dllm_struct.errors import InvalidDecoding, check
from dllm_struct.models.family import Family

TRAINED = "transparency_config.json"
"""Name of the file in which trained parameters lie beside a model's weights."""

NAMES = ("transparency_scale", "transparency_steepness", "transparency_centre")
"""What the authors call s, a and c."""

ALGORITHM = "mixinputs_with_topk"
"""What the authors call the mixture of this module."""


@SIGNALS.register("soft-masking")
@dataclass(frozen=True)
class SoftMasking(Signal):
    """Puts mixtures at masked positions.

    Attributes:
        scale: s, the most that a prediction counts, 0 to 1; None: as the model was trained, like
            the next two.
        steepness: a, above 0.
        centre: c, the negative entropy (nats) at which half of s is reached.
        k: tokens of a mixture; None: as the model was trained, else 3.
    """

    scale: float | None = None
    steepness: float | None = None
    centre: float | None = None
    k: int | None = None
    has_memory: ClassVar[bool] = True
    feeds_back: ClassVar[bool] = True

    def __post_init__(self) -> None:
        given = [value is not None for value in (self.scale, self.steepness, self.centre)]
        check(
            all(given) or not any(given),
            "soft masking with some of scale, steepness and centre",
            hint="give all three, or none to take what the model was trained with",
        )
        check(
            (self.scale is None or 0 <= self.scale <= 1)
            and (self.steepness is None or self.steepness > 0)
            and (self.k is None or self.k >= 1),
            f"soft masking with scale {self.scale}, steepness {self.steepness}, k {self.k}",
            hint="scale is from 0 to 1, steepness above 0, k at least 1",
        )

    def bound(self, family: Family, network: object) -> SoftMasking:
        """See `Signal.bound`: takes what the model was trained with.

        Raises:
            InvalidDecoding: the network has no input embeddings, or there are no parameters.
        """
        check_embeddings(network, "soft-masking")
        if self.scale is not None:
            return replace(self, k=self.k or 3)
        trained = trained_parameters(network)
        check(
            trained is not None,
            "the model was not trained for soft masking",
            hint="give scale, steepness and centre, or use 'smoothing', which needs no training",
        )
        return _from(trained or {}, self.k)

    def see(self, view: View, situation: Situation) -> View:
        """See `Signal.see`."""
        return feed_back(view, situation)

    def fuse(self, logits: Tensor, further: Sequence[Tensor], situation: Situation) -> Tensor:
        """See `Signal.fuse`: keeps the prediction, changes nothing."""
        rows = masked_rows(logits, situation)
        lambda_ = self._lambda(rows)
        best = rows.topk(min(self.k or 3, rows.shape[1]), -1)
        tokens, column = torch.unique(best.indices, return_inverse=True)
        shares = rows.new_zeros(len(rows), len(tokens))
        shares.scatter_(1, column, lambda_[:, None] * best.values.softmax(-1))
        keep(situation, tokens, shares, 1 - lambda_)
        return logits

    def _lambda(self, logits: Tensor) -> Tensor:
        assert self.scale is not None  # bound
        assert self.steepness is not None
        assert self.centre is not None
        entropy = torch.special.entr(logits.softmax(-1)).sum(-1)
        return self.scale * torch.sigmoid(self.steepness * (-entropy - self.centre))


def trained_parameters(network: object) -> Mapping[str, Any] | None:
    """What a network was trained with: fields of its configuration, else a file beside its weights.

    Returns:
        The authors' names to values; None: it was not trained for soft masking.

    Raises:
        InvalidDecoding: the file cannot be read, or lacks a parameter.
    """
    found = vars(getattr(network, "config", object))
    folder = getattr(network, "name_or_path", "")
    if NAMES[0] not in found and folder and (Path(folder) / TRAINED).is_file():
        found = _read(Path(folder) / TRAINED)
    if found.get("transparency_alg", ALGORITHM) == "none" or not any(n in found for n in NAMES):
        return None
    missing = [name for name in NAMES if name not in found]
    check(
        not missing,
        f"the model's parameters of soft masking lack {', '.join(missing)}",
        hint="give scale, steepness and centre",
    )
    return found


def _read(path: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (TypeError, ValueError) as error:
        raise InvalidDecoding(
            f"'{path}' does not hold parameters of soft masking: {error}",
            hint="give scale, steepness and centre",
        ) from error


def _from(trained: Mapping[str, Any], k: int | None) -> SoftMasking:
    algorithm = trained.get("transparency_alg", ALGORITHM)
    check(
        algorithm == ALGORITHM and trained.get("transparency_scheduling", "none") == "none",
        f"the model was trained for another soft masking, '{algorithm}'",
        hint="give scale, steepness and centre to use this one all the same",
    )
    scale, steepness, centre = (trained[name] for name in NAMES)
    return SoftMasking(scale, steepness, centre, k or trained.get("mixinputs_k", 3))
