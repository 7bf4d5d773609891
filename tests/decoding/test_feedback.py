"""Soft masking and smoothing: what the network reads, on tiny transformers models made here.

The rules are restated in NumPy on the recorded logits and embeddings of every pass.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import transformers
from torch import Tensor

import dllm_struct as ds
from dllm_struct.canvas import MASKED, Canvas
from dllm_struct.canvas.binding import BoundSlot
from dllm_struct.decoding.signals import Situation, SoftTokens, View
from dllm_struct.decoding.signals.feedback import feed_back, keep
from dllm_struct.decoding.signals.smoothing import Smoothing
from dllm_struct.decoding.signals.soft_masking import SoftMasking
from dllm_struct.errors import InvalidDecoding, InvalidInput
from dllm_struct.generation import Model, Output
from dllm_struct.models.family import Family
from dllm_struct.models.network import Forward
from tests.tiny import CASES, MASK, SIZE, VOCABULARY, WITH_NULL, WORD, random_network
from tests.tiny import model as plain_model

SMALL: dict[str, Any] = {
    "vocab_size": SIZE,
    "hidden_size": 16,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "intermediate_size": 16,
    "max_position_embeddings": 256,
}
ENDS: dict[str, Any] = {"pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2}


def bert() -> Any:
    return transformers.BertForMaskedLM(transformers.BertConfig(**SMALL))


def modernbert() -> Any:
    config = transformers.ModernBertConfig(
        **SMALL, **ENDS, cls_token_id=1, sep_token_id=2, attn_implementation="sdpa"
    )
    return transformers.ModernBertForMaskedLM(config)


def llama() -> Any:
    config = transformers.LlamaConfig(**SMALL, **ENDS, num_key_value_heads=2, is_causal=False)
    return transformers.LlamaForCausalLM(config)


KINDS: dict[str, Callable[[], Any]] = {"bert": bert, "modernbert": modernbert, "llama": llama}


def made(kind: str, sharpness: float = 30.0) -> Any:
    torch.manual_seed(0)
    network = KINDS[kind]().eval()
    for parameter in network.parameters():  # far from uniform predictions
        if parameter.dim() > 1:
            parameter.data.mul_(sharpness**0.5)
    return network


networks = pytest.mark.parametrize("kind", KINDS)


def soft(positions: list[int], tokens: list[int], seed: int) -> SoftTokens:
    generator = torch.Generator().manual_seed(seed)
    return SoftTokens(
        torch.tensor(positions),
        torch.tensor(tokens),
        torch.rand(len(positions), len(tokens), generator=generator),
        torch.rand(len(positions), generator=generator),
    )


def embedded(network: Any, view: View) -> Tensor:
    """The embeddings of one view by the definition, position by position, [n, d]."""
    table = network.get_input_embeddings().weight.detach()
    ids = [MASK if token == MASKED else token for token in (*view.prompt, *view.canvas)]
    rows = [table[token] for token in ids]
    if view.soft is not None:
        for row, position in enumerate(view.soft.positions.tolist()):
            mixed = view.soft.mask[row] * table[MASK]
            for share, token in zip(view.soft.shares[row], view.soft.tokens, strict=True):
                mixed = mixed + share * table[token]
            rows[len(view.prompt) + position] = mixed
    return torch.stack(rows)


@networks
@pytest.mark.parametrize("shift", [False, True])
def test_mixtures_are_what_a_plain_call_with_embeddings_reads(kind: str, shift: bool) -> None:
    network, family = made(kind), Family(mask_token_id=MASK, logits_shift=shift)
    views = [
        View((5, 6, 7), (MASKED, 9, MASKED, MASKED), soft([0, 3], [1, 8, 40], 1)),
        View((5,), (MASKED, MASKED, 4)),
        View((), (MASKED, MASKED, 9, 3, 2, MASKED), soft([1], [7], 2)),
        View((MASKED, MASKED), (MASKED, 3), soft([0], list(range(SIZE)), 3)),
    ]
    found = Forward(network, family)(views)
    for view, logits in zip(views, found, strict=True):
        with torch.no_grad():
            alone = network(inputs_embeds=embedded(network, view)[None]).logits[0]
        if shift:
            alone = torch.cat([alone[:1], alone[:-1]])
        assert torch.allclose(logits, alone[len(view.prompt) :], atol=1e-4)


@networks
def test_a_mixture_of_the_mask_alone_is_the_mask(kind: str) -> None:
    forward = Forward(made(kind), WITH_NULL)
    plain = View((5, 6), (MASKED, 9, MASKED))
    alone = SoftTokens(torch.tensor([0, 2]), torch.tensor([3]), torch.zeros(2, 1), torch.ones(2))
    (first,) = forward([plain])
    (second,) = forward([View(plain.prompt, plain.canvas, alone)])
    assert torch.allclose(first, second, atol=1e-5)


def test_half_precision_is_mixed_in_float32() -> None:
    network = made("llama").to(torch.bfloat16)
    view = View((5,), (MASKED, 9), soft([0], [1, 2, 3], 0))
    (found,) = Forward(network, WITH_NULL)([view])
    rows = embedded(network.float(), view).to(torch.bfloat16)
    with torch.no_grad():
        expected = network.to(torch.bfloat16)(inputs_embeds=rows[None]).logits[0, 1:]
    assert found.dtype == torch.bfloat16
    assert torch.allclose(found.float(), expected.float(), atol=1e-2, rtol=1e-2)


def test_a_network_without_embeddings_is_refused_before_the_first_pass() -> None:
    for guidance in ("smoothing", SoftMasking(0.5, 5.0, -1.0)):
        with pytest.raises(InvalidDecoding, match="input embeddings"):
            plain_model(random_network()).stream("", WORD, ds.Decoding(guidance=guidance))
    with pytest.raises(InvalidInput, match="input embeddings"):
        Forward(random_network(), WITH_NULL)([View((), (MASKED,), soft([0], [1], 0))])


@dataclass
class Passes:
    """What a network read and said, pass after pass, of its only row."""

    read: list[np.ndarray] = field(default_factory=list)
    said: list[np.ndarray] = field(default_factory=list)


def watched(network: Any) -> Passes:
    passes = Passes()

    def record(module: Any, args: Any, kwargs: dict[str, Any], result: Any) -> None:
        embeddings = kwargs.get("inputs_embeds")
        if embeddings is None:
            embeddings = network.get_input_embeddings()(kwargs["input_ids"])
        passes.read.append(embeddings[0].double().numpy())
        passes.said.append(result.logits[0].double().numpy())

    network.register_forward_hook(record, with_kwargs=True)
    return passes


def softmax(values: np.ndarray) -> np.ndarray:
    shares = np.exp(values - values.max())
    result: np.ndarray = shares / shares.sum()
    return result


def soft_masked(logits: np.ndarray, table: np.ndarray, step: int) -> np.ndarray:
    """Hersche et al. 2025 with s = 0.6, a = 4, c = -1.5, k = 3."""
    shares = softmax(logits)
    entropy = -sum(p * np.log(p) for p in shares if p > 0)
    weight = 0.6 / (1 + np.exp(-4 * (-entropy + 1.5)))
    best = np.argsort(-logits)[:3]
    mixed = softmax(logits[best]) @ table[best]
    result: np.ndarray = (1 - weight) * table[MASK] + weight * mixed
    return result


def smoothed(logits: np.ndarray, table: np.ndarray, step: int) -> np.ndarray:
    """dInfer's IterationSmooth with its defaults; ``step`` is the pass that made the logits."""
    weight = min(0.15 + 0.02 * step, 0.3)
    result: np.ndarray = table[MASK] + weight * softmax(logits) @ table
    return result


