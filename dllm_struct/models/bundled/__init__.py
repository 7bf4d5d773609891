"""The bundled model: small weights for CPUs, and everything that made them.

`WEIGHTS` is a folder for `from_pretrained`; ``CARD.md`` says what the model is and how well it
does. `held_out` gives texts to score it on.
"""

from pathlib import Path

from dllm_struct.models.bundled.data import Example, held_out, segments, training

WEIGHTS = Path(__file__).parent / "weights"
"""Folder of the network (a bidirectional Llama) and its tokenizer."""

__all__ = ["WEIGHTS", "Example", "held_out", "segments", "training"]
