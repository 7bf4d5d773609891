"""Integers and multiples against exact arithmetic, and against what `jsonschema` computes."""

from __future__ import annotations

import json
import random
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dllm_struct.automata.algebra import difference, intersection
from dllm_struct.errors import BudgetExceeded
from dllm_struct.languages.json_schema.scalars import (
    canonical_numbers,
    integers,
    multiples_of,
    non_integers,
    not_multiples_of,
    written_multiples,
)
from tests.languages.json_documents import is_valid, member

DIVISORS = ["1", "2", "5", "7", "10", "37", "1000", "0.01", "0.1", "0.5", "2.5", "2.125", "6.75",
            "0.3", "0.07", "0.0001", "1e-8"]  # fmt: skip

numbers = st.tuples(
    st.sampled_from(("", "-")),
    st.sampled_from(("0", "1", "2", "5", "10", "35", "50", "125", "1000", "99999", "123456")),
    st.sampled_from(("", ".0", ".5", ".50", ".25", ".125", ".07", ".14", ".0005000", ".000")),
    st.sampled_from(("", "", "e0", "e1", "E2", "e-1", "e+3", "e-2", "e05", "e-16")),
).map("".join)


@settings(deadline=None, max_examples=300)
@given(st.sampled_from(DIVISORS), st.lists(numbers, min_size=20, max_size=40))
def test_multiples(divisor: str, texts: list[str]) -> None:
    exact = Fraction(divisor)
    inside, outside = multiples_of(exact), not_multiples_of(exact)
    for text in texts:
        multiple = Fraction(text) % exact == 0
        if "e" not in text.lower():
            assert inside.matches(text.encode()) == multiple, text
            assert outside.matches(text.encode()) != multiple, text
        assert multiple or not inside.matches(text.encode()), text
        assert not multiple or not outside.matches(text.encode()), text


@pytest.mark.parametrize("divisor", DIVISORS)
def test_what_is_written_is_a_multiple_for_every_validator(divisor: str) -> None:
    exact, schema = Fraction(divisor), {"multipleOf": json.loads(divisor)}
    written, opposite = written_multiples(exact), not_multiples_of(exact)
    assert difference(written, multiples_of(exact)).is_empty
    assert difference(written, canonical_numbers()).is_empty
    assert intersection(opposite, multiples_of(exact)).is_empty
    for seed in range(60):
        rng = random.Random(seed)
        text = member(written, rng, patience=rng.choice((2, 6, 30))).decode()
        assert is_valid(schema, json.loads(text)), text
        text = member(opposite, rng, patience=rng.choice((2, 6, 12))).decode()
        assert not is_valid(schema, json.loads(text)), text


def test_cents_that_floating_point_gets_wrong_are_not_written() -> None:
    cent = Fraction(1, 100)
    assert 0.07 / 0.01 != 7
    assert multiples_of(cent).matches(b"0.07")
    assert not written_multiples(cent).matches(b"0.07")
    for text in (b"0.06", b"12.5", b"12.50", b"99", b"123456.75", b"-3.25"):
        assert written_multiples(cent).matches(text)


SPELLED = [
    "1", "1.0", "1e2", "10.0e0", "-0", "-0.0", "0e5", "1.5e1", "1.50e1", "100e-2", "1e308", "1E+16",
    "0.001e3", "123.450e2", "1" * 40,
]  # fmt: skip
BROKEN = ["1.5", "1e-1", "0.30000000000000004", "1e-07", "-3.0000000000000004e-05", "99.99"]
UNDECIDED = ["1e309", "1e400", "0.99999999999999999999", "1e-400", "1.00000000000000000001"]


@pytest.mark.parametrize("text", SPELLED)
def test_integers(text: str) -> None:
    assert integers().matches(text.encode())
    assert not non_integers().matches(text.encode())
    assert integers(draft4=True).matches(text.encode()) == text.lstrip("-").isdigit()
    assert non_integers(draft4=True).matches(text.encode()) != text.lstrip("-").isdigit()


@pytest.mark.parametrize("text", BROKEN)
def test_non_integers(text: str) -> None:
    assert not integers().matches(text.encode())
    assert non_integers().matches(text.encode())


@pytest.mark.parametrize("text", UNDECIDED)
def test_what_decimals_and_doubles_disagree_on(text: str) -> None:
    assert not integers().matches(text.encode())
    assert not non_integers().matches(text.encode())


def test_multiples_need_a_state_each() -> None:
    assert multiples_of(Fraction(4096)).num_states < 1000
    for divisor in ("1000003", "0.123456789"):
        with pytest.raises(BudgetExceeded):
            multiples_of(Fraction(divisor))
