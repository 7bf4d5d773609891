"""What users call: `Model`, and what it returns."""

from dllm_struct.generation.model import Model, Output, Stats, Stream

__all__ = ["Model", "Output", "Stats", "Stream"]
