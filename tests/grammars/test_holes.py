"""Holes cut into members, filled by a network that answers at random: the whole must be read."""

from __future__ import annotations

import random

import pytest
import torch
from torch import Tensor

import dllm_struct as ds
from dllm_struct.errors import InvalidGrammar, NotInLanguage
from tests.conftest import TOKENS
from tests.grammars.members import MEMBERS
from tests.grammars.reading import reads

MASK, NULL = len(TOKENS) - 2, len(TOKENS) - 1
MOST_HIDDEN = 30
"""Characters that a hole hides at most."""


def model(seed: int, *, with_null: bool) -> ds.Model:
    generator = torch.Generator().manual_seed(seed)

    def network(input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        return 3 * torch.randn(*input_ids.shape, len(TOKENS), generator=generator)

    family = ds.Family(mask_token_id=MASK, null_token_id=NULL if with_null else None)
    return ds.Model(network, ds.Vocabulary(TOKENS), family)


def with_holes(text: str, count: int, rng: random.Random, outer: ds.Language) -> ds.Template:
    """The text with so many holes, anywhere."""
    cuts = sorted(rng.sample(range(len(text) + 1), 2 * count))
    parts: list[ds.Invariant | ds.Slot] = []
    last = 0
    for number, (low, high) in enumerate(zip(cuts[::2], cuts[1::2], strict=True)):
        parts += [ds.Invariant(text[last:low]), ds.Slot(f"hole{number}", ds.any_text())]
        last = min(high, low + MOST_HIDDEN)
    return ds.Template((*parts, ds.Invariant(text[last:])), outer)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("name", MEMBERS)
def test_the_whole_is_a_member_and_the_rest_stays(name: str, seed: int) -> None:
    rng = random.Random(f"{name} {seed}")
    outer = ds.grammar(name)
    short = [text for text in MEMBERS[name] if len(text) < 500]
    text = rng.choice([text for text in short if len(text) > 12] or short)
    template = with_holes(text, 1 + seed % 3, rng, outer)
    decoding = ds.Decoding(
        sampler=rng.choice(["confidence", "random", "threshold"]),
        temperature=rng.choice([0.0, 1.0]),
        steps=rng.choice([None, 6]),
    )
    output = model(seed, with_null=seed != 1).infill(template, decoding=decoding, seed=seed)
    assert output.text == template.render(output.slots)
    assert reads(name, output.text)
    assert outer.matches(output.text)


def test_infill_returns_the_middle() -> None:
    prefix, suffix = "def f(x):\n    return na", "me(1, ')')\n"
    output = model(0, with_null=True).infill(prefix, suffix, ds.grammar("python"), seed=0)
    assert reads("python", prefix + output.text + suffix)
    assert output.slots == {"infill": output.text}


def test_a_block_is_opened_where_the_text_behind_needs_one() -> None:
    prefix = "def f(n):\n    a = []\n"
    suffix = "        b = n\n        if b:\n            a.append(b)\n    return a\n"
    output = model(0, with_null=True).infill(prefix, suffix, ds.grammar("python"), seed=0)
    assert reads("python", prefix + output.text + suffix)


def test_holes_may_be_of_a_rule_of_the_grammar() -> None:
    python = ds.grammar("python")
    test, name = ds.grammar("python", start="test"), ds.regex("[a-z]{2,5}")
    template = ds.Template(
        (
            ds.Invariant("def "),
            ds.Slot("name", name),
            ds.Invariant("(x):\n    if "),
            ds.Slot("condition", test, max_tokens=10),
            ds.Invariant(":\n        return [x]\n"),
        ),
        python,
    )
    for seed in range(3):
        output = model(seed, with_null=True).infill(template, seed=seed)
        assert name.matches(output.slots["name"])
        assert test.matches(output.slots["condition"])
        assert reads("python", output.text)


@pytest.mark.parametrize(
    ("name", "prefix", "suffix", "position"),
    [
        ("python", "def f(:", "\n", 6),
        ("python", "x = 'a\n", "", 6),
        ("json", '{"a": 1 "b": ', "}", 8),
        ("arithmetic", "(1 + ", ") + * 2", 9),
        ("python", "x = 1\n", "a\nb = = c\n", 16),  # a string may begin in the hole, and not end
    ],
)
def test_what_cannot_be_is_refused_at_its_first_byte(
    name: str, prefix: str, suffix: str, position: int
) -> None:
    with pytest.raises(NotInLanguage) as refusal:
        model(0, with_null=True).infill(prefix, suffix, ds.grammar(name))
    assert refusal.value.position == position


def test_unknown_names_are_refused() -> None:
    with pytest.raises(InvalidGrammar, match="no grammar is called 'cobol'"):
        ds.grammar("cobol")
