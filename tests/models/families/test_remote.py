"""Code that checkpoints bring: when it runs, what it finds, and what it leaves behind."""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor
from transformers import modeling_rope_utils
from transformers.dynamic_module_utils import get_class_from_dynamic_module

import dllm_struct as ds
from dllm_struct.errors import InvalidInput, MissingExtra, UnknownModel
from dllm_struct.models import compatibility
from dllm_struct.models.family import Call, Mask
from dllm_struct.models.stand_ins import flash_attn_func, rearrange, rms_norm_fn
from tests.models.families.checkpoints import CHECKPOINTS, EOS, REMOTE, TURN

CODES = pytest.mark.parametrize("kind", sorted({*REMOTE} - {"llada-tied"}))
EXPAND = "<|expand|>"


def change(folder: Path, **fields: Any) -> None:
    file = folder / "config.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | fields))


@CODES
def test_code_runs_only_if_asked_for(kind: str, tmp_path: Path) -> None:
    CHECKPOINTS[kind].save(tmp_path)
    (tmp_path / f"{CHECKPOINTS[kind].code[0]}.py").write_text("raise SystemExit('it ran')")
    with pytest.raises(UnknownModel) as caught:
        ds.load(tmp_path, device="cpu")
    assert "trust_remote_code=True" in caught.value.hint


@pytest.mark.parametrize("revision", [None, "main", "v1.0"])
def test_code_of_the_hub_needs_a_commit(revision: str | None) -> None:
    with pytest.raises(InvalidInput) as caught:
        ds.load("someone/some-model", trust_remote_code=True, revision=revision)
    assert "commit" in caught.value.hint


def test_code_in_another_repository_is_refused(tmp_path: Path) -> None:
    CHECKPOINTS["llada"].save(tmp_path)
    change(tmp_path, auto_map={"AutoConfig": "someone/else--configuration_llada.LLaDAConfig"})
    with pytest.raises(UnknownModel) as caught:
        ds.load(tmp_path, device="cpu", trust_remote_code=True)
    assert "someone/else" in str(caught.value)


def test_code_that_needs_a_missing_package_says_so(tmp_path: Path) -> None:
    CHECKPOINTS["llada"].save(tmp_path)
    file = tmp_path / "modeling_llada.py"
    file.write_text("import no_such_package\n" + file.read_text())
    with pytest.raises(UnknownModel) as caught:
        ds.load(tmp_path, device="cpu", trust_remote_code=True)
    assert "no_such_package" in str(caught.value)


def test_code_without_a_network_is_refused(tmp_path: Path) -> None:
    CHECKPOINTS["llada"].save(tmp_path)
    change(tmp_path, auto_map={"AutoConfig": "configuration_llada.LLaDAConfig"})
    with pytest.raises(UnknownModel) as caught:
        ds.load(tmp_path, device="cpu", trust_remote_code=True)
    assert "auto_map" in caught.value.hint


def test_a_network_of_transformers_runs_no_code_that_lies_beside_it(tmp_path: Path) -> None:
    CHECKPOINTS["llama"].save(tmp_path)
    change(tmp_path, auto_map={"AutoConfig": "missing.Config", "AutoModel": "missing.Network"})
    assert ds.load(tmp_path, device="cpu", trust_remote_code=True).family.name == "llama"
    assert ds.load(tmp_path, device="cpu").family.name == "llama"


@CODES
def test_transformers_is_as_before_when_loading_is_done(kind: str, tmp_path: Path) -> None:
    CHECKPOINTS[kind].save(tmp_path)
    names = {
        module: set(vars(importlib.import_module(module))) for module, _, _ in compatibility.LEGACY
    }
    ds.load(tmp_path, device="cpu", trust_remote_code=True)
    assert names == {module: set(vars(importlib.import_module(module))) for module in names}
    assert "default" not in modeling_rope_utils.ROPE_INIT_FUNCTIONS
    assert not {"flash_attn", "einops"} & {*sys.modules}


@CODES
def test_buffers_that_are_not_saved_are_computed_again(kind: str, tmp_path: Path) -> None:
    saved = CHECKPOINTS[kind].save(tmp_path)
    loaded = ds.load(tmp_path, device="cpu", trust_remote_code=True).network
    expected = dict(saved.named_buffers())
    assert all(torch.equal(value, expected[name]) for name, value in loaded.named_buffers())


