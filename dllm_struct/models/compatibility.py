"""What code that checkpoints bring needs on transformers 5, and nothing else.

LLaDA, Dream, LLaDA2 and SDAR were written for transformers 4.38 to 4.57. What broke since, and what
is done about it while such a checkpoint is loaded:

- Names are gone that the code imports (``LossKwargs``, ``is_torch_fx_available``), as is the
  ``default`` entry of ``ROPE_INIT_FUNCTIONS``: `legacy` puts them back for as long as it lasts.
  flash-attn and einops are stood in for in the same way where they are not installed.
- Configurations have lost attributes that the code reads (``use_cache``, ``pad_token_id``, ...):
  `complete` sets them on the one configuration.
- LLaDA never calls ``post_init``, so ``all_tied_weights_keys`` is missing; its ``tie_weights``
  takes no arguments, though it gets some, and adds a module that loading would fill; tied weights
  are listed, where a mapping is expected: `adapted` makes a subclass that does as expected, and
  ties when loading is done.
- Buffers that are not saved, such as the frequencies of rotary embeddings, are left unset by
  ``from_pretrained`` if the code has an ``_init_weights`` of its own: `restore` computes them.
- A deprecated helper warns at every pass of LLaDA2: `silence` replaces it in the checkpoint's own
  module.

No class of transformers is changed, and its modules are as before when loading is done.
"""

from __future__ import annotations

import importlib
import inspect
import sys
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from threading import RLock
from typing import Any, TypedDict

import torch
from torch import Tensor, nn
from transformers import PreTrainedModel, modeling_rope_utils

from dllm_struct.errors import UnknownModel
from dllm_struct.models.stand_ins import stand_ins

CONFIG_DEFAULTS = {
    "use_cache": False,
    "tie_word_embeddings": False,
    "pad_token_id": None,
    "bos_token_id": None,
    "eos_token_id": None,
}
"""What configurations had in transformers 4, in its values that matter for one forward pass."""

WARNING_HELPER = "_prepare_4d_causal_attention_mask_for_sdpa"
ONE_AT_A_TIME = RLock()


class LossKwargs(TypedDict, total=False):
    """Arguments of a loss function, as transformers 4 named them."""

    num_items_in_batch: Tensor | None


def is_torch_fx_available() -> bool:
    """Return false: nothing of the code needs to be traced."""
    return False


def default_frequencies(
    config: Any, device: Any = None, seq_len: int | None = None, **_: Any
) -> tuple[Tensor, float]:
    """Return the frequencies of a rotary embedding (Su et al. 2021), and the scale of attention.

    Args:
        config: with ``rope_theta``, the width of a head, and the share of it that rotates.
        device: of the result.
        seq_len: not used; frequencies that depend on it are not the default ones.

    Returns:
        theta ** (-2i / d), float32 [d / 2]; and 1.
    """
    stated = getattr(config, "rope_parameters", None) or {}
    theta = getattr(config, "rope_theta", None) or stated.get("rope_theta", 10000.0)
    share = getattr(config, "partial_rotary_factor", None) or stated.get(
        "partial_rotary_factor", 1.0
    )
    head = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    width = int(head * share)
    exponents = torch.arange(0, width, 2, dtype=torch.int64).to(device, torch.float) / width
    return 1.0 / theta**exponents, 1.0


LEGACY = (
    ("transformers.utils", "LossKwargs", LossKwargs),
    ("transformers.utils.generic", "LossKwargs", LossKwargs),
    ("transformers.utils", "is_torch_fx_available", is_torch_fx_available),
    ("transformers.utils.import_utils", "is_torch_fx_available", is_torch_fx_available),
)


@contextmanager
def legacy() -> Iterator[None]:
    """Let transformers look as code for its version 4 expects; one thread at a time."""
    with ONE_AT_A_TIME, ExitStack() as stack:
        stack.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore", FutureWarning)
        for module, name, value in LEGACY:
            stack.enter_context(_added(vars(importlib.import_module(module)), name, value))
        frequencies: Any = modeling_rope_utils.ROPE_INIT_FUNCTIONS
        stack.enter_context(_added(frequencies, "default", default_frequencies))
        stack.enter_context(stand_ins())
        yield


