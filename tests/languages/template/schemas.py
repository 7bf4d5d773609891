"""Random schemas with every keyword that shapes objects and arrays, and random members of slots."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
from hypothesis import strategies as st

from dllm_struct.automata.dfa import DFA
from dllm_struct.automata.machine import DEAD, Machine
from dllm_struct.languages.base import Language
from tests.languages.json_documents import NAMES, member, scalar_schemas

MOST_DEAD_ENDS = 200


def a_member(language: Language, rng: random.Random, patience: int = 40) -> str:
    """A random member of a language that has one."""
    automaton = language.automaton
    if isinstance(automaton, DFA):
        return member(automaton, rng, patience).decode()
    return machine_member(automaton, rng, patience).decode()


def machine_member(machine: Machine, rng: random.Random, patience: int) -> bytes:
    """A random walk, and from there a short way to the end."""
    state, text = machine.start, bytearray()
    assert state != DEAD
    for _ in range(rng.randrange(patience)):
        if machine.accepting(state) and rng.random() < 0.2:
            break
        bytes_ = [b for b in np.flatnonzero(machine.row(state)).tolist() if machine.step(state, b)]
        if not bytes_:
            break
        syntax = [b for b in bytes_ if b in b'"{}[],: \\' or b > 127]
        byte = rng.choice(syntax if syntax and rng.random() < 0.5 else bytes_)
        text.append(byte)
        state = machine.step(state, byte)
    rest = machine.completion(state)
    assert rest is not None
    return bytes(text) + rest


def rich_schemas() -> st.SearchStrategy[Any]:
    """Schemas in which objects and arrays have conditions of every kind."""
    return st.recursive(
        scalar_schemas() | st.sampled_from(({}, True, {"minimum": 3}, {"$ref": "#"})),
        lambda inner: st.one_of(objects(inner), arrays(inner), combinations(inner)),
        max_leaves=6,
    )


@st.composite
def objects(draw: st.DrawFn, inner: st.SearchStrategy[Any]) -> dict[str, Any]:
    names = draw(st.lists(st.sampled_from(NAMES), unique=True, max_size=3))
    schema: dict[str, Any] = {"properties": {name: draw(inner) for name in names}}
    if draw(st.integers(0, 3)):
        schema["type"] = "object"
    extra = st.sampled_from(NAMES)
    schema["required"] = draw(st.lists(extra, unique=True, max_size=2))
    for key, values in (
        ("additionalProperties", st.booleans() | inner),
        ("patternProperties", st.dictionaries(st.sampled_from(("^a", "e", "")), inner, max_size=2)),
        ("propertyNames", st.sampled_from(({"maxLength": 4}, {"pattern": "^[a-k]"}))),
        ("minProperties", st.integers(0, 3)),
        ("maxProperties", st.integers(0, 3)),
        ("dependentRequired", st.dictionaries(extra, st.lists(extra, unique=True), max_size=2)),
    ):
        if not draw(st.integers(0, 3)):
            schema[key] = draw(values)
    return schema


@st.composite
def arrays(draw: st.DrawFn, inner: st.SearchStrategy[Any]) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "array"} if draw(st.integers(0, 3)) else {}
    for key, values in (
        ("prefixItems", st.lists(inner, min_size=1, max_size=2)),
        ("items", inner),
        ("minItems", st.integers(0, 3)),
        ("maxItems", st.integers(0, 3)),
        ("uniqueItems", st.booleans()),
        ("contains", scalar_schemas()),
    ):
        if draw(st.booleans()):
            schema[key] = draw(values)
    return schema


@st.composite
def combinations(draw: st.DrawFn, inner: st.SearchStrategy[Any]) -> dict[str, Any]:
    key = draw(st.sampled_from(("anyOf", "oneOf", "allOf", "not", "if")))
    if key == "not":
        return {"not": draw(inner)}
    if key == "if":
        return {"if": draw(inner), "then": draw(inner), "else": draw(inner)}
    return {key: draw(st.lists(inner, min_size=1, max_size=2))}
