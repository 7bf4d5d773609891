"""DiffusionGemma: a causal encoder reads the prompt, a bidirectional decoder the canvas.

It was trained on random tokens in place of masks, so decoding is uniform noise. The decoder reads
the encoder's keys and values and changes none, so they are kept while the prompts stay the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch
import transformers
from torch import Tensor

from dllm_struct.canvas import MASKED
from dllm_struct.decoding.signals import View
from dllm_struct.errors import InvalidInput
from dllm_struct.logit_rows import LogitRows
from dllm_struct.models.compilation import Compilation
from dllm_struct.models.families import is_diffusion_gemma
from dllm_struct.models.family import Family
from dllm_struct.models.network import Forward, Network
from dllm_struct.transfer import upload

Read = Callable[[Sequence[View]], Sequence[LogitRows]]
"""Inputs to the logits of their canvases, at the positions that are wanted at least."""

Prompts = tuple[tuple[int, ...], ...]


def forward_for(network: Network, family: Family, compilation: Compilation | None = None) -> Read:
    """Return the forward pass of a network: a DiffusionGemma, or any other.

    Raises:
        InvalidInput: a DiffusionGemma is to be compiled.
    """
    if not is_diffusion_gemma(getattr(network, "config", None)):
        return Forward(network, replace(family, mask_token_id=family.filler), compilation)
    if compilation is not None:
        raise InvalidInput(
            "a DiffusionGemma is not compiled here", hint="load it without a compilation"
        )
    return EncoderDecoder(network)


class EncoderDecoder:
    """One forward pass for a batch of inputs; those of equal shape share a call.

    Args:
        network: a ``DiffusionGemmaForBlockDiffusion``.
    """

    def __init__(self, network: Any) -> None:
        self.network = network
        self._encoded: dict[Prompts, Any] = {}

    @torch.inference_mode()
    def __call__(self, views: Sequence[View]) -> list[LogitRows]:
        """Return the logits of every input's canvas, at all of its positions.

        Raises:
            InvalidInput: an input has a mask.
        """
        if any(MASKED in (*view.prompt, *view.canvas) for view in views):
            raise InvalidInput(
                "this network has no mask token", hint="use remasking='uniform', and no guidance"
            )
        by_shape: dict[tuple[int, int], list[int]] = {}
        for index, view in enumerate(views):
            by_shape.setdefault((len(view.prompt), len(view.canvas)), []).append(index)
        found: dict[int, LogitRows] = {}
        kept = {}
        for indices in by_shape.values():
            own = [views[index] for index in indices]
            prompts = tuple(view.prompt for view in own)
            known = prompts in self._encoded
            kept[prompts] = self._encoded[prompts] if known else self._encode(prompts)
            logits = self._decode(kept[prompts], own)
            found |= dict(zip(indices, map(LogitRows, logits), strict=True))
        self._encoded = kept
        return [found[index] for index in range(len(views))]

    def _encode(self, prompts: Prompts) -> Any:
        """Return the keys and values of prompts of one length."""
        text = self.network.config.text_config
        first = text.bos_token_id or 0  # the encoder reads something, even before no prompt
        input_ids = self._tensor([prompt or (first,) for prompt in prompts])
        cache = transformers.DynamicCache(config=text)
        positions = torch.arange(input_ids.shape[1], device=input_ids.device)[None]
        encoder = self.network.model.encoder
        masks = encoder.create_masks_for_generate(
            config=self.network.config,
            inputs_embeds=torch.empty(
                (*input_ids.shape, 0), dtype=self.network.dtype, device=input_ids.device
            ),
            attention_mask=torch.ones_like(input_ids, dtype=torch.bool),
            past_key_values=cache,
            position_ids=positions,
        )
        return encoder(
            input_ids=input_ids,
            attention_mask=masks,
            past_key_values=cache,
            position_ids=positions,
        ).past_key_values

    def _decode(self, cache: Any, views: Sequence[View]) -> list[Tensor]:
        """Return the logits of canvases of one length, each [n, V]."""
        ids, before = self._tensor([view.canvas for view in views]), cache.get_seq_length()
        positions = torch.arange(before, before + ids.shape[1], device=ids.device)[None]
        logits = self.network(
            decoder_input_ids=ids,
            past_key_values=cache,
            decoder_position_ids=positions,
            **_conditions([view.previous for view in views], ids.device),
        ).logits
        return list(logits.unbind())

    def _tensor(self, rows: Sequence[Sequence[int]]) -> Tensor:
        return upload(np.asarray(rows, np.int64), self.network.device)


def _conditions(previous: Sequence[Tensor | None], device: torch.device) -> dict[str, Tensor]:
    """Return the predictions of the pass before, for those inputs that have one."""
    known = next((logits for logits in previous if logits is not None), None)
    if known is None:
        return {}
    rows = [torch.zeros_like(known) if logits is None else logits for logits in previous]
    is_known = torch.tensor([logits is not None for logits in previous], device=device)
    return {"self_conditioning_logits": torch.stack(rows), "self_conditioning_mask": is_known}
