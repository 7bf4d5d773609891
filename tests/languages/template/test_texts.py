"""Automata of JSON texts, against `jsonschema` and against what they leave to machines."""

from __future__ import annotations

import json
import random
from itertools import combinations
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dllm_struct.automata.dfa import DFA
from dllm_struct.languages.json_schema.graph import SchemaGraph
from dllm_struct.languages.json_schema.machine.style import Style
from dllm_struct.languages.json_schema.texts import CANONICAL, text_of
from tests.languages.json_documents import (
    closed,
    is_valid,
    member,
    ordered,
    schemas,
    spellings,
    values_near,
)

INTEGER = {"type": "integer"}
ANY = Style()

RELAXED = settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])


def texts(schema: Any, style: Style = CANONICAL, **options: Any) -> DFA | None:
    graph = SchemaGraph(schema)
    return text_of(graph, graph.root, style, **options)


@RELAXED
@given(schemas().flatmap(lambda schema: st.tuples(st.just(closed(schema)), values_near(schema))))
def test_members_are_the_valid_values(case: tuple[Any, Any]) -> None:
    schema, value = case
    dfa = texts(schema, ANY)
    if dfa is None:
        assert '"format"' in json.dumps(schema)  # large with all the ways to escape its characters
        return
    for text in spellings(ordered(value)):
        assert dfa.matches(text.encode()) == is_valid(schema, value)


@RELAXED
@given(schemas(), st.integers(0, 2**32))
def test_closed_canonical_members_are_valid(schema: Any, seed: int) -> None:
    dfa = texts(schema, closed=True)
    assert dfa is not None
    if not dfa.is_empty:
        text = member(dfa, random.Random(seed)).decode()
        value = json.loads(text)
        assert is_valid(schema, value)
        assert text == json.dumps(value, ensure_ascii=False) or any(c in text for c in ".eE")


@pytest.mark.parametrize(("low", "high"), [(0, 4), (1, 2), (2, None), (3, 3), (4, 4), (0, 0)])
@pytest.mark.parametrize("required", ["", "b", "ad"])
def test_numbers_of_properties_are_counted(low: int, high: int | None, required: str) -> None:
    schema = {
        "type": "object",
        "properties": {name: {"const": 1} for name in "abcd"},
        "required": list(required),
        "additionalProperties": False,
        "minProperties": low,
    } | ({} if high is None else {"maxProperties": high})
    dfa = texts(schema)
    assert dfa is not None
    for count in range(5):
        for names in combinations("abcd", count):
            value = dict.fromkeys(names, 1)
            assert dfa.matches(json.dumps(value).encode()) == is_valid(schema, value)


def test_names_may_be_spelled_with_escapes() -> None:
    schema = {"properties": {"é": INTEGER}, "type": "object", "additionalProperties": False}
    dfa = texts(schema, ANY)
    assert dfa is not None
    assert dfa.matches(b'{"\\u00E9": 1}')
    canonical = texts(schema)
    assert canonical is not None
    assert not canonical.matches(b'{"\\u00e9": 1}')


@pytest.mark.parametrize(
    ("most", "text", "expected"),
    [
        (None, "[\n 1 ,\t2\r]  ", True),
        (None, "[1,2]", True),
        (None, "[1 2]", False),
        (1, "[1, 2]\n", True),
        (1, "[1,  2]", False),
        (2, "[1,  2]", True),
    ],
)
def test_flexible_whitespace(most: int | None, text: str, expected: bool) -> None:
    style = Style("flexible", max_space=most)
    dfa = texts({"type": "array", "items": INTEGER}, style)
    assert dfa is not None
    assert dfa.matches(text.encode()) == expected


NOT_REGULAR = {
    "recursion": {
        "type": "object",
        "properties": {"a": {"$ref": "#"}},
        "additionalProperties": False,
    },
    "unnamed properties": {"type": "object", "additionalProperties": INTEGER},
    "distinct items": {"type": "array", "items": INTEGER, "uniqueItems": True},
    "any value": {},
}


@pytest.mark.parametrize("schema", NOT_REGULAR.values(), ids=NOT_REGULAR)
def test_what_needs_memory_has_no_automaton(schema: Any) -> None:
    assert texts(schema) is None


HUGE = {
    "many properties": {
        "type": "object",
        "properties": {f"name{i}": INTEGER for i in range(1_000)},
        "additionalProperties": False,
    },
    "many items": {"type": "array", "items": INTEGER, "minItems": 10_000},
    "many counts": {
        "type": "object",
        "properties": {f"name{i}": {"type": "string", "maxLength": 9} for i in range(60)},
        "additionalProperties": False,
        "maxProperties": 30,
    },
    "shared definitions": {
        "$defs": {
            f"d{i}": {"type": "array", "prefixItems": [{"$ref": f"#/$defs/d{i + 1}"}] * 2}
            for i in range(40)
        }
        | {"d40": INTEGER},
        "$ref": "#/$defs/d0",
    },
}


@pytest.mark.parametrize("schema", HUGE.values(), ids=HUGE)
def test_what_would_be_huge_has_no_automaton(schema: Any) -> None:
    assert texts(schema, closed=True) is None


def test_the_limit_is_kept() -> None:
    schema = {"type": "array", "items": {"type": "string", "maxLength": 20}, "maxItems": 10}
    dfa = texts(schema)
    assert dfa is not None
    assert dfa.num_states > 1_000
    assert texts(schema, max_states=1_000) is None