def test_a_buffer_that_cannot_be_computed_again_is_refused(tmp_path: Path) -> None:
    CHECKPOINTS["dream"].save(tmp_path)
    file = tmp_path / "modeling_dream.py"
    text = file.read_text()
    kept = 'self.norm.register_buffer("twos", torch.ones(3) * 2, persistent=False)'
    file.write_text(text.replace("self.rotary_emb =", f"{kept}\n        self.rotary_emb ="))
    with pytest.raises(UnknownModel) as caught:
        ds.load(tmp_path, device="cpu", trust_remote_code=True)
    assert "model.norm" in str(caught.value)


def test_heads_that_are_tied_to_the_embeddings_stay_so(tmp_path: Path) -> None:
    CHECKPOINTS["sdar"].save(tmp_path)
    change(tmp_path, tie_word_embeddings=True)
    weights = load_file(tmp_path / "model.safetensors")
    del weights["lm_head.weight"]
    save_file(weights, tmp_path / "model.safetensors", {"format": "pt"})
    network = ds.load(tmp_path, device="cpu", trust_remote_code=True).network
    assert network.lm_head.weight is network.model.embed_tokens.weight


def test_types_and_attention_are_passed_on(tmp_path: Path) -> None:
    CHECKPOINTS["llama"].save(tmp_path)
    model = ds.load(tmp_path, "cpu", torch.bfloat16, attn_implementation="eager")
    assert model.network.dtype is torch.bfloat16
    assert model.network.config._attn_implementation == "eager"
    assert ds.regex("a{3}b").matches(model.generate("go", ds.regex("a{3}b"), seed=0).text)


def test_attention_that_shows_no_blocks_is_refused(tmp_path: Path) -> None:
    CHECKPOINTS["llada2"].save(tmp_path)
    with pytest.raises(InvalidInput) as caught:
        ds.load(tmp_path, "cpu", trust_remote_code=True, attn_implementation="flash_attention_2")
    assert "sdpa" in caught.value.hint


