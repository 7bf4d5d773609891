"""Bounds and equality against exact arithmetic and against the doubles that Python reads."""

from __future__ import annotations

import json
import operator
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dllm_struct.automata.algebra import intersection
from dllm_struct.automata.dfa import DFA
from dllm_struct.errors import BudgetExceeded
from dllm_struct.languages.json_schema.scalars import (
    all_numbers,
    at_least,
    at_most,
    canonical_numbers,
    equal_to,
    integers,
    other_than,
)
from dllm_struct.languages.json_schema.scalars.numbers import decimal_of

Compare = Callable[[Any, Any], bool]

FUNCTIONS: list[tuple[Callable[..., DFA], bool, Compare]] = [
    (at_least, False, operator.ge),
    (at_least, True, operator.gt),
    (at_most, False, operator.le),
    (at_most, True, operator.lt),
]
FAMOUS = [0, 1, -1, 10, 100, 0.1, -0.1, 2.5, 65535, 1e-7, 123.456, -1000, 0.3, 99.99]

exponents = st.builds(
    lambda e, sign, value: f"{e}{sign}{value}",
    st.sampled_from("eE"),
    st.sampled_from(("", "+", "-")),
    st.sampled_from(("0", "1", "00", "02", "3", "007", "10", "100", "299")),
)
fractions = st.text("0123456789", min_size=1, max_size=6).map(lambda digits: f".{digits}")
wholes = st.just("0") | st.integers(1, 9999).map(str)
small = st.tuples(
    st.sampled_from(("", "-")), wholes, st.just("") | fractions, st.just("") | exponents
)
texts = small.map("".join)


def read(text: str) -> int | float:
    value: int | float = json.loads(text)
    return value


def is_looked_at(text: str) -> bool:
    """Whether the spelling is one of those whose value counts."""
    mantissa, _, power = text.lstrip("-").lower().partition("e")
    whole, _, fraction = mantissa.partition(".")
    zeros = len(fraction) - len(fraction.lstrip("0"))
    if whole != "0" or not mantissa.strip("0."):
        return True
    return zeros <= (2 if power else 30)


@st.composite
def near(draw: st.DrawFn, value: float) -> str:
    """A decimal near a number, perhaps with an exponent."""
    digits = draw(st.sampled_from((1, 3, 16, 17, 18, 20)))
    change = Fraction(draw(st.sampled_from((-10, -1, 0, 0, 1, 10))), 10**digits)
    places = draw(st.sampled_from((0, 1, 5, 18, 25)))
    units = abs(int(decimal_of(value) * (1 + change) * 10**places))
    text = f"{units:0{places + 1}}"
    text = f"{text[:-places]}.{text[-places:]}" if places else text
    shift = draw(st.integers(-5, 5))
    if shift and len(text.partition(".")[0]) == 1 and text[0] != "0":
        text = f"{text}e{shift}"
    return draw(st.sampled_from(("", "-"))) + text


@settings(deadline=None, max_examples=150)
@given(
    st.sampled_from(FAMOUS) | st.integers(-(10**6), 10**6) | st.floats(-1e6, 1e6).map(float),
    st.sampled_from(FUNCTIONS),
    st.data(),
)
def test_bounds(value: float, function: Any, data: st.DataObject) -> None:
    make, exclusive, compare = function
    exact = decimal_of(value)
    dfa = make(exact, exclusive)
    for text in data.draw(st.lists(texts | near(value), min_size=20, max_size=40)):
        satisfied = compare(Fraction(text), exact) and compare(read(text), value)
        if dfa.matches(text.encode()):
            assert satisfied, text
        elif satisfied and is_looked_at(text) and abs(value) > 1e-300:
            assert repr(read(text)) != text, text  # no double's own spelling is left out


