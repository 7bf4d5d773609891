"""Calling a network: inputs of any lengths in, the logits of their canvases out.

A network is any callable ``(input_ids [B, n], attention_mask [B, n]) -> logits [B, n, V]``, or one
whose result has such ``.logits``; rows are padded on the right, and the mask is 1 where there is a
token. `Call` says what else a family's network wants. A transformers model whose ``forward`` takes
``logits_to_keep`` (or ``num_logits_to_keep``) computes no logits of the prompt.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from dllm_struct.canvas import MASKED
from dllm_struct.decoding.signals import SoftTokens, View
from dllm_struct.errors import InvalidInput
from dllm_struct.models.attention import attention_mask
from dllm_struct.models.family import Family

TOKENS_AT_ONCE = 8192
"""How many embeddings a mixture looks up at a time; more would copy a large part of the table."""

TENSOR_OF_KEPT = "logits_to_keep"
NUMBER_OF_KEPT = "num_logits_to_keep"

ALWAYS = {"use_cache": False, "return_dict": True}
"""Passed to transformers models that take it: a pass reads everything anew."""

Network = Callable[..., Any]
"""``(input_ids [B, n], attention_mask [B, n]) -> logits [B, n, V]``, or an object with them."""


class Forward:
    """One forward pass for a batch of inputs.

    Args:
        network: what to call.
        family: its token ids and habits.
    """

    def __init__(self, network: Network, family: Family) -> None:
        self.network = network
        self.family = family
        refused = set() if family.call.spares else {TENSOR_OF_KEPT, NUMBER_OF_KEPT}
        self._takes = _parameters(network) - refused

    @torch.inference_mode()
    def __call__(self, views: Sequence[View]) -> list[Tensor]:
        """Return the logits of every input's canvas, each [len(canvas), V].

        Raises:
            InvalidInput: the network's logits do not have the shape [B, n, V], or mixtures of
                embeddings are asked of a network that takes none.
        """
        found: dict[int, Tensor] = {}
        for rows in self._together(views):
            logits = self._pass([views[row] for row in rows])
            found |= dict(zip(rows, logits, strict=True))
        return [found[row] for row in range(len(views))]

    def _together(self, views: Sequence[View]) -> Iterable[Sequence[int]]:
        """Return which inputs share a pass: all, or those of one length."""
        if self.family.call.pads:
            return [range(len(views))]
        of_length: dict[int, list[int]] = {}
        for row, view in enumerate(views):
            of_length.setdefault(_length(view), []).append(row)
        return of_length.values()

    def _pass(self, views: Sequence[View]) -> list[Tensor]:
        window = _Window.of(views, int(self.family.logits_shift))
        logits = self._checked(self._call(views, window), window)
        first = window.width - logits.shape[1]  # logits may begin behind the prompt
        return [
            self._of_canvas(logits[row], len(view.prompt), _length(view), first)
            for row, view in enumerate(views)
        ]

    def _call(self, views: Sequence[View], window: _Window) -> Any:
        device, dtype = _device(self.network), _dtype(self.network)
        ids = self._input_ids(views, window.width).to(device)
        lengths = [_length(view) for view in views]
        told: dict[str, Any] = {}
        mask = attention_mask(self.family, lengths, dtype, device)
        if mask is not None:
            told["attention_mask"] = mask
        if self.family.call.positions:
            told["position_ids"] = torch.arange(window.width, device=device).expand(ids.shape)
        told |= window.kept(self._takes, device)
        told |= {name: value for name, value in ALWAYS.items() if name in self._takes}
        if any(view.soft is not None for view in views):
            return self.network(inputs_embeds=self._mixtures(views, ids), **told)
        if hasattr(self.network, "main_input_name"):  # a transformers model: order varies
            return self.network(input_ids=ids, **told)
        leading = [told.pop("attention_mask")] if mask is not None else []
        return self.network(ids, *leading, **told)

    def _input_ids(self, views: Sequence[View], width: int) -> Tensor:
        """Return the rows padded on the right, int64 [B, width]."""
        mask = self.family.mask_token_id
        return torch.tensor(
            [
                [mask if token == MASKED else token for token in (*view.prompt, *view.canvas)]
                + [mask] * (width - _length(view))
                for view in views
            ]
        )

    def _mixtures(self, views: Sequence[View], input_ids: Tensor) -> Tensor:
        if not hasattr(self.network, "get_input_embeddings"):
            raise InvalidInput(
                "soft tokens need a network with input embeddings",
                hint="use a transformers model, or decode without soft masking",
            )
        embed = self.network.get_input_embeddings()
        embeddings: Tensor = embed(input_ids)
        for row, view in enumerate(views):
            if view.soft is not None:
                at = view.soft.positions.to(embeddings.device) + len(view.prompt)
                embeddings[row, at] = _mixed(embed, embeddings[row, at], view.soft)
        return embeddings

    def _checked(self, result: Any, window: _Window) -> Tensor:
        logits = getattr(result, "logits", result)
        expected = (window.rows, window.returned(self._takes))
        if not isinstance(logits, Tensor) or logits.shape[:-1] != expected:
            shape = tuple(logits.shape) if isinstance(logits, Tensor) else type(logits).__name__
            raise InvalidInput(
                f"the network returned {shape} for {window.rows} rows of {window.width} positions",
                hint="a network returns logits [B, n, V], or an object with such .logits",
            )
        return logits

    def _of_canvas(self, logits: Tensor, start: int, stop: int, first: int) -> Tensor:
        """Return the logits of positions from ``start`` on; those given begin at ``first``."""
        if not self.family.logits_shift:
            return logits[start - first : stop - first]
        if start > first:
            return logits[start - first - 1 : stop - first - 1]
        return logits[(torch.arange(start, stop) - first - 1).clamp_min(0)]


@dataclass(frozen=True)
class _Window:
    """The positions whose logits a pass needs: those of all its canvases.

    Attributes:
        rows: B.
        width: n, of the longest row.
        start: the first needed position.
    """

    rows: int
    width: int
    start: int

    @classmethod
    def of(cls, views: Sequence[View], shift: int) -> _Window:
        start = max(0, min(len(view.prompt) for view in views) - shift)
        width = max(map(_length, views))
        return cls(len(views), width, min(start, max(0, width - 1)))

    def kept(self, takes: Collection[str], device: torch.device) -> dict[str, Any]:
        """Return the argument that spares the network's head the prompt, where it takes one."""
        if TENSOR_OF_KEPT in takes:
            return {TENSOR_OF_KEPT: torch.arange(self.start, self.width, device=device)}
        if NUMBER_OF_KEPT in takes:
            return {NUMBER_OF_KEPT: self.width - self.start}
        return {}

    def returned(self, takes: Collection[str]) -> int:
        """Return how many positions the network's logits have."""
        is_spared = TENSOR_OF_KEPT in takes or NUMBER_OF_KEPT in takes
        return self.width - self.start if is_spared else self.width


