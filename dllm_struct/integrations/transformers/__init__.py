"""Hooks for transformers: the stock ``generate``, and streamers.

`CanvasConstraint` is for canvas models (DiffusionGemma), `NextTokenConstraint` for autoregressive
ones; `stream_to` lets a streamer watch our own loop.
"""

from dllm_struct.integrations.transformers.canvas import CanvasConstraint
from dllm_struct.integrations.transformers.next_token import NextTokenConstraint
from dllm_struct.integrations.transformers.streaming import stream_to

__all__ = ["CanvasConstraint", "NextTokenConstraint", "stream_to"]
