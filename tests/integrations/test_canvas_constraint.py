"""Canvas models of transformers: whatever the stock loop does, its output is in the language."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable
from typing import Any

import jsonschema
import lark
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from transformers import LogitsProcessorList

import dllm_struct as ds
from dllm_struct.errors import InvalidInput, LimitTooSmall, NonFiniteLogits
from dllm_struct.integrations.transformers import CanvasConstraint
from tests.integrations.tiny import EOS, PAD, SIZE, TURN, diffusion_gemma, tokenizer

SCHEMA = {
    "type": "object",
    "properties": {
        "a": {"type": "integer", "maximum": 99999},
        "b": {"enum": ["true", "x"]},
        "next": {"anyOf": [{"$ref": "#"}, {"type": "null"}]},
    },
    "required": ["a", "b"],
    "additionalProperties": False,
}
BRACKETS = 'start: "[" (start ("," start)*)? "]"'
PATTERN = r"(ab|[0-9]{3})*c{3,30}"


def is_json(text: str) -> bool:
    jsonschema.validate(json.loads(text), SCHEMA)
    return True


def is_brackets(text: str) -> bool:
    lark.Lark(BRACKETS).parse(text)
    return True


OPEN = {"type": "object", "minProperties": 2, "additionalProperties": {"type": "boolean"}}


def is_open(text: str) -> bool:
    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        assert len(dict(pairs)) == len(pairs)
        return dict(pairs)

    jsonschema.validate(json.loads(text, object_pairs_hook=unique), OPEN)
    return True


CASES: dict[str, tuple[Any, Callable[[str], object]]] = {
    "regex": (ds.regex(PATTERN), re.compile(PATTERN).fullmatch),
    "schema": (SCHEMA, is_json),
    "grammar": (ds.grammar(BRACKETS), is_brackets),
}
STOPPING = {
    "one step": {"max_denoising_steps": 1},
    "some steps": {"max_denoising_steps": 5, "t_min": 0.01, "t_max": 3.0},
    "at once": {"stability_threshold": 0, "confidence_threshold": 1e9},
    "when stable": {"stability_threshold": 1, "confidence_threshold": 1.0},
}


def text_of(row: Tensor) -> str:
    """The text of generated tokens; nothing but tail may follow the first token of the tail."""
    tokens = row.tolist()
    tail = [i for i, token in enumerate(tokens) if token in (EOS, TURN, PAD)]
    end = tail[0] if tail else len(tokens)
    assert tail == [*range(end, len(tokens))]
    return str(tokenizer().decode(tokens[:end]))


@pytest.mark.parametrize("rule", STOPPING)
@pytest.mark.parametrize("name", CASES)
def test_the_stock_loop_stays_in_the_language(name: str, rule: str) -> None:
    output_type, is_member = CASES[name]
    model = diffusion_gemma(canvas=16)
    prompt = torch.tensor([tokenizer().encode("Go")] * 2)
    constraint = CanvasConstraint(output_type, tokenizer(), max_new_tokens=48)
    for seed in range(2):  # one constraint serves one generation after another
        torch.manual_seed(seed)
        out = model.generate(
            prompt,
            logits_processor=LogitsProcessorList([constraint]),
            max_new_tokens=48,
            eos_token_id=EOS,
            pad_token_id=PAD,
            **STOPPING[rule],
        )
        texts = [text_of(row) for row in out.sequences[:, prompt.shape[1] :]]
        assert all(is_member(text) for text in texts), texts


def test_keys_of_any_text_come_once() -> None:
    constraint = CanvasConstraint(OPEN, tokenizer(), max_new_tokens=32)
    found = canvas_loop(constraint, torch.tensor([[5, 6]]), canvases=2, n=16)
    assert all(is_open(text_of(row)) for row in found)


def test_rows_have_languages_of_their_own_and_texts_go_on_in_the_next_canvas() -> None:
    model, prompt = diffusion_gemma(canvas=8), torch.tensor([tokenizer().encode("Go")] * 3)
    types = [ds.regex("z{20,24}"), ds.choice(["true", "tr"]), ds.grammar(BRACKETS)]
    constraint = CanvasConstraint(types, tokenizer(), max_new_tokens=32, eos_token_id=[EOS, TURN])
    torch.manual_seed(0)
    out = model.generate(
        prompt,
        logits_processor=LogitsProcessorList([constraint]),
        max_new_tokens=32,
        max_denoising_steps=3,
        eos_token_id=[EOS, TURN],
        pad_token_id=None,
    )
    long, short, nested = (text_of(row) for row in out.sequences[:, prompt.shape[1] :])
    assert re.fullmatch("z{20,24}", long)
    assert short in ("true", "tr")
    assert is_brackets(nested)


def canvas_loop(constraint: CanvasConstraint, prompt: Tensor, canvases: int, n: int) -> Tensor:
    """A stand-in for other canvas models: noise, and a stop after any step."""
    ids, generator = prompt, torch.Generator().manual_seed(0)
    for _ in range(canvases):
        for scale in (0.1, 10.0, 1e6):
            noise = torch.randn(len(ids), n, SIZE + 5, generator=generator) * scale
            canvas = constraint(ids, noise).argmax(-1)
        ids = torch.cat((ids, canvas), 1)
    return ids[:, prompt.shape[1] :]


@pytest.mark.parametrize("name", CASES)
def test_another_canvas_model(name: str) -> None:
    output_type, is_member = CASES[name]
    constraint = CanvasConstraint(output_type, tokenizer(), max_new_tokens=30)
    found = canvas_loop(constraint, torch.tensor([[5, 6, 7]] * 2), canvases=4, n=10)
    assert all(is_member(text_of(row)) for row in found)


TOKENS = ds.Vocabulary([b"a", b"b", b"ab", None])
END = 3


def members(pattern: str, limit: int) -> list[tuple[int, ...]]:
    """All sequences of text tokens that spell a member."""
    own = range(END)
    sequences = (s for k in range(limit + 1) for s in itertools.product(own, repeat=k))
    return [s for s in sequences if re.fullmatch(pattern, TOKENS.decode(s).decode())]


def canvases(pattern: str, before: tuple[int, ...], n: int, limit: int) -> set[tuple[int, ...]]:
    """All canvases of n tokens after which, or in which, a member of up to `limit` tokens ends."""
    own = (s[len(before) :] for s in members(pattern, limit) if s[: len(before)] == before)
    return {(*s[:n], *[END] * (n - len(s))) for s in own}


@settings(max_examples=60, deadline=None)
@given(
    pattern=st.sampled_from(["(ab)*", "a+b", "(a|bb)*a", "b{2,6}", "a*"]),
    seed=st.integers(0, 2**30),
    n=st.integers(1, 3),
    begun=st.integers(0, 2),
    limit=st.integers(3, 5),
    scale=st.sampled_from([0.5, 3.0, 1e4]),
)
def test_the_projection_is_the_best_canvas_and_its_confidence_the_posterior(
    pattern: str, seed: int, n: int, begun: int, limit: int, scale: float
) -> None:
    texts = members(pattern, limit)
    if not texts:
        return
    before = next((s[:begun] for s in reversed(texts) if len(s) >= begun), ())
    constraint = CanvasConstraint(ds.regex(pattern), TOKENS, max_new_tokens=limit, eos_token_id=END)
    logits = torch.randn(1, n, END + 1, generator=torch.Generator().manual_seed(seed)) * scale
    prompt = torch.tensor([[0, 0]])
    constraint(prompt, logits)
    ids = torch.cat((prompt, torch.tensor([before], dtype=torch.int64)), 1)
    out = constraint(ids, logits)[0].double()

    allowed = sorted(canvases(pattern, before, n, limit))
    own = logits[0].double()
    weights = torch.stack([own[torch.arange(n), torch.tensor(s)].sum() for s in allowed])
    witness = tuple(out.argmax(-1).tolist())
    assert weights[allowed.index(witness)] >= weights.max() - 1e-5 * scale
    shares = weights.softmax(0)
    for i in range(n):
        marginal = torch.zeros(END + 1, dtype=torch.float64)
        for share, s in zip(shares, allowed, strict=True):
            marginal[s[i]] += share
        possible = {*marginal.nonzero()[:, 0].tolist(), witness[i]}  # as far as float64 tells
        assert {v for v in range(END + 1) if out[i, v] > -torch.inf} == possible
        others = sorted(possible - {witness[i]}, key=lambda v: float(own[i, v]))
        values = [float(out[i, v]) for v in others]
        assert values == sorted(values)
        p, best_other = out[i].softmax(-1)[witness[i]], max(values, default=-torch.inf)
        if float(out[i, witness[i]]) > best_other + 0.02:
            assert float(p) == pytest.approx(float(marginal[witness[i]]), abs=1e-4)


def test_a_canvas_in_the_language_is_kept() -> None:
    constraint = CanvasConstraint(ds.regex("[a-z]{2,9}"), tokenizer(), max_new_tokens=9)
    wanted = [*tokenizer().encode("word"), *[EOS] * 5]
    logits = torch.nn.functional.one_hot(torch.tensor([wanted]), SIZE) * 3.0
    first = constraint(torch.tensor([[1]]), logits)
    assert first.argmax(-1)[0].tolist() == wanted
    assert constraint(torch.tensor([[1]]), first).argmax(-1)[0].tolist() == wanted


def test_all_tokens_of_the_tail_count_as_the_end() -> None:
    constraint = CanvasConstraint(
        ds.regex("a*"), tokenizer(), max_new_tokens=4, eos_token_id=[EOS, TURN]
    )
    logits = torch.zeros(1, 4, SIZE)
    logits[0, :, tokenizer().encode("a")[0]] = 5.0
    logits[0, 2:, PAD] = 6.0
    logits[0, 2:, TURN] = 5.5
    assert constraint(torch.tensor([[1]]), logits).argmax(-1)[0].tolist()[2:] == [TURN, TURN]


def test_refusals() -> None:
    with pytest.raises(LimitTooSmall):
        CanvasConstraint(ds.regex("z{20}"), tokenizer(), max_new_tokens=19)
    with pytest.raises(InvalidInput, match="ends"):
        CanvasConstraint(ds.regex("z"), TOKENS)
    constraint = CanvasConstraint([ds.regex("z"), ds.regex("y")], tokenizer())
    with pytest.raises(InvalidInput, match="2 output types for 3 rows"):
        constraint(torch.zeros(3, 1, dtype=torch.int64), torch.zeros(3, 4, SIZE))
    with pytest.raises(InvalidInput, match="logits"):
        constraint(torch.zeros(2, 1, dtype=torch.int64), torch.zeros(2, 4, 7))
    one = CanvasConstraint(ds.regex("z"), tokenizer())
    for value in (torch.nan, -torch.inf):
        with pytest.raises(NonFiniteLogits):
            one(torch.tensor([[1]]), torch.full((1, 4, SIZE), value))
    with pytest.raises(InvalidInput, match="goes on"):
        one(torch.tensor([[1, 70, 70]]), torch.zeros(1, 4, SIZE))
