"""The network: a small bidirectional Llama, a class that transformers ships."""

from __future__ import annotations

from transformers import LlamaConfig, LlamaForCausalLM

HEAD_WIDTH = 32


def network(vocabulary_size: int, pad_token_id: int, width: int, layers: int) -> LlamaForCausalLM:
    """Return an untrained network whose attention sees both sides.

    Args:
        vocabulary_size: number of tokens.
        pad_token_id: the token that fills short rows of a batch.
        width: of the residual stream, a multiple of 32.
        layers: number of blocks.

    Returns:
        A Llama with `is_causal` off and with tied embeddings.
    """
    config = LlamaConfig(  # type: ignore[call-arg]
        vocab_size=vocabulary_size,
        hidden_size=width,
        intermediate_size=3 * width,
        num_hidden_layers=layers,
        num_attention_heads=width // HEAD_WIDTH,
        num_key_value_heads=width // HEAD_WIDTH,
        max_position_embeddings=2048,
        pad_token_id=pad_token_id,
        bos_token_id=None,
        eos_token_id=None,
        tie_word_embeddings=True,
        use_cache=False,
        is_causal=False,
        initializer_range=0.03,
    )
    return LlamaForCausalLM(config)
