"""Loading models as users have them: transformers folders, recognised or with a family."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import (
    LlamaConfig,
    LlamaForCausalLM,
    ModernBertConfig,
    ModernBertForMaskedLM,
    PreTrainedTokenizerFast,
)

import dllm_struct as ds
from dllm_struct.errors import UnknownModel

TINY = {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 2}


def save_tokenizer(folder: Path, mask: str | None = "<|mask|>") -> PreTrainedTokenizerFast:
    """All bytes, and special tokens after them."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    bare = Tokenizer(models.BPE({char: index for index, char in enumerate(alphabet)}, []))
    bare.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bare.decoder = decoders.ByteLevel()
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=bare,
        mask_token=mask,
        pad_token="<|pad|>",
        additional_special_tokens=["<|null|>"],
    )
    tokenizer.chat_template = "{% for m in messages %}{{ m['content'] }}{% endfor %}: "
    tokenizer.save_pretrained(str(folder))
    return tokenizer


def save_modern_bert(folder: Path) -> None:
    tokenizer = save_tokenizer(folder)
    torch.manual_seed(0)
    config = ModernBertConfig(
        vocab_size=len(tokenizer),
        num_attention_heads=2,
        max_position_embeddings=128,
        pad_token_id=tokenizer.pad_token_id,
        cls_token_id=None,
        sep_token_id=None,
        bos_token_id=None,
        eos_token_id=None,
        **TINY,
    )
    ModernBertForMaskedLM(config).save_pretrained(folder)


def save_llama(folder: Path, is_causal: bool, mask: str | None = "<|mask|>") -> None:
    tokenizer = save_tokenizer(folder, mask)
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        num_attention_heads=2,
        max_position_embeddings=128,
        bos_token_id=None,
        eos_token_id=None,
        **TINY,
    )
    config.is_causal = is_causal
    LlamaForCausalLM(config).save_pretrained(folder)


@pytest.mark.parametrize("kind", ["modern-bert", "llama"])
def test_a_bidirectional_model_is_recognised(kind: str, tmp_path: Path) -> None:
    if kind == "llama":
        save_llama(tmp_path, is_causal=False)
    else:
        save_modern_bert(tmp_path)
    model = ds.load(tmp_path, device="cpu")
    assert model.family.max_length == 128
    assert model.family.null_token_id is not None
    output = model.generate("go", {"type": "integer", "minimum": 5, "maximum": 999}, seed=0)
    assert 5 <= output.value <= 999
    texts = [m.text for m in model.generate(["a", "bb b"], ds.regex("x[a-z]{3}y"), seed=0)]
    assert all(ds.regex("x[a-z]{3}y").matches(text) for text in texts)


def test_a_causal_model_is_refused_unless_its_family_is_given(tmp_path: Path) -> None:
    save_llama(tmp_path, is_causal=True)
    with pytest.raises(UnknownModel):
        ds.load(tmp_path, device="cpu")
    model = ds.load(tmp_path, device="cpu", family=ds.Family(mask_token_id=256))
    assert ds.regex("ab?").matches(model.generate("go", ds.regex("ab?"), seed=0).text)


def test_a_tokenizer_without_a_mask_is_refused(tmp_path: Path) -> None:
    save_llama(tmp_path, is_causal=False, mask=None)
    with pytest.raises(UnknownModel) as caught:
        ds.load(tmp_path, device="cpu")
    assert "mask" in str(caught.value)


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnknownModel):
        ds.load(tmp_path)
