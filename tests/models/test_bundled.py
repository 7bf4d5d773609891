"""The data of the bundled model: two worlds that share no wordings, and texts that add up."""

from __future__ import annotations

import itertools
import re
from typing import Any

import pytest
import torch
from jsonschema import Draft202012Validator
from transformers import AutoTokenizer

import dllm_struct as ds
from dllm_struct.constraint import Constraint
from dllm_struct.models.bundled import WEIGHTS, Example, held_out, segments, training
from dllm_struct.models.bundled.data import KINDS
from dllm_struct.models.bundled.data.documents import PLACEHOLDER
from dllm_struct.models.bundled.data.draw import is_held_out
from dllm_struct.models.bundled.data.rooms import INITIAL, Rooms
from dllm_struct.models.bundled.data.template import canonical
from dllm_struct.models.bundled.data.types import Kind
from dllm_struct.models.bundled.data.wordings import WORDINGS
from dllm_struct.models.bundled.grow import grow
from dllm_struct.models.bundled.network import network
from dllm_struct.models.bundled.tokenizer import NULL, Encoder
from dllm_struct.vocabulary.codec import Codec

WORDS_IN_A_ROW = 4


def seen_in_training(kind: Kind) -> tuple[str, ...]:
    """Return every wording of a kind that training may use."""
    wordings = WORDINGS[kind.name]
    return (*kind.phrasings, *wordings.phrasings, *wordings.clauses)


def runs(wording: str) -> set[tuple[str, ...]]:
    """Return the runs of words and placeholders that hold two words that carry meaning."""
    found = set()
    for part in re.split(r"[<|>]", wording):
        words = [word.lower() for word in re.findall(r"\{\w+(?::\w+)?\}|\w+", part)]
        for start in range(len(words) - WORDS_IN_A_ROW + 1):
            run = tuple(words[start : start + WORDS_IN_A_ROW])
            if sum(word[0] != "{" and len(word) > 3 for word in run) > 1:
                found.add(run)
    return found


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_training_never_words_a_text_as_the_held_out_phrasings_do(kind: Kind) -> None:
    known = set(itertools.chain.from_iterable(map(runs, seen_in_training(kind))))
    assert not known & set(itertools.chain.from_iterable(map(runs, kind.held_out)))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_wordings_name_fields_of_their_kind(kind: Kind) -> None:
    for wording in (*seen_in_training(kind), *kind.held_out):
        assert wording.count("<") == wording.count(">") or "->" in wording or " > " in wording
        assert {name for name, _ in PLACEHOLDER.findall(wording)} <= set(kind.fields)


@pytest.mark.parametrize("examples", [held_out, training])
def test_values_are_members_of_their_schemas_and_fill_their_templates(examples: Any) -> None:
    for example in examples(160):
        assert isinstance(example, Example)
        Draft202012Validator(example.schema).validate(example.value)
        pieces = segments(example.schema, example.value)
        assert "".join(text for text, _ in pieces) == canonical(example.value)


def test_the_same_seed_gives_the_same_examples() -> None:
    assert held_out(32, seed=3) == held_out(32, seed=3) != held_out(32, seed=4)


def test_names_of_people_are_in_one_world() -> None:
    for examples, world in ((held_out(160), True), (training(160), False)):
        for example in examples:
            for key in ("sender", "recipient"):
                name = example.value.get(key)
                if example.kind == "chat" and name:
                    assert is_held_out(name) == world


def test_training_gives_slots_the_room_that_the_decoder_gives_them() -> None:
    tokenizer = AutoTokenizer.from_pretrained(str(WEIGHTS))
    null = tokenizer.convert_tokens_to_ids(NULL)
    codec, rooms = Codec(tokenizer, tokenizer.all_special_ids), Rooms(Encoder.load(WEIGHTS))
    for example in held_out(16):
        template = ds.json_schema(example.schema).template()
        limits = Constraint(template, codec, null).limits.values()
        expected = [limit.wanted(INITIAL, whole=False) for limit in limits]
        assert list(rooms.rooms(example.schema)) == expected


def test_a_grown_network_computes_what_the_small_one_did() -> None:
    torch.manual_seed(0)
    small, large = network(40, 0, 32, 2), network(40, 0, 64, 3)
    ids = torch.randint(1, 40, (2, 9))
    small.model.embed_tokens.weight.data *= 10  # as large as training makes it
    grow(small.state_dict(), large, old_layers=2)
    with torch.inference_mode():
        before, after = small(input_ids=ids).logits, large(input_ids=ids).logits
    assert torch.allclose(before.log_softmax(-1), after.log_softmax(-1), atol=0.1)
