"""LLaDA2's interface: an additive mask of pairs, position ids, experts."""

import torch
from torch import nn
from transformers.cache_utils import DynamicCache
from transformers.generation.utils import GenerationMixin
from transformers.modeling_attn_mask_utils import (
    AttentionMaskConverter,  # noqa: F401
    _prepare_4d_attention_mask,  # noqa: F401
    _prepare_4d_causal_attention_mask,  # noqa: F401
    _prepare_4d_causal_attention_mask_for_sdpa,
)
from transformers.modeling_outputs import MoeCausalLMOutputWithPast
from transformers.modeling_utils import PreTrainedModel
from transformers.pytorch_utils import (
    ALL_LAYERNORM_LAYERS,  # noqa: F401
    is_torch_greater_or_equal_than_1_13,  # noqa: F401
)
from transformers.utils import add_start_docstrings, add_start_docstrings_to_model_forward
from transformers.utils.import_utils import is_torch_fx_available

from .configuration_llada2_moe import LLaDA2MoeConfig
from .tiny_blocks import Block, Rotary

if is_torch_fx_available():
    raise ImportError("nothing here is traced")


def eager(q, k, v, mask):
    scores = q @ k.transpose(-1, -2) / q.shape[-1] ** 0.5 + mask
    return scores.softmax(-1, dtype=torch.float32).to(v.dtype) @ v


class Experts(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.gate = nn.Parameter(torch.empty(config.num_experts, config.hidden_size))
        self.register_buffer("expert_bias", torch.zeros(config.num_experts))
        self.experts = nn.ModuleList(
            nn.Linear(config.hidden_size, config.hidden_size, bias=False)
            for _ in range(config.num_experts)
        )
        nn.init.normal_(self.gate)

    def forward(self, x):
        best = (torch.sigmoid(x @ self.gate.T) + self.expert_bias).argmax(-1)
        outputs = torch.stack([expert(x) for expert in self.experts], -2)
        return outputs.gather(-2, best[..., None, None].expand(*x.shape[:-1], 1, x.shape[-1]))[
            ..., 0, :
        ]


@add_start_docstrings("A network.", "Its start.")
class LLaDA2MoePreTrainedModel(PreTrainedModel):
    config_class = LLaDA2MoeConfig
    base_model_prefix = "model"
    _supports_sdpa = True

    def _init_weights(self, module):
        if isinstance(module, nn.Linear | nn.Embedding):
            module.weight.data.normal_(std=self.config.initializer_range)


class LLaDA2MoeModel(LLaDA2MoePreTrainedModel):
    def __init__(self, config):
        super().__init__(config)
        width = config.hidden_size
        self.word_embeddings = nn.Embedding(config.vocab_size, width, config.pad_token_id)
        self.layers = nn.ModuleList(
            Block(width, config.num_attention_heads, nn.RMSNorm)
            for _ in range(config.num_hidden_layers)
        )
        self.experts = Experts(config)
        self.norm = nn.RMSNorm(width)
        self.rotary_emb = Rotary(config=config)
        self.post_init()

    def forward(self, input_ids, attention_mask, position_ids, inputs_embeds, use_cache):
        x = self.word_embeddings(input_ids) if inputs_embeds is None else inputs_embeds
        rows, count = x.shape[:2]
        if use_cache if use_cache is not None else self.config.use_cache:
            DynamicCache()
        if attention_mask.size() != (rows, 1, count, count):
            raise ValueError("only a mask of pairs will do")
        mask = _prepare_4d_causal_attention_mask_for_sdpa(attention_mask, (rows, count), x, 0)
        angles = self.rotary_emb(position_ids)
        for layer in self.layers:
            x = layer(x, angles, mask, eager)
        return self.norm(x + self.experts(x))


class LLaDA2MoeModelLM(LLaDA2MoePreTrainedModel, GenerationMixin):
    _tied_weights_keys = ["lm_head.weight"]  # noqa: RUF012

    def __init__(self, config):
        super().__init__(config)
        self.model = LLaDA2MoeModel(config)
        self.lm_head = nn.Linear(config.hidden_size, config.vocab_size, bias=False)
        self.post_init()

    def get_input_embeddings(self):
        return self.model.word_embeddings

    def get_output_embeddings(self):
        return self.lm_head

    @add_start_docstrings_to_model_forward("Its arguments.")
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
        **kwargs,
    ):
        x = self.model(input_ids, attention_mask, position_ids, inputs_embeds, use_cache)
        return MoeCausalLMOutputWithPast(logits=self.lm_head(x).float())
