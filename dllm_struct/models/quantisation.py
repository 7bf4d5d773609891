"""Quantised weights: passed through to transformers, where the packages they need are installed."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

import torch

from dllm_struct.errors import MissingExtra

PACKAGES = {
    "bitsandbytes": ("bitsandbytes", "accelerate"),
    "torchao": ("torchao", "accelerate"),
}
"""What a method of quantisation needs; transformers checks those that are not listed."""


def options(config: Any, wanted: Any, device: torch.device) -> dict[str, Any]:
    """Return what ``from_pretrained`` is told of quantised weights; nothing if they are not.

    Args:
        config: of the checkpoint, which may be quantised already.
        wanted: the user's configuration, an object of transformers or a dict; None: as saved.
        device: where the weights go: quantised ones are made there, and cannot be moved.

    Raises:
        MissingExtra: a package is not installed.
    """
    stated = wanted if wanted is not None else getattr(config, "quantization_config", None)
    if stated is None:
        return {}
    method = _method(stated)
    for package in PACKAGES.get(method, ()):
        if find_spec(package) is None:
            raise MissingExtra(
                f"weights quantised by {method} need {package}", hint=f"pip install {package}"
            )
    placed: dict[str, Any] = {"device_map": {"": device}}
    return placed if wanted is None else {**placed, "quantization_config": wanted}


def _method(stated: Any) -> str:
    if not isinstance(stated, dict):
        method = getattr(stated, "quant_method", "")
    elif any(name in stated for name in ("load_in_8bit", "load_in_4bit")):
        method = "bitsandbytes"
    else:
        method = stated.get("quant_method", "")
    return str(getattr(method, "value", method)).partition("_")[0]
