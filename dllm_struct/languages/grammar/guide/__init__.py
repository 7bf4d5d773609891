"""What can still be written: distances and completions in documents with gaps."""

from dllm_struct.languages.grammar.guide.guide import Guide

__all__ = ["Guide"]
