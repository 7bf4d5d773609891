"""How much room the library's decoder gives each slot of a template, worked out without compiling.

Where one masked slot follows another, nothing shows where the second begins; a network that has
seen the decoder's own capacities knows. The rule is that of `dllm_struct.canvas.capacity`: twice
the typical content, at least `INITIAL`, and no more than the longest member.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache

from dllm_struct.languages.json_schema import json_schema
from dllm_struct.models.bundled.data.types import Schema
from dllm_struct.models.bundled.tokenizer import Encoder

INITIAL = 20
SLACK = 2

LONGEST_OF_FORMAT = {"date": len("2025-01-31")}
LONGEST_TIME = len("12:30")


class Rooms:
    """Capacities of slots, remembered."""

    def __init__(self, encoder: Encoder) -> None:
        """Count with the tokens of an encoder."""
        self.encoder = encoder
        self.of_value = cache(self._of_value)
        self.of_property = cache(self._of_property)

    def rooms(self, schema: Schema) -> Iterator[int]:
        """Yield the capacity of every slot of an object's template, in order."""
        required = schema.get("required", ())
        for key, value in schema["properties"].items():
            if key not in required:
                yield self.of_property(key, json.dumps(value))
            elif value.get("type") == "object":
                yield from self.rooms(value)
            else:
                yield self.of_value(json.dumps(value))

    def _of_value(self, text: str) -> int:
        value = json.loads(text)
        most = longest(value)
        if most is not None and "anyOf" not in value and value["type"] == "string":
            most -= len('""')
        schema = {"type": "object", "properties": {"a": value}, "required": ["a"]}
        return self._room(schema, most)

    def _of_property(self, key: str, text: str) -> int:
        value = json.loads(text)
        most = longest(value)
        most = None if most is None else most + len(f', "{key}": ')
        schema = {
            "type": "object",
            "properties": {"a": {"type": "null"}, key: value},
            "required": ["a"],
            "additionalProperties": False,
        }
        return self._room(schema, most)

    def _room(self, schema: Schema, most: int | None) -> int:
        samples = json_schema(schema).template().slots[-1].samples
        typical = max((len(self.encoder.encode(sample)) for sample in samples), default=0)
        room = max(INITIAL, SLACK * typical)
        return room if most is None else min(room, most)


def longest(value: Schema) -> int | None:
    """Return the bytes of a schema's longest member; None: no bound."""
    if "anyOf" in value:
        lengths = [longest(option) for option in value["anyOf"]]
        known = [length for length in lengths if length is not None]
        return max(known) if len(known) == len(lengths) else None
    if "enum" in value:
        return max(len(json.dumps(option)) for option in value["enum"])
    if value["type"] in ("boolean", "null"):
        return len("false") if value["type"] == "boolean" else len("null")
    if value["type"] == "string":
        most = (
            LONGEST_TIME if "pattern" in value else LONGEST_OF_FORMAT.get(value.get("format", ""))
        )
        return None if most is None else most + len('""')
    if value["type"] == "integer" and "maximum" in value:
        return len(str(value["maximum"]))
    return None
