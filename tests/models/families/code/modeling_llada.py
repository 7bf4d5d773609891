"""LLaDA's interface: no ``post_init``, ``tie_weights`` without arguments, masks are ignored."""

import torch
from torch import nn
from torch.nn.functional import linear
from transformers import PreTrainedModel
from transformers.modeling_outputs import CausalLMOutputWithPast

from .configuration_llada import LLaDAConfig
from .tiny_blocks import Block


class LLaDAModel(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.config = config
        width, size = config.d_model, config.vocab_size
        parts = {
            "wte": nn.Embedding(size, width, device="cpu"),
            "ln_f": nn.RMSNorm(width, device="cpu"),
            "blocks": nn.ModuleList(
                Block(width, config.n_heads, lambda w: nn.RMSNorm(w, device="cpu"), "cpu")
                for _ in range(config.n_layers)
            ),
        }
        if not config.weight_tying:
            parts["ff_out"] = nn.Linear(width, size, bias=False, device="cpu")
        self.transformer = nn.ModuleDict(parts)
        half = torch.arange(0, width // config.n_heads, 2, device="cpu") * config.n_heads / width
        self.cache = {"rope": config.rope_theta**-half}  # no buffer: real from the start

    def forward(self, input_ids, input_embeddings=None):
        x = self.transformer.wte(input_ids) if input_embeddings is None else input_embeddings
        angles = torch.arange(x.shape[1], device=x.device)[:, None] * self.cache["rope"].to(
            x.device
        )
        angles = torch.cat([angles, angles], -1)[None, None]
        for block in self.transformer.blocks:
            x = block(x, angles, None)
        x = self.transformer.ln_f(x)
        if self.config.weight_tying:
            return linear(x, self.transformer.wte.weight)
        return self.transformer.ff_out(x)


class LLaDAModelLM(PreTrainedModel):
    config_class = LLaDAConfig
    base_model_prefix = "model"
    _no_split_modules = ["Block"]  # noqa: RUF012

    def __init__(self, config, model=None, init_params=False):
        super().__init__(config)
        self.model = model or LLaDAModel(config)

    def forward(
        self,
        input_ids=None,
        inputs_embeds=None,
        attention_mask=None,
        attention_bias=None,
        past_key_values=None,
        labels=None,
        use_cache=None,
        output_attentions=None,
        output_hidden_states=None,
        return_dict=None,
        cache_position=None,
    ):
        if use_cache is None:
            use_cache = self.config.use_cache
        return_dict = return_dict if return_dict is not None else self.config.use_return_dict
        logits = self.model(input_ids, inputs_embeds)
        return CausalLMOutputWithPast(logits=logits) if return_dict else (logits,)

    def can_generate(self):
        return True

    def get_input_embeddings(self):
        return self.model.transformer.wte

    def get_output_embeddings(self):
        return self.model.transformer["wte" if self.config.weight_tying else "ff_out"]

    def tie_weights(self):
        if self.config.weight_tying:
            self.model.transformer.ff_out = self.model.transformer.wte
