"""Dream's interface: ``"full"`` or a mask of pairs, shifted logits, a number of logits to keep."""

import torch
from torch import nn
from transformers.modeling_outputs import MaskedLMOutput
from transformers.modeling_utils import PreTrainedModel

from .configuration_dream import DreamConfig
from .tiny_blocks import Block, Rotary


class DreamPreTrainedModel(PreTrainedModel):
    config_class = DreamConfig
    base_model_prefix = "model"
    _supports_sdpa = True

    def _init_weights(self, module):
        if isinstance(module, nn.Linear | nn.Embedding):
            module.weight.data.normal_(std=self.config.initializer_range)

    @classmethod
    def from_pretrained(cls, name, *args, **kwargs):
        loaded = super().from_pretrained(name, *args, **kwargs)
        with open(f"{name}/generation_config.json") as file:
            loaded.settings = file.read()
        return loaded


class DreamBaseModel(DreamPreTrainedModel):
    def __init__(self, config):
        super().__init__(config)
        width = config.hidden_size
        self.embed_tokens = nn.Embedding(config.vocab_size, width)
        self.layers = nn.ModuleList(
            Block(width, config.num_attention_heads, nn.RMSNorm)
            for _ in range(config.num_hidden_layers)
        )
        self.norm = nn.RMSNorm(width)
        self.rotary_emb = Rotary(config=config)
        self.post_init()

    def forward(self, input_ids, attention_mask, position_ids, inputs_embeds):
        x = self.embed_tokens(input_ids) if inputs_embeds is None else inputs_embeds
        if position_ids is None:
            position_ids = torch.arange(x.shape[1], device=x.device)[None]
        mask = attention_mask if isinstance(attention_mask, torch.Tensor) else None
        angles = self.rotary_emb(position_ids)
        for layer in self.layers:
            x = layer(x, angles, mask)
        return self.norm(x)


class DreamGenerationMixin:
    """Not one of transformers, though its name is like one."""


class DreamModel(DreamGenerationMixin, DreamPreTrainedModel):
    _tied_weights_keys = ["lm_head.weight"]  # noqa: RUF012

    def __init__(self, config):
        super().__init__(config)
        self.model = DreamBaseModel(config)
        self.lm_head = nn.Linear(config.hidden_size, config.vocab_size, bias=False)
        self.post_init()

    def get_input_embeddings(self):
        return self.model.embed_tokens

    def get_output_embeddings(self):
        return self.lm_head

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
        return_dict=None,
        cache_position=None,
        num_logits_to_keep=0,
        **loss_kwargs,
    ):
        if attention_mask != "full" and attention_mask.dim() != 4:
            raise ValueError("attention_mask is 'full' or a mask of pairs")
        x = self.model(input_ids, attention_mask, position_ids, inputs_embeds)
        return MaskedLMOutput(logits=self.lm_head(x[:, -num_logits_to_keep:]))
