"""Calling a network: rows of any lengths in, the logits of their canvases out.

Rows are padded on the right; the attention mask is 1 where there is a token. A network is any
callable ``(input_ids [B, n], attention_mask [B, n]) -> logits [B, n, V]``, or one whose result has
such ``.logits``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from dllm_struct.canvas import MASKED
from dllm_struct.decoding.row import Row
from dllm_struct.errors import InvalidInput
from dllm_struct.models.family import Family

Network = Callable[..., Any]
"""``(input_ids [B, n], attention_mask [B, n]) -> logits [B, n, V]``, or an object with them."""


class Forward:
    """One forward pass for a batch of rows.

    Args:
        network: what to call.
        family: its token ids and habits.
    """

    def __init__(self, network: Network, family: Family) -> None:
        self.network = network
        self.family = family

    @torch.inference_mode()
    def __call__(self, rows: Sequence[Row]) -> list[Tensor]:
        """Return the logits of every row's canvas, each [len(canvas), V].

        Raises:
            InvalidInput: the network's logits do not have the shape [B, n, V].
        """
        inputs = [self._input(row) for row in rows]
        width = max(map(len, inputs))
        padding = self.family.mask_token_id
        input_ids = torch.tensor([ids + [padding] * (width - len(ids)) for ids in inputs])
        attention_mask = torch.tensor([[1] * len(i) + [0] * (width - len(i)) for i in inputs])
        device = _device(self.network)
        logits = self._logits(input_ids.to(device), attention_mask.to(device))
        return [
            self._of_canvas(logits[index], len(row.prompt), len(inputs[index]))
            for index, row in enumerate(rows)
        ]

    def _input(self, row: Row) -> list[int]:
        mask = self.family.mask_token_id
        canvas = [mask if token == MASKED else token for token in row.canvas.tokens]
        return [*row.prompt, *canvas]

    def _logits(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        if hasattr(self.network, "main_input_name"):  # a transformers model: order varies
            result = self.network(input_ids=input_ids, attention_mask=attention_mask)
        else:
            result = self.network(input_ids, attention_mask)
        logits = getattr(result, "logits", result)
        if not isinstance(logits, Tensor) or logits.shape[:-1] != input_ids.shape:
            shape = tuple(logits.shape) if isinstance(logits, Tensor) else type(logits).__name__
            raise InvalidInput(
                f"the network returned {shape} for input of shape {tuple(input_ids.shape)}",
                hint="a network returns logits [B, n, V], or an object with such .logits",
            )
        return logits

    def _of_canvas(self, logits: Tensor, start: int, stop: int) -> Tensor:
        if not self.family.logits_shift:
            return logits[start:stop]
        return logits[(torch.arange(start, stop) - 1).clamp_min(0)]


def _device(network: Network) -> torch.device:
    parameters = network.parameters() if isinstance(network, torch.nn.Module) else iter(())
    return next((parameter.device for parameter in parameters), torch.device("cpu"))
