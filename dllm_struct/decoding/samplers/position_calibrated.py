"""Position-calibrated: early positions and informative tokens first.

Huang et al. 2025, "PC-Sampler: Position-Aware Calibration of Decoding Bias in Masked Diffusion
Models" (arXiv 2508.13021): the schedule's number of positions with the largest

    score = exp(-lambda * i) * min(-p[x0] * log(f[x0] + 1e-9), alpha),

i the index within the block, p[x0] the probability of the token (here its posterior marginal),
f[x0] its frequency in a background corpus, in natural logs. Frequent tokens say little and are put
off; tokens without text (null) have frequency 1, so they come last.

The frequencies belong to a vocabulary. A table for the bundled model ships with the package;
``dllm-struct frequencies`` makes one for any other.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from dllm_struct.decoding.samplers.base import SAMPLERS, Candidates, most_confident
from dllm_struct.decoding.samplers.frequencies import Frequencies
from dllm_struct.errors import InvalidDecoding, check
from dllm_struct.vocabulary.codec import Codec

SHIPPED = Path(__file__).parents[2] / "models" / "bundled" / "weights" / "frequencies.json"
"""The table of the bundled model."""

UNSEEN = 1e-9
"""Added to every frequency, so that tokens that were never seen have a logarithm."""


@SAMPLERS.register("position-calibrated", "pc")
@dataclass(frozen=True)
class PositionCalibrated:
    """Commits the ``quota`` positions with the largest calibrated scores.

    Attributes:
        frequencies: path of a table, or the table; None: the one of the bundled model.
        decay: lambda, how fast the score falls from position to position; 0 or more.
        ceiling: alpha, the most that the frequency counts; above 0.
    """

    frequencies: str | Path | Frequencies | None = None
    decay: float = 0.25
    ceiling: float = 10.0

    def __post_init__(self) -> None:
        check(
            0 <= self.decay < math.inf,
            f"decay {self.decay} is not a finite number from 0 on",
            hint="0.25 is usual",
        )
        check(
            0 < self.ceiling < math.inf,
            f"ceiling {self.ceiling} is not a finite number above 0",
            hint="10 is usual",
        )

    def bound(self, codec: Codec) -> PositionCalibratedOf:
        """See `NeedsTokenizer.bound`."""
        table = self.frequencies
        if not isinstance(table, Frequencies):
            table = Frequencies.load(SHIPPED if table is None else Path(table))
        check(
            table.vocabulary == codec.whole.fingerprint,
            "the token frequencies were counted with another vocabulary",
            hint="count with this model: dllm-struct frequencies TEXTS --model M --output FILE, "
            "then sampler={'name': 'pc', 'frequencies': FILE}",
        )
        frequency = table.of(codec.vocabulary)
        return PositionCalibratedOf(self.decay, self.ceiling, (frequency + UNSEEN).log())

    def choose(self, candidates: Candidates, generator: torch.Generator) -> Tensor:
        """Raises `InvalidDecoding`: which token is which is known to what `bound` returns."""
        raise InvalidDecoding(
            "the position-calibrated sampler knows no vocabulary yet",
            hint="choose with what bound(codec) returns",
        )


@dataclass(frozen=True, eq=False)
class PositionCalibratedOf:
    """The sampler of one vocabulary.

    Attributes:
        decay: as of `PositionCalibrated`.
        ceiling: likewise.
        log_frequency: float64 [V], log of every token's frequency, `UNSEEN` added before.
    """

    decay: float
    ceiling: float
    log_frequency: Tensor

    def choose(self, candidates: Candidates, generator: torch.Generator) -> Tensor:
        """See `Sampler.choose`."""
        index = (candidates.positions - candidates.start).double()
        p = candidates.log_confidence.double().exp()
        information = (-p * self.log_frequency[candidates.tokens]).clamp_max(self.ceiling)
        return most_confident((-self.decay * index).exp() * information, candidates.quota)
