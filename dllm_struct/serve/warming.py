"""Writes something of every kind, so that no request waits for loops that are not compiled yet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from dllm_struct.decoding.settings import Decoding
from dllm_struct.generation import Model
from dllm_struct.generation.job import Job
from dllm_struct.generation.requests import Request
from dllm_struct.languages.grammar.language import grammar
from dllm_struct.languages.json_schema import json_schema
from dllm_struct.languages.regex import regex
from dllm_struct.models.family import Family
from dllm_struct.shipped import shipped
from dllm_struct.vocabulary import Vocabulary

MASK, NULL, SIZE = 256, 257, 258
MOST = 24
"""Positions of an output."""

OBJECT: dict[str, Any] = {
    "type": "object",
    "properties": {
        "a": {"type": "integer", "minimum": 3, "maximum": 40},
        "b": {"type": "number", "exclusiveMinimum": 0.5},
        "c": {"type": "string", "pattern": "^[a-z]+$", "maxLength": 3},
        "d": {"type": "array", "items": {"enum": ["x", 1]}, "maxItems": 2},
    },
}
TREE: dict[str, Any] = {
    "type": "object",
    "properties": {"a": {"type": "array", "items": {"$ref": "#"}, "maxItems": 1}},
}
TYPES = (
    str,
    regex("[a-z]+"),
    OBJECT,
    TREE,
    {"type": "object"},
    json_schema({"type": "object"}),
    grammar('start: "a" start | "b"'),
)
DECODINGS = (Decoding(), Decoding(temperature=1.0, top_p=0.9, steps=4))


def warm_up() -> None:
    """Compile the inner loops, which are then kept on disk, and read the shipped grammars."""
    for file in shipped("grammars").iterdir():
        name, _, kind = file.name.rpartition(".")
        if kind in ("lark", "gbnf"):
            grammar(name)
    model = _model()
    for job in _jobs(model):
        job.start(model.forward).outputs()


def _jobs(model: Model) -> Iterator[Job]:
    for output_type in TYPES:
        for decoding in DECODINGS:
            yield model.prepare("a", output_type, decoding, 3 * MOST, 0)
    yield model.prepare_infill("x = ", "\n", grammar("python"), max_tokens=MOST, seed=0)
    for whole in (regex("(a=[0-9]+;)+"), None):
        text = "a=1;a=2;"
        yield model.prepare_edit(Request(text, [(2, 3), (6, 7)], None, whole), seed=0)
    yield model.prepare_edit(Request("a=1", "auto"), seed=0)


def _model() -> Model:
    """A model that knows every byte, and prefers the end of the text."""

    def network(input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        logits = torch.zeros(*input_ids.shape, SIZE)
        logits[..., NULL] = 5.0
        return logits

    vocabulary = Vocabulary([*(bytes([value]) for value in range(256)), None, None])
    return Model(network, vocabulary, Family(mask_token_id=MASK, null_token_id=NULL))
