"""Canvases in the languages of grammars: texts whose tokens are masked, at random or in a row."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from judges import Judge

import dllm_struct as ds
from dllm_struct.languages.holes.document import Document
from dllm_struct.vocabulary.codec import Codec

TEXTS = Path(__file__).parent / "texts"
HOLE = 32

PEOPLE: dict[str, Any] = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {
            "name": {"type": "string"},
            "age": {"type": "integer"},
            "tags": {"type": "array", "items": {"type": "string"}},
            "address": {
                "type": "object",
                "properties": {"street": {"type": "string"}, "zip": {"type": "integer"}},
                "required": ["street", "zip"],
                "additionalProperties": False,
            },
        },
        "required": ["name", "age", "tags", "address"],
        "additionalProperties": False,
    },
}
NAMES = ("Ada Moreau", "Bo Lindqvist", "Chen Wei", "Dana Okafor", "Émile Roux", "Farah Haddad")
TAGS = ("new", "gold customer", "no e-mail", "abroad", "pays late", "staff")
STREETS = ("Mill Lane 4", "Am Ring 12", "Rue d'Or 7", "Via Po 31", "Long Acre 90")


@dataclass(frozen=True)
class Canvas:
    """What is decoded.

    Attributes:
        language: makes the language of all positions together.
        tokens: a member, then nulls.
        masked: positions that are masked at the start.
        complaint: what is wrong with a text of these positions, None when nothing is.
    """

    language: Callable[[], ds.Language]
    tokens: list[int]
    masked: list[int]
    complaint: Callable[[str], str | None]


class Cases:
    """The canvases, made anew for every seed.

    Args:
        codec: the vocabulary, a null token at its end.
        positions: of a JSON canvas.
    """

    def __init__(self, codec: Codec, positions: int) -> None:
        self.codec, self.positions = codec, positions
        self.null = len(codec.vocabulary) - 1

    def all(self) -> Iterator[tuple[str, Callable[[random.Random], Canvas]]]:
        """Yield names and what makes a canvas."""
        schema = lambda: ds.json_schema(PEOPLE)  # noqa: E731
        yield "a: half of a JSON text, any JSON", partial(self.json, lambda: ds.grammar("json"))
        yield "a: half of a JSON text, nested schema", partial(self.json, schema)
        yield "b: hole in a Python file", partial(self.hole, "python")
        yield "b: hole in a C-like file", partial(self.hole, "c_like")
        yield "c: half of a C-like file", partial(self.half, "c_like")

    def json(self, language: Callable[[], ds.Language], rng: random.Random) -> Canvas:
        """Half of the positions of a JSON text."""
        people: list[dict[str, Any]] = []
        tokens: list[int] = []
        while True:
            longer = self.codec.exact(json.dumps([*people, _person(rng)], ensure_ascii=False))
            if len(longer) > self.positions:
                break
            tokens = longer
            people.append(json.loads(self.codec.decode(longer))[-1])
        tokens += [self.null] * (self.positions - len(tokens))
        return Canvas(language, tokens, _half(tokens, rng), Judge("json").complaint)

    def half(self, grammar: str, rng: random.Random) -> Canvas:
        """Half of the positions of a file."""
        tokens = self.codec.exact((TEXTS / f"{grammar}.txt").read_text("utf-8"))
        judge = Judge(grammar)
        return Canvas(lambda: ds.grammar(grammar), tokens, _half(tokens, rng), judge.complaint)

    def hole(self, grammar: str, rng: random.Random) -> Canvas:
        """Some positions of a file in a row."""
        tokens = self.codec.exact((TEXTS / f"{grammar}.txt").read_text("utf-8"))
        start = rng.randrange(len(tokens) - HOLE)
        before, own, after = tokens[:start], tokens[start : start + HOLE], tokens[start + HOLE :]
        prefix, suffix = self.codec.decode(before), self.codec.decode(after)
        judge = Judge(grammar)

        def language() -> ds.Language:
            document = Document(ds.grammar(grammar), prefix, (suffix,))
            return document.contents([None], has_null=False)

        def complaint(text: str) -> str | None:
            return judge.complaint(prefix.decode() + text + suffix.decode())

        return Canvas(language, own, list(range(HOLE)), complaint)


def _person(rng: random.Random) -> dict[str, Any]:
    return {
        "name": rng.choice(NAMES),
        "age": rng.randrange(18, 90),
        "tags": rng.sample(TAGS, rng.randrange(3)),
        "address": {"street": rng.choice(STREETS), "zip": rng.randrange(1000, 99999)},
    }


def _half(tokens: list[int], rng: random.Random) -> list[int]:
    return rng.sample(range(len(tokens)), len(tokens) // 2)