RULES = {
    "soft-masking": (SoftMasking(0.6, 4.0, -1.5), soft_masked),
    "smoothing": (Smoothing(), smoothed),
}
rules = pytest.mark.parametrize("rule", RULES)


@networks
@rules
def test_every_pass_reads_what_the_published_rule_says(kind: str, rule: str) -> None:
    network = made(kind)
    passes = watched(network)
    signal, mixture = RULES[rule]
    model = Model(network, VOCABULARY, Family(mask_token_id=MASK))
    decoding = ds.Decoding(guidance=signal, length="fixed")
    output = model.generate("go", ds.regex("[a-z]{12}"), decoding, max_tokens=12, seed=0)
    table = network.get_input_embeddings().weight.detach().double().numpy()
    canvas = [MASKED] * len(output.trace[0].canvas.tokens)
    start = len(passes.read[0]) - len(canvas)
    assert len(passes.read) == output.stats.nfe > 9
    for step, (read, event) in enumerate(zip(passes.read, output.trace, strict=True)):
        for position, token in enumerate(canvas):
            row = start + position
            if token != MASKED:
                expected = table[token]
            elif step == 0:
                expected = table[MASK]
            else:
                said = passes.said[step - 1][row - len(read)]  # without the prompt's logits
                expected = mixture(said, table, step - 1)
            assert np.allclose(read[row], expected, atol=1e-4), (step, position)
        assert np.allclose(read[:start], passes.read[0][:start])
        canvas = list(event.canvas.tokens)


