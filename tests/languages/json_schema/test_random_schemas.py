"""Random schemas and random documents: membership agrees with `jsonschema`."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import assume, given, note, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

import dllm_struct as ds
from dllm_struct.errors import BudgetExceeded

NAMES = ("a", "b", "ab")

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 12),
    st.sampled_from([0.5, 1.0, 2.5, -0.25, 10.0]),
    st.sampled_from(["", "a", "b", "ab", "ba", "1", "é", "a b"]),
)
documents = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*NAMES, "c", "x1", ""]), inner, max_size=4)
    ),
    max_leaves=6,
)
counts = st.integers(0, 3)
keyword_values: dict[str, st.SearchStrategy[Any]] = {
    "type": st.sampled_from(
        ["null", "boolean", "integer", "number", "string", "array", "object", ["string", "integer"]]
    ),
    "enum": st.lists(documents, min_size=1, max_size=3, unique_by=json.dumps),
    "const": documents,
    "minimum": st.integers(-2, 5),
    "exclusiveMaximum": st.integers(0, 11),
    "multipleOf": st.sampled_from([1, 2, 5, 0.5, 0.25]),
    "minLength": counts,
    "maxLength": counts,
    "pattern": st.sampled_from(["a", "^a", "b$", "^[ab]*$", "\\d"]),
    "minItems": counts,
    "maxItems": counts,
    "uniqueItems": st.booleans(),
    "required": st.lists(st.sampled_from(NAMES), max_size=2, unique=True),
    "minProperties": counts,
    "maxProperties": counts,
    "dependentRequired": st.dictionaries(
        st.sampled_from(NAMES),
        st.lists(st.sampled_from(NAMES), unique=True, max_size=2),
        max_size=2,
    ),
}


def _with_children(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    several = st.lists(inner, min_size=1, max_size=2)
    named = st.dictionaries(st.sampled_from(NAMES), inner, max_size=2).map(
        lambda mapping: dict(sorted(mapping.items()))
    )
    nested: dict[str, st.SearchStrategy[Any]] = {
        "allOf": several,
        "anyOf": several,
        "oneOf": several,
        "not": inner,
        "if": inner,
        "then": inner,
        "else": inner,
        "properties": named,
        "patternProperties": st.dictionaries(
            st.sampled_from(["^a", "b$", "[0-9]"]), inner, max_size=2
        ),
        "additionalProperties": inner,
        "propertyNames": inner,
        "dependentSchemas": named,
        "unevaluatedProperties": inner,
        "items": inner,
        "prefixItems": several,
        "contains": inner,
        "minContains": counts,
        "maxContains": counts,
        "unevaluatedItems": inner,
    }
    return _some(nested | keyword_values)


def _some(choices: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[Any]:
    """Schemas of one to four keywords."""
    return st.lists(st.sampled_from(sorted(choices)), min_size=1, max_size=4, unique=True).flatmap(
        lambda keys: st.fixed_dictionaries({key: choices[key] for key in keys})
    )


schemas = st.recursive(st.booleans() | _some(keyword_values), _with_children, max_leaves=6)


@settings(max_examples=400, deadline=None)
@given(schemas, st.lists(documents, min_size=1, max_size=8))
def test_membership_agrees_with_jsonschema(schema: Any, values: list[Any]) -> None:
    agrees(schema, values)


@pytest.mark.slow
@settings(max_examples=4000, deadline=None)
@given(schemas, st.lists(documents, min_size=1, max_size=8))
def test_membership_agrees_with_jsonschema_at_length(schema: Any, values: list[Any]) -> None:
    agrees(schema, values)


def agrees(schema: Any, values: list[Any]) -> None:
    """Every ``properties`` mapping is sorted by name, and so are the documents."""
    validator = Draft202012Validator(schema)
    try:
        language = ds.json_schema(schema)
    except BudgetExceeded:
        assume(False)
    note(json.dumps(schema))
    for value in values:
        text = json.dumps(value, sort_keys=True)
        assert language.matches(text) == validator.is_valid(value), text
