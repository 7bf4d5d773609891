"""JSON, CSV, arithmetic, calls, patterns and molecules, with what Python reads as the judge."""

from __future__ import annotations

import ast
import csv
import io
import json
import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.grammars.members import MEMBERS
from tests.grammars.reading import reads


def expression(text: str) -> None:
    ast.parse(f"({text}\n)", mode="eval")


def table(text: str) -> None:
    list(csv.reader(io.StringIO(text, newline=""), strict=True))


JUDGES: dict[str, Callable[[str], object]] = {
    "json": json.loads,
    "arithmetic": expression,
    "function_call": expression,
    "csv": table,
    "regex": re.compile,
}

READ = {
    "json": [
        "null", " [1 ,2 ]\n", '{"a":{}}', '"\\ud800"', "-0", "1E-5", '"\x7f é"',
    ],
    "arithmetic": [
        "0", "0.50", "- - 1", "(1)", "2 ** - 2", "\t1 + 1",
    ],
    "function_call": [
        "f ( )", "f([], {})", "f(x={})", "f(-0.5, a=null)",
    ],
    "csv": [
        "", "\n", ",", '""', '"a""b"', "a\r\nb", "a b,' c",
    ],
    "regex": [
        "", "|", "()", "(?:)*", "a{0,9}?", "[^a-c]", "[\\]]", "(?a)x", "$^",
    ],
    "smiles": [
        "[H]", "*", "C%12CC%12", "C=1CCC=1", "[Fe++]", "[nH]", "CC(C)(C)C", "[CH2-:3]", "C$C",
    ],
}  # fmt: skip

NOT_READ = {
    "json": [
        "", "01", "1.", ".5", "+1", "[1,]", '{"a" 1}', "{a: 1}", "'a'", '"\t"', '"\\x"', "nul",
        "[1 2]", "NaN", '"\\u12"', "truefalse", "\ufeff1", "1 1",
    ],
    "arithmetic": [
        "", "1 +", "* 1", "01", "1.", ".5", "(1", "1)", "1 2", "()", "1 // 2", "x", "1e5",
    ],
    "function_call": [
        "f", "f(", "f(a=1, 2)", "f(1,)", "f(if=1)", "true()", "f(a=)", "f(x=y)", "1()", "f(a.b=1)",
        "f() g()", 'f("\\/")',
    ],
    "csv": [
        '"', '"a"b', 'a"b', '"a" ,b', "\x00", "a\rb",
    ],
    "regex": [
        "*", "a**", "(", ")", "[", "[]", "[z-a]", "a{2,1}", "a{", "(?<=a*)", "(?<=a|bc)", "\\1",
        "\\q", "[\\B]", "^*", "(?P<n>a)", "(?i", "x(?i)", "[[a]", "[a--b]", "a{1,1000}",
    ],
    "smiles": [
        "", "C(", "C)", "(C)", "1C", "C==C", "[C", "C]", "[]", "[Xx]", "C=", "=C", "Cl2l", "[CH4]H",
        "C.", "Q", "[C@@@H]", "C%1", "C()C", "[C+16]", "c1ccccc1 ",
    ],
}  # fmt: skip


@pytest.mark.parametrize(("name", "text"), [(n, t) for n, ts in READ.items() for t in ts])
def test_read(name: str, text: str) -> None:
    assert reads(name, text)
    JUDGES.get(name, str)(text)


@pytest.mark.parametrize(("name", "text"), [(n, t) for n, ts in NOT_READ.items() for t in ts])
def test_not_read(name: str, text: str) -> None:
    assert not reads(name, text)


@pytest.mark.parametrize(("name", "text"), [(n, t) for n in JUDGES for t in MEMBERS[n]])
def test_judge_reads_members(name: str, text: str) -> None:
    JUDGES[name](text)


@pytest.mark.parametrize("name", JUDGES)
@given(data=st.data())
def test_judge_reads_what_is_read(name: str, data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(MEMBERS[name]))
    other = data.draw(st.sampled_from(MEMBERS[name]))
    begin = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(begin, min(len(text), begin + 5)))
    cut = data.draw(st.integers(0, len(other)))
    new = data.draw(st.text(max_size=2) | st.just(other[cut : cut + 5]))
    changed = text[:begin] + new + text[end:]
    if reads(name, changed):
        JUDGES[name](changed)


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
        max_leaves=8,
    )
)
def test_json_reads_what_python_writes(value: object) -> None:
    assert reads("json", json.dumps(value))
    assert reads("json", json.dumps(value, ensure_ascii=False, indent=2))


FIELDS = st.text(st.characters(min_codepoint=32, exclude_categories=["C"]), max_size=5)


@given(st.lists(st.lists(FIELDS, min_size=1, max_size=3), min_size=1, max_size=3))
def test_csv_reads_what_python_writes(rows: list[list[str]]) -> None:
    file = io.StringIO(newline="")
    csv.writer(file).writerows(rows)
    assert reads("csv", file.getvalue())
