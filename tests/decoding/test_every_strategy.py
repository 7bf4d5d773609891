"""One test body for every strategy, language and network: what is promised holds.

The rows are the registries' names, so a new strategy is tested as soon as it is registered. One
that means nothing without further settings has them in `NEEDS`.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
import torch
from jsonschema import Draft202012Validator
from torch import Tensor

import dllm_struct as ds
from dllm_struct.decoding.blocks import BLOCKS
from dllm_struct.decoding.caches import CACHES
from dllm_struct.decoding.length import LENGTHS
from dllm_struct.decoding.registry import Registry
from dllm_struct.decoding.remasking import REMASKINGS
from dllm_struct.decoding.samplers import SAMPLERS
from dllm_struct.decoding.samplers.calibrated import Calibrated
from dllm_struct.decoding.schedules import SCHEDULES
from dllm_struct.decoding.signals import SIGNALS
from dllm_struct.errors import InvalidDecoding
from tests.tiny import random_network

STEPS = 7
LIMIT = 120
PASSES_WITHOUT_A_LIMIT = 400

EXPAND_DELETE = "expand-delete(expand_token_id=258, delete_token_id=259)"

PROFILE = ds.Profile((((0.9, 0.6), (0.4,)), ((0.8,),)))


def brevity(texts: Sequence[str]) -> list[float]:
    """A judge that likes short texts."""
    return [-0.1 * len(text) for text in texts]


def evenness(rows: Tensor) -> Tensor:
    """A classifier of token ids or of one-hot rows that likes even token ids."""
    if rows.dtype == torch.int64:
        return -(rows % 2).sum(-1).float()
    return rows[:, ::2].sum()


NEEDS: dict[str, dict[str, Any]] = {
    "sampler self-speculative": {"steps": None},
    "sampler calibrated": {"sampler": Calibrated(PROFILE)},
    "length expand-delete": {"length": EXPAND_DELETE},
    "guidance classifier": {"guidance": {"name": "classifier", "function": evenness, "top_k": 2}},
    "guidance classifier-first-order": {
        "guidance": {"name": "classifier-first-order", "function": evenness}
    },
    "guidance verifier": {"guidance": {"name": "verifier", "function": brevity}},
    "guidance token-verifier": {
        "guidance": {"name": "token-verifier", "function": brevity, "top_k": 2}
    },
    "guidance soft-masking": {"guidance": "soft-masking(scale=0.8, steepness=1.0, centre=-2.0)"},
}
"""Settings besides the name, by "kind name"; steps=None: the strategy takes no number of steps."""

NEED_EMBEDDINGS = {"guidance smoothing", "guidance soft-masking"}
"""Strategies that refuse a network that is a plain function."""

NEED_A_CACHE = {f"cache {name}" for name in CACHES.main_names} - {"cache none"}
"""Strategies that refuse a network that takes no keys and values."""

NEED_BLOCKS = {"cache block-causal"}
"""Strategies that refuse a network whose positions all see each other."""

REFUSED_AT_RANDOM = NEED_EMBEDDINGS | NEED_A_CACHE

REGISTRIES: dict[str, Registry[Any]] = {
    "sampler": SAMPLERS,
    "schedule": SCHEDULES,
    "blocks": BLOCKS,
    "length": LENGTHS,
    "remasking": REMASKINGS,
    "guidance": SIGNALS,
    "cache": CACHES,
}

STRATEGIES = {
    f"{kind} {name}": {kind: name, "steps": STEPS, **NEEDS.get(f"{kind} {name}", {})}
    for kind, registry in REGISTRIES.items()
    for name in registry.main_names
}
STRATEGIES |= {
    "temperature": {"temperature": 0.8, "steps": STEPS},
    "gumbel": {"temperature": 0.8, "noise": "gumbel", "steps": STEPS},
    "top-k and top-p": {"temperature": 1.2, "top_k": 3, "top_p": 0.5, "steps": STEPS},
    "no limit of steps": {"sampler": "threshold"},
    "one step": {"steps": 1},
}

PIECES = (b'": "', b'{"', b'"}', b'", "', b"return ", b" + ", b"the", b"x", b" == ", b"12", b"()")
TOKENS = (*dict.fromkeys([*(bytes([byte]) for byte in range(256)), *PIECES]), *[None] * 4)
MASK, NULL, EXPAND, DELETE = range(len(TOKENS) - 4, len(TOKENS))

FREQUENCIES = ds.Frequencies.count(["the letters of a text"], ds.Vocabulary(TOKENS), {MASK, NULL})
"""Of the random network's vocabulary; the bundled model has a table of its own."""

