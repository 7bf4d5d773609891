"""From a document to a task: which fields are asked for, under which names and in which shape."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass

from dllm_struct.models.bundled.data.draw import Draw
from dllm_struct.models.bundled.data.instruct import with_instruction
from dllm_struct.models.bundled.data.said import Said
from dllm_struct.models.bundled.data.types import Document, Example, Groups, Json, Schema

MAX_FIELDS = 6

OPTIONAL, OPTIONAL_HELD_OUT = 0.2, 0.06
"""Share of optional properties. Training sees more of them: their hidden key makes them hard."""


@dataclass(frozen=True)
class Claim:
    """A field that a task may ask for; `said` is None when the text does not say it."""

    field: str
    keys: tuple[str, ...]
    schema: Schema
    said: Said | None


@dataclass(frozen=True)
class _Property:
    key: str
    schema: Schema
    value: Json
    required: bool
    present: bool


def claims(document: Document) -> list[Claim]:
    """List every field of the document's kind, said or not."""
    return [
        Claim(name, field.keys, field.schema, document.facts.get(name))
        for name, field in document.kind.fields.items()
    ]


def pose_document(draw: Draw, document: Document, free_form: bool) -> Example:
    """Ask for some of what a document says; in free form the prompt always names the fields."""
    return pose(
        draw, document.kind.name, document.text, claims(document), document.kind.groups, free_form
    )


def pose(
    draw: Draw,
    kind: str,
    text: str,
    available: Sequence[Claim],
    groups: Groups,
    free_form: bool,
) -> Example:
    """Choose fields, key names, nesting and optionality, and write the prompt.

    Args:
        draw: source of randomness.
        kind: the name reported with the example.
        text: what to read.
        available: the fields that may be asked for.
        groups: names of a nested object → the fields that it may hold.
        free_form: whether the prompt must name the fields.

    Returns:
        The task with its expected value.
    """
    chosen = _choose(draw, available)
    named = free_form or draw.chance(0.6) or _needs_names(chosen)
    camel = draw.chance(0.2)
    optional_share = (OPTIONAL_HELD_OUT if draw.held_out else OPTIONAL) if named else 0.0
    schema, value = _object(draw, _nest(draw, chosen, groups), camel, optional_share)
    prompt = with_instruction(draw, text, schema) if named else text
    return Example(kind, prompt, schema, value, self_contained=named)


def _choose(draw: Draw, available: Sequence[Claim]) -> list[Claim]:
    said = [claim for claim in available if claim.said is not None]
    unsaid = [claim for claim in available if claim.said is None]
    draw.rng.shuffle(said)
    draw.rng.shuffle(unsaid)
    most = min(MAX_FIELDS, len(said))
    count = max(draw.between(1, most) for _ in range(3)) if most else 0
    missing = min(len(unsaid), draw.pick((0, 0, 0, 0, 1, 1, 2))) if count else 1
    chosen = said[:count] + unsaid[:missing]
    if draw.chance(0.5):
        draw.rng.shuffle(chosen)
        return chosen
    return sorted(chosen, key=available.index)


def _needs_names(chosen: Sequence[Claim]) -> bool:
    """Arrays of objects hide their keys in a slot, so the prompt has to name them."""
    return any(claim.schema.get("items", {}).get("type") == "object" for claim in chosen)


_Node = Claim | tuple[tuple[str, ...], list[Claim]]


def _nest(draw: Draw, chosen: list[Claim], groups: Groups) -> list[_Node]:
    """Move the chosen fields of a group into a nested object, half of the time."""
    nodes: list[_Node] = list(chosen)
    for keys, members in groups.items():
        inside = [claim for claim in chosen if claim.field in members and claim in nodes]
        if not any(claim.said for claim in inside) or not draw.chance(0.5):
            continue
        first = nodes.index(inside[0])
        nodes = [node for node in nodes if node not in inside]
        nodes.insert(min(first, len(nodes)), (keys, inside))
    return nodes


def _object(
    draw: Draw, nodes: Sequence[_Node], camel: bool, optional_share: float
) -> tuple[Schema, Json]:
    taken: set[str] = set()
    properties = []
    for node in nodes:
        keys = node.keys if isinstance(node, Claim) else node[0]
        key = _key(draw, keys, camel, taken)
        taken.add(key)
        properties.append(_property(draw, key, node, camel, optional_share))
    if not any(prop.required for prop in properties):
        properties[0] = _required(properties[0])
    schema = {
        "type": "object",
        "properties": {prop.key: prop.schema for prop in properties},
        "required": [prop.key for prop in properties if prop.required],
        "additionalProperties": False,
    }
    return schema, {prop.key: prop.value for prop in properties if prop.present}


def _key(draw: Draw, keys: tuple[str, ...], camel: bool, taken: set[str]) -> str:
    for name in (keys[0] if draw.chance(0.4) else draw.pick(keys), *keys):
        key = _camel(name) if camel else name
        if key not in taken:
            return key
    return f"{keys[0]}_{len(taken)}"


def _camel(name: str) -> str:
    head, *tail = name.split("_")
    return head + "".join(part.capitalize() for part in tail)


def _property(draw: Draw, key: str, node: _Node, camel: bool, optional_share: float) -> _Property:
    if not isinstance(node, Claim):
        schema, value = _object(draw, node[1], camel, optional_share)
        return _shaped(draw, key, schema, value, optional_share / 2)
    schema = copy.deepcopy(node.schema)
    if node.said is not None:
        return _shaped(draw, key, schema, node.said.value, optional_share)
    if draw.chance(0.4 if optional_share else 0.0):
        return _Property(key, schema, None, required=False, present=False)
    if schema.get("type") == "array":
        return _Property(key, schema, [], required=True, present=True)
    return _Property(key, _nullable(schema), None, required=True, present=True)


def _required(prop: _Property) -> _Property:
    if prop.present:
        return _Property(prop.key, prop.schema, prop.value, True, True)
    if prop.schema.get("type") == "array":
        return _Property(prop.key, prop.schema, [], True, True)
    return _Property(prop.key, _nullable(prop.schema), None, True, True)


def _shaped(draw: Draw, key: str, schema: Schema, value: Json, optional_share: float) -> _Property:
    """A field that is said: plain, nullable or optional."""
    if draw.chance(optional_share):
        return _Property(key, schema, value, required=False, present=True)
    if draw.chance(0.12):
        return _Property(key, _nullable(schema), value, required=True, present=True)
    return _Property(key, schema, value, required=True, present=True)


def _nullable(schema: Schema) -> Schema:
    return schema if "anyOf" in schema else {"anyOf": [schema, {"type": "null"}]}
