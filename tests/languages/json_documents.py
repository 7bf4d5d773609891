"""Random schemas, values near them, members of an automaton, and `jsonschema` as the judge."""

from __future__ import annotations

import json
import random
from collections import deque
from typing import Any

import numpy as np
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from dllm_struct.automata.dfa import DFA

NAMES = ("a", "b", "key", 'quo"te', "über")
WORDS = (
    "",
    "a",
    "ab",
    "Anna",
    "x1",
    "2024-02-29",
    "2023-02-29",
    "a@b.org",
    "10.0.0.1",
    "é😀",
    '"\\\n',
)
PATTERNS = ("^a", "b$", "^[a-z]{2,4}$", "[0-9]", "^(a|é)+$", "")
FORMATS = ("date", "email", "ipv4", "ipv6", "uuid")


def is_valid(schema: Any, value: Any) -> bool:
    checker = Draft202012Validator.FORMAT_CHECKER
    return bool(Draft202012Validator(schema, format_checker=checker).is_valid(value))


def closed(schema: Any) -> Any:
    """The schema with objects and tuples closed, as they are written."""
    if isinstance(schema, list):
        return [closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {
        key: {name: closed(part) for name, part in value.items()}
        if key in ("properties", "$defs")
        else value
        if key in ("enum", "const", "required")
        else closed(value)
        for key, value in schema.items()
    }
    if "properties" in schema:
        inner["additionalProperties"] = False
    if "prefixItems" in schema and "items" not in schema:
        inner["items"] = False
    return inner


def ordered(value: Any) -> Any:
    """A value whose object keys are in alphabetical order, which all random schemas follow."""
    if isinstance(value, list):
        return [ordered(item) for item in value]
    if isinstance(value, dict):
        return {key: ordered(value[key]) for key in sorted(value)}
    return value


def member(dfa: DFA, rng: random.Random, patience: int = 60) -> bytes:
    """A random member: a random walk that turns to the nearest end when patience runs out."""
    distance = distances(dfa)
    state, text = dfa.start, bytearray()
    while True:
        if dfa.accepting[state] and (len(text) >= patience or rng.random() < 0.2):
            return bytes(text)
        targets = dfa.transitions[state]
        alive = [k for k in range(dfa.num_classes) if targets[k]]
        if not alive:
            return bytes(text)
        if len(text) >= patience:
            best = min(distance[targets[k]] for k in alive)
            alive = [k for k in alive if distance[targets[k]] == best]
        column = rng.choice(alive)
        text.append(rng.choice(np.flatnonzero(dfa.byte_class == column).tolist()))
        state = int(targets[column])


def distances(dfa: DFA) -> list[int]:
    """Fewest bytes from each state to an accepting one."""
    far = len(dfa.accepting) + 1
    found = [0 if accepting else far for accepting in dfa.accepting]
    before: list[set[int]] = [set() for _ in found]
    for state, row in enumerate(dfa.transitions.tolist()):
        for target in row:
            before[target].add(state)
    queue = deque(np.flatnonzero(dfa.accepting).tolist())
    while queue:
        state = queue.popleft()
        for source in before[state]:
            if found[source] == far:
                found[source] = found[state] + 1
                queue.append(source)
    return found


def decimals() -> st.SearchStrategy[int | float]:
    """Integers, and fractions that ``json.dumps`` writes without exponent."""
    fractions = st.integers(-3000, 3000).filter(lambda n: n % 100)
    return st.integers(-30, 30) | fractions.map(lambda n: n / 100)


def json_values() -> st.SearchStrategy[Any]:
    scalars = st.none() | st.booleans() | decimals() | st.sampled_from(WORDS) | st.text(max_size=4)
    return st.recursive(
        scalars,
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=3)
        ),
        max_leaves=6,
    )


@st.composite
def string_schemas(draw: st.DrawFn) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string"}
    kind = draw(st.sampled_from(("free", "lengths", "pattern", "format", "both")))
    if kind in ("lengths", "both"):
        schema["minLength"] = draw(st.integers(0, 3))
        schema["maxLength"] = schema["minLength"] + draw(st.integers(0, 4))
    if kind in ("pattern", "both"):
        schema["pattern"] = draw(st.sampled_from(PATTERNS))
    if kind == "format":
        schema["format"] = draw(st.sampled_from(FORMATS))
    return schema


