"""DiffusionGemma as data: a network of transformers without a mask token."""

from __future__ import annotations

from typing import Any

from dllm_struct.models.family import Family

MODEL_TYPE = "diffusion_gemma"


def is_diffusion_gemma(config: object) -> bool:
    """Whether a transformers configuration is one of DiffusionGemma."""
    return getattr(config, "model_type", None) == MODEL_TYPE


def family_of(config: Any, tokenizer: Any) -> Family:
    """Return the family of a DiffusionGemma."""
    text = config.text_config
    known = text.eos_token_id
    end = known if isinstance(known, int) or not known else known[0]
    return Family(
        mask_token_id=None,
        name=MODEL_TYPE,
        eos_token_id=tokenizer.eos_token_id if end is None else end,
        max_length=text.max_position_embeddings,
    )
