"""Length policies: when slots grow."""

from dllm_struct.decoding.length.base import LENGTHS, LengthPolicy, SlotLength

__all__ = ["LENGTHS", "LengthPolicy", "SlotLength"]