@st.composite
def number_schemas(draw: st.DrawFn) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": draw(st.sampled_from(("integer", "number")))}
    for key in ("minimum", "exclusiveMinimum"):
        if draw(st.booleans()):
            schema[key] = draw(decimals())
    for key in ("maximum", "exclusiveMaximum"):
        if draw(st.booleans()):
            schema[key] = draw(decimals())
    if schema["type"] == "integer" and draw(st.booleans()):
        schema["multipleOf"] = draw(st.integers(1, 7))
    return schema


def scalar_schemas() -> st.SearchStrategy[dict[str, Any]]:
    values = json_values().map(ordered)
    return st.one_of(
        string_schemas(),
        number_schemas(),
        st.sampled_from(({"type": "boolean"}, {"type": "null"}, {"type": ["string", "null"]})),
        st.lists(values, min_size=1, max_size=3).map(lambda options: {"enum": options}),
        values.map(lambda value: {"const": value}),
        st.tuples(string_schemas(), string_schemas()).map(lambda both: {"allOf": list(both)}),
    )


@st.composite
def object_schemas(draw: st.DrawFn, inner: st.SearchStrategy[Any]) -> dict[str, Any]:
    names = sorted(draw(st.lists(st.sampled_from(NAMES), unique=True, max_size=4)))
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {name: draw(inner) for name in names},
        "required": [name for name in names if draw(st.booleans())],
    }
    if draw(st.booleans()):
        schema["additionalProperties"] = draw(st.booleans())
    return schema


@st.composite
def array_schemas(draw: st.DrawFn, inner: st.SearchStrategy[Any]) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "array"}
    listed = draw(st.integers(0, 2))
    if listed:
        schema["prefixItems"] = [draw(inner) for _ in range(listed)]
    if not listed or draw(st.booleans()):
        schema["items"] = draw(inner)
        schema["minItems"] = draw(st.integers(0, 2))
        if draw(st.booleans()):
            schema["maxItems"] = schema["minItems"] + draw(st.integers(0, 2))
    return schema


def schemas() -> st.SearchStrategy[dict[str, Any]]:
    """Schemas in which every keyword understood occurs."""
    return st.recursive(
        scalar_schemas(),
        lambda inner: st.one_of(
            object_schemas(inner),
            array_schemas(inner),
            st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"anyOf": parts}),
        ),
        max_leaves=5,
    )


def values_near(schema: Any) -> st.SearchStrategy[Any]:
    """Values that mostly follow a schema, so that both verdicts are common."""
    return st.integers(0, 9).flatmap(lambda n: _near(schema) if n else json_values())


def _near(schema: Any) -> st.SearchStrategy[Any]:
    parts = schema.get("anyOf") or schema.get("allOf")
    options = schema.get("enum") or ([schema["const"]] if "const" in schema else None)
    if parts:
        return st.sampled_from(parts).flatmap(values_near)
    if options:
        return st.sampled_from(options)
    by_type: dict[Any, st.SearchStrategy[Any]] = {
        "object": _objects_near(schema),
        "array": _arrays_near(schema),
        "integer": decimals(),
        "number": decimals(),
        "string": st.sampled_from(WORDS) | st.text("abé1", max_size=5),
    }
    return by_type.get(str(schema["type"]), st.sampled_from((None, True, "a")))


@st.composite
def _objects_near(draw: st.DrawFn, schema: Any) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for name, part in schema["properties"].items():
        if draw(st.integers(0, 3)) < (3 if name in schema["required"] else 2):
            value[name] = draw(values_near(part))
    if draw(st.integers(0, 7)) == 0:
        value[draw(st.sampled_from(NAMES))] = draw(json_values())
    return value


@st.composite
def _arrays_near(draw: st.DrawFn, schema: Any) -> list[Any]:
    prefix = schema.get("prefixItems", [])
    rest = schema.get("items", {"const": 0})
    length = draw(st.integers(0, 4))
    return [draw(values_near(prefix[i] if i < len(prefix) else rest)) for i in range(length)]


def spellings(value: Any) -> list[str]:
    """The texts that ``json.dumps`` writes for a value, keys in order."""
    return [json.dumps(value), json.dumps(value, ensure_ascii=False)]
