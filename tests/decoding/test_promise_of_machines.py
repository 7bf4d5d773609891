"""The promise for languages without a finite automaton: every output is a member."""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import cycle

import pytest
import torch

from dllm_struct.constraint import Constraint
from dllm_struct.decoding import Decoding
from dllm_struct.decoding.samplers import SAMPLERS
from dllm_struct.generation import Model
from dllm_struct.languages.base import Language, Lazy
from dllm_struct.models.family import Family
from dllm_struct.template import Invariant, Slot, Template
from dllm_struct.vocabulary import Vocabulary
from dllm_struct.vocabulary.codec import Codec
from dllm_struct.witness import Reading, find_witnesses
from tests.decoding.test_promise import decodings
from tests.machines import Brackets, Equal, Toy, is_balanced, is_equal, is_toy
from tests.tiny import Network, random_network

LIMIT = 28
PIECES = (b'{"k":', b"[[", b"]]", b'"k', b"},{", b"aa", b"aaa", b"bb", b"[{", b"()", b" [", b" a")


def vocabulary() -> Vocabulary:
    """All bytes, some pieces and random ones, a mask, a null token."""
    rng = random.Random(0)
    random_pieces = [bytes(rng.choices(b'[]{},:"k01()ab', k=rng.randint(2, 4))) for _ in range(99)]
    tokens = dict.fromkeys([*(bytes([value]) for value in range(256)), *PIECES, *random_pieces])
    return Vocabulary([*tokens, *[None] * 4])


VOCABULARY = vocabulary()
SIZE = len(VOCABULARY)
NULL, MASK, EXPAND, DELETE = range(SIZE - 4, SIZE)
CODEC = Codec(VOCABULARY)
NOISE = random_network(size=SIZE)

LANGUAGES: dict[str, tuple[Language, Callable[[bytes], bool]]] = {
    "brackets": (Lazy("brackets", Brackets()), is_balanced),
    "equal": (Lazy("a's, then as many b's", Equal()), is_equal),
    "toy": (Lazy("toy JSON", Toy()), is_toy),
}


def leaning(token: int, by: float) -> Network:
    """Noise, with a strong opinion about one token."""

    def network(input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        logits = NOISE(input_ids, attention_mask)
        logits[..., token] += by
        return logits

    return network


NETWORKS: dict[str, Network] = {
    "random": NOISE,
    "constant": lambda i, a: torch.full((*i.shape, SIZE), 7.0),
    "prefers null": leaning(NULL, 1e4),
    "detests null": leaning(NULL, -1e4),
    "opens": leaning(ord("["), 1e3),
}


def model(network: str, has_null: bool) -> Model:
    family = Family(
        mask_token_id=MASK,
        null_token_id=NULL if has_null else None,
        expand_token_id=EXPAND,
        delete_token_id=DELETE,
    )
    return Model(NETWORKS[network], VOCABULARY, family)


@pytest.mark.parametrize("has_null", [True, False])
@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("sampler", SAMPLERS.main_names)
def test_every_output_is_a_member(sampler: str, network: str, has_null: bool) -> None:
    """Every network has its turn with some of the decodings."""
    tested, languages = model(network, has_null), cycle(LANGUAGES.values())
    turn = [*NETWORKS].index(network)
    for decoding in decodings(sampler, has_null, VOCABULARY)[turn :: len(NETWORKS)]:
        language, is_member = next(languages)
        output = tested.generate("go", language, decoding, max_tokens=LIMIT, seed=1)
        assert is_member(output.text.encode()), (decoding, output.text)
        assert all(is_member(event.text.encode()) for event in output.trace)
        assert decoding.steps is None or output.stats.nfe <= decoding.steps


@pytest.mark.parametrize("has_null", [True, False])
@pytest.mark.parametrize("name", LANGUAGES)
def test_slots_within_text(name: str, has_null: bool) -> None:
    language, is_member = LANGUAGES[name]
    template = Template(
        (
            Invariant("x: "),
            Slot("first", language, min_tokens=4, max_tokens=12),
            Invariant(" y: "),
            Slot("second", language, samples=("[]", "[[]]") if name == "toy" else ()),
        )
    )
    for steps in (None, 1, 3):
        output = model("random", has_null).generate("go", template, Decoding(steps=steps), seed=3)
        assert set(output.slots) == {"first", "second"}
        assert all(is_member(text.encode()) for text in output.slots.values())
        assert 4 <= dict(output.trace[-1].canvas.spans)["first"] <= 12


def test_a_slot_starts_with_what_its_shortest_member_takes() -> None:
    language, _ = LANGUAGES["equal"]
    constraint = Constraint(Template((Slot("s", language),)), CODEC, None)
    assert constraint.limits["s"].fewest == constraint.compiled["s"].min_tokens
    assert constraint.limits["s"].most is None


def test_rows_of_a_batch_and_seeds() -> None:
    kinds = [language for language, _ in LANGUAGES.values()]
    decoding = Decoding(temperature=0.7, steps=6)
    tested = model("random", True)
    together = tested.generate(["go"] * 3, kinds, decoding, max_tokens=LIMIT, seed=4)
    for index, kind in enumerate(kinds):
        alone = tested.generate("go", kind, decoding, max_tokens=LIMIT, seed=4 + index)
        assert alone.text == together[index].text


@pytest.mark.parametrize("name", LANGUAGES)
@pytest.mark.parametrize("seed", range(3))
def test_masks_inserted_between_commits_are_filled(name: str, seed: int) -> None:
    """What is inserted is either refused or filled, whatever is committed around it."""
    language, is_member = LANGUAGES[name]
    rng = random.Random(seed)
    constraint = Constraint(Template((Slot("s", language),)), CODEC, NULL)
    canvas = constraint.canvas(12, None)
    for _ in range(6):
        logits = torch.randn(
            len(canvas), SIZE, generator=torch.Generator().manual_seed(rng.randrange(99))
        )
        ((witness,),) = find_witnesses([Reading(constraint, canvas, logits, None)])
        tokens = witness.tokens.tolist()
        assert is_member(CODEC.decode(tokens))
        for index in witness.masked:
            canvas.propose("s", index, tokens[index], 0.5)
        for index in rng.sample(witness.masked, min(3, len(witness.masked))):
            canvas.commit("s", index)
        at, count = rng.randrange(len(canvas) + 1), rng.randint(1, 4)
        if constraint.can_insert(canvas, "s", at, count):
            canvas.insert("s", at, count)
        if not canvas.is_masked("s"):
            break
