"""Blocks: which part of the canvas is denoised first."""

from dllm_struct.decoding.blocks.base import BLOCKS, Blocks, Window

__all__ = ["BLOCKS", "Blocks", "Window"]
