"""Calling a network: inputs of any lengths in, the logits of their canvases out.

A network is any callable ``(input_ids [B, n], attention_mask [B, n]) -> logits [B, n, V]``, or one
whose result has such ``.logits``; rows are padded on the right, and the mask is 1 where there is a
token. `Call` says what else a family's network wants. A transformers model that can leave logits
out computes only those that somebody reads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from dllm_struct.canvas import MASKED
from dllm_struct.decoding.signals import SoftTokens, View
from dllm_struct.errors import InvalidInput
from dllm_struct.logit_rows import LogitRows
from dllm_struct.models.attention import attention_mask
from dllm_struct.models.compilation import Compilation
from dllm_struct.models.family import Family
from dllm_struct.models.wanted import Wanted, taken
from dllm_struct.transfer import upload

TOKENS_AT_ONCE = 8192
"""How many embeddings a mixture looks up at a time; more would copy a large part of the table."""

ALWAYS = {"use_cache": False, "return_dict": True}
"""Passed to transformers models that take it: a pass reads everything anew."""

Network = Callable[..., Any]
"""``(input_ids [B, n], attention_mask [B, n]) -> logits [B, n, V]``, or an object with them."""


class Forward:
    """One forward pass for a batch of inputs.

    Args:
        network: what to call.
        family: its token ids and habits.
        compilation: how the network is compiled; None: not at all.
    """

    def __init__(
        self, network: Network, family: Family, compilation: Compilation | None = None
    ) -> None:
        self.network = network
        self.family = family
        self._takes = taken(network, family)
        self._compilation = compilation
        self._run = network if compilation is None else compilation.compiled(network)

    @torch.inference_mode()
    def __call__(self, views: Sequence[View]) -> list[LogitRows]:
        """Return the logits of every input's canvas, at the positions that are wanted at least.

        Raises:
            InvalidInput: the network's logits do not have the shape [B, n, V], or mixtures of
                embeddings are asked of a network that takes none.
        """
        if self._compilation is not None:
            self._compilation.begin_pass()
        found: dict[int, LogitRows] = {}
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

    def _pass(self, views: Sequence[View]) -> list[LogitRows]:
        width = self._width(views)
        sources = [self._sources(view) for view in views]
        read = (
            source[position]
            for view, source in zip(views, sources, strict=True)
            for position in (range(len(source)) if view.wanted is None else view.wanted)
        )
        wanted = Wanted.of(self._takes, read, width, _device(self.network), self._rounded)
        logits = self._call(views, width, wanted.told)
        self._check(logits, (len(views), width), wanted.count(width))
        return [wanted.rows(logits[row], source) for row, source in enumerate(sources)]

    def _width(self, views: Sequence[View]) -> int:
        """Return how long the rows of a pass are, with what pads them."""
        longest = max(map(_length, views))
        return self._rounded(longest, self.family.max_length) if self.family.call.pads else longest

    def _rounded(self, count: int, most: int | None) -> int:
        return count if self._compilation is None else self._compilation.rounded(count, most)

    def _sources(self, view: View) -> Sequence[int]:
        """Return the positions of the input whose outputs predict those of the canvas."""
        start = len(view.prompt)
        positions = range(start, _length(view))
        return [max(0, p - 1) for p in positions] if self.family.logits_shift else positions

    def _call(self, views: Sequence[View], width: int, told: dict[str, Any]) -> Any:
        device, dtype = _device(self.network), _dtype(self.network)
        ids = upload(self._input_ids(views, width), device)
        lengths = [_length(view) for view in views]
        mask = attention_mask(self.family, lengths, width, dtype, device)
        if mask is not None:
            told = {"attention_mask": mask, **told}
        if self.family.call.positions:
            told["position_ids"] = torch.arange(width, device=device).expand(ids.shape)
        told |= {name: value for name, value in ALWAYS.items() if name in self._takes}
        result = self._result(views, ids, told)
        return getattr(result, "logits", result)

    def _result(self, views: Sequence[View], ids: Tensor, told: dict[str, Any]) -> Any:
        if any(view.soft is not None for view in views):
            return self._run(inputs_embeds=self._mixtures(views, ids), **told)
        if hasattr(self.network, "main_input_name"):  # a transformers model: order varies
            return self._run(input_ids=ids, **told)
        leading = [told.pop("attention_mask")] if "attention_mask" in told else []
        return self._run(ids, *leading, **told)

    def _input_ids(self, views: Sequence[View], width: int) -> NDArray[np.int64]:
        """Return the rows padded on the right, int64 [B, width]."""
        ids = np.full((len(views), width), self.family.filler, np.int64)
        for row, view in enumerate(views):
            own = np.array((*view.prompt, *view.canvas), np.int64)
            ids[row, : len(own)] = np.where(own == MASKED, self.family.filler, own)
        return ids

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

    def _check(self, logits: object, read: tuple[int, int], count: int) -> None:
        if not isinstance(logits, Tensor) or logits.shape[:-1] != (read[0], count):
            shape = tuple(logits.shape) if isinstance(logits, Tensor) else type(logits).__name__
            raise InvalidInput(
                f"the network returned {shape} for {read[0]} rows of {read[1]} positions",
                hint="a network returns logits [B, n, V], or an object with such .logits",
            )


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