def test_a_prediction_follows_its_position_when_others_come_and_go() -> None:
    canvas = slot_of(4)
    situation = situated(canvas)
    shares = torch.arange(8.0).view(4, 2)
    keep(situation, torch.tensor([3, 5]), shares, torch.arange(4.0))
    view = View((), tuple(canvas.tokens))
    canvas.insert("s", 1, 2)  # 0, new, new, 1, 2, 3
    canvas.delete("s", 4, 1)  # 0, new, new, 1, 3
    canvas.propose("s", 0, 9, 1.0)
    canvas.commit("s", 0)
    fed = feed_back(view, situation).soft
    assert fed is not None
    assert fed.positions.tolist() == [3, 4]
    assert fed.shares.tolist() == [[2.0, 3.0], [6.0, 7.0]]
    assert fed.mask.tolist() == [1.0, 3.0]
    keep(situation, torch.tensor([3]), torch.ones(4, 1), torch.ones(4))
    canvas.remask("s", 0)  # was committed when the network last looked: a plain mask
    fed = feed_back(view, situation).soft
    assert fed is not None
    assert fed.positions.tolist() == [1, 2, 3, 4]


def slot_of(count: int) -> Canvas:
    """A canvas with one slot, "s", all masked."""
    slot = ds.Slot("s", WORD, samples=("abc",))
    return Canvas([BoundSlot(slot, b"", WORD, 3)], {"s": count})


def situated(canvas: Canvas) -> Situation:
    def unused(*_: object) -> Any:
        raise AssertionError("not needed")

    view = View((), tuple(canvas.tokens))
    return Situation(view, canvas, None, 0, {}, torch.Generator(), unused, unused)


def generated(kind: str, prompts: list[str], seed: int, **settings: Any) -> list[Output]:
    model = Model(made(kind), VOCABULARY, WITH_NULL)
    kinds = [CASES[name].output_type for name in ("template", "word", "pairs")][: len(prompts)]
    return model.generate(prompts, kinds, ds.Decoding(**settings), max_tokens=50, seed=seed)


