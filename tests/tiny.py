"""Tiny vocabularies, languages and networks, so that tests of the loop are quick.

The oracle of every language is a pattern for `re`, which shares no code with the library.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from dllm_struct.automata import algebra
from dllm_struct.decoding.samplers.frequencies import Frequencies
from dllm_struct.decoding.samplers.profile import Profile
from dllm_struct.generation import Model
from dllm_struct.languages.base import Language, Regular
from dllm_struct.models.family import Family
from dllm_struct.template import Invariant, Slot, Template
from dllm_struct.vocabulary import Vocabulary
from dllm_struct.vocabulary.codec import Codec

torch.set_num_threads(1)  # tiny tensors: more threads only get in each other's way

WIDEST = 240
"""Positions of the widest input; noise is drawn for all of them, so that padding changes none."""

Network = Callable[[Tensor, Tensor], Tensor]

LETTER = algebra.byte_set([(ord("a"), ord("z"))])
DIGIT = algebra.byte_set([(ord("0"), ord("9"))])
WORD: Language = Regular("word", algebra.repeat(LETTER, 1, None))
NUMBER: Language = Regular("number", algebra.repeat(DIGIT, 1, 6))
BOOLEAN: Language = Regular("boolean", algebra.strings([b"true", b"false"]))
PAIRS: Language = Regular("pairs", algebra.repeat(algebra.literal(b"ab"), 0, None))


def vocabulary(merges: int = 60, seed: int = 0) -> Vocabulary:
    """All bytes, random merges, then a mask token and a null token."""
    rng = random.Random(seed)
    merged = [
        bytes(rng.choices(b'abetruflse",: {}019', k=rng.randint(2, 4))) for _ in range(merges)
    ]
    tokens = dict.fromkeys([*(bytes([value]) for value in range(256)), *merged])
    return Vocabulary([*tokens, None, None])


VOCABULARY = vocabulary()
SIZE = len(VOCABULARY)
NULL = SIZE - 1
MASK = SIZE - 2
CODEC = Codec(VOCABULARY)

EXPAND, DELETE = 256, 257
"""Two merged tokens, which `WITH_EDITS` takes out of the text."""

WITH_NULL = Family(mask_token_id=MASK, null_token_id=NULL)
WITH_EDITS = Family(
    mask_token_id=MASK, null_token_id=NULL, expand_token_id=EXPAND, delete_token_id=DELETE
)
WITHOUT_NULL = Family(mask_token_id=MASK)

TEMPLATE = Template(
    (
        Invariant('{"name": "'),
        Slot("/name", WORD, samples=("abc", "else")),
        Invariant('", "n": '),
        Slot("/n", NUMBER, samples=("12",)),
        Invariant(', "b": '),
        Slot("/b", BOOLEAN, samples=("true", "false")),
        Invariant("}"),
    )
)
TEMPLATE_PATTERN = re.compile(r'\{"name": "[a-z]+", "n": [0-9]{1,6}, "b": (true|false)\}')


PROFILE = Profile((((0.9, 0.8), (0.6,)), ((0.5,),)))


def sampler(name: str, of: Vocabulary = VOCABULARY) -> dict[str, object]:
    """A sampler by its first name, with the parameters that it cannot do without."""
    if name == "calibrated":
        return {"name": name, "profile": PROFILE}
    if name == "position-calibrated":
        return {"name": name, "frequencies": frequencies(of)}
    return {"name": name}


def frequencies(of: Vocabulary = VOCABULARY) -> Frequencies:
    """Made-up counts of a vocabulary's single bytes."""
    return Frequencies(of.fingerprint, 1000, {token: 1 + token % 7 for token in range(256)})


@dataclass(frozen=True)
class Case:
    """An output type and its oracle."""

    output_type: Language | Template
    pattern: re.Pattern[str]


CASES = {
    "template": Case(TEMPLATE, TEMPLATE_PATTERN),
    "word": Case(WORD, re.compile("[a-z]+")),
    "pairs": Case(PAIRS, re.compile("(ab)*")),
    "fixed": Case(Template((Invariant("just text"),)), re.compile("just text")),
}


def model(network: Network, family: Family = WITH_NULL) -> Model:
    """A model with the tiny vocabulary."""
    return Model(network, VOCABULARY, family)


def seeds(input_ids: Tensor, attention_mask: Tensor) -> list[int]:
    """One number for the contents of every row, whatever its padding."""
    weights = torch.arange(1, input_ids.shape[1] + 1)
    return [int(total) for total in (input_ids * attention_mask * weights).sum(1)]


def random_network(scale: float = 3.0, size: int = SIZE) -> Network:
    """Logits that are noise, a function of each row alone."""

    def network(input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        rows = [
            torch.randn(WIDEST, size, generator=torch.Generator().manual_seed(seed))
            for seed in seeds(input_ids, attention_mask)
        ]
        return torch.stack(rows)[:, : input_ids.shape[1]] * scale

    return network


def favouring(*tokens: int, by: float = 1e4) -> Network:
    """Some tokens are always by far the most likely."""

    def network(input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        logits = torch.zeros(*input_ids.shape, SIZE)
        logits[..., list(tokens)] = by
        return logits

    return network


NETWORKS: dict[str, Network] = {
    "random": random_network(),
    "huge": lambda i, a: random_network()(i, a).sign() * 1e4,
    "constant": lambda i, a: torch.full((*i.shape, SIZE), 7.0),
    "prefers the mask": favouring(MASK),
    "prefers a quote": favouring(ord('"')),
    "prefers null": favouring(NULL),
    "detests null": favouring(NULL, by=-1e4),
    "wider than the vocabulary": random_network(size=SIZE + 7),
}
