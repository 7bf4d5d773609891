"""Reading: literal text, comments, white space and loops as Jinja2 itself renders them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment

import dllm_struct as ds
from dllm_struct.errors import InvalidInput
from dllm_struct.languages.base import any_text

JINJA = Environment(trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True)

TEXTS = st.text(st.sampled_from("ab {}%#-\n\r\t\"'\\é"), max_size=8).map(
    lambda text: text.replace("{", "{ ") + "."
)
NAMES = ("first", "second", "third")


@st.composite
def sources(draw: st.DrawFn, depth: int = 2) -> str:
    """Pieces of every kind, with white space control."""
    pieces = []
    for _ in range(draw(st.integers(0, 5))):
        left, right = draw(st.sampled_from(["", "-"])), draw(st.sampled_from(["", "-"]))
        text, name = draw(TEXTS), draw(st.sampled_from(NAMES))
        kinds = [
            text,
            f"{{#{left} {text.replace('#', '')} {right}#}}",
            f"{{%{left} raw %}}{{{{ {text} {{% endraw {right}%}}",
            f"{{{{{left} {name} {right}}}}}",
            f"{{{{{left} {json.dumps(text, ensure_ascii=False)} {right}}}}}",
            "\n  ",
        ]
        if depth:
            body = draw(sources(depth=depth - 1))
            kinds.append(f"{{% for i in range(2) {right}%}}{body}{{{{ i }}}}{{%{left} endfor %}}")
        pieces.append(draw(st.sampled_from(kinds)))
    return "".join(pieces)


@given(source=sources(), contents=st.lists(TEXTS, min_size=3, max_size=3))
def test_values_are_put_in_as_jinja_does(source: str, contents: list[str]) -> None:
    values = dict(zip(NAMES, contents, strict=True))
    used = {name: text for name, text in values.items() if f" {name} " in source}
    source = f"{source} "  # never the name of a shipped template
    template = ds.read_template(source, **used)
    assert template.slots == ()
    assert template.render({}) == JINJA.from_string(source).render(values)


@given(st.text())
def test_literal_text_stays_as_it_is(text: str) -> None:
    for opening in ("{{", "{%", "{#"):
        text = text.replace(opening, "")
    text = text.replace("\r", "").strip("{") + " "
    template = ds.read_template(text + "{{ x }}" + text)
    assert template.parts == (ds.Invariant(text), template.slots[0], ds.Invariant(text))
    assert template.render({"x": "?"}) == f"{text}?{text}"


def test_braces_are_written_raw_or_in_quotes() -> None:
    template = ds.read_template('{% raw %}{{ a }}{% endraw %} {{ "{{" }} {{ 3 }}')
    assert template.parts == (ds.Invariant("{{ a }} {{ 3"),)


def test_a_line_of_its_own_leaves_no_line() -> None:
    source = "a\n  {# note #}\n{% for i in range(2) %}\n  b\n{% endfor %}\nc"
    assert ds.read_template(source).render({}) == "a\n  b\n  b\nc"


def test_line_breaks_are_line_feeds() -> None:
    assert ds.read_template("a\r\nb\rc ").render({}) == "a\nb\nc "
    assert ds.read_template('a {{ "\\r\\n" }}').render({}) == "a \r\n"
    assert ds.read_template("{{ x }} ", x="a\r\n").render({}) == "a\r\n "


def test_slots_of_loops_are_numbered() -> None:
    source = '{% for kind in ["a", "b"] %}{{ kind }}: {{ item }}{% for i in range(2) %}{{ sub }}'
    template = ds.read_template(source + "{% endfor %}{% endfor %}")
    assert [slot.id for slot in template.slots] == [
        "item1",
        "sub1_1",
        "sub1_2",
        "item2",
        "sub2_1",
        "sub2_2",
    ]
    assert template.parts[0] == ds.Invariant("a: ")


def test_values_of_loops_by_id_or_by_name() -> None:
    source = "{% for i in range(3) %}{{ x }}{% endfor %} "
    assert ds.read_template(source, x="a").render({}) == "aaa "
    template = ds.read_template(source, x2="b", x="a")
    assert template.render({}) == "aba "


def test_a_value_may_stand_in_several_places() -> None:
    assert ds.read_template("{{ x }} {{ x }}", x="a").render({}) == "a a"


def test_a_value_has_to_fit_its_place() -> None:
    source = '{{ x | regex("[a-z]+") | max_length(3) }} {{ n | integer }}'
    assert ds.read_template(source, x="abc", n=3).render({}) == "abc 3"
    for wrong in ("abcd", "A", "", "a\ud800"):
        with pytest.raises(InvalidInput, match="value of 'x'"):
            ds.read_template(source, x=wrong)
    with pytest.raises(InvalidInput, match=r"'n', '3\.5', is not"):
        ds.read_template(source, n=3.5)


def test_a_value_may_be_a_language_or_a_type() -> None:
    source = '{{ x | regex("[a-z]+") }} {{ y }}'
    template = ds.read_template(source, x=ds.choice(["a", "B"]), y=int)
    x, y = template.slots
    assert [x.language.matches(text) for text in ("a", "B")] == [True, False]
    assert y.language.matches("-3")
    assert not y.language.matches("a")


def test_schemas_are_intersected_by_value() -> None:
    """References lead into the schema that they stand in."""
    mine = {
        "type": "object",
        "properties": {"a": {"$ref": "#/$defs/small"}},
        "required": ["a"],
        "$defs": {"small": {"type": "integer", "maximum": 9}},
    }
    source = (
        '{{ x | json_schema({"required": ["b"], "$ref": "#/$defs/o", "$defs": {"o": true}}) }} '
    )
    template = ds.read_template(source, x=mine)
    assert [slot.id for slot in template.slots][:1] == ["x/a"]
    one = ds.read_template(source.replace(" }}", " | max_tokens(50) }}"), x=mine).slots[0]
    assert one.language.matches('{"a": 9, "b": 1}')
    assert not one.language.matches('{"a": 10, "b": 1}')
    assert not one.language.matches('{"a": 9}')


@pytest.mark.parametrize("value", [True, [1], object()])
def test_other_values_are_refused(value: object) -> None:
    with pytest.raises(InvalidInput, match="the value of 'x'"):
        ds.read_template("{{ x }} ", x=value)


def test_a_value_without_a_place_is_refused() -> None:
    with pytest.raises(InvalidInput, match=r"no 'z' .*it has x, y"):
        ds.read_template("{{ x }} {{ y }}", z="a")
    with pytest.raises(InvalidInput, match="no 'i' "):
        ds.read_template("{% for i in range(2) %}{{ i }}{{ x }}{% endfor %}", i="a")


def test_files(tmp_path: Path) -> None:
    (tmp_path / "n.json").write_text('{"type": "integer", "minimum": 3}')
    path = tmp_path / "letter.jinja"
    path.write_bytes(b'\xef\xbb\xbfDear {{ x }},\r\n{{ n | json_schema("n.json") }}\n')
    template = ds.read_template(path)
    assert template.render({"x": "A", "n": "3"}) == "Dear A,\n3"
    assert not template.slots[1].language.matches("2")


@pytest.mark.parametrize("name", ["no.json", "../n.json", "/n.json"])
def test_files_that_a_template_may_not_name(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "inside"
    folder.mkdir()
    (tmp_path / "n.json").write_text("{}")
    path = folder / "letter.jinja"
    path.write_text(f'\n{{{{ n | json_schema("{name}") }}}}')
    with pytest.raises(ds.DllmStructError, match=r"line 2: slot 'n': .*n?o?\.json"):
        ds.read_template(path)
    with pytest.raises(ds.DllmStructError, match=r"line 1: .*lies in no folder"):
        ds.read_template(f'{{{{ n | json_schema("{name}") }}}}')


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="cannot read"):
        ds.read_template(tmp_path / "none.jinja")


def test_an_unknown_name() -> None:
    with pytest.raises(InvalidInput, match=r"no template is called 'tool_cal'.*tool_call"):
        ds.read_template("tool_cal")


def test_the_language_of_the_whole_text() -> None:
    source = (
        '{# digits #}\n{% set language = regex("[0-9]+-[0-9]+") %}\n{{ a }}-{{ b | regex("1+") }}'
    )
    template = ds.read_template(source)
    assert template.language == ds.regex("[0-9]+-[0-9]+")
    assert [slot.language for slot in template.slots] == [any_text(), ds.regex("1+")]
    assert template.parts[1] == ds.Invariant("-")


def test_a_text_without_slots_is_checked_against_its_language() -> None:
    source = '{% set language = regex("[0-9]+-[0-9]+") %}\n{{ a }}-{{ b }}'
    assert ds.read_template(source, a=1, b=2).parts == (ds.Invariant("1-2"),)
    with pytest.raises(InvalidInput, match="has no slot"):
        ds.read_template(source, a="x", b=2)