@networks
@rules
@pytest.mark.parametrize("settings", [{}, {"temperature": 1.0, "steps": 5, "length": "daedal"}])
def test_outputs_are_valid_and_reproducible_and_rows_are_apart(
    kind: str, rule: str, settings: dict[str, Any]
) -> None:
    settings = {**settings, "guidance": RULES[rule][0]}
    prompts = ["go", "", "a longer prompt"]
    together = generated(kind, prompts, 3, **settings)
    names = ("template", "word", "pairs")
    for output, name in zip(together, names, strict=True):
        assert CASES[name].pattern.fullmatch(output.text)
    again = generated(kind, prompts, 3, **settings)
    assert [o.text for o in again] == [o.text for o in together]
    model = Model(made(kind), VOCABULARY, WITH_NULL)
    for index, name in enumerate(names):
        alone = model.generate(
            prompts[index],
            CASES[name].output_type,
            ds.Decoding(**settings),
            max_tokens=50,
            seed=3 + index,
        )
        assert alone.text == together[index].text


SAVED = {
    "transparency_alg": "mixinputs_with_topk",
    "transparency_scale": 0.25,
    "transparency_centre": -1,
    "transparency_steepness": 5,
    "mixinputs_k": 1,
    "mixture_temp": 1.0,
    "transparency_scheduling": "none",
}


def bound_to(network: Any, signal: SoftMasking = SoftMasking()) -> SoftMasking:  # noqa: B008
    return signal.bound(WITH_NULL, network)


def test_trained_parameters_are_read_beside_the_weights(tmp_path: Path) -> None:
    made("bert").save_pretrained(tmp_path)
    network = transformers.BertForMaskedLM.from_pretrained(tmp_path)
    with pytest.raises(InvalidDecoding, match="not trained for soft masking"):
        bound_to(network)
    (tmp_path / "transparency_config.json").write_text(json.dumps(SAVED))
    assert bound_to(network) == SoftMasking(0.25, 5, -1, 1)
    assert bound_to(network, SoftMasking(k=4)) == SoftMasking(0.25, 5, -1, 4)
    assert bound_to(network, SoftMasking(0.5, 2.0, -3.0)) == SoftMasking(0.5, 2.0, -3.0, 3)
    model = Model(network, VOCABULARY, WITH_NULL)
    output = model.generate("go", WORD, ds.Decoding(guidance="soft-masking", steps=4), seed=0)
    assert CASES["word"].pattern.fullmatch(output.text)


def test_trained_parameters_may_be_in_the_configuration() -> None:
    network = made("bert")
    network.config.update(SAVED)
    assert bound_to(network) == SoftMasking(0.25, 5, -1, 1)


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"transparency_alg": "none"}, "not trained"),
        ({"transparency_alg": "slerp_sm"}, "slerp_sm"),
        ({"transparency_scheduling": "linear"}, "another soft masking"),
    ],
)
def test_other_training_is_refused(change: dict[str, str], match: str) -> None:
    network = made("bert")
    network.config.update({**SAVED, **change})
    with pytest.raises(InvalidDecoding, match=match):
        bound_to(network)


@pytest.mark.parametrize("text", ["{", "[1]", '{"transparency_scale": 0.5}'])
def test_a_broken_file_is_refused(text: str, tmp_path: Path) -> None:
    made("bert").save_pretrained(tmp_path)
    (tmp_path / "transparency_config.json").write_text(text)
    network = transformers.BertForMaskedLM.from_pretrained(tmp_path)
    with pytest.raises(InvalidDecoding, match="parameters of soft masking") as caught:
        bound_to(network)
    assert caught.value.hint


@pytest.mark.parametrize(
    "guidance",
    [
        "soft-masking(scale=0.5)",
        "soft-masking(scale=2.0, steepness=1.0, centre=0.0)",
        "soft-masking(scale=0.5, steepness=0.0, centre=0.0)",
        "soft-masking(k=0)",
        "smoothing(initial=0.5)",
        "smoothing(most=1.5)",
        "smoothing(growth=-0.1)",
        ["smoothing", "soft-masking"],
        ["smoothing", "cfg", "smoothing"],
    ],
)
def test_settings_that_make_no_sense_are_refused(guidance: Any) -> None:
    with pytest.raises(InvalidDecoding) as caught:
        ds.Decoding(guidance=guidance)
    assert caught.value.hint
