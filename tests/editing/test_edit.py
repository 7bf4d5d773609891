"""Editing a text: outside the spans every byte stays; the whole is a member."""

from __future__ import annotations

import ast
import json
import re
from dataclasses import dataclass, replace
from typing import Any

import jsonschema
import pydantic
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

import dllm_struct as ds
from dllm_struct.editing.edited import apply
from dllm_struct.editing.instructions import EDIT, KEEP
from dllm_struct.errors import InvalidInput, NotInLanguage
from dllm_struct.generation.edits import VERDICT
from tests.conftest import TOKENS, noise
from tests.tiny import seeds

MASK, NULL = len(TOKENS) - 2, len(TOKENS) - 1
FAMILY = ds.Family(mask_token_id=MASK, null_token_id=NULL, max_length=600)

SCHEMA = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "maxLength": 12},
        "age": {"type": "integer", "minimum": 0, "maximum": 150},
        "tags": {"type": "array", "items": {"enum": ["a", "b"]}, "maxItems": 3},
    },
    "required": ["name", "age"],
    "additionalProperties": False,
}
PATTERN = r"(?:[a-z]+=\d+;\r?\n)*"
PYTHON = "def f(x):\n    # adds\n    return x + 1\n\n\nfor n in range(3):\n    print(f(n), 'é')\n"