def _length(view: View) -> int:
    return len(view.prompt) + len(view.canvas)


def _mixed(embed: Callable[[Tensor], Tensor], masks: Tensor, soft: SoftTokens) -> Tensor:
    """Return the mixtures of soft tokens, [k, d]; summed in float32.

    Args:
        embed: token ids to embeddings.
        masks: the mask's embedding, [k, d].
        soft: what to mix.
    """
    device = masks.device
    mixed = soft.mask.to(device)[:, None] * masks.float()
    shares, tokens = soft.shares.to(device).float(), soft.tokens.to(device)
    for start in range(0, len(tokens), TOKENS_AT_ONCE):
        part = slice(start, start + TOKENS_AT_ONCE)
        mixed += shares[:, part] @ embed(tokens[part]).float()
    return mixed.to(masks.dtype)


def _device(network: Network) -> torch.device:
    parameters = network.parameters() if isinstance(network, torch.nn.Module) else iter(())
    return next((parameter.device for parameter in parameters), torch.device("cpu"))


def _dtype(network: Network) -> torch.dtype:
    """Return the dtype that a network computes in; of weights that are not quantised."""
    parameters = network.parameters() if isinstance(network, torch.nn.Module) else iter(())
    return next((p.dtype for p in parameters if p.dtype.is_floating_point), torch.float32)


def _parameters(network: Network) -> frozenset[str]:
    """Return the names that a transformers model's ``forward`` takes; none for other networks."""
    if not hasattr(network, "main_input_name"):
        return frozenset()
    return frozenset(inspect.signature(network.forward).parameters)  # type: ignore[attr-defined]
