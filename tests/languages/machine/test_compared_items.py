"""Items that have to differ, or not to: small arrays against `jsonschema`, all of them."""

from __future__ import annotations

import json
from itertools import product
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings
from jsonschema import Draft202012Validator

from dllm_struct.languages.json_schema.graph.schema_graph import SchemaGraph
from dllm_struct.languages.json_schema.machine.machine import JsonMachine
from tests.languages.machine.walks import run

SCALARS = (1, 2, 3, "a")
LONGEST = 4
DOCUMENTS = [list(items) for size in range(LONGEST + 1) for items in product(SCALARS, repeat=size)]
ENUMS = st.lists(st.sampled_from(SCALARS), min_size=1, max_size=3, unique=True).map(
    lambda values: {"enum": values}
)


@st.composite
def compared(draw: st.DrawFn) -> dict[str, Any]:
    """A schema of short arrays whose items are compared, and perhaps counted."""
    schema: dict[str, Any] = {"type": "array"}
    schema |= draw(st.sampled_from([{"uniqueItems": True}, {"not": {"uniqueItems": True}}]))
    if draw(st.booleans()):
        schema["prefixItems"] = draw(st.lists(ENUMS, min_size=1, max_size=3))
    schema["items"] = draw(st.one_of(ENUMS, st.just(False)))
    low = draw(st.integers(0, LONGEST))
    schema |= {"minItems": low, "maxItems": draw(st.integers(low, LONGEST))}
    if draw(st.booleans()):
        schema["contains"] = draw(ENUMS)
        low = draw(st.integers(0, 3))
        schema |= {"minContains": low, "maxContains": draw(st.integers(low, 3))}
    return schema


def machine_of(schema: dict[str, Any]) -> JsonMachine:
    return JsonMachine(SchemaGraph(schema), whitespace="canonical", spelling="canonical")


@settings(deadline=None, max_examples=60)
@given(compared())
def test_every_small_array_and_every_beginning(schema: dict[str, Any]) -> None:
    judge = Draft202012Validator(schema)
    machine = machine_of(schema)
    members = {json.dumps(items) for items in DOCUMENTS if judge.is_valid(items)}
    for items in DOCUMENTS:
        text = json.dumps(items)
        assert machine.matches(text.encode()) == (text in members), text
    for beginning in {member[:end] for member in members for end in range(len(member) + 1)}:
        ending = machine.completion(run(machine, beginning.encode()))
        assert ending is not None, beginning
        assert beginning + ending.decode() in members
    if not members:
        assert machine.completion(machine.start) is None


@pytest.mark.parametrize("size", [1, 2, 3, 5, 40])
def test_one_that_counts_among_items_that_differ(size: int) -> None:
    schema = {
        "type": "array",
        "minItems": size,
        "uniqueItems": True,
        "contains": {"const": "a"},
        "maxContains": 1,
    }
    text = machine_of(schema).completion(machine_of(schema).start)
    assert text is not None
    assert Draft202012Validator(schema).is_valid(json.loads(text))


@pytest.mark.parametrize("depth", range(1, 6))
def test_items_that_differ_inside_items_that_differ(depth: int) -> None:
    schema: dict[str, Any] = {"type": "boolean"}
    for _ in range(depth):
        schema = {"items": schema, "minItems": 2, "maxItems": 2}
        schema |= {"type": "array", "uniqueItems": True}
    machine = machine_of(schema)
    text = machine.completion(machine.start)
    assert text is not None
    assert machine.matches(text)
    assert Draft202012Validator(schema).is_valid(json.loads(text))
    assert not machine.matches(json.dumps([json.loads(text)[0]] * 2).encode())
