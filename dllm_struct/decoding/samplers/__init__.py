"""Samplers: which positions of the witness a step commits. They never choose tokens."""

from dllm_struct.decoding.samplers.base import (
    SAMPLERS,
    Candidates,
    NeedsTokenizer,
    Sampler,
    most_confident,
)

__all__ = ["SAMPLERS", "Candidates", "NeedsTokenizer", "Sampler", "most_confident"]
