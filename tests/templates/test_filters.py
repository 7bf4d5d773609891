"""Every filter: what its slot may hold, and how much of it."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import dllm_struct as ds
from dllm_struct.templating.languages import makers

ROOT = Path(__file__).parents[2]


def slot(filters: str) -> ds.Slot:
    (found,) = ds.read_template(f"{{{{ x {filters} }}}}").slots
    return found


# filter: members, others
FILTERS: dict[str, tuple[list[str], list[str]]] = {
    '| regex("[a-z]+")': (["a", "zz"], ["", "A", "a\n"]),
    '| regex("\\\\d\\\\d")': (["12"], ["1", "ab"]),
    "| regex('\"')": (['"'], ["'"]),
    '| choice("a", "b c")': (["a", "b c"], ["", "b", "ab"]),
    '| json_schema({"type": "array", "items": {"const": -2}, "maxItems": 1})': (
        ["[]", "[-2]"],
        ["[-3]", "[1, 1]", "3", '["a"]'],
    ),
    '| json_schema(true, whitespace="flexible") | max_tokens(9)': (["[ 1 ]", "null"], ["[", ""]),
    "| json_schema(true) | max_tokens(9)": (["[1]", "null"], ["[ 1 ]"]),
    "| json | max_tokens(9)": (['{"a": [1, null]}', "true", '"x"'], ["x", ""]),
    '| json("object") | max_tokens(9)': (["{}", '{"a": 1}'], ["[]", "1"]),
    '| json("string") | max_tokens(9)': (['""', '"a\\n"'], ["a", "1"]),
    "| integer": (["0", "-12"], ["", "01", "1.5", "a"]),
    "| integer(minimum=3, maximum=12)": (["3", "12"], ["2", "13", "-3"]),
    "| integer(3)": (["3", "99"], ["2"]),
    "| number": (["0.5", "-3"], ["x", "--1"]),
    "| number(maximum=1.5)": (["1.5", "-9"], ["1.6", "2"]),
    "| boolean": (["true", "false"], ["True", "", "null"]),
    '| format("date")': (["2024-02-29"], ["2023-02-29", "today"]),
    '| format("email")': (["a.b@example.org"], ["a", "a@"]),
    '| format("uuid")': (["3f2b8c1e-9d47-4a6b-8e21-5c0f7d9a1b34"], ["3f2b8c1e"]),
    "| identifier": (["a", "_b1"], ["", "1a", "a-b", "é"]),
    "| line": (["a", "a b", "é, ok."], ["", " a", "a ", "a\nb", "a\tb", "\x7f", "a\u2028b"]),
    "| text": (["a", "a\n\n\tb"], ["", "a\n", "\na", "a\rb", "a\x00b"]),
    "| string": (["", "a\n", "\x00", " "], []),
    "": (["a b"], ["", "a\nb"]),
    '| grammar("json")': (['{"a": [1]}', "3"], ["{", "a"]),
    '| grammar("python", start="test")': (["a + b", "f(x)[1:2]"], ["a +", "return a", "a = 1"]),
    '| grammar("start: /[ab]/+ \\"!\\"")': (["ab!"], ["!", "ab"]),
    "| string | min_length(2)": (["ab", "é\n"], ["", "é"]),
    "| string | max_length(2)": (["", "éé"], ["abc"]),
    '| regex("a*") | min_length(2) | max_length(3)': (["aa", "aaa"], ["a", "aaaa", "bb"]),
    '| identifier | regex("(?!if$).*")': (["ifx", "i"], ["if"]),
    '| integer | regex("[0-9]{2}")': (["12"], ["1", "012"]),
    '| json("integer") | integer(minimum=3)': (["3"], ["2", '"a"']),
}


@pytest.mark.parametrize(("filters", "members", "others"), [(k, *v) for k, v in FILTERS.items()])
def test_what_a_slot_may_hold(filters: str, members: list[str], others: list[str]) -> None:
    language = slot(filters).language
    assert language is not None
    assert [text for text in members if not language.matches(text)] == []
    assert [text for text in others if language.matches(text)] == []


def test_every_filter_is_tested_and_documented() -> None:
    tested = {name for filters in FILTERS for name in re.findall(r"\| (\w+)", filters)}
    page = (ROOT / "docs/reference/templates.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"`(\w+)[(`]", page.partition("## Filters")[2]))
    every = {*makers(None), "min_tokens", "max_tokens", "examples"}
    assert set(makers(None)) <= tested
    assert every <= documented


def test_samples_are_members() -> None:
    for filters in FILTERS:
        found = slot(filters)
        assert found.language is not None
        assert all(map(found.language.matches, found.samples)), filters


def test_limits_and_examples() -> None:
    found = slot('| regex("[a-z]+") | min_tokens(2) | max_tokens(8) | examples("ab", "abc")')
    assert (found.min_tokens, found.max_tokens, found.samples) == (2, 8, ("ab", "abc"))
    assert (slot("").min_tokens, slot("").max_tokens) == (0, None)


def test_the_order_of_filters_does_not_matter() -> None:
    filters = ['regex("[a-z]+")', "max_length(5)", "max_tokens(8)", 'examples("ab")']
    a, b = slot("| " + " | ".join(filters)), slot("| " + " | ".join(reversed(filters)))
    assert (a.language, a.max_tokens, a.samples) == (b.language, b.max_tokens, b.samples)


def test_a_schema_is_laid_out_unless_it_is_limited() -> None:
    schema = '{"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]}'
    template = ds.read_template(f"x = {{{{ x | json_schema({schema}) }}}};")
    assert [slot.id for slot in template.slots] == ["x/a"]
    assert template.render({"x/a": "3"}) == 'x = {"a": 3};'
    limited = ds.read_template(f"x = {{{{ x | json_schema({schema}) | max_tokens(20) }}}};")
    assert [slot.id for slot in limited.slots] == ["x"]


@given(st.dates())
def test_dates(day: date) -> None:
    language = slot('| format("date")').language
    assert language is not None
    assert language.matches(day.isoformat())


@given(st.text())
def test_lines_are_what_python_calls_lines(text: str) -> None:
    language = slot("| line").language
    assert language is not None
    if language.matches(text):
        assert text.splitlines() == [text]
        assert text.strip() == text
    if text.isprintable() and text.strip() == text != "":
        assert language.matches(text)
