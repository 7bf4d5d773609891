"""LLaDA-MoE's interface: no caches, no logits left out, though its ``forward`` names both."""

import torch
from torch import nn
from transformers.cache_utils import Cache, DynamicCache, StaticCache  # noqa: F401
from transformers.modeling_attn_mask_utils import AttentionMaskConverter
from transformers.modeling_outputs import MoeCausalLMOutputWithPast, MoeModelOutputWithPast
from transformers.modeling_utils import PreTrainedModel
from transformers.pytorch_utils import ALL_LAYERNORM_LAYERS
from transformers.utils import (
    add_start_docstrings,
    add_start_docstrings_to_model_forward,
    is_flash_attn_2_available,  # noqa: F401
    is_flash_attn_greater_or_equal_2_10,  # noqa: F401
    replace_return_docstrings,
)

from .configuration_lladamoe import LLaDAConfig
from .tiny_blocks import Block, Rotary, with_sdpa


class RMSNorm(nn.RMSNorm):
    pass


ALL_LAYERNORM_LAYERS.append(RMSNorm)


def eager(q, k, v, mask):
    scores = q @ k.transpose(-1, -2) / q.shape[-1] ** 0.5
    if mask is not None:
        scores = scores + mask
    return scores.softmax(-1, dtype=torch.float32).to(v.dtype) @ v


ATTENTION = {"eager": eager, "sdpa": with_sdpa}


class Experts(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.count = config.num_experts_per_tok
        self.gate = nn.Linear(config.hidden_size, config.num_experts, bias=False)
        self.experts = nn.ModuleList(
            nn.Linear(config.hidden_size, config.hidden_size, bias=False)
            for _ in range(config.num_experts)
        )
        self.register_buffer("expert_bias", torch.zeros(config.num_experts))

    def forward(self, x):
        shares = self.gate(x).softmax(-1, dtype=torch.float) + self.expert_bias
        best, chosen = shares.topk(self.count, -1)
        outputs = torch.stack([expert(x) for expert in self.experts], -2)
        index = chosen[..., None].expand(*chosen.shape, x.shape[-1])
        return (best.to(x.dtype)[..., None] * outputs.gather(-2, index)).sum(-2)


class LLaDAMoEPreTrainedModel(PreTrainedModel):
    config_class = LLaDAConfig
    base_model_prefix = "model"
    _supports_sdpa = True
    _supports_flash_attn_2 = True

    def _init_weights(self, module):
        if isinstance(module, nn.Linear | nn.Embedding):
            module.weight.data.normal_(std=self.config.initializer_range)


@add_start_docstrings("A network without a head.", "Its start.")
class LLaDAMoEModel(LLaDAMoEPreTrainedModel):
    def __init__(self, config):
        super().__init__(config)
        width = config.hidden_size
        self.attend = ATTENTION[config._attn_implementation]
        self.embed_tokens = nn.Embedding(config.vocab_size, width, config.pad_token_id)
        self.layers = nn.ModuleList(
            Block(width, config.num_attention_heads, RMSNorm)
            for _ in range(config.num_hidden_layers)
        )
        self.experts = Experts(config)
        self.norm = RMSNorm(width)
        self.rotary_emb = Rotary(config=config)
        self.post_init()

    def forward(self, input_ids, attention_mask, position_ids, inputs_embeds, return_dict):
        return_dict = return_dict if return_dict is not None else self.config.use_return_dict
        x = self.embed_tokens(input_ids) if inputs_embeds is None else inputs_embeds
        if position_ids is None:
            position_ids = torch.arange(x.shape[1], device=x.device)[None]
        mask = attention_mask
        if mask is not None:
            converter = AttentionMaskConverter(is_causal=False)
            mask = converter.to_4d(mask, x.shape[1], x.dtype)
        angles = self.rotary_emb(position_ids)
        for layer in self.layers:
            x = layer(x, angles, mask, self.attend)
        x = self.norm(x + self.experts(x))
        return MoeModelOutputWithPast(last_hidden_state=x) if return_dict else (x,)


class LLaDAMoEModelLM(LLaDAMoEPreTrainedModel):
    _tied_weights_keys = ["lm_head.weight"]  # noqa: RUF012

    def __init__(self, config):
        super().__init__(config)
        self.model = LLaDAMoEModel(config)
        self.lm_head = nn.Linear(config.hidden_size, config.vocab_size, bias=False)
        self.post_init()

    def get_input_embeddings(self):
        return self.model.embed_tokens

    def get_output_embeddings(self):
        return self.lm_head

    @add_start_docstrings_to_model_forward("Its arguments.")
    @replace_return_docstrings(output_type=MoeCausalLMOutputWithPast, config_class="LLaDAConfig")
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
        output_router_logits=None,
        return_dict=None,
        cache_position=None,
        num_logits_to_keep=0,
    ):
        """Compute logits.

        Returns:
            of every position.
        """
        assert labels is None and num_logits_to_keep == 0, "nothing can be left out"
        assert not use_cache and past_key_values is None and cache_position is None, "no caches"
        outputs = self.model(input_ids, attention_mask, position_ids, inputs_embeds, return_dict)
        return MoeCausalLMOutputWithPast(logits=self.lm_head(outputs[0]))
