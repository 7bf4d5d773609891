"""DiffusionGemma in our own loop: loaded as users do, read as its own generate reads it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
import torch

import dllm_struct as ds
from dllm_struct.decoding.signals import View
from dllm_struct.errors import InvalidInput
from dllm_struct.models.diffusion_gemma import EncoderDecoder
from tests.integrations.tiny import EOS, SIZE, diffusion_gemma, tokenizer

SCHEMA = {
    "type": "object",
    "properties": {"a": {"type": "integer", "maximum": 999}, "b": {"enum": ["x", "true"]}},
    "required": ["a", "b"],
    "additionalProperties": False,
}


def test_a_folder_is_recognised(tmp_path: Path) -> None:
    diffusion_gemma().save_pretrained(tmp_path)
    tokenizer().save_pretrained(str(tmp_path))
    model = ds.load(tmp_path, device="cpu")
    assert model.family.mask_token_id is None
    assert model.family.eos_token_id == EOS
    assert model.family.max_length == 512
    decoding = ds.Decoding(steps=4)
    for prompts in (["Go", "Go on"], ["Go", "on"]):
        outputs = model.generate(prompts, SCHEMA, decoding, seed=0)
        for output in outputs:
            jsonschema.validate(json.loads(output.text), SCHEMA)
    word = model.generate("Go", ds.regex("[ab]{3,9}c"), decoding, seed=0)
    assert ds.regex("[ab]{3,9}c").matches(word.text)
    nested = ds.grammar('start: "[" start* "]"')
    assert nested.matches(model.generate("Go", nested, decoding, max_tokens=20, seed=0).text)
    assert model.infill("1, ", ", 3", ds.regex("[0-9]")).text.isdigit()


def test_a_pass_is_that_of_the_model_itself() -> None:
    network = diffusion_gemma(canvas=7)
    torch.manual_seed(1)
    prompt, canvas = torch.randint(SIZE, (1, 5)), torch.randint(SIZE, (1, 7))
    with torch.inference_mode():
        expected = network(input_ids=prompt, decoder_input_ids=canvas).logits
    forward = EncoderDecoder(network)
    view = View(tuple(prompt[0].tolist()), tuple(canvas[0].tolist()))
    other = View(view.prompt[:3], view.canvas[:4])
    for _ in range(2):  # the second pass reads the kept prompt
        found, shorter, again = (rows.values for rows in forward([view, other, view]))
        torch.testing.assert_close(found[None], expected, atol=1e-5, rtol=1e-4)
        torch.testing.assert_close(again, found)
        assert shorter.shape == (4, SIZE)


def test_the_canvas_reads_the_prompt_and_itself_both_ways() -> None:
    forward = EncoderDecoder(diffusion_gemma())
    base = forward([View((1, 2, 3), (4, 5, 6))])[0].values
    for view in (View((9, 2, 3), (4, 5, 6)), View((1, 2, 3), (4, 5, 7))):
        assert not torch.allclose(forward([view])[0].values[0], base[0])


def test_an_empty_prompt_and_a_mask() -> None:
    forward = EncoderDecoder(diffusion_gemma())
    assert forward([View((), (4, 5))])[0].shape == (2, SIZE)
    with pytest.raises(InvalidInput):
        forward([View((1,), (-1, 5))])


def test_a_pass_reads_the_prediction_of_the_one_before() -> None:
    network = diffusion_gemma(canvas=4)
    forward = EncoderDecoder(network)
    view = View((1, 2), (3, 4, 5, 6))
    first = forward([view])[0].values
    with torch.inference_mode():
        expected = network(
            input_ids=torch.tensor([view.prompt]),
            decoder_input_ids=torch.tensor([view.canvas]),
            self_conditioning_logits=first[None],
        ).logits[0]
    again, fresh = (rows.values for rows in forward([replace(view, previous=first), view]))
    torch.testing.assert_close(again, expected, atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(fresh, first, atol=1e-5, rtol=1e-4)
    assert not torch.allclose(again, first)


def test_the_loop_hands_predictions_on() -> None:
    network, given = diffusion_gemma(), []
    network.register_forward_pre_hook(
        lambda _, __, options: given.append(options.get("self_conditioning_logits")),
        with_kwargs=True,
    )
    model = ds.Model(network, tokenizer(), ds.Family(None, eos_token_id=EOS))
    output = model.generate("Go", ds.regex("[ab]{3,9}c"), ds.Decoding(steps=3), seed=0)
    assert given[0] is None
    assert all(logits is not None for logits in given[1:])
    assert len(given) == output.stats.nfe