@pytest.mark.parametrize(
    ("wanted", "package"),
    [
        ({"load_in_4bit": True}, "bitsandbytes"),
        ({"quant_method": "torchao", "quant_type": "int8_weight_only"}, "torchao"),
    ],
)
def test_quantised_weights_without_their_package_are_refused(
    wanted: dict[str, Any], package: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    CHECKPOINTS["llama"].save(tmp_path)
    monkeypatch.setattr("dllm_struct.models.quantisation.find_spec", lambda name: None)
    with pytest.raises(MissingExtra) as caught:
        ds.load(tmp_path, "cpu", quantization_config=wanted)
    assert caught.value.hint == f"pip install {package}"


def test_an_expand_token_makes_a_dream_network_a_dreamon_one(tmp_path: Path) -> None:
    CHECKPOINTS["dream"].save(tmp_path, EXPAND)
    model = ds.load(tmp_path, "cpu", trust_remote_code=True)
    ids = model.tokenizer.get_vocab()
    assert model.family.edits == (ids[EXPAND], EOS)
    wanted = ds.regex("[a-c]{2,9}")
    decoding = ds.Decoding(length="expand-delete")
    assert wanted.matches(model.generate("go", wanted, decoding, max_tokens=12, seed=0).text)


def test_default_ids_of_a_configuration_that_mean_nothing_are_passed_over(tmp_path: Path) -> None:
    """LLaDA's configuration class has one default, 50256, for mask, EOS and padding."""
    CHECKPOINTS["llada"].save(tmp_path, "<|mdm_mask|>", "<|eot_id|>", mask_token_id=EOS)
    model = ds.load(tmp_path, "cpu", trust_remote_code=True)
    ids = model.tokenizer.get_vocab()
    assert model.family.mask_token_id == ids["<|mdm_mask|>"]
    assert model.family.end_of_turn_token_id == ids["<|eot_id|>"]


CHATS = {
    "llada": "<|start_header_id|>user<|end_header_id|>\n\nhi<|eot_id|>",
    "dream": "<|im_start|>user\nhi<|im_end|>\n<|im_start|>assistant\n",
}


@pytest.mark.parametrize("kind", CHATS)
def test_messages_are_written_as_the_family_does_and_plain_text_is_not(
    kind: str, tmp_path: Path
) -> None:
    CHECKPOINTS[kind].save(tmp_path)
    model = ds.load(tmp_path, "cpu", trust_remote_code=True)
    read: list[Tensor] = []
    embeddings = model.network.get_input_embeddings()
    embeddings.register_forward_hook(lambda _, inputs, __: read.append(inputs[0]))
    model.generate([{"role": "user", "content": "hi"}], ds.regex("[ab]{3}"), seed=0)
    assert CHATS[kind] in model.tokenizer.decode(read[0][0].tolist())
    model.generate("hi", ds.regex("[ab]{3}"), seed=0)
    assert model.tokenizer.decode(read[-1][0].tolist()).startswith("hi")


def test_a_slow_tokenizer_is_read_by_the_familys_fast_one(tmp_path: Path) -> None:
    CHECKPOINTS["dream"].save(tmp_path)
    ids = json.loads((tmp_path / "tokenizer.json").read_text())["model"]["vocab"]
    (tmp_path / "tokenizer.json").unlink()
    (tmp_path / "vocab.json").write_text(json.dumps(ids))
    (tmp_path / "merges.txt").write_text("#version: 0.2\n")
    (tmp_path / "tokenization_dream.py").write_text(SLOW)
    settings = {
        "tokenizer_class": "DreamTokenizer",
        "auto_map": {"AutoTokenizer": ["tokenization_dream.DreamTokenizer", None]},
    }
    (tmp_path / "tokenizer_config.json").write_text(json.dumps(settings))
    model = ds.load(tmp_path, "cpu", trust_remote_code=True)
    assert model.tokenizer.is_fast
    assert ds.regex("[a-c]{4}").matches(model.generate("go", ds.regex("[a-c]{4}"), seed=0).text)


SLOW = """
import json
from transformers import PreTrainedTokenizer


class DreamTokenizer(PreTrainedTokenizer):
    vocab_files_names = {"vocab_file": "vocab.json", "merges_file": "merges.txt"}

    def __init__(self, vocab_file, merges_file, **kwargs):
        with open(vocab_file, encoding="utf-8") as file:
            self.ids = json.load(file)
        super().__init__(**kwargs)

    @property
    def vocab_size(self):
        return len(self.ids)

    def get_vocab(self):
        return dict(self.ids)
"""


def test_families_that_contradict_themselves_are_refused() -> None:
    for wrong in (
        lambda: ds.Family(1, block_length=4),
        lambda: ds.Family(1, block_length=0, call=Call(Mask.ADDITIVE)),
        lambda: Call(Mask.NONE),
        lambda: ds.Family(1, end_of_turn_token_id=-1),
    ):
        with pytest.raises(InvalidInput):
            wrong()
    assert TURN in ds.Family(9, end_of_turn_token_id=TURN).special


def test_stand_ins_compute_what_their_packages_document() -> None:
    torch.manual_seed(0)
    q, k, v = (torch.randn(2, 5, heads, 4) for heads in (4, 2, 2))
    wide = [part.repeat_interleave(2, 2) for part in (k, v)]
    scores = torch.einsum("bihd,bjhd->bhij", q, wide[0]) / 3
    lower = torch.tril(torch.ones(5, 5, dtype=torch.bool))
    for causal, shown in ((False, scores), (True, scores.masked_fill(~lower, -torch.inf))):
        expected = torch.einsum("bhij,bjhd->bihd", shown.softmax(-1), wide[1])
        found = flash_attn_func(q, k, v, causal=causal, softmax_scale=1 / 3)
        assert torch.allclose(found, expected, atol=1e-6)
    weight = torch.rand(4)
    expected = torch.nn.functional.rms_norm(q, (4,), weight, 1e-6)
    assert torch.allclose(rms_norm_fn(q, weight, None), expected, atol=1e-6)
    merged = q.permute(0, 2, 1, 3).reshape(2, 4, 20)
    assert torch.equal(rearrange(q, "b l h d -> b h (l d)"), merged)


def test_code_finds_the_same_class_when_it_is_loaded_twice(tmp_path: Path) -> None:
    CHECKPOINTS["dream"].save(tmp_path)
    models = [ds.load(tmp_path, "cpu", trust_remote_code=True) for _ in range(2)]
    original = get_class_from_dynamic_module("modeling_dream.DreamModel", str(tmp_path))
    assert all(isinstance(model.network, original) for model in models)
