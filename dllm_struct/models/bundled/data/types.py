"""The shapes of the data: a document says things, an example asks for some of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from dllm_struct.models.bundled.data.draw import Draw
from dllm_struct.models.bundled.data.said import Said

Json = Any
"""A JSON value as Python has it: dict, list, str, int, float, bool or None."""

Schema = dict[str, Any]
"""A JSON Schema, draft 2020-12."""


@dataclass(frozen=True)
class Example:
    """One task: read the prompt, write the value, which is a member of the schema."""

    kind: str
    prompt: str
    schema: Schema
    value: Json
    self_contained: bool = True
    """Whether the prompt names the fields, so that the JSON can be written without a template."""


Groups = Mapping[tuple[str, ...], tuple[str, ...]]

Maker = Callable[[Draw], Said]


@dataclass(frozen=True)
class Field:
    """One thing that documents of a kind can say.

    Attributes:
        keys: names that a schema may give it, in snake case, the usual one first.
        make: draws a fact.
        schema: the JSON Schema of its value.
    """

    keys: tuple[str, ...]
    make: Maker
    schema: Schema


@dataclass(frozen=True)
class Kind:
    """One kind of document: its fields and the phrasings that word them.

    A phrasing is text with ``{field}`` placeholders and ``<this|that|>`` alternatives. A field
    that a phrasing leaves out is one that the document does not say.

    Attributes:
        name: what the kind is called in reports.
        fields: by placeholder name.
        phrasings: seen in training.
        held_out: never seen in training.
        groups: key names of a nested object to the fields that may go into it.
    """

    name: str
    fields: Mapping[str, Field]
    phrasings: tuple[str, ...]
    held_out: tuple[str, ...]
    groups: Groups = field(default_factory=dict)

    @property
    def has_records(self) -> bool:
        """Whether a field is a list of objects."""
        schemas = (field.schema for field in self.fields.values())
        return any(schema.get("items", {}).get("type") == "object" for schema in schemas)


@dataclass(frozen=True)
class Document:
    """A text and what it says, by field; fields that it does not say are absent."""

    kind: Kind
    text: str
    facts: Mapping[str, Said]
