"""The constraints of this library inside the loops of others."""

from dllm_struct.integrations import transformers

__all__ = ["transformers"]
