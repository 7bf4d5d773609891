"""What a template cannot say is refused by name, with its line; nothing of it is ever run."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import dllm_struct as ds
from dllm_struct.errors import DllmStructError, EmptyLanguage, InvalidTemplate

# source (on line 2 of a template): what the message names
REFUSED = {
    "{{ a.b }}": "an attribute",
    '{{ a["b"] }}': "an item in brackets",
    "{{ f() }}": "a call",
    '{{ regex("a") }}': "a call",
    "{{ a if b }}": "an inline 'if'",
    "{{ a is defined }}": "a test with 'is'",
    "{{ a == b }}": "a comparison",
    "{{ a, b }}": "a comma",
    "{{ a ~ b }}": "'~'",
    "{{ a + 1 }}": "'add'",
    "{{ not a }}": "'not'",
    "{{ -a }}": "'neg'",
    "{{ [a] }}": "'list'",
    '{{ "a" | regex("b") }}': "a literal",
    "{{ none }}": "a literal",
    "{{ true }}": "a literal",
    "{% if a %}{% endif %}": "{% if %}",
    '{% include "a" %}': "{% include %}",
    '{% extends "a" %}': "{% extends %}",
    '{% import "a" as b %}': "{% import %}",
    '{% from "a" import b %}': "{% from %}",
    "{% block a %}{% endblock %}": "{% block %}",
    "{% macro a() %}{% endmacro %}": "{% macro %}",
    "{% call a() %}{% endcall %}": "{% call %}",
    "{% filter upper %}{% endfilter %}": "{% filter %}",
    "{% with %}{% endwith %}": "{% with %}",
    "{% autoescape true %}{% endautoescape %}": "{% autoescape %}",
    "{% set x = 1 %}": "{% set %}",
    "{% set x %}{% endset %}": "{% set %} with a body",
    '{% set language = regex("a") %}': "after its first text",
    "{% foo %}": "unknown tag 'foo'",
    "{% endfor %}": "unknown tag 'endfor'",
    "{% for i in a %}{% endfor %}": "a loop runs over",
    "{% for i in [[]] %}{% endfor %}": "a loop runs over",
    "{% for i in [b] %}{% endfor %}": "the name 'b'",
    "{% for i, j in range(2) %}{% endfor %}": "a comma",
    "{% for i in range() %}{% endfor %}": "range expected",
    '{% for i in range("a") %}{% endfor %}': "cannot be interpreted",
    "{% for i in range(2) if i %}{% endfor %}": "a loop has an 'else'",
    "{% for i in range(2) %}{% else %}a{% endfor %}": "a loop has an 'else'",
    "{% for i in range(2) recursive %}{% endfor %}": "recursive",
    "{% for i in range(1000000000) %}{% endfor %}": "more than 10000 rounds",
    "{% for i in range(200) %}{% for i in range(200) %}{% endfor %}{% endfor %}": "rounds",
    "{{": "unexpected 'end of template'",
    "{{ a": "unexpected end of template",
    "{# a": "Missing end of comment",
    "{{ a | }}": "got",
    "{{ ! }}": "unexpected char",
    '{{ a | regex("\\d") }}': "'\\d' is no escape",
    '{{ a | regex("\\ba") }}': "'\\b' is no escape",
    '{{ a | regex("(a)\\1") }}': "'\\1' is no escape",
    '{{ a | regex("\\x1") }}': "truncated",
    "{{ a | unknown }}": "no filter 'unknown'",
    "{{ a | upper }}": "no filter 'upper'",
    "{{ a | regx }}": "did you mean regex",
    "{{ a | regex }}": "missing a required argument: 'pattern'",
    "{{ a | regex(3) }}": "'regex' takes a text in quotes, not 3",
    '{{ a | regex("a", "b") }}': "too many positional arguments",
    '{{ a | regex(b="a") }}': "'regex' has",
    "{{ a | regex(*b) }}": "unpacked",
    "{{ a | regex(**b) }}": "unpacked",
    "{{ a | regex(b) }}": "the name 'b'",
    '{{ a | regex("a" | upper) }}': "only literals",
    '{{ a | regex("(") }}': "unterminated subpattern",
    '{{ a | regex("(a)\\\\1") }}': "slot 'a': ",
    "{{ a | choice }}": "without options",
    "{{ a | choice(1) }}": "'choice' takes a text in quotes",
    "{{ a | line(3) }}": "too many positional arguments",
    '{{ a | format("post") }}': "no format is called 'post'",
    '{{ a | json("text") }}': "no JSON type is called 'text'",
    '{{ a | json_schema({"type": "x"}) }}': "slot 'a': ",
    '{{ a | json_schema({3: "x"}) }}': "the key 3",
    '{{ a | json_schema({}, whitespace="x") }}': "unknown whitespace",
    "{{ a | json_schema(3) }}": "a dict or true or false or a text in quotes",
    '{{ a | json_schema("a.json") }}': "'a.json'",
    '{{ a | grammar("jsn") }}': "no grammar is called 'jsn'",
    '{{ a | grammar("start: b") }}': "slot 'a': ",
    '{{ a | grammar("json") | line }}': "cannot both be asked for",
    "{{ a | integer(true) }}": "'integer' takes a whole number",
    "{{ a | integer(1.5) }}": "'integer' takes a whole number",
    "{{ a | min_length(-1) }}": "-1 is no length",
    "{{ a | max_length(1000000) }}": "1000000 is no length",
    "{{ a | max_tokens }}": "missing a required argument",
    "{{ a | max_tokens(-1) }}": "the limit -1 is negative",
    "{{ a | max_tokens(1) | max_tokens(1) }}": "there twice",
    "{{ a | min_tokens(3) | max_tokens(2) }}": "asks for 3 to 2 tokens",
    '{{ a | regex("a") | examples("b") }}': "the example 'b'",
    '{{ a | examples("") }}': "the example ''",
    '{{ a | json | regex("a") }}': "cannot both be asked for",
    "{{ seen }}": "'seen' is a slot already, on line 1",
    '{{ seen | regex("a") }}': "'seen' is a slot already, on line 1",
    "{{ 1" + "0" * 5000 + " }}": "a number is too long",
}


@pytest.mark.parametrize("source", REFUSED)
def test_what_is_refused_is_named_with_its_line(source: str) -> None:
    with pytest.raises(InvalidTemplate) as caught:
        ds.read_template("{{ seen }}\n" + source)
    assert REFUSED[source] in str(caught.value)
    assert caught.value.line in (2, None)
    assert caught.value.line == 2 or "too long" in caught.value.message
    assert caught.value.hint


def test_deep_nesting_is_refused() -> None:
    with pytest.raises(InvalidTemplate, match="nested too deeply"):
        ds.read_template("{{ " + "(" * 100_000)


def test_a_slot_that_can_hold_nothing() -> None:
    with pytest.raises(EmptyLanguage, match="line 2: slot 'x'"):
        ds.read_template('\n{{ x | regex("a") | regex("b") }}')


def test_lone_surrogates_are_refused() -> None:
    with pytest.raises(InvalidTemplate, match="lone surrogate"):
        ds.read_template('{{ "\\ud800" }}')


@pytest.mark.parametrize(
    "source",
    ["{% set language = 3 %}", "{% set language %}{% endset %}", "{% set language = regx() %}"],
)
def test_the_language_of_the_text_is_a_filter(source: str) -> None:
    with pytest.raises(InvalidTemplate, match="line 1"):
        ds.read_template(source + "{{ x }}")


PIECES = st.sampled_from(
    [
        *(
            "{{ ",
            " }}",
            "{% ",
            " %}",
            "{#",
            "#}",
            "a",
            " | ",
            "regex",
            '("',
            '")',
            "(",
            ")",
            "[",
            "]",
        ),
        *("{", "}", "set ", "language", " = ", "for ", " in ", "range", "endfor", "raw", "endraw"),
        *("1", "-", "*", ",", ".", ":", "\n", "\\", "max_tokens", "line", "if ", "not "),
    ]
)


@given(st.lists(PIECES, max_size=12).map("".join))
def test_any_text_is_a_template_or_refused(source: str) -> None:
    try:
        assert isinstance(ds.read_template(source + " "), ds.Template)
    except DllmStructError as error:
        assert error.hint