NESTED = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "maxLength": 12},
        "tags": {"type": "array", "items": {"enum": ["a", "bc"]}, "maxItems": 2},
        "size": {
            "type": "object",
            "properties": {"w": {"type": "integer"}, "unit": {"const": "cm"}},
            "required": ["w", "unit"],
            "additionalProperties": False,
        },
    },
    "required": ["name", "size"],
    "additionalProperties": False,
}
RECURSIVE = {
    "type": "object",
    "properties": {"v": {"type": "boolean"}, "next": {"$ref": "#"}},
    "required": ["v"],
    "additionalProperties": False,
}
PREFIX, SUFFIX = "def f(x):\n    return [", "]\n"
HOLE = ds.Template(
    (ds.Invariant(PREFIX), ds.Slot("hole", ds.any_text(), max_tokens=14), ds.Invariant(SUFFIX)),
    ds.grammar("python"),
)


def is_python_around_a_hole(text: str) -> bool:
    """Whether `ast` reads it, and the text around the hole is untouched."""
    return text.startswith(PREFIX) and text.endswith(SUFFIX) and bool(ast.parse(text))


def validates(schema: dict[str, Any]) -> Callable[[str], bool]:
    """Return jsonschema's opinion of a text."""
    return lambda text: Draft202012Validator(schema).is_valid(json.loads(text))


@dataclass(frozen=True)
class Case:
    """An output type and its judge."""

    output_type: Any
    is_right: Callable[[str], bool]


CASES = {
    "regex": Case(
        ds.regex("[a-z]{2,9}(-[0-9]{1,3})*"),
        lambda text: re.fullmatch("[a-z]{2,9}(-[0-9]{1,3})*", text) is not None,
    ),
    "nested schema": Case(NESTED, validates(NESTED)),
    "recursive schema": Case(RECURSIVE, validates(RECURSIVE)),
    "grammar hole": Case(HOLE, is_python_around_a_hole),
}


@cache
def model(name: str) -> ds.Model:
    """The bundled model, or one that answers at random."""
    if name == "bundled":
        return ds.load("bundled")
    family = ds.Family(MASK, NULL, expand_token_id=EXPAND, delete_token_id=DELETE)
    return ds.Model(random_network(size=len(TOKENS)), ds.Vocabulary(TOKENS), family)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize("network", ["random", "bundled"])
def test_the_promise_holds(network: str, strategy: str, case: str) -> None:
    settings = STRATEGIES[strategy]
    if network == "random" and strategy == "sampler position-calibrated":
        settings = settings | {"sampler": {"name": "pc", "frequencies": FREQUENCIES}}
    decoding, wanted = ds.Decoding(**settings), CASES[case]
    if strategy in NEED_BLOCKS or (network == "random" and strategy in REFUSED_AT_RANDOM):
        with pytest.raises(InvalidDecoding):
            run(network, decoding, wanted)
        return
    output = run(network, decoding, wanted)
    assert wanted.is_right(output.text), output.text
    assert all(wanted.is_right(event.text) for event in output.trace)
    assert output.stats.nfe <= (decoding.steps or PASSES_WITHOUT_A_LIMIT)
    if network == "random":
        again = run(network, decoding, wanted)
        assert [event.canvas for event in again.trace] == [event.canvas for event in output.trace]


@pytest.mark.parametrize(
    ("network", "strategy"),
    [
        *(("random", strategy) for strategy in STRATEGIES),
        *(("bundled", strategy) for strategy in STRATEGIES if strategy.startswith("sampler")),
    ],
)
def test_thinking_goes_with_every_strategy(network: str, strategy: str) -> None:
    """Thinking and answer are both denoised with it, a stage each."""
    settings = STRATEGIES[strategy]
    if network == "random" and strategy == "sampler position-calibrated":
        settings = settings | {"sampler": {"name": "pc", "frequencies": FREQUENCIES}}
    decoding, wanted = ds.Decoding(**settings), CASES["nested schema"]
    thinking = ds.Thinking(max_tokens=8, decoding=decoding, patience=2, closing=": ")

    def think() -> ds.Output:
        return model(network).generate(
            "A", wanted.output_type, decoding, max_tokens=LIMIT, seed=3, thinking=thinking
        )

    if strategy in NEED_BLOCKS or (network == "random" and strategy in REFUSED_AT_RANDOM):
        with pytest.raises(InvalidDecoding):
            think()
        return
    output = think()
    assert wanted.is_right(output.text), output.text
    assert all(wanted.is_right(event.text) for event in output.trace)
    assert "thinking" in output.slots
    assert output.stats.nfe <= 2 * (decoding.steps or PASSES_WITHOUT_A_LIMIT)
    if network == "random":
        assert [event.canvas for event in think().trace] == [e.canvas for e in output.trace]


def run(network: str, decoding: ds.Decoding, case: Case) -> ds.Output:
    """Write one output, always with the same seed."""
    return model(network).generate("A", case.output_type, decoding, max_tokens=LIMIT, seed=3)
