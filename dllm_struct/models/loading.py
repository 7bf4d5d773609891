"""Loading a model by name: the bundled one, a local folder, or a hub id.

Recognised without being told: the families of `dllm_struct.models.families`, and networks that
transformers ships if they see both sides and their tokenizer has a mask token, that is the bundled
model, BERT-likes (``...ForMaskedLM``) and Llama-likes with ``is_causal=False``; and DiffusionGemma.
Anything else needs a `Family`.

Code that a checkpoint brings runs if asked for, and from the hub only at a commit: a branch or a
tag can be moved to other code.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import torch
import transformers

from dllm_struct.errors import InvalidInput, UnknownModel
from dllm_struct.generation import Model
from dllm_struct.models import compatibility, quantisation
from dllm_struct.models.compilation import Compilation
from dllm_struct.models.families import is_diffusion_gemma, known, recognise
from dllm_struct.models.family import OF_PAIRS, Family
from dllm_struct.models.remote import Remote

BUNDLED = "bundled"
BUNDLED_FOLDER = Path(__file__).parent / "bundled" / "weights"
COMMIT = re.compile(r"[0-9a-f]{7,40}")


def load(
    name: str | Path = BUNDLED,
    device: str = "auto",
    dtype: torch.dtype | None = None,
    attn_implementation: str | None = None,
    trust_remote_code: bool = False,
    revision: str | None = None,
    family: Family | None = None,
    quantization_config: Any = None,
    compilation: Compilation | None = None,
) -> Model:
    """Load a model.

    Args:
        name: ``bundled``, a local folder as ``save_pretrained`` writes it, or a hub id.
        device: ``auto`` takes a GPU where there is one; or what torch understands.
        dtype: of the weights; None: as they were saved.
        attn_implementation: of transformers, such as ``sdpa`` or ``eager``; None: its choice.
        trust_remote_code: whether code that the checkpoint brings may run. It can do whatever you
            can: read it first.
        revision: of the hub repository; with code from the hub, the hash of a commit.
        family: token ids and habits; None: recognised from the configuration.
        quantization_config: of transformers, such as a ``BitsAndBytesConfig``.
        compilation: how the forward pass is compiled; None: not at all.

    Raises:
        UnknownModel: there is no such model, its family cannot be recognised, or it brings code
            that may not run.
        InvalidInput: the code has no pinned revision, or the attention cannot show the family's
            blocks.
        MissingExtra: a package that the quantised weights need is not installed.
    """
    source = str(BUNDLED_FOLDER if name == BUNDLED else name)
    if trust_remote_code:
        _require_commit(source, revision)
    try:
        with _no_progress_bar() if name == BUNDLED else nullcontext():
            remote = Remote.of(source, revision)
            if remote is not None and not trust_remote_code:
                raise UnknownModel(
                    f"'{name}' brings its own code",
                    hint="read it, then pass trust_remote_code=True (and the commit as revision)",
                )
            with nullcontext() if remote is None else compatibility.legacy():
                config = _config(source, revision, remote)
                _check_attention(config, family, attn_implementation)
                loader = _loader(config, name, family is not None) if remote is None else remote
                tokenizer = _tokenizer(source, revision, trust_remote_code, config)
                family = family or recognise(str(name), config, tokenizer)
                options = _options(dtype, attn_implementation)
                options |= quantisation.options(config, quantization_config, _device(device))
                network = loader.from_pretrained(
                    source, config=config, revision=revision, **options
                )
    except ImportError as error:
        raise UnknownModel(
            f"the code of '{name}' cannot be imported: {_first_line(error)}",
            hint="install the package that it names, or the version of transformers it needs",
        ) from error
    except (OSError, ValueError) as error:
        raise UnknownModel(
            f"the model '{name}' cannot be loaded: {_first_line(error)}",
            hint="pass 'bundled', a folder written by save_pretrained, or an existing hub id",
        ) from error
    if "device_map" not in options:
        network = network.to(_device(device))
    return Model(network.eval(), tokenizer, family, compilation)


def _require_commit(source: str, revision: str | None) -> None:
    if Path(source).is_dir() or (revision is not None and COMMIT.fullmatch(revision)):
        return
    raise InvalidInput(
        f"the code of '{source}' may change: "
        + ("no revision is pinned" if revision is None else f"'{revision}' is not a commit"),
        hint="pass the hash of the commit whose code you have read as revision",
    )


def _config(source: str, revision: str | None, remote: Remote | None) -> Any:
    if remote is None:
        return transformers.AutoConfig.from_pretrained(
            source, revision=revision, trust_remote_code=False
        )
    config = remote.config()
    compatibility.complete(config)
    return config


def _check_attention(config: Any, family: Family | None, attention: str | None) -> None:
    """Refuse an attention that takes no mask of pairs where the family needs one.

    Raises:
        InvalidInput: it does.
    """
    table = known(config)
    call = family.call if family is not None else table.call if table is not None else None
    if call is None or call.mask not in OF_PAIRS or not (attention or "").startswith("flash"):
        return
    raise InvalidInput(
        f"'{attention}' takes no mask that says which positions see which",
        hint="pass attn_implementation='sdpa'",
    )


def _tokenizer(source: str, revision: str | None, trusts: bool, config: Any) -> Any:
    """Return the tokenizer; the family's fast one where the checkpoint brings a slow one."""
    tokenizer = transformers.AutoTokenizer.from_pretrained(
        source, revision=revision, trust_remote_code=trusts
    )
    table = known(config)
    if tokenizer.is_fast or table is None or table.tokenizer is None:
        return tokenizer
    fast = getattr(transformers, table.tokenizer)
    return fast.from_pretrained(source, revision=revision)


def _options(dtype: torch.dtype | None, attention: str | None) -> dict[str, Any]:
    options: dict[str, Any] = {"dtype": dtype or "auto"}
    return options if attention is None else {**options, "attn_implementation": attention}


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


def _device(device: str) -> torch.device:
    automatic = "cuda" if torch.cuda.is_available() else "cpu"
    return torch.device(automatic if device == "auto" else device)


def _first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)
