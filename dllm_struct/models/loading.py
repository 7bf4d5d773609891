"""Loading a model by name: the bundled one, a local folder, or a hub id.

Recognised without being told: transformers models with a bidirectional backbone and a mask token in
their tokenizer, that is the bundled model, BERT-likes (``...ForMaskedLM``) and Llama-likes with
``is_causal=False``; and DiffusionGemma. Anything else needs a `Family`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import torch
import transformers

from dllm_struct.errors import UnknownModel
from dllm_struct.generation import Model
from dllm_struct.models.diffusion_gemma import family_of, is_diffusion_gemma
from dllm_struct.models.family import Family

BUNDLED = "bundled"
BUNDLED_FOLDER = Path(__file__).parent / "bundled" / "weights"
NULL_TOKENS = ("<|null|>",)
MASK_TOKENS = ("<|mask|>", "[MASK]", "<mask>")


def load(
    name: str | Path = BUNDLED,
    device: str = "auto",
    dtype: torch.dtype | None = None,
    family: Family | None = None,
    trust_remote_code: bool = False,
    revision: str | None = None,
) -> Model:
    """Load a model.

    Args:
        name: ``bundled``, a local folder as ``save_pretrained`` writes it, or a hub id.
        device: ``auto`` takes a GPU where there is one; or what torch understands.
        dtype: of the weights; None: as they were saved.
        family: token ids and habits; None: recognised from the configuration.
        trust_remote_code: whether code from the hub may run.
        revision: of the hub repository.

    Raises:
        UnknownModel: there is no such model, or its family cannot be recognised.
    """
    source = str(BUNDLED_FOLDER if name == BUNDLED else name)
    options: dict[str, Any] = {"trust_remote_code": trust_remote_code, "revision": revision}
    try:
        config = transformers.AutoConfig.from_pretrained(source, **options)
        loader = _loader(config, name, is_known=family is not None)
        tokenizer = transformers.AutoTokenizer.from_pretrained(source, **options)
        with _no_progress_bar() if name == BUNDLED else nullcontext():
            network = loader.from_pretrained(
                source, config=config, dtype=dtype or "auto", **options
            )
    except (OSError, ValueError) as error:
        raise UnknownModel(
            f"the model '{name}' cannot be loaded: {_first_line(error)}",
            hint="pass 'bundled', a folder written by save_pretrained, or an existing hub id",
        ) from error
    network = network.to(_device(device)).eval()
    return Model(network, tokenizer, family or _recognise(name, config, tokenizer))


@contextmanager
def _no_progress_bar() -> Iterator[None]:
    """Load without transformers' bar, which a small model would only flash up."""
    log: Any = transformers.utils.logging  # its functions carry no types
    shown = log.is_progress_bar_enabled()
    log.disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            log.enable_progress_bar()


def _loader(config: Any, name: str | Path, is_known: bool) -> Any:
    """Return the transformers class that loads a configuration's network.

    Raises:
        UnknownModel: the network is causal, and nobody says that it is not.
    """
    if is_diffusion_gemma(config):
        return transformers.AutoModelForImageTextToText
    architecture = next(iter(config.architectures or ()), "")
    if architecture.endswith("ForMaskedLM"):
        return transformers.AutoModelForMaskedLM
    if is_known or getattr(config, "is_causal", True) is False:
        return transformers.AutoModelForCausalLM
    raise UnknownModel(
        f"'{name}' ({architecture or config.model_type}) is not known to be a masked diffusion "
        "model",
        hint="pass its token ids: load(name, family=Family(mask_token_id=..., ...))",
    )


def _recognise(name: str | Path, config: Any, tokenizer: Any) -> Family:
    """Return the family of a bidirectional network.

    Raises:
        UnknownModel: the tokenizer has no mask token.
    """
    if is_diffusion_gemma(config):
        return family_of(config, tokenizer)
    known = tokenizer.get_vocab()
    mask = tokenizer.mask_token_id
    if mask is None:
        mask = next((known[token] for token in MASK_TOKENS if token in known), None)
    if mask is None:
        raise UnknownModel(
            f"the tokenizer of '{name}' has no mask token",
            hint="pass its token ids: load(name, family=Family(mask_token_id=..., ...))",
        )
    return Family(
        mask_token_id=mask,
        null_token_id=next((known[token] for token in NULL_TOKENS if token in known), None),
        name=str(config.model_type),
        eos_token_id=tokenizer.eos_token_id,
        max_length=getattr(config, "max_position_embeddings", None),
    )


def _device(device: str) -> torch.device:
    automatic = "cuda" if torch.cuda.is_available() else "cpu"
    return torch.device(automatic if device == "auto" else device)


def _first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)
