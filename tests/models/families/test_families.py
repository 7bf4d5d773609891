"""Every family: recognised, called as its users call it, and generating what was asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

import dllm_struct as ds
from dllm_struct.canvas import MASKED
from dllm_struct.decoding.signals import View
from dllm_struct.models.network import Forward
from tests.models.families.checkpoints import CHECKPOINTS, MASK, blocks_of

every = pytest.mark.parametrize("kind", CHECKPOINTS)
NESTED = {
    "type": "object",
    "properties": {
        "id": {"type": "integer", "minimum": 0, "maximum": 99},
        "tags": {"type": "array", "items": {"enum": ["a", "b"]}, "minItems": 1, "maxItems": 2},
        "in": {"type": "object", "properties": {"ok": {"type": "boolean"}}, "required": ["ok"]},
    },
    "required": ["id", "tags", "in"],
    "additionalProperties": False,
}
SUM = ds.grammar('start: term ("+" term)*\nterm: /[0-9]{1,3}/ | "(" start ")"')


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """One checkpoint of each kind: the network that was saved, and the model that was loaded."""
    made: dict[str, tuple[Any, ds.Model]] = {}

    def load(kind: str) -> tuple[Any, ds.Model]:
        if kind not in made:
            folder = tmp_path_factory.mktemp(kind.replace("-", "_"))
            network = CHECKPOINTS[kind].save(folder)
            made[kind] = network, ds.load(folder, device="cpu", trust_remote_code=True)
        return made[kind]

    return load


VIEWS = [
    View((7, 8, 9, 10, 11), (MASKED, 20, MASKED)),
    View((7,), (MASKED, MASKED)),
    View((), (MASKED, 30, MASKED, MASKED, MASKED, 12)),
    View(tuple(range(20, 60)), (MASKED, 13, MASKED, MASKED)),
]


@every
def test_a_family_is_recognised(kind: str, loaded: Any) -> None:
    family = loaded(kind)[1].family
    expected = CHECKPOINTS[kind].expected
    assert {name: getattr(family, name) for name in expected} == expected
    assert family.max_length == 256


@every
def test_logits_are_those_of_a_plain_call_of_the_saved_network(kind: str, loaded: Any) -> None:
    network, model = loaded(kind)
    forward = Forward(model.network, model.family)
    for view in VIEWS:
        canvas = [MASK if token == MASKED else token for token in view.canvas]
        with torch.no_grad():
            whole = CHECKPOINTS[kind].call(network, torch.tensor([[*view.prompt, *canvas]]))
        expected = whole[0, len(view.prompt) :]
        assert torch.allclose(forward([view])[0], expected, atol=1e-4)


@every
def test_a_row_of_a_batch_is_as_it_is_alone(kind: str, loaded: Any) -> None:
    model = loaded(kind)[1]
    forward = Forward(model.network, model.family)
    for view, logits in zip(VIEWS, forward(VIEWS), strict=True):
        assert logits.isfinite().all()
        assert torch.allclose(logits, forward([view])[0], atol=1e-4)


@every
def test_prompts_of_unequal_length_get_what_they_get_alone(kind: str, loaded: Any) -> None:
    model, wanted = loaded(kind)[1], ds.regex("[a-f]{4}(x|yz)?")
    prompts = ["a", "a longer prompt", "bb"]
    together = model.generate(prompts, wanted, max_tokens=12, seed=0)
    for index, (prompt, output) in enumerate(zip(prompts, together, strict=True)):
        assert wanted.matches(output.text)
        alone = model.generate(prompt, wanted, max_tokens=12, seed=index)
        assert alone.text == output.text


@every
def test_a_nested_schema_is_filled(kind: str, loaded: Any) -> None:
    output = loaded(kind)[1].generate("go", NESTED, seed=0)
    assert ds.json_schema(NESTED).matches(output.text)


@every
def test_a_hole_of_a_grammar_is_filled(kind: str, loaded: Any) -> None:
    model = loaded(kind)[1]
    output = model.infill("1+(", ")+2", output_type=SUM, max_tokens=24, seed=0)
    assert SUM.matches(f"1+({output.text})+2")


@every
def test_a_loaded_model_can_be_saved_and_loaded(kind: str, loaded: Any, tmp_path: Path) -> None:
    model = loaded(kind)[1]
    model.network.save_pretrained(tmp_path)
    model.tokenizer.save_pretrained(tmp_path)
    again = ds.load(tmp_path, device="cpu", trust_remote_code=True)
    assert again.family == model.family
    before, after = (Forward(m.network, m.family)(VIEWS) for m in (model, again))
    assert all(torch.equal(a, b) for a, b in zip(before, after, strict=True))


@pytest.mark.parametrize("kind", sorted(set(CHECKPOINTS) - {"llada2", "sdar"}))
def test_both_sides_are_seen(kind: str, loaded: Any) -> None:
    model = loaded(kind)[1]
    forward = Forward(model.network, model.family)
    before, after = forward([View((20,), (MASKED, MASKED, last)) for last in (30, 31)])
    assert not torch.isclose(before[0], after[0], atol=1e-6).all()


@pytest.mark.parametrize(("kind", "block"), [("llada2", 32), ("sdar", 4)])
def test_later_blocks_are_not_seen(kind: str, block: int, loaded: Any) -> None:
    model = loaded(kind)[1]
    forward, prompt = Forward(model.network, model.family), tuple(range(10, 13))
    canvas = (MASKED,) * (2 * block)
    changed = (*canvas[: block - 3], 40, *canvas[block - 2 :])  # the first of the second block
    before, after = forward([View(prompt, canvas), View(prompt, changed)])
    seen = blocks_of(block, 3 + 2 * block)[3:, block].bool()
    assert torch.allclose(before[~seen], after[~seen], atol=1e-5)
    assert not torch.isclose(before[seen], after[seen], atol=1e-5).all(-1).any()


@every
def test_a_prompt_beyond_the_context_is_refused(kind: str, loaded: Any) -> None:
    with pytest.raises(ds.errors.PromptTooLong):
        loaded(kind)[1].generate("x" * 256, ds.regex("ab"), seed=0)


@pytest.mark.parametrize("kind", ["llama", "qwen", "sdar", "dream"])
def test_the_head_computes_no_logits_of_the_prompt(kind: str, loaded: Any) -> None:
    model, widths = loaded(kind)[1], []
    hook = model.network.lm_head.register_forward_hook(
        lambda _, __, logits: widths.append(logits.shape[1])
    )
    Forward(model.network, model.family)([VIEWS[3]])
    hook.remove()
    assert widths == [len(VIEWS[3].canvas) + model.family.logits_shift]
