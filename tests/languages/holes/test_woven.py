"""Documents with holes in regular languages: the judge is `re` on the whole text."""

from __future__ import annotations

import itertools
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dllm_struct as ds
from dllm_struct.automata.machine import NULL_MARK, SEPARATOR_MARK, Machine
from dllm_struct.errors import InvalidInput, NotInLanguage
from dllm_struct.languages.base import Language
from dllm_struct.languages.holes.document import Document

PATTERNS = (
    "(ab)*",
    "a*b*",
    "(a|b)*aa",
    "(aa|b)+",
    "((a|ba)(b|ab))*",
    "a{2,4}(b|ba)?",
    "(ab|ba|aab)*b",
)
LONGEST = 3
FILLINGS = ["".join(p) for n in range(LONGEST + 1) for p in itertools.product("ab", repeat=n)]
SEPARATOR = bytes([SEPARATOR_MARK])

texts = st.text("ab", max_size=3)


def machine_of(
    outer: Language, before: str, segments: list[str], own: list[Language | None], nulls: bool
) -> Machine:
    document = Document(outer, before.encode(), tuple(text.encode() for text in segments))
    automaton = document.contents(own, has_null=nulls).automaton
    assert isinstance(automaton, Machine)
    return automaton


@given(
    st.sampled_from(PATTERNS),
    texts,
    st.lists(
        st.tuples(texts, st.sampled_from((None, None, "a*", "b|aa", "(ab?)*"))),
        min_size=1,
        max_size=2,
    ),
)
@settings(max_examples=150)
def test_contents_are_those_that_make_a_member(
    pattern: str, before: str, gaps: list[tuple[str, str | None]]
) -> None:
    segments = [text for text, _ in gaps]
    inner = [own for _, own in gaps]
    fitting = {
        filling
        for filling in itertools.product(FILLINGS, repeat=len(gaps))
        if all(
            own is None or re.fullmatch(own, text) for own, text in zip(inner, filling, strict=True)
        )
        and re.fullmatch(
            pattern, before + "".join(itertools.chain(*zip(filling, segments, strict=True)))
        )
    }
    own = [None if text is None else ds.regex(text) for text in inner]
    try:
        machine = machine_of(ds.regex(pattern), before, segments, own, nulls=False)
    except NotInLanguage:
        assert not fitting
        return
    for filling in itertools.product(FILLINGS, repeat=len(gaps)):
        data = SEPARATOR.join(text.encode() for text in filling)
        assert machine.matches(data) == (filling in fitting), filling
    end = machine.completion(machine.start) if machine.start else None
    assert end is not None or not fitting
    assert end is None or machine.matches(end)


def test_nulls_close_a_gap_where_it_may_end() -> None:
    machine = machine_of(ds.regex("a+,b+"), "", [",", ""], [None, None], nulls=True)
    null = bytes([NULL_MARK])
    assert machine.matches(b"aa" + null + null + SEPARATOR + b"b" + null)
    assert not machine.matches(null + SEPARATOR + b"b")
    assert not machine.matches(b"a" + null + b"a" + SEPARATOR + b"b")
    assert not machine.matches(b"a" + null + null + b"b")


@pytest.mark.parametrize(
    ("before", "segments", "position"),
    [
        ("b", [""], 0),
        ("aab", [",b"], 2),
        ("a", [",c", "b"], 2),
        ("a", [",b", "bab"], 4),
        ("a", ["", ",,"], 2),
        ("a", [","], 2),
    ],
)
def test_the_first_byte_that_cannot_stand_is_named(
    before: str, segments: list[str], position: int
) -> None:
    with pytest.raises(NotInLanguage) as refusal:
        machine_of(ds.regex("a+,b+"), before, segments, [None] * len(segments), nulls=False)
    assert refusal.value.position == position


def test_a_machine_without_context_is_refused() -> None:
    node: dict[str, object] = {"type": "object", "properties": {"a": {"$ref": "#"}}}
    with pytest.raises(InvalidInput, match="around holes"):
        Document(ds.json_schema(node), b"", (b"",)).contents([None], has_null=False)