def random_model(seed: int = 0, *, with_null: bool = True) -> ds.Model:
    """Logits that are noise, a function of each row and the seed alone."""

    def network(input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        own = [torch.Generator().manual_seed(s + seed) for s in seeds(input_ids, attention_mask)]
        size = (input_ids.shape[1], len(TOKENS))
        return 3 * torch.stack([torch.randn(*size, generator=generator) for generator in own])

    family = FAMILY if with_null else replace(FAMILY, null_token_id=None)
    return ds.Model(network, ds.Vocabulary(TOKENS), family)


def writing(text: str) -> ds.Model:
    """A model that writes a text into the first masked positions, byte by byte, then nulls."""

    def network(input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        logits = torch.zeros(*input_ids.shape, len(TOKENS))
        logits[..., NULL] = 5.0
        masked = (input_ids[0] == MASK).nonzero()[:, 0].tolist()
        for position, byte in zip(masked, text.encode(), strict=False):
            logits[0, position, byte] = 50.0
        return logits

    return ds.Model(network, ds.Vocabulary(TOKENS), FAMILY)


ONE_STEP = ds.Decoding(steps=1)


@dataclass(frozen=True)
class Case:
    """Texts of a language, and its oracle."""

    output_type: Any
    texts: tuple[str, ...]

    def check(self, text: str) -> None:
        """Fail unless a text is a member."""


class Json(Case):
    def check(self, text: str) -> None:
        jsonschema.validate(json.loads(text), SCHEMA)


class Python(Case):
    def check(self, text: str) -> None:
        ast.parse(text)


class Regex(Case):
    def check(self, text: str) -> None:
        assert re.fullmatch(PATTERN, text)


class Anything(Case):
    def check(self, text: str) -> None:
        text.encode()


ODD = "\ufeffä\r\nx😀e\u0301\u2028\x0c\rz\u200d👩‍👩‍👧\nno end of line"

CASES = {
    "schema": Json(
        SCHEMA,
        (
            '{"name": "Ann", "age": 30, "tags": ["a", "b"]}',
            '{\n  "name": "e\u0301😀",\r\n  "age": 7\n}\n',
        ),
    ),
    "grammar": Python(ds.grammar("python"), (PYTHON, "x = 1\n")),
    "regex": Regex(ds.regex(PATTERN), ("a=1;\nbc=22;\r\nd=3;\n", "")),
    "any": Anything(None, (ODD, "", "plain")),
}


@st.composite
def requests(draw: st.DrawFn) -> tuple[Case, str, list[tuple[int, int]]]:
    """A text and spans of it that do not overlap, in any order."""
    case = CASES[draw(st.sampled_from(sorted(CASES)))]
    text = draw(st.sampled_from(case.texts))
    count = draw(st.integers(1, 3))
    cuts = sorted(draw(st.lists(st.integers(0, len(text)), min_size=2 * count, max_size=2 * count)))
    spans = list(zip(cuts[::2], cuts[1::2], strict=True))
    return case, text, draw(st.permutations(spans))


def check_outside(text: str, spans: list[tuple[int, int]], new: str) -> None:
    """Fail unless a text is another one with something else, or nothing, in the spans."""
    pieces, at = [], 0
    for start, end in sorted(spans):
        pieces.append(re.escape(text[at:start]))
        at = end
    assert re.fullmatch("(?s:.*)".join([*pieces, re.escape(text[at:])]), new)


@pytest.mark.parametrize("with_null", [True, False])
@settings(max_examples=15)
@given(request=requests(), seed=st.integers(0, 99))
def test_any_edit_is_a_member_and_keeps_the_rest(
    with_null: bool, request: tuple[Case, str, list[tuple[int, int]]], seed: int
) -> None:
    case, text, spans = request
    edited = random_model(seed, with_null=with_null).edit(
        text, spans, None, case.output_type, seed=0
    )
    case.check(edited.text)
    check_outside(text, spans, edited.text)
    assert edited.output.text == edited.text == apply(text, edited.edits)
    assert edited.output.trace[-1].text == edited.text if edited.output.trace else True
    assert all((edit.start, edit.end) in spans for edit in edited.edits)


@pytest.mark.parametrize("seed", range(6))
def test_spans_that_touch_share_no_character(seed: int) -> None:
    wanted = ds.regex("[^\x00-\x7f]{6}")
    edited = random_model(seed, with_null=True).edit(
        "éééééé", [(0, 3), (3, 6)], None, wanted, seed=seed
    )
    assert wanted.matches(edited.text)
    assert edited.text == "".join(edited.output.slots.values()) == apply("é" * 6, edited.edits)


def test_replacements_grow_and_shrink() -> None:
    text = "one two three"
    edited = writing("a longer word").edit(text, [(4, 7)], decoding=ONE_STEP, seed=0)
    assert edited.text == "one a longer word three"
    edited = writing("").edit(text, [(3, 7)], seed=0)
    assert edited.text == "one three"
    assert edited.edits == (ds.Edit(3, 7, ""),)


def test_an_empty_span_inserts() -> None:
    edited = writing("X").edit("ab", [(1, 1), (2, 2)], decoding=ONE_STEP, seed=0)
    assert edited.text == "aXb"
    assert edited.edits == (ds.Edit(1, 1, "X"),)


def test_two_insertions_at_one_place_stay_in_order() -> None:
    spans = [
        ds.Span(1, 1, ds.choice(["first"])),
        ds.Span(1, 2, ds.choice(["last"])),
        ds.Span(1, 1, ds.choice(["second"])),
    ]
    edited = random_model().edit("abc", spans, seed=0)
    assert edited.text == "afirstsecondlastc"
    assert edited.output.slots == {"span1": "first", "span3": "second", "span2": "last"}


def test_every_span_may_have_a_language_a_name_and_a_limit() -> None:
    spans = [
        ds.Span(0, 3, ds.regex("[a-z]{2,8}"), name="word", max_tokens=2),
        ds.Span(6, 7, {"type": "integer", "maximum": 99, "minimum": 10}, name="number"),
        ds.Span(8, 8, max_tokens=0),
    ]
    edited = random_model().edit("abc = 1;", spans, seed=0)
    assert re.fullmatch(r"[a-z]{2,8} = [^ ]+;", edited.text)
    assert 10 <= json.loads(edited.output.slots["number"]) <= 99
    assert re.fullmatch("[a-z]{2,6}", edited.output.slots["word"])  # two tokens of up to 4 bytes
    assert edited.output.slots["span3"] == ""


def test_languages_of_spans_and_of_the_whole_hold_together() -> None:
    python = ds.grammar("python")
    spans = [ds.Span(PYTHON.index("x + 1"), PYTHON.index(" + 1"), ds.regex(r"[a-c]{3}|\)+"))]
    edited = random_model().edit(PYTHON, spans, output_type=python, seed=0)
    assert re.fullmatch("[a-c]{3}", edited.output.slots["span1"])
    ast.parse(edited.text)


def test_a_broken_text_is_mended() -> None:
    """The text need not be a member before."""
    broken = '{"name": "Ann", "age": "thirty"}'
    edited = random_model().edit(broken, [(23, 31)], output_type=SCHEMA, seed=0)
    assert 0 <= edited.value["age"] <= 150
    assert edited.text.startswith(broken[:23])


class Person(pydantic.BaseModel):
    name: str
    age: int


@pytest.mark.parametrize("text", ['{"name": "Ann", "age": 30}', '{ "name":"Ann",\n"age" : 30}\n'])
def test_a_type_leaves_the_layout_as_it_is(text: str) -> None:
    start = text.index("30")
    edited = random_model().edit(text, [(start, start + 2)], output_type=Person, seed=0)
    assert isinstance(edited.value, Person)
    assert edited.value.name == "Ann"
    assert edited.text.startswith(text[:start])


def test_what_a_schema_does_not_name_is_refused_by_its_place() -> None:
    text = '{"name": "Ann", "age": 30, "z": 1}'
    with pytest.raises(NotInLanguage, match="named properties") as caught:
        random_model().edit(text, [(10, 13)], output_type=Person)
    assert caught.value.position == text.index(', "z"')
    tree = {"properties": {"kid": {"$ref": "#"}}, "type": "object"}
    with pytest.raises(InvalidInput, match="around holes"):
        random_model().edit('{"kid": {}}', [(8, 10)], output_type=tree)


def test_an_open_schema_chooses_and_edits_what_it_names() -> None:
    text = '{"name": "Ann",  "age": 30}'
    decoding = ds.Decoding(steps=4)
    edited = random_model().edit(
        text, "auto", output_type=Person, fraction=0.3, decoding=decoding, seed=0
    )
    assert isinstance(edited.value, Person)


def test_the_model_chooses_what_it_believes_in_least() -> None:
    def network(input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """Believes in what it reads, except for "q"; writes "w", then nothing."""
        logits = torch.zeros(*input_ids.shape, len(TOKENS))
        logits.scatter_(2, input_ids[..., None], 9.0)
        logits[input_ids == ord("q")] = 0.0
        logits[..., ord("w")] += 5.0
        logits[..., NULL] += 4.0
        return logits

    model = ds.Model(network, ds.Vocabulary(TOKENS), replace(FAMILY, null_token_id=None))
    edited = model.edit("abqabqqb", "auto", fraction=0.375, seed=0)
    assert edited.text == "abwabwwb"
    assert edited.edits == (ds.Edit(2, 3, "w"), ds.Edit(5, 7, "ww"))
    assert edited.output.stats.nfe == 1 + len(edited.output.trace)
    assert model.edit("abqabqqb", fraction=0.375, seed=0).edits == edited.edits
    assert model.edit("abqabcdb", "auto", seed=0).edits  # a quarter


@settings(max_examples=10)
@given(st.sampled_from(sorted(CASES)), st.floats(0.01, 1.0), st.integers(0, 9))
def test_what_the_model_chose_is_edited_alike(name: str, fraction: float, seed: int) -> None:
    case = CASES[name]
    text = case.texts[0]
    decoding = ds.Decoding(steps=4)
    edited = random_model(seed).edit(
        text, "auto", None, case.output_type, fraction=fraction, decoding=decoding, seed=0
    )
    assert edited.output.stats.nfe <= 4
    case.check(edited.text)
    assert edited.text == apply(text, edited.edits)


def test_a_chosen_token_that_is_part_of_a_character_takes_all_of_it() -> None:
    edited = random_model().edit("aé😀\u0301b", "auto", fraction=0.4, seed=0)
    assert edited.text == apply("aé😀\u0301b", edited.edits)


def test_a_cursor_inserts() -> None:
    edited = writing("2 * ").edit("x = \n", cursor=4, output_type=ds.grammar("python"), seed=0)
    ast.parse(edited.text)
    assert edited.edits[0].start == edited.edits[0].end == 4


def test_a_window_of_lines_is_rewritten() -> None:
    text = "a\r\nb\r\nc\r\nd\r\ne"
    edited = writing("keep").edit(text, cursor=text.index("c"), window=(1, 0), seed=0)
    assert edited.declined
    assert edited.text == text
    edited = random_model().edit(text, cursor=text.index("c"), window=(1, 0), seed=0)
    check_outside(text, [(3, 7)], edited.text)


@pytest.mark.parametrize(("answer", "declined"), [(KEEP, True), (EDIT, False)])
@pytest.mark.parametrize("with_null", [True, False])
def test_the_model_may_say_that_no_edit_is_needed(
    answer: str, declined: bool, with_null: bool
) -> None:
    def network(input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        logits = torch.zeros(*input_ids.shape, len(TOKENS))
        logits[..., list(answer.encode())] = 9.0
        return logits

    family = FAMILY if with_null else replace(FAMILY, null_token_id=None)
    model = ds.Model(network, ds.Vocabulary(TOKENS), family)
    edited = model.edit("a = 1\nb = 2\n", None, "no", ds.grammar("python"), cursor=3, window=0)
    assert edited.declined == declined
    assert edited.output.slots[VERDICT] == answer
    assert (edited.edits == ()) == declined
    assert (edited.text == "a = 1\nb = 2\n") == declined
    ast.parse(edited.text)
    marked = model.edit("a = 1\nb = 2\n", [(0, 5)], "no", ds.grammar("python"), cursor=3)
    assert marked.declined == declined
    # A text that is no member yet has to be edited.
    edited = model.edit("a = = 1\n", output_type=ds.grammar("python"), cursor=3, window=0)
    assert not edited.declined
    ast.parse(edited.text)


def test_the_model_reads_the_instruction_and_the_marked_text() -> None:
    read: list[str] = []

    def network(input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        read.append(ds.Vocabulary(TOKENS).decode(input_ids[0].tolist()).decode())
        return noise(input_ids, attention_mask)

    model = ds.Model(network, ds.Vocabulary(TOKENS), FAMILY)
    text = "one two three"
    model.edit(text, [(4, 7), (13, 13)], "Count on.", prompt="Hello.", decoding=ONE_STEP, seed=0)
    marked = "one <|code_to_edit|>two<|/code_to_edit|> three<|code_to_edit|><|/code_to_edit|>"
    file = f"<|current_file_content|>\n{marked}\n<|/current_file_content|>"
    assert read[-1].startswith(f"Hello.\n\nCount on.\n\n{file}one ")
    model.edit(text, [(4, 7)], prompt="Hello.", decoding=ONE_STEP, seed=0)
    assert read[-1].startswith("Hello.one ")
    model.edit(text, cursor=5, decoding=ONE_STEP, seed=0)
    assert read[-1].startswith("one t")
    model.edit(text, None, "Fill.", cursor=5, decoding=ONE_STEP, seed=0)
    assert "one t<|code_to_edit|><|cursor|><|/code_to_edit|>wo three" in read[-1]
    model.edit(text, cursor=5, window=0, decoding=ONE_STEP, seed=0)
    assert "<|code_to_edit|>one t<|cursor|>wo three<|/code_to_edit|>" in read[-1]
    assert KEEP in read[-1]
    chat = [{"role": "user", "content": "Hi."}]
    model.edit(text, [(4, 7)], "Count on.", prompt=chat, decoding=ONE_STEP, seed=0)
    assert read[-1].startswith("Hi.\n\nCount on.\n\n<|current")


@pytest.mark.parametrize(
    ("text", "span", "grammar", "position"),
    [
        ("def f(x x):\n    return 1\n", (23, 24), "python", 8),
        ("s = 'é'\nx = = 2\ny = 3\n", (20, 21), "python", 13),
        ('{"a": 1 "b": 2}', (13, 14), "json", 8),
        ("(1 + 2) + * 2", (5, 6), "arithmetic", 10),
    ],
)
def test_what_cannot_stand_around_a_span_is_refused(
    text: str, span: tuple[int, int], grammar: str, position: int
) -> None:
    with pytest.raises(NotInLanguage) as caught:
        random_model().edit(text, [span], output_type=ds.grammar(grammar))
    assert caught.value.position == position
    lines = text.encode()[:position].decode().split("\n")
    assert f"line {len(lines)}, column {len(lines[-1]) + 1}" in str(caught.value)


@pytest.mark.parametrize(
    "request_",
    [
        {},
        {"spans": []},
        {"spans": [(1, 3), (2, 4)]},
        {"spans": [(2, 2), (1, 3)]},
        {"spans": [(-1, 2)]},
        {"spans": [(3, 2)]},
        {"spans": [(0, 7)]},
        {"spans": [(0, 1, 2)]},
        {"spans": [(0.5, 1)]},
        {"spans": ["ab"]},
        {"spans": [ds.Span(0, 1, name="x"), ds.Span(2, 3, name="x")]},
        {"spans": [(0, 1)], "cursor": 2},
        {"spans": [(0, 1), (2, 3)], "cursor": 1},
        {"spans": [(0, 1)], "cursor": 1, "window": 1},
        {"spans": [(0, 1)], "fraction": 0.5},
        {"spans": [(0, 1)], "window": 1},
        {"spans": "auto", "fraction": 0.0},
        {"spans": "auto", "cursor": 0},
        {"cursor": 7},
        {"cursor": -1},
        {"cursor": 1, "window": -1},
        {"cursor": 1, "fraction": 0.5},
        {"spans": [(0, 1)], "output_type": ds.Template((ds.Invariant("a"),))},
    ],
)
def test_unclear_requests_are_refused(request_: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        random_model().edit("abcdef", **request_)


def test_names_that_are_taken_are_not_given_again() -> None:
    edited = random_model().edit("ab", [ds.Span(0, 1, name="span2"), (1, 2)], seed=0)
    assert set(edited.output.slots) == {"span2", "span2_"}


@pytest.mark.parametrize(
    ("cursor", "window", "lines"),
    [
        (0, 0, (0, 1)),
        (4, 0, (1, 2)),
        (4, 1, (0, 3)),
        (4, 9, (0, 5)),
        (4, (0, 2), (1, 4)),
        (4, (1, 0), (0, 2)),
        (12, (2, 1), (2, 5)),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_windows_are_whole_lines(
    cursor: int, window: int | tuple[int, int], lines: tuple[int, int], end: str
) -> None:
    whole = ["aa", "bb", "", "ccc", "dd"]
    text = end.join(whole)
    at = cursor + text[:cursor].count("\n") * (len(end) - 1)
    edited = writing("edit").edit(text, cursor=at, window=window, seed=0)
    span = edited.edits[0]
    assert text[span.start : span.end] == end.join(whole[slice(*lines)])


@given(st.text("a\r\né😀\u0301\ufeff", max_size=12), st.data())
def test_ranges_are_those_of_the_protocol(text: str, data: st.DataObject) -> None:
    """Judge: lines split by the protocol's definition, characters encoded as UTF-16."""
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    edited = ds.Edited("", text, (ds.Edit(start, end, "new"),), None)  # type: ignore[arg-type]
    (change,) = edited.text_edits
    lines = re.split(r"(?<=\n)|(?<=\r)(?!\n)", text)
    for offset, position in ((start, "start"), (end, "end")):
        where = change["range"][position]
        before = "".join(lines[: where["line"]])
        column = lines[where["line"]].encode("utf-16-le")[: 2 * where["character"]]
        assert before + column.decode("utf-16-le") == text[:offset]
    assert change["newText"] == "new"


def test_a_run_can_be_stopped() -> None:
    text = "a=1;\nbc=22;\n"
    edited = random_model().edit(
        text, [(0, 4)], output_type=ds.regex(PATTERN), stop=lambda event: True, seed=0
    )
    assert edited.output.stats.nfe == 1
    assert re.fullmatch(PATTERN, edited.text)
    assert edited.text.endswith("\nbc=22;\n")
