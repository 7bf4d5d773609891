"""Canvases that are all masked, of an object with as many fields as fill them, for `step.py`."""

from __future__ import annotations

import argparse
import random
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import torch
from common import read_tokens

import dllm_struct as ds
from dllm_struct.constraint import Constraint
from dllm_struct.decoding.row import Row
from dllm_struct.decoding.stage import Stage
from dllm_struct.languages.json_schema import JsonSchema, json_schema
from dllm_struct.vocabulary.codec import Codec

FIELDS: tuple[dict[str, Any], ...] = (
    {"type": "string", "maxLength": 60},
    {"type": "integer"},
    {"type": "string", "format": "date-time"},
    {"enum": ["low", "medium", "high", "critical"]},
    {"type": "array", "items": {"type": "string", "maxLength": 20}, "maxItems": 3},
    {"type": "number"},
)
WORDS = 151_643
INITIAL = 20
"""Positions of a slot without a bound of its own; in one slot for everything, it has all."""
PROMPT = 64


def tokens_of(path: Path | None) -> list[bytes]:
    """The tokens of a file; without one, all bytes and words made up of common letters."""
    if path is not None:
        return read_tokens(path)
    rng, made = random.Random(0), dict.fromkeys(bytes([byte]) for byte in range(256))
    while len(made) < WORDS:
        word = bytes(rng.choices(b'etaoinshrdlucm ",:{}[]0123456789', k=rng.randint(2, 9)))
        made[word] = None
    return list(made)


@dataclass(frozen=True)
class Setting:
    """What is written, with which tokens."""

    codec: Codec
    constraint: Constraint
    family: ds.Family
    initial: int = INITIAL

    @classmethod
    def of(cls, vocabulary: Any, family: ds.Family, positions: int, structure: str) -> Setting:
        """Return an object of fields that take so many positions, or the few that are over."""
        codec, null = Codec(vocabulary, family.special), family.null_token_id
        if structure == "free":
            return cls(codec, _free(codec, null, positions), family, positions)
        constraints = (_template(codec, null, fields) for fields in count(1))
        fits = (one for one in constraints if len(one.canvas(INITIAL, None)) >= positions)
        return cls(codec, next(fits), family)

    @property
    def positions(self) -> int:
        """Positions of the canvas."""
        return len(self.constraint.canvas(self.initial, None))

    def rows(self, batch: int) -> list[Row]:
        """Return rows whose canvases are all masked."""
        strategies = ds.Decoding(steps=16).strategies().bound(self.family, self.codec, None)
        return [
            Row(
                sequence=index,
                prompt=(0,) * PROMPT,
                constraint=self.constraint,
                canvas=self.constraint.canvas(self.initial, None),
                codec=self.codec,
                limit=None,
                stages=(Stage(strategies, 16),),
                generator=torch.Generator().manual_seed(index),
            )
            for index in range(batch)
        ]


def _object(count: int) -> JsonSchema:
    fields = {f"field {i}": FIELDS[i % len(FIELDS)] for i in range(count)}
    closed = {"required": [*fields], "additionalProperties": False}
    return json_schema({"type": "object", "properties": fields, **closed})


def _template(codec: Codec, null: int | None, fields: int) -> Constraint:
    return Constraint(_object(fields).template(), codec, null)


def _free(codec: Codec, null: int | None, positions: int) -> Constraint:
    slot = ds.Slot("text", _object(len(FIELDS)), max_tokens=positions)
    return Constraint(ds.Template((slot,)), codec, null)


def made_up(options: argparse.Namespace, positions: int) -> Setting:
    """The setting of the first and the third part."""
    words = tokens_of(options.vocabulary)
    family = ds.Family(mask_token_id=len(words), null_token_id=len(words) + 1)
    vocabulary = ds.Vocabulary([*words, None, None])
    return Setting.of(vocabulary, family, positions, options.structure)
