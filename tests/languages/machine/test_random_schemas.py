from __future__ import annotations

from random import Random
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from dllm_struct.automata.machine import DEAD
from dllm_struct.errors import DllmStructError
from dllm_struct.languages.json_schema.graph import SchemaGraph
from dllm_struct.languages.json_schema.machine import JsonMachine
from tests.languages.machine.documents import (
    changed,
    has_exponent,
    is_member,
    read,
    schema,
    value,
    written,
)
from tests.languages.machine.walks import run, walk

randoms = st.randoms(use_true_random=False)

STYLES: dict[str, dict[str, Any]] = {
    "free": {"order": "lenient"},
    "indented": {"whitespace": "flexible", "max_space": 3},
    "slot": {"spelling": "canonical", "closed": True},
    "unordered": {"whitespace": "flexible", "order": "lenient", "spelling": "canonical"},
}


def machine_of(checked: Any, **style: Any) -> JsonMachine:
    try:
        return JsonMachine(SchemaGraph(checked), **style)
    except DllmStructError:  # refers to itself at the same place, or is not supported
        assume(False)
        raise


@pytest.mark.parametrize("whitespace", ["canonical", "flexible"])
@settings(max_examples=40)
@given(randoms)
def test_members_are_what_parses_and_is_valid(whitespace: Any, r: Random) -> None:
    checked = schema(r, 2)
    machine = machine_of(checked, whitespace=whitespace, order="lenient")
    for _ in range(8):
        canonical = whitespace == "canonical"
        text = written(r, value(r), canonical=canonical)
        text = changed(r, text) if r.random() < 0.4 else text
        if not has_exponent(text):
            expected = is_member(checked, text, canonical=canonical)
            assert machine.matches(text.encode()) == expected, text


@pytest.mark.parametrize("style", STYLES)
@settings(max_examples=40)
@given(randoms)
def test_every_state_can_be_completed(style: str, r: Random) -> None:
    checked = schema(r, 2)
    machine = machine_of(checked, **STYLES[style])
    assume(machine.start)
    for _ in range(3):
        text = walk(r, machine, r.randrange(25)).decode()
        if not has_exponent(text):
            assert Draft202012Validator(checked).is_valid(read(text)), text


@pytest.mark.parametrize("style", STYLES)
@settings(max_examples=25)
@given(randoms)
def test_a_machine_that_remembers_less_reads_every_member(style: str, r: Random) -> None:
    machine = machine_of(r.choice([schema(r, 2), *REMEMBERED]), **STYLES[style])
    assume(machine.start)
    text = walk(r, machine, r.randrange(25))
    assert machine.forgetful().matches(text), text


def test_a_machine_that_remembers_less_reads_keys_twice() -> None:
    machine = machine_of({"type": "object", "additionalProperties": {"uniqueItems": True}})
    text = b'{"a": [1, 1], "a": []}'
    assert machine.forgetful().matches(text) and not machine.matches(text)


@settings(max_examples=25)
@given(randoms)
def test_an_unsatisfiable_schema_has_no_start(r: Random) -> None:
    checked = schema(r, 1)
    if not machine_of(checked, order="lenient").start:
        valid = Draft202012Validator(checked)
        assert not any(valid.is_valid(value(r)) for _ in range(50))


REMEMBERED: list[dict[str, Any]] = [
    {"type": "object", "properties": {"name": {"type": "string"}}, "minProperties": 2},
    {"patternProperties": {"^[a-z]": {"type": "integer"}, "é$": {"minimum": 3}}},
    {"items": {"type": ["string", "number"]}, "uniqueItems": True},
    {"anyOf": [{"additionalProperties": {"type": "string"}}, {"minProperties": 1}]},
]


@pytest.mark.parametrize("style", STYLES)
@settings(max_examples=30)
@given(randoms, st.sampled_from(REMEMBERED))
def test_several_bytes_are_read_as_one_after_the_other(
    style: str, r: Random, remembered: dict[str, Any]
) -> None:
    machine = machine_of(remembered, **STYLES[style])
    text = walk(r, machine, 20)
    at = r.randrange(len(text) + 1)
    text = text[:at] + r.choice([b"", b'"', b'\\"', b"\\u00e9", b"ab"]) + text[at:]
    state = expected = machine.start
    while text and state:
        size = r.randint(1, 7)
        state = machine.read(state, text[:size])
        expected = run(machine, text[:size], expected)
        text = text[size:]
        assert (state == DEAD) == (expected == DEAD)
        assert machine.accepting(state) == machine.accepting(expected)
        if state:
            assert machine.completion(state) == machine.completion(expected)
