"""The canvas of one output: its positions, how a template is cut into them, how many there are."""

from dllm_struct.canvas.canvas import MASKED, Canvas, Span, State

__all__ = ["MASKED", "Canvas", "Span", "State"]
