"""Numbers against exact arithmetic, over every decimal of a few digits."""

from __future__ import annotations

import json
import random
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dllm_struct.errors import BudgetExceeded
from dllm_struct.languages.json_schema import json_schema
from tests.languages.json_documents import is_valid, member

WHOLES = [*range(31), 39, 40, 99, 100, 101, 123, 199, 200, 998, 999, 1000]
TEXTS = [
    f"{sign}{whole}{fraction}"
    for sign in ("", "-")
    for whole in WHOLES
    for fraction in ("", ".0", ".1", ".5", ".9", ".05", ".50", ".25", ".99", ".000", ".999")
]

bounds = st.integers(-130, 130) | st.integers(-3000, 3000).map(lambda n: n / 100)


def allowed(schema: dict[str, Any], text: str) -> bool:
    """The schema's verdict by exact arithmetic; no minus before zero, no point in integers."""
    value = Fraction(text)
    return (
        not (text[0] == "-" and value == 0)
        and (schema["type"] == "number" or "." not in text)
        and value >= Fraction(repr(schema.get("minimum", -(10**9))))
        and value <= Fraction(repr(schema.get("maximum", 10**9)))
        and value > Fraction(repr(schema.get("exclusiveMinimum", -(10**9))))
        and value < Fraction(repr(schema.get("exclusiveMaximum", 10**9)))
        and (value / schema.get("multipleOf", 1) % 1 == 0 or "multipleOf" not in schema)
    )


@settings(deadline=None, max_examples=80)
@given(
    st.sampled_from(("integer", "number")),
    st.dictionaries(
        st.sampled_from(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")), bounds
    ),
    st.sampled_from((None, 1, 2, 3, 5, 7, 10, 25)),
)
def test_ranges(kind: str, limits: dict[str, Any], multiple: int | None) -> None:
    schema = {"type": kind, **limits}
    if multiple and kind == "integer":
        schema["multipleOf"] = multiple
    language = json_schema(schema)
    for text in TEXTS:
        assert language.matches(text) == allowed(schema, text), (schema, text)


@pytest.mark.parametrize("kind", ["integer", "number"])
@pytest.mark.parametrize(
    "text",
    ["", "-", "-0", "+1", "01", "-01", "00", "1.", ".5", "1.5.", "--1", "1e3", "1E3", "0x1", "NaN",
     "Infinity", "1_000", " 1", "1 "],
)  # fmt: skip
def test_no_numbers(kind: str, text: str) -> None:
    assert not json_schema({"type": kind}).matches(text)


@settings(deadline=None, max_examples=80)
@given(
    st.dictionaries(
        st.sampled_from(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")),
        st.floats(allow_nan=False, allow_infinity=False) | bounds,
    ),
    st.integers(0, 2**32),
)
def test_members_survive_rounding(limits: dict[str, Any], seed: int) -> None:
    """Whatever the bounds, what `json` makes of a member is still within them."""
    schema = {"type": "number", **limits}
    dfa = json_schema(schema).dfa
    if not dfa.is_empty:
        for patience in (2, 10, 400):
            text = member(dfa, random.Random(seed), patience).decode()
            assert is_valid(schema, json.loads(text)), text


def test_bounds_beyond_the_digits_of_a_double() -> None:
    """2.666466880920685e16 is written …850, but the double is …848."""
    language = json_schema({"type": "number", "maximum": 2.666466880920685e16})
    assert language.matches("26664668809206848")
    assert not language.matches("26664668809206849")


def test_exclusive_bounds_leave_out_what_rounds_to_them() -> None:
    language = json_schema({"type": "number", "exclusiveMinimum": 0.1, "exclusiveMaximum": 1})
    for text in (
        "0.99999999999999994",
        "0.99999999999999995",
        "0.1000000000000000001",
        "0.10000000000000001",
    ):
        assert language.matches(text) == (0.1 < float(text) < 1), text


@settings(deadline=None)
@given(st.floats(1e-4, 1e15) | st.floats(-1e15, -1e-4) | st.integers(-(10**19), 10**19))
def test_what_json_writes_is_a_number(value: float) -> None:
    assert json_schema({"type": "number"}).matches(json.dumps(value))


def test_digits_are_bounded() -> None:
    integer = json_schema({"type": "integer"})
    assert integer.matches("9" * 20)
    assert not integer.matches("1" + "0" * 20)
    assert json_schema({"type": "integer", "minimum": 10**30}).matches("1" + "0" * 30)
    assert json_schema({"type": "integer", "maximum": -(10**30)}).matches("-1" + "0" * 30)
    assert not json_schema({"type": "integer", "maximum": 10**300}).matches("1" + "0" * 30)


@pytest.mark.parametrize(
    ("schema", "members"),
    [
        ({"type": "integer", "minimum": -3, "maximum": 2}, ["-3", "-2", "-1", "0", "1", "2"]),
        ({"type": "integer", "minimum": 0.5, "exclusiveMaximum": 2.5}, ["1", "2"]),
        ({"type": "integer", "multipleOf": 4, "minimum": -5, "maximum": 9}, ["-4", "0", "4", "8"]),
        ({"type": "number", "multipleOf": 2, "minimum": 1, "maximum": 5}, ["2", "4"]),
        ({"type": "integer", "multipleOf": 3.0, "minimum": 1, "maximum": 7}, ["3", "6"]),
        ({"type": "integer", "minimum": 998, "maximum": 1001}, ["998", "999", "1000", "1001"]),
        ({"type": "integer", "exclusiveMinimum": 1, "exclusiveMaximum": 2}, []),
        ({"type": "integer", "minimum": 3, "maximum": 2}, []),
    ],
)
def test_small_ranges(schema: dict[str, Any], members: list[str]) -> None:
    language = json_schema(schema)
    assert [str(n) for n in range(-1100, 1100) if language.matches(str(n))] == members
    assert language.dfa.is_empty == (not members)


def test_multiples_need_a_state_each() -> None:
    assert json_schema({"type": "integer", "multipleOf": 1000}).dfa.num_states < 100
    with pytest.raises(BudgetExceeded, match="1000003"):
        _ = json_schema({"type": "integer", "multipleOf": 1_000_003}).dfa
