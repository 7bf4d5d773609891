"""Canonical texts of values, put together from the texts of their parts."""

from __future__ import annotations

import json
from collections.abc import Iterator

from dllm_struct.automata.dfa import DFA
from dllm_struct.automata.enumeration import members as members_of
from dllm_struct.languages.json_schema.graph.equality import equality_key
from dllm_struct.languages.json_schema.shapes import ArrayShape, ObjectShape, Shapes

Text = bytes


def are_unique(shape: ArrayShape, texts: list[Text]) -> bool:
    """Whether items are as different as a shape wants them."""
    if shape.unique is None:
        return True
    return (len({equality_key(json.loads(text)) for text in texts}) == len(texts)) == shape.unique


def scalars(shapes: Shapes, count: int = 1) -> Iterator[Text]:
    """Short scalars: numbers, then literals, then strings."""
    for numbers in (shapes.written_numbers, shapes.numbers):
        if not numbers.is_empty:
            yield from members_of(numbers, count)
            break
    yield from (text.encode() for text in sorted(shapes.literals))
    if not shapes.written_strings.is_empty:
        for text in members(shapes.written_strings, count):
            yield json.dumps(text, ensure_ascii=False).encode()


def members(dfa: DFA, count: int) -> Iterator[str]:
    """Up to so many short members, decoded."""
    yield from (text.decode() for text in members_of(dfa, count))


def array_text(texts: list[Text]) -> Text:
    """An array of items."""
    return b"[" + b", ".join(texts) + b"]"


def object_text(texts: dict[str, Text]) -> Text:
    """An object of decoded names and the texts of their values."""
    pairs = (
        json.dumps(name, ensure_ascii=False).encode() + b": " + text for name, text in texts.items()
    )
    return b"{" + b", ".join(pairs) + b"}"


def in_order(shape: ObjectShape, texts: dict[str, Text]) -> dict[str, Text]:
    """Properties in the order that a shape gives them, unnamed ones last."""
    named = {prop.name: texts[prop.name] for prop in shape.properties if prop.name in texts}
    return named | {name: text for name, text in texts.items() if name not in named}


def items_of(text: Text) -> list[Text]:
    """The texts of an array's items."""
    return [json.dumps(item, ensure_ascii=False).encode() for item in json.loads(text)]
