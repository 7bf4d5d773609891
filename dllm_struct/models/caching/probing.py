"""Whether a network works with a cache, found out with four tokens before the first real pass.

What a network says of its arguments is not enough: some take keys and values in another form, and
some ignore masks. So a short input is computed at once, and once more in two parts.
"""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

import torch
from torch import Tensor

from dllm_struct.canvas.canvas import MASKED
from dllm_struct.errors import InvalidDecoding, check
from dllm_struct.models.attention import attention_mask
from dllm_struct.models.caching.passing import Job, feed
from dllm_struct.models.family import Family
from dllm_struct.models.wanted import arguments

ARGUMENTS = ("attention_mask", "position_ids", "past_key_values", "use_cache")
TOKENS = (0, 1, MASKED, MASKED)
TOLERANCE = 0.02
"""Largest difference, as a share of the largest logit, that rounding explains at low precision."""

HINT = "use cache='none', or a transformers model with full attention and DynamicCache"

_REFUSALS = (AssertionError, AttributeError, IndexError, RuntimeError, TypeError, ValueError)
"""What the code of networks raises where it does not take what it is called with."""

_sound: WeakKeyDictionary[Any, bool] = WeakKeyDictionary()


def require_cache(network: Any, family: Family) -> None:
    """Refuse a network that cannot take keys and values of earlier passes.

    Raises:
        InvalidDecoding: naming what is missing.
    """
    missing = [name for name in ARGUMENTS if name not in arguments(network)]
    check(not missing, f"a cache needs a network that takes {', '.join(missing)}", hint=HINT)
    kinds = {*(getattr(network.config, "layer_types", None) or ())} - {"full_attention"}
    check(
        not kinds,
        f"a cache cannot be used with layers of {', '.join(sorted(kinds))}",
        hint=HINT,
    )
    if network not in _sound:
        _sound[network] = _is_sound(network, family)
    check(_sound[network], "a pass with this network's cache is not what it should be", hint=HINT)


@torch.inference_mode()
def _is_sound(network: Any, family: Family) -> bool:
    """Whether two positions over the cache of two others come out as in one pass."""
    everything, half = range(len(TOKENS)), len(TOKENS) // 2
    try:
        (whole,) = feed(network, family, [Job(TOKENS, everything, (), (), everything)])
        kept = [(keys[:, :half], values[:, :half]) for keys, values in whole.layers]
        rest = everything[half:]
        (part,) = feed(network, family, [Job(TOKENS, rest, everything[:half], kept, rest)])
        expected = _plain(network, family)
    except _REFUSALS as error:
        raise InvalidDecoding(f"this network takes no cache: {error}", hint=HINT) from error
    whole_logits, last = whole.logits.dense, part.logits.dense
    return _is_near(last, whole_logits[half:]) and _is_near(whole_logits, expected)


def _plain(network: Any, family: Family) -> Tensor:
    """The logits of the probe without any cache, [4, V]."""
    ids = [family.mask_token_id if token == MASKED else token for token in TOKENS]
    input_ids = torch.tensor([ids], device=network.device)
    told: dict[str, Any] = {}
    mask = attention_mask(family, [len(ids)], len(ids), network.dtype, network.device)
    if mask is not None:
        told["attention_mask"] = mask
    if family.call.positions:
        told["position_ids"] = torch.arange(len(ids), device=network.device)[None]
    logits: Tensor = network(input_ids=input_ids, **told).logits
    return logits[0]


def _is_near(found: Tensor, expected: Tensor) -> bool:
    largest = expected.float().abs().max()
    return bool((found.float() - expected.float()).abs().max() <= TOLERANCE * largest)
