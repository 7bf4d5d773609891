"""Grammars as people write them, read without a lexer: what lark reads in every way."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import lark
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dllm_struct.languages.grammar.earley import EarleyReader
from dllm_struct.languages.grammar.notation import read


@dataclass(frozen=True)
class Sample:
    """A grammar, a member, and pieces to change it with."""

    grammar: str
    member: str
    pieces: tuple[str, ...]


SAMPLES = {
    "JSON": Sample(
        r"""
        start: value
        value: object | array | STRING | NUMBER | "true" | "null"
        object: "{" [pair ("," pair)*] "}"
        pair: STRING ":" value
        array: "[" [value ("," value)*] "]"
        STRING: /"([^"\\]|\\["\\nu])*"/
        NUMBER: /-?(0|[1-9][0-9]*)(\.[0-9]+)?/
        %ignore " "
        """,
        '{"a": [1, -2.5, {}], "é\\n": null}',
        ("{", "}", "[", "]", ",", ":", '"', "\\", "1", "0", ".", "-", "null", "tru", " ", "é"),
    ),
    "sums without an order": Sample(
        r"""
        start: sum
        sum: sum "+" sum | sum "*" sum | "-" sum | "(" sum ")" | NAME "(" [sum ("," sum)*] ")"
           | NAME | NUMBER
        NAME: /[a-z]+/
        NUMBER: /[0-9]+/
        %ignore /[ \n]/
        """,
        "f(a, 1) * -(b + 2) + g()",
        ("+", "*", "-", "(", ")", ",", "ab", "12", " "),
    ),
    "a dangling else, and keywords that are names": Sample(
        r"""
        start: one+
        one: "if" NAME one | "if" NAME one "else" one | NAME "=" NAME ";"?
        NAME: /[a-z]+/
        %ignore " "
        """,
        "if a if b c=d; else ifx = else",
        ("if", "else", "a", "=", ";", " "),
    ),
    "empty rules": Sample(
        r"""
        start: gap item gap rest
        rest: | "," gap item gap rest
        item: "[" rest "]" | WORD
        gap: (" " | "#" WORD)*
        WORD: /\w+/
        """,
        "a#b , [,c], d",
        (",", "[", "]", " ", "#", "x", "日"),
    ),
}


@cache
def parser(name: str) -> lark.Lark:
    return lark.Lark(SAMPLES[name].grammar, parser="earley", lexer="dynamic_complete")


@cache
def reader(name: str) -> EarleyReader:
    return EarleyReader(read(SAMPLES[name].grammar))


def matches(name: str, text: str) -> bool:
    config = reader(name).read(reader(name).start, text.encode())
    return config != 0 and reader(name).accepting(config)


@st.composite
def changed(draw: st.DrawFn, sample: Sample) -> str:
    """The member with up to three spans replaced."""
    text = sample.member
    for _ in range(draw(st.integers(0, 3))):
        low = draw(st.integers(0, len(text)))
        high = min(len(text), low + draw(st.integers(0, 5)))
        piece = "".join(draw(st.lists(st.sampled_from(sample.pieces), max_size=2)))
        text = text[:low] + piece + text[high:]
    return text


@pytest.mark.parametrize("name", SAMPLES)
@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_members_are_those_of_lark(name: str, data: st.DataObject) -> None:
    text = data.draw(changed(SAMPLES[name]))
    try:
        parser(name).parse(text)
    except lark.exceptions.UnexpectedInput:
        assert not matches(name, text)
    else:
        assert matches(name, text)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_member_is_alive_all_along(name: str) -> None:
    machine, config = reader(name), reader(name).start
    for byte in SAMPLES[name].member.encode():
        config = machine.step(config, byte)
        assert config
        assert machine.row(config)[0xFF] == 0
    assert machine.accepting(config)


def test_a_repetition_in_gbnf_counts() -> None:
    cfg = read('root ::= pair{2,3}\npair ::= "(" pair* ")"', notation="gbnf")
    machine = EarleyReader(cfg)
    members = {"()()", "(())()()"}
    for text in ("()", "()()", "(())()()", "()()()()", "(()"):
        config = machine.read(machine.start, text.encode())
        assert (config != 0 and machine.accepting(config)) == (text in members)
