"""Compiled forward passes: `torch.compile`, on inputs of few different shapes.

A compiled network, and all the more a CUDA graph, is made for one shape. Canvases shrink, and fewer
positions are masked at every step, so rows and what is asked of them are rounded up: rows by
padding that nothing sees, the wanted positions by asking for the last one again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch

from dllm_struct.errors import InvalidInput


@dataclass(frozen=True)
class Compilation:
    """How the forward pass of a network is compiled; passes over a cache are not.

    Attributes:
        mode: of `torch.compile`: ``reduce-overhead`` replays CUDA graphs, ``default`` does not.
        multiple: the length of rows, and the number of positions whose logits are wanted, are
            rounded up to a multiple of this. 1: they are what they are. Families whose rows cannot
            be padded keep their length.
        backend: of `torch.compile`, a name or a function. Others than ``inductor`` take no mode.
        dynamic: of `torch.compile`: None: what changes becomes variable; False: one compilation
            for each shape, at most as many as torch's own limit; True: variable from the start.

    Raises:
        InvalidInput: the multiple is below 1.
    """

    mode: str = "reduce-overhead"
    multiple: int = 64
    backend: str | Callable[..., Any] = "inductor"
    dynamic: bool | None = None

    def __post_init__(self) -> None:
        if self.multiple < 1:
            raise InvalidInput(
                f"nothing is a multiple of {self.multiple}", hint="1 leaves lengths as they are"
            )

    def compiled(self, network: Callable[..., Any]) -> Callable[..., Any]:
        """Return the compiled network; the one that was given stays as it is."""
        mode = self.mode if self.backend == "inductor" else None
        return torch.compile(network, backend=self.backend, mode=mode, dynamic=self.dynamic)

    def begin_pass(self) -> None:
        """Let CUDA graphs overwrite what they wrote in the last pass: it has been read."""
        begin: Any = torch.compiler.cudagraph_mark_step_begin  # it carries no types
        begin()

    def rounded(self, count: int, most: int | None) -> int:
        """Return the next multiple, but no more than ``most``, unless there are more already."""
        more = -(-count // self.multiple) * self.multiple
        return more if most is None else max(count, min(more, most))
