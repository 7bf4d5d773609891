"""Hooks for the stock ``generate`` of transformers.

`CanvasConstraint` for canvas models (DiffusionGemma), `NextTokenConstraint` for autoregressive
ones, and streamers between both worlds.
"""

from dllm_struct.integrations.transformers.canvas import CanvasConstraint
from dllm_struct.integrations.transformers.next_token import NextTokenConstraint

__all__ = ["CanvasConstraint", "NextTokenConstraint"]
