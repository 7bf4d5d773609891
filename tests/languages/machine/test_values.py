from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dllm_struct.languages.json_schema.machine.memory import Chain, Remembered
from dllm_struct.languages.json_schema.machine.values import Values, equal

scalars = st.none() | st.booleans() | st.integers(-3, 3) | st.floats(-2, 2) | st.text(max_size=2)
documents = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=1), inner)
)


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ("1", "1.0", True),
        ("1", "10e-1", True),
        ("0", "-0.0e5", True),
        ("1e400000000000", "10e399999999999", True),
        ("1", "true", False),
        ("0", "false", False),
        ('"1"', "1", False),
        ('"a"', '"\\u0061"', True),
        ('{"a": 1, "b": [2]}', '{"b": [2.0], "a": 1}', True),
        ("[1, 2]", "[2, 1]", False),
        ('["a"]', '{"a": "a"}', False),
        ("12345678901234567890.1", "12345678901234567890.2", False),
    ],
)
def test_equal_values_have_equal_numbers(a: str, b: str, same: bool) -> None:
    values = Values()
    assert (values.text(a.encode()) == values.text(b.encode())) == same


def strict(value: Any) -> Any:
    """A value that Python compares as JSON does: true is not 1."""
    if isinstance(value, bool):
        return str(value), None
    if isinstance(value, list):
        return [strict(item) for item in value]
    return {k: strict(v) for k, v in value.items()} if isinstance(value, dict) else value


@given(documents, documents)
def test_equality_of_parsed_values(a: Any, b: Any) -> None:
    assert equal(a, b) == (strict(a) == strict(b))
    assert equal(a, json.loads(json.dumps(a)))


def test_deep_values_compare_without_recursion() -> None:
    deep: Any = []
    other: Any = [1]
    for _ in range(50_000):
        deep, other = [deep], [other]
    assert equal(deep, deep)
    assert not equal(deep, other)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 5))))
def test_versions_of_a_set_do_not_disturb_each_other(steps: list[tuple[int, int]]) -> None:
    versions: list[tuple[Remembered[int], list[int]]] = [(Remembered(), [])]
    for at, element in steps:
        version, members = versions[at % len(versions)]
        if element not in members:
            versions.append((version.adding(element), [*members, element]))
            assert version.adding(element) is versions[-1][0]
    for version, members in versions:
        assert list(version) == members
        assert [element for element in range(6) if element in version] == sorted(members)


def test_versions_of_a_list() -> None:
    start: Chain[int] = Chain()
    assert start.adding(1).adding(2) is start.adding(1).adding(2)
    assert start.adding(0).adding(0).elements() == [0, 0]
