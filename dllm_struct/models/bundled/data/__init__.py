"""Generated texts and the JSON that they say, for training and for held-out scores.

`training` and `held_out` come from the same code and differ in the world that names are drawn
from, in the phrasings of the documents and in those of the instructions.
"""

from __future__ import annotations

import random

from dllm_struct.models.bundled.data.documents import document
from dllm_struct.models.bundled.data.draw import Draw
from dllm_struct.models.bundled.data.kinds import KINDS
from dllm_struct.models.bundled.data.pose import pose_document
from dllm_struct.models.bundled.data.template import segments
from dllm_struct.models.bundled.data.types import Example

__all__ = ["KINDS", "Example", "held_out", "segments", "training"]


def held_out(n: int, seed: int = 0) -> list[Example]:
    """Return n examples of names, phrasings and instructions that training never sees.

    Args:
        n: number of examples; the kinds of documents take turns.
        seed: of the random choices; the same seed gives the same examples.

    Returns:
        Examples whose prompts name their fields.
    """
    return _examples(n, Draw(random.Random(f"held-out {seed}"), held_out=True))


def training(n: int, seed: int = 0) -> list[Example]:
    """Return n examples like those of training."""
    return _examples(n, Draw(random.Random(f"training {seed}")))


def _examples(n: int, draw: Draw) -> list[Example]:
    return [
        pose_document(draw, document(draw, KINDS[i % len(KINDS)]), free_form=True) for i in range(n)
    ]
