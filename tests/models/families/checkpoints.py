"""Tiny random checkpoints of every family, saved to a folder as users have them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from torch import Tensor
from transformers import (
    AutoConfig,
    BertConfig,
    BertForMaskedLM,
    EuroBertConfig,
    EuroBertForMaskedLM,
    LlamaConfig,
    LlamaForCausalLM,
    ModernBertConfig,
    ModernBertForMaskedLM,
    PreTrainedTokenizerFast,
    Qwen2Config,
    Qwen2ForCausalLM,
)
from transformers.dynamic_module_utils import get_class_from_dynamic_module

from dllm_struct.models import compatibility

CODE = Path(__file__).parent / "code"
SPECIAL = ("<|endoftext|>", "<|mask|>", "<|turn|>", "<|im_start|>", "<|start_header_id|>")
EOS, MASK, TURN = range(3)
MORE = 9
"""Logits that the tokenizer knows nothing of."""


def save_tokenizer(folder: Path, *extra: str, mask: str | None = None) -> int:
    """Save special tokens, then all bytes; return the size of the network's vocabulary."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokens = [*SPECIAL, *extra, *alphabet]
    bare = Tokenizer(models.BPE({token: index for index, token in enumerate(tokens)}, []))
    bare.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bare.decoder = decoders.ByteLevel()
    bare.add_special_tokens([*SPECIAL, *extra])
    PreTrainedTokenizerFast(tokenizer_object=bare, mask_token=mask).save_pretrained(str(folder))
    return len(tokens) + MORE


@dataclass(frozen=True)
class Checkpoint:
    """One kind of checkpoint.

    Attributes:
        call: what a user of the bare network writes to get its logits, [1, n, V].
        code: names of the files of remote code; none for networks of transformers.
        network: the class of the network, for remote code.
        config: fields of its configuration.
        native: makes a network of transformers from the size of its vocabulary.
        expected: of the family that is recognised.
    """

    call: Callable[[Any, Tensor], Tensor]
    code: tuple[str, ...] = ()
    network: str = ""
    config: dict[str, Any] = field(default_factory=dict)
    native: Callable[[int], Any] | None = None
    expected: dict[str, Any] = field(default_factory=dict)

    def save(self, folder: Path, *extra: str, **fields: Any) -> Any:
        """Write a checkpoint; return the network whose weights it has."""
        torch.manual_seed(0)
        if self.native is not None:
            network = self.native(save_tokenizer(folder, *extra, mask="<|mask|>"))
            network.save_pretrained(folder)
            return network.eval()
        size = save_tokenizer(folder, *extra)
        return self._save_remote(folder, {**self.config, "vocab_size": size, **fields})

    def _save_remote(self, folder: Path, fields: dict[str, Any]) -> Any:
        for name in ("tiny_blocks", *self.code):
            shutil.copy(CODE / f"{name}.py", folder)
        configuration, modelling = self.code
        network = f"{modelling}.{self.network}"
        auto_map = {
            "AutoModel": network,
            "AutoModelForCausalLM": network,
        }
        text = (folder / f"{configuration}.py").read_text()
        kind = text.partition("class ")[2].partition("(")[0]
        auto_map["AutoConfig"] = f"{configuration}.{kind}"
        settings = {**fields, "architectures": [self.network], "auto_map": auto_map}
        (folder / "config.json").write_text(json.dumps(settings))
        with compatibility.legacy():
            config = AutoConfig.from_pretrained(str(folder), trust_remote_code=True)
            compatibility.complete(config)
            made: Any = get_class_from_dynamic_module(network, str(folder))(config)
        for parameter in made.parameters():
            torch.nn.init.normal_(parameter, std=0.3)
        save_file(made.state_dict(), folder / "model.safetensors", {"format": "pt"})
        return made.eval()


