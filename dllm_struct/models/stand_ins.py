"""Plain PyTorch for what SDAR's code imports of flash-attn and einops, where those are missing.

flash-attn needs CUDA to be built; on a CPU the same results come from PyTorch's own attention. Only
the functions that the code calls outside training exist here, with the arguments it gives them.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import ModuleType
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import scaled_dot_product_attention

from dllm_struct.errors import MissingExtra


def flash_attn_func(
    q: Tensor, k: Tensor, v: Tensor, *, causal: bool = False, softmax_scale: float | None = None
) -> Tensor:
    """Return softmax(q k^T · scale) v, float [B, n, heads, d].

    Args:
        q: [B, n, heads, d].
        k: [B, m, heads of keys, d].
        v: as ``k``.
        causal: whether a position sees only itself and those before it.
        softmax_scale: None: 1 / sqrt(d).
    """
    q, k, v = (part.transpose(1, 2) for part in (q, k, v))
    attended = scaled_dot_product_attention(
        q, k, v, is_causal=causal, scale=softmax_scale, enable_gqa=True
    )
    return attended.transpose(1, 2)


def rms_norm_fn(x: Tensor, weight: Tensor, bias: Tensor | None, eps: float = 1e-6) -> Tensor:
    """Return x / rms(x) · weight + bias over the last axis; the mean square is taken in float32."""
    wide = x.float()
    scaled = wide * torch.rsqrt(wide.pow(2).mean(-1, keepdim=True) + eps) * weight
    return (scaled if bias is None else scaled + bias).to(x.dtype)


def not_here(*_: Any, **__: Any) -> Any:
    """Stand for a function that only training calls.

    Raises:
        MissingExtra: always.
    """
    raise MissingExtra("this needs flash-attn", hint="pip install flash-attn")


def rearrange(tensor: Tensor, pattern: str) -> Tensor:
    """Return a tensor with its axes in another order, or merged: ``b h n d -> b n (h d)``.

    Args:
        tensor: one axis for every name on the left.
        pattern: single names on the left; names or groups of names on the right.
    """
    left, right = pattern.split("->")
    groups = [group.strip("()").split() for group in re.findall(r"\([^)]*\)|\S+", right)]
    axes = left.split()
    turned = tensor.permute([axes.index(axis) for group in groups for axis in group])
    sizes = dict(zip(axes, tensor.shape, strict=True))
    return turned.reshape([torch.Size(sizes[axis] for axis in group).numel() for group in groups])


PACKAGES: dict[str, dict[str, dict[str, Any]]] = {
    "flash_attn": {
        "flash_attn": {"flash_attn_func": flash_attn_func, "flash_attn_varlen_func": not_here},
        "flash_attn.bert_padding": dict.fromkeys(
            ("index_first_axis", "pad_input", "unpad_input"), not_here
        ),
        "flash_attn.ops": {},
        "flash_attn.ops.triton": {},
        "flash_attn.ops.triton.layer_norm": {"rms_norm_fn": rms_norm_fn},
    },
    "einops": {"einops": {"rearrange": rearrange}},
}
"""Package, module, name."""


@contextmanager
def stand_ins() -> Iterator[None]:
    """Have the modules of packages that are not installed for as long as this lasts."""
    made = [
        _module(name, members)
        for package, modules in PACKAGES.items()
        if package not in sys.modules and find_spec(package) is None
        for name, members in modules.items()
    ]
    sys.modules.update({module.__name__: module for module in made})
    try:
        yield
    finally:
        for module in made:
            sys.modules.pop(module.__name__, None)


def _module(name: str, members: dict[str, Any]) -> ModuleType:
    module = ModuleType(name)
    module.__spec__ = ModuleSpec(name, loader=None)
    module.__path__ = []  # packages have one, so that parts of them can be imported
    vars(module).update(members)
    return module
