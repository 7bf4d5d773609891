"""Families of checkpoints that people run: what is known of each, and how one is recognised."""

from dllm_struct.models.families.base import Known, Tokens
from dllm_struct.models.families.diffusion_gemma import is_diffusion_gemma
from dllm_struct.models.families.recognition import recognise, stated_length
from dllm_struct.models.families.table import KNOWN, known

__all__ = ["KNOWN", "Known", "Tokens", "is_diffusion_gemma", "known", "recognise", "stated_length"]
