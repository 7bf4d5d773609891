from transformers import PretrainedConfig


class LLaDAConfig(PretrainedConfig):
    model_type = "llada"
    keys_to_ignore_at_inference = ["past_key_values"]  # noqa: RUF012

    def __init__(self, use_cache=False, **kwargs):
        settings = {
            "d_model": 16,
            "n_heads": 2,
            "n_layers": 2,
            "max_sequence_length": 256,
            "rope_theta": 10000.0,
            "vocab_size": 50257,
            "weight_tying": True,
            "eos_token_id": 50256,
            "pad_token_id": 50256,
            "mask_token_id": 50256,
            "init_device": None,
        }
        super().__init__(**{**settings, **kwargs, "use_cache": use_cache})

    @property
    def num_attention_heads(self):
        return self.n_heads

    @property
    def num_hidden_layers(self):
        return self.n_layers

    @property
    def hidden_size(self):
        return self.d_model
