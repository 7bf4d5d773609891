"""SDAR's interface: a boolean mask of pairs, flash-attn, einops, tied heads, logits to keep."""

import torch
from einops import rearrange
from flash_attn.ops.triton.layer_norm import rms_norm_fn
from torch import nn
from torch.nn.functional import scaled_dot_product_attention
from transformers.cache_utils import Cache, DynamicCache, SlidingWindowCache, StaticCache  # noqa: F401
from transformers.generation import GenerationMixin
from transformers.integrations import use_kernel_forward_from_hub
from transformers.integrations.flex_attention import make_flex_block_causal_mask  # noqa: F401
from transformers.modeling_attn_mask_utils import AttentionMaskConverter  # noqa: F401
from transformers.modeling_flash_attention_utils import FlashAttentionKwargs
from transformers.modeling_layers import GradientCheckpointingLayer  # noqa: F401
from transformers.modeling_outputs import CausalLMOutputWithPast
from transformers.modeling_utils import ALL_ATTENTION_FUNCTIONS, PreTrainedModel  # noqa: F401
from transformers.processing_utils import Unpack
from transformers.utils import (
    LossKwargs,
    auto_docstring,
    can_return_tuple,
    is_torch_flex_attn_available,  # noqa: F401
    logging,  # noqa: F401
)

from .configuration_sdar import SDARConfig
from .tiny_blocks import Block, Rotary

try:
    from flash_attn import flash_attn_func, flash_attn_varlen_func  # noqa: F401
    from flash_attn.bert_padding import index_first_axis, pad_input, unpad_input  # noqa: F401
except ImportError:
    pass


class KwargsForCausalLM(FlashAttentionKwargs, LossKwargs): ...


@use_kernel_forward_from_hub("RMSNorm")
class SDARRMSNorm(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, x):
        return rms_norm_fn(x, weight=self.weight, bias=None, eps=1e-6)


def attend(q, k, v, mask):
    if torch.all(mask):
        q, k, v = (part.transpose(1, 2) for part in (q, k, v))
        flat = rearrange(flash_attn_func(q, k, v, causal=False), "b l h d -> b l (h d)")
    else:
        seen = scaled_dot_product_attention(q, k, v, attn_mask=mask.bool(), enable_gqa=True)
        flat = rearrange(seen, "b h l d -> b l (h d)")
        q = q.transpose(1, 2)
    return flat.view(q.shape).transpose(1, 2)


@auto_docstring
class SDARPreTrainedModel(PreTrainedModel):
    config_class = SDARConfig
    base_model_prefix = "model"
    _supports_sdpa = True

    def _init_weights(self, module):
        if isinstance(module, nn.Linear | nn.Embedding):
            module.weight.data.normal_(std=self.config.initializer_range)


@auto_docstring
class SDARModel(SDARPreTrainedModel):
    def __init__(self, config):
        super().__init__(config)
        self.padding_idx = config.pad_token_id
        self.embed_tokens = nn.Embedding(config.vocab_size, config.hidden_size, self.padding_idx)
        self.layers = nn.ModuleList(
            Block(config.hidden_size, config.num_attention_heads, SDARRMSNorm)
            for _ in range(config.num_hidden_layers)
        )
        self.norm = SDARRMSNorm(config.hidden_size)
        self.rotary_emb = Rotary(config=config)
        self.post_init()

    def forward(
        self,
        input_ids=None,
        attention_mask=None,
        position_ids=None,
        inputs_embeds=None,
        use_cache=None,
        store_kv=False,
    ):
        if use_cache if use_cache is not None else self.config.use_cache:
            DynamicCache()
        x = self.embed_tokens(input_ids) if inputs_embeds is None else inputs_embeds
        angles = self.rotary_emb(position_ids)
        for layer in self.layers:
            x = layer(x, angles, attention_mask, attend)
        return self.norm(x)


@auto_docstring
class SDARForCausalLM(SDARPreTrainedModel, GenerationMixin):
    _tied_weights_keys = ["lm_head.weight"]  # noqa: RUF012

    def __init__(self, config):
        super().__init__(config)
        self.model = SDARModel(config)
        self.lm_head = nn.Linear(config.hidden_size, config.vocab_size, bias=False)
        self.post_init()

    def get_input_embeddings(self):
        return self.model.embed_tokens

    def get_output_embeddings(self):
        return self.lm_head

    @can_return_tuple
    @auto_docstring
    def forward(
        self,
        input_ids=None,
        attention_mask=None,
        position_ids=None,
        past_key_values=None,
        inputs_embeds=None,
        labels=None,
        use_cache=None,
        output_attentions=None,
        output_hidden_states=None,
        cache_position=None,
        logits_to_keep=0,
        **kwargs: Unpack[KwargsForCausalLM],
    ):
        x = self.model(input_ids, attention_mask, position_ids, inputs_embeds, use_cache, **kwargs)
        kept = slice(-logits_to_keep, None) if isinstance(logits_to_keep, int) else logits_to_keep
        return CausalLMOutputWithPast(logits=self.lm_head(x[:, kept]))
