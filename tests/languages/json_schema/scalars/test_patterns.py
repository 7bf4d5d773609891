"""Patterns of schemas: found anywhere, combined, and read the same way by Python."""

from __future__ import annotations

import random
import re

import pytest

from dllm_struct.automata.algebra import difference, intersection
from dllm_struct.automata.utf8 import utf8_text
from dllm_struct.errors import BudgetExceeded
from dllm_struct.languages.json_schema.scalars import (
    length_text,
    pattern_text,
    python_pattern_text,
)
from tests.languages.json_documents import member


def test_patterns_are_found_anywhere_and_combine() -> None:
    found = intersection(pattern_text("b"), length_text(2, 3))
    texts = ("b", "ab", "abc", "bb", "acc", "abcd")
    assert [text for text in texts if found.matches(text.encode())] == ["ab", "abc", "bb"]


@pytest.mark.parametrize(
    "pattern",
    [
        r"^\D+$",
        r"^\W$",
        r"^[^\w]{2}$",
        r"^\S$",
        r"^(?!\d)..$",
        r"\bé\b",
        r"^\s{2}$",
        "^(?!.*a)[^b]{3}$",
        "^(?!a$)[^b]{1,2}$",
        r"(?<!\w)é",
    ],
)
def test_what_is_written_satisfies_python_too(pattern: str) -> None:
    written = python_pattern_text(pattern)
    assert difference(written, pattern_text(pattern)).is_empty
    for seed in range(40):
        assert re.search(pattern, member(written, random.Random(seed)).decode())


@pytest.mark.parametrize(
    ("pattern", "same"),
    [
        ("a{1,100000}", "a"),
        (".*a.*", "a"),
        ("(?:ab){2,5000}", "abab"),
        ("(?:[ab]{0,20}a){1,30}", "a"),
        ("x*", ""),
        ("^a+", "^a"),
        ("a+$", "a$"),
        (r"a+\b", r"a\b"),
        ("a{2,}|b?", ""),
    ],
)
def test_repetitions_at_open_ends_cost_nothing(pattern: str, same: str) -> None:
    assert pattern_text(pattern) == pattern_text(same)
    assert pattern_text("") == utf8_text()


@pytest.mark.parametrize(
    "pattern",
    [
        "[ab]*a[ab]{20}$",
        "^a{1,1000000}$",
        "^(a{1,50000}b){1,50000}$",
        "(?=.*a.{18})(?=.*b.{18}).*",
        "^(?!.*(a.{20}b)).*$",
        "(?<=a.{15}b.{15})c",
    ],
)
def test_what_explodes_is_stopped(pattern: str) -> None:
    with pytest.raises(BudgetExceeded):
        pattern_text(pattern)


def test_patterns_with_lengths() -> None:
    """Names of Kubernetes objects."""
    label = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
    names = intersection(pattern_text(rf"^{label}(\.{label})*$"), length_text(0, 253))
    assert names.num_states < 1000
    assert names.matches(b"a" * 253)
    assert not names.matches(b"a" * 254)
    assert not names.matches(b"a-")
