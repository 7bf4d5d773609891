"""Parts that the stand-in networks share; copied next to them into every checkpoint."""

import torch
from torch import nn
from torch.nn.functional import scaled_dot_product_attention
from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS


class Rotary(nn.Module):
    """Keeps its frequencies as remote code does: in a buffer that is not saved."""

    def __init__(self, config, device=None):
        super().__init__()
        self.config = config
        self.rope_type = "default"
        if config.rope_scaling is not None:
            self.rope_type = config.rope_scaling.get("rope_type", config.rope_scaling.get("type"))
        inv_freq, self.attention_scaling = ROPE_INIT_FUNCTIONS[self.rope_type](config, device)
        self.register_buffer("inv_freq", inv_freq, persistent=False)
        self.original_inv_freq = self.inv_freq

    def forward(self, positions):
        angles = positions[..., None].float() * self.inv_freq.float()
        return torch.cat([angles, angles], -1)[:, None]


def turned(x, angles):
    width = angles.shape[-1]
    x, rest = x[..., :width], x[..., width:]
    first, second = x.chunk(2, -1)
    x = x * angles.cos() + torch.cat([-second, first], -1) * angles.sin()
    return torch.cat([x, rest], -1)


def with_sdpa(q, k, v, mask):
    return scaled_dot_product_attention(q, k, v, attn_mask=mask)


class Block(nn.Module):
    def __init__(self, width, heads, norm, device=None):
        super().__init__()
        self.heads = heads
        self.before, self.between = norm(width), norm(width)
        self.qkv = nn.Linear(width, 3 * width, bias=False, device=device)
        self.out = nn.Linear(width, width, bias=False, device=device)
        self.up = nn.Linear(width, 2 * width, bias=False, device=device)
        self.down = nn.Linear(2 * width, width, bias=False, device=device)

    def forward(self, x, angles, mask, attend=with_sdpa):
        rows, count, width = x.shape
        parts = self.qkv(self.before(x)).view(rows, count, 3, self.heads, -1).unbind(2)
        q, k, v = (part.transpose(1, 2) for part in parts)
        q, k = turned(q, angles), turned(k, angles)
        x = x + self.out(attend(q, k, v, mask).transpose(1, 2).reshape(rows, count, width))
        return x + self.down(torch.relu(self.up(self.between(x))))