@contextmanager
def _added(names: dict[str, Any], name: str, value: Any) -> Iterator[None]:
    """Have an entry in a dictionary, if there is none, and take it out again."""
    is_missing = name not in names
    if is_missing:
        names[name] = value
    try:
        yield
    finally:
        if is_missing:
            del names[name]


def complete(config: Any) -> None:
    """Set what a configuration lacks and the code reads."""
    for name, value in CONFIG_DEFAULTS.items():
        if not hasattr(config, name):
            setattr(config, name, value)


def adapted(network: Any) -> Any:
    """Return a subclass of a checkpoint's network class that transformers 5 can load."""

    def __init__(self: Any, config: Any, *args: Any, **kwargs: Any) -> None:
        network.__init__(self, config, *args, **kwargs)
        if not hasattr(self, "all_tied_weights_keys"):
            self.post_init()

    def post_init(self: Any) -> None:
        if isinstance(self._tied_weights_keys, list | tuple | set):
            source = _name_of(self, self.get_input_embeddings().weight)
            self._tied_weights_keys = dict.fromkeys(self._tied_weights_keys, source)
        network.post_init(self)

    def tie_weights(self: Any, *args: Any, **kwargs: Any) -> None:
        if len(inspect.signature(network.tie_weights).parameters) > 1:
            network.tie_weights(self, *args, **kwargs)

    def from_pretrained(cls: Any, *args: Any, **kwargs: Any) -> Any:
        loaded = PreTrainedModel.from_pretrained.__func__(cls, *args, **kwargs)  # type: ignore[attr-defined]
        if len(inspect.signature(network.tie_weights).parameters) == 1:
            network.tie_weights(loaded)
            loaded._tied_weights_keys = _shared(loaded)  # so that it can be saved
        return loaded

    members = {
        "__init__": __init__,
        "post_init": post_init,
        "tie_weights": tie_weights,
        "from_pretrained": classmethod(from_pretrained),
        "__module__": network.__module__,
        "__doc__": network.__doc__,
    }
    return type(network.__name__, (network,), members)


def _name_of(network: nn.Module, weight: Tensor) -> str:
    named = network.named_parameters(remove_duplicate=False)
    return next(name for name, parameter in named if parameter is weight)


def _shared(network: nn.Module) -> dict[str, str]:
    """Return further names of parameters, each with the first name of the same one."""
    first: dict[Tensor, str] = {}
    names: dict[str, str] = {}
    for name, parameter in network.named_parameters(remove_duplicate=False):
        source = first.setdefault(parameter, name)
        if source != name:
            names[name] = source
    return names


def restore(network: Any) -> None:
    """Compute the buffers of a loaded network that are not saved, as a new network does.

    Raises:
        UnknownModel: a part of the network cannot be made anew from its configuration.
    """
    for name, part in network.named_modules():
        if not part._non_persistent_buffers_set:
            continue
        fresh = _made_anew(name, part, type(network).__name__)
        for buffer in part._non_persistent_buffers_set:
            old = part._buffers[buffer]
            part._buffers[buffer] = fresh._buffers[buffer].to(old.device)
        for field, value in vars(fresh).items():
            if isinstance(value, Tensor):
                setattr(part, field, value)


def _made_anew(name: str, part: Any, network: str) -> Any:
    kind = type(part)
    if hasattr(part, "config") and "config" in inspect.signature(kind.__init__).parameters:
        with torch.device("cpu"):
            return kind(config=part.config)
    raise UnknownModel(
        f"the buffers of '{name}' in {network} are not saved, and transformers does not set them",
        hint="build the network yourself, and pass it to Model(network, tokenizer, family)",
    )


def silence(network: Any) -> None:
    """Keep a mask of pairs as it is, in the module of a network class, without a warning."""
    module = sys.modules[network.__module__]
    if hasattr(module, WARNING_HELPER):
        setattr(module, WARNING_HELPER, lambda mask, *_, **__: mask)