def blocks_of(block: int, count: int) -> Tensor:
    """Block-causal attention as the papers draw it, [n, n] of 0 and 1."""
    number = -(-count // block)
    lower = torch.tril(torch.ones(number, number))
    return lower.repeat_interleave(block, 0).repeat_interleave(block, 1)[:count, :count]


def plain(network: Any, ids: Tensor) -> Tensor:
    logits: Tensor = network(input_ids=ids).logits
    return logits


def dream(network: Any, ids: Tensor) -> Tensor:
    logits = network(ids, "full", None).logits
    return torch.cat([logits[:, :1], logits[:, :-1]], 1)


def llada2(network: Any, ids: Tensor) -> Tensor:
    compatibility.silence(type(network))
    mask, positions = blocks_of(32, ids.shape[1]), torch.arange(ids.shape[1])[None]
    additive = mask.log()[None, None]
    logits: Tensor = network(ids, attention_mask=additive, position_ids=positions).logits
    return logits


def sdar(network: Any, ids: Tensor) -> Tensor:
    mask, positions = blocks_of(4, ids.shape[1])[None], torch.arange(ids.shape[1])[None]
    logits: Tensor = network(ids, attention_mask=mask, position_ids=positions).logits
    return logits


WIDTHS = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2}
TINY = {**WIDTHS, "intermediate_size": 32, "max_position_embeddings": 256}
SILENT = {"bos_token_id": None, "eos_token_id": None, "pad_token_id": None}


def bidirectional(network: Any, config: Any) -> Callable[[int], Any]:
    def make(size: int) -> Any:
        made = config(vocab_size=size, num_key_value_heads=2, is_causal=False, **TINY, **SILENT)
        return network(made)

    return make


def modern_bert(size: int) -> Any:
    silent = {**SILENT, "pad_token_id": 0, "cls_token_id": None, "sep_token_id": None}
    return ModernBertForMaskedLM(ModernBertConfig(vocab_size=size, **TINY, **silent))


IDS = {"mask_token_id": MASK, "eos_token_id": EOS}
STATED = {**IDS, "pad_token_id": EOS}
BARE = {"mask_token_id": MASK, "eos_token_id": None}

CHECKPOINTS = {
    "llada": Checkpoint(
        plain,
        ("configuration_llada", "modeling_llada"),
        "LLaDAModelLM",
        {"weight_tying": False, **STATED},
        expected={"name": "llada", "logits_shift": False, "block_length": None, **IDS},
    ),
    "llada-tied": Checkpoint(
        plain,
        ("configuration_llada", "modeling_llada"),
        "LLaDAModelLM",
        {"weight_tying": True, **STATED},
        expected={"name": "llada", **IDS},
    ),
    "llada-moe": Checkpoint(
        plain,
        ("configuration_lladamoe", "modeling_lladamoe"),
        "LLaDAMoEModelLM",
        STATED,
        expected={"name": "llada-moe", "logits_shift": False, "block_length": None, **IDS},
    ),
    "dream": Checkpoint(
        dream,
        ("configuration_dream", "modeling_dream"),
        "DreamModel",
        STATED,
        expected={"name": "dream", "logits_shift": True, "expand_token_id": None, **IDS},
    ),
    "llada2": Checkpoint(
        llada2,
        ("configuration_llada2_moe", "modeling_llada2_moe"),
        "LLaDA2MoeModelLM",
        {"eos_token_id": EOS, "pad_token_id": EOS},
        expected={"name": "llada2", "block_length": 32, **IDS},
    ),
    "sdar": Checkpoint(
        sdar,
        ("configuration_sdar", "modeling_sdar"),
        "SDARForCausalLM",
        STATED,
        expected={"name": "sdar", "block_length": 4, **IDS},
    ),
    "llama": Checkpoint(plain, native=bidirectional(LlamaForCausalLM, LlamaConfig), expected=BARE),
    "qwen": Checkpoint(plain, native=bidirectional(Qwen2ForCausalLM, Qwen2Config), expected=IDS),
    "modern-bert": Checkpoint(plain, native=modern_bert, expected=BARE),
    "euro-bert": Checkpoint(
        plain,
        native=lambda size: EuroBertForMaskedLM(
            EuroBertConfig(
                vocab_size=size, num_key_value_heads=2, mask_token_id=MASK, **TINY, **SILENT
            )
        ),
        expected=BARE,
    ),
    "bert": Checkpoint(
        plain,
        native=lambda size: BertForMaskedLM(BertConfig(vocab_size=size, **TINY)),
        expected=BARE,
    ),
}
REMOTE = tuple(name for name, checkpoint in CHECKPOINTS.items() if checkpoint.code)