@settings(deadline=None, max_examples=100)
@given(st.sampled_from(FAMOUS) | st.integers(-1000, 1000) | st.floats(-100, 100), st.data())
def test_equality(value: float, data: st.DataObject) -> None:
    same, other = equal_to(value), other_than(value)
    assert intersection(same, other).is_empty
    for text in data.draw(st.lists(texts | near(value), min_size=20, max_size=40)):
        equal = Fraction(text) == decimal_of(value)
        assert same.matches(text.encode()) == (equal and is_looked_at(text)), text
        if other.matches(text.encode()):
            assert not equal and read(text) != value, text


@settings(deadline=None, max_examples=300)
@given(
    st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**64), 2**64),
    st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**64), 2**64),
)
def test_what_json_writes_is_compared(value: float, bound: float) -> None:
    """Any double and any integer, as `json.dumps` spells them."""
    exact = decimal_of(bound)
    if exact.denominator == 1:
        bound = int(exact)
    text = json.dumps(value).encode()
    assert all_numbers().matches(text)
    for make, exclusive, compare in FUNCTIONS:
        agreed = compare(decimal_of(value), exact) and compare(value, bound)
        found = make(exact, exclusive).matches(text)
        assert found == agreed or (agreed and abs(exact) < 1e-300) or abs(exact) > 2**53


@pytest.mark.parametrize(
    ("text", "member"),
    [
        ("0.99999999999999994", True),
        ("0.99999999999999995", False),
        ("9.9999999999999995e-1", False),
        ("1e-400", True),
        ("0.100e1", False),
        ("1", False),
        ("-5e300", True),
    ],
)
def test_what_rounds_to_an_exclusive_bound_is_not_below_it(text: str, member: bool) -> None:
    assert at_most(Fraction(1), exclusive=True).matches(text.encode()) == member


def test_zero() -> None:
    spelled = ["0", "-0", "0.0", "-0.000", "0e5", "0.0E-7", "-0e+000"]
    assert all(equal_to(0).matches(text.encode()) for text in spelled)
    assert not any(at_least(Fraction(0), True).matches(text.encode()) for text in spelled)
    assert not equal_to(0).matches(b"1e-400")  # a double makes it zero, a decimal does not
    assert not other_than(0).matches(b"1e-400")


def test_integers_keep_all_digits() -> None:
    big = 9007199254740993  # not a double
    assert equal_to(big).matches(b"9007199254740993")
    assert not equal_to(big).matches(b"9007199254740993.0")
    assert equal_to(1e23).matches(b"1e+23")
    assert not equal_to(1e23).matches(b"1" + b"0" * 23)  # the double is another integer
    assert not at_most(Fraction(big - 1)).matches(b"9007199254740993")
    assert at_most(Fraction(10**30)).matches(b"9" * 30)
    assert not at_most(Fraction(10**30)).matches(b"9" * 31)


def test_bounds_have_a_reasonable_length() -> None:
    with pytest.raises(BudgetExceeded):
        at_least(Fraction(10**2000))
    with pytest.raises(BudgetExceeded):
        at_least(Fraction(1, 3))


@settings(deadline=None)
@given(st.integers(-(10**15) + 1, 10**15 - 1), st.integers(0, 5))
def test_canonical_numbers(units: int, places: int) -> None:
    value = Fraction(units, 10**places)
    written = canonical_numbers()
    text = str(units) if places == 0 else f"{units / 10**places:.{places}f}"
    if Fraction(text) == value and (value.denominator == 1) == ("." not in text):
        one_zero = places == 2 and text[-1] == "0"
        assert written.matches(text.encode()) == (text[-1] != "0" or places == 0 or one_zero)


@pytest.mark.parametrize("text", ["-0", "1.0", "1e5", "0.0", "1.500", "01", "", "-", "1.", "1.00"])
def test_not_canonical(text: str) -> None:
    assert not canonical_numbers().matches(text.encode())


@pytest.mark.parametrize("text", ["", "-", "+1", "01", "1.", ".5", "--1", "1e", "0x1", "NaN", " 1"])
def test_no_numbers(text: str) -> None:
    for dfa in (all_numbers(), integers(), at_least(Fraction(-5)), other_than(3)):
        assert not dfa.matches(text.encode())
