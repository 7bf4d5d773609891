"""Tiny networks of transformers with random weights, and a tokenizer that writes all bytes."""

from __future__ import annotations

from functools import cache

import torch
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
from transformers import (
    DiffusionGemmaConfig,
    DiffusionGemmaForBlockDiffusion,
    LlamaConfig,
    LlamaForCausalLM,
    PreTrainedTokenizerFast,
)

torch.set_num_threads(1)

MERGES = [("a", "b"), ("t", "r"), ("u", "e"), ("tr", "ue"), ('"', ":"), ('"', "a"), ("1", "2")]
TINY = {
    "hidden_size": 16,
    "intermediate_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "num_key_value_heads": 1,
    "head_dim": 8,
    "max_position_embeddings": 512,
}


@cache
def tokenizer() -> PreTrainedTokenizerFast:
    """All bytes, some merges, a token that pads and two that end a text."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    pieces = [*alphabet, *(left + right for left, right in MERGES)]
    bare = Tokenizer(models.BPE({piece: i for i, piece in enumerate(pieces)}, MERGES))
    bare.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bare.decoder = decoders.ByteLevel()
    bare.add_special_tokens([AddedToken(t, special=True) for t in ("<pad>", "<eos>", "<turn>")])
    return PreTrainedTokenizerFast(
        tokenizer_object=bare,
        pad_token="<pad>",
        eos_token="<eos>",
        clean_up_tokenization_spaces=False,
    )


PAD, EOS, TURN = (tokenizer().convert_tokens_to_ids(t) for t in ("<pad>", "<eos>", "<turn>"))
SIZE = len(tokenizer())


def diffusion_gemma(
    canvas: int = 16, seed: int = 0, scale: float = 0.3
) -> DiffusionGemmaForBlockDiffusion:
    """DiffusionGemma with random weights; a larger scale makes it surer of itself."""
    torch.manual_seed(seed)
    text = {
        **TINY,
        "vocab_size": SIZE,
        "global_head_dim": 8,
        "num_experts": 2,
        "top_k_experts": 1,
        "moe_intermediate_size": 8,
        "layer_types": ["sliding_attention", "full_attention"],
        "sliding_window": 32,
        "initializer_range": scale,
        "pad_token_id": PAD,
        "eos_token_id": EOS,
        "bos_token_id": None,
    }
    vision = {**TINY, "model_type": "gemma4_vision", "patch_size": 4, "position_embedding_size": 16}
    config = DiffusionGemmaConfig(
        text_config=text,
        vision_config=vision,
        canvas_length=canvas,
        image_token_id=SIZE + 1,
        boi_token_id=SIZE + 2,
        eoi_token_id=SIZE + 3,
        initializer_range=scale,
    )
    return DiffusionGemmaForBlockDiffusion(config).eval()


def llama(seed: int = 0) -> LlamaForCausalLM:
    """An autoregressive Llama with random weights."""
    torch.manual_seed(seed)
    config = LlamaConfig(
        **TINY, vocab_size=SIZE, bos_token_id=None, eos_token_id=EOS, pad_token_id=PAD
    )
    return LlamaForCausalLM(config).eval()
