"""Distances and completions where a lexer cuts the text: ignored terminals, keywords, strings."""

from functools import cache
from itertools import pairwise, product

import lark
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dllm_struct.languages.grammar import notation
from dllm_struct.languages.grammar.guide import Guide
from dllm_struct.languages.grammar.lalr import LalrReader

JSON = r"""
start: value
?value: object | array | STRING | NUMBER | "true" | "false" | "null"
object: "{" [pair ("," pair)*] "}"
pair: STRING ":" value
array: "[" [value ("," value)*] "]"
STRING: /"([^"\\\x00-\x1f]|\\["\\nu])*"/
NUMBER: /-?(0|[1-9][0-9]*)(\.[0-9]+)?/
%ignore /[ \n]+/
"""
WORDS = r"""
start: statement*
statement: "if" NAME ":" statement | NAME "=" STRING ";" | "{" start "}"
NAME: /[a-f]+/
STRING: /'[^']*?'/
COMMENT: /#[^\n]*/
%ignore COMMENT
%ignore /[ \n]/
"""
JSON_MEMBERS = [
    '{"a": [1, 2.5, {"b": null}], "c": "x\\"y", "d": []}',
    '[[], {}, "[", true, false, -1, [[[0]]]]',
    '"a string with {braces} and \\\\"',
]
WORD_MEMBERS = [
    "if a: if b: c = 'x # y';",
    "{ a = ''; # it's\n if iff: }".replace("iff: }", "fee: bad = ' ';}"),
    "a='';{}b='if';{{c='='; #}}\n}}",
]
GRAMMARS = {"json": (JSON, JSON_MEMBERS), "words": (WORDS, WORD_MEMBERS)}


@cache
def reader(name: str) -> LalrReader:
    return LalrReader(notation.read(GRAMMARS[name][0]))


@cache
def parser(name: str) -> lark.Lark:
    return lark.Lark(GRAMMARS[name][0], parser="lalr", lexer="contextual", start="start")


def is_member(name: str, text: bytes) -> bool:
    try:
        parser(name).parse(text.decode())
    except lark.exceptions.LarkError:
        return False
    return True


@st.composite
def documents(draw: st.DrawFn) -> tuple[str, list[bytes], list[bytes]]:
    """A member with parts cut out: its grammar, the fixed pieces, and what was between them."""
    name = draw(st.sampled_from(sorted(GRAMMARS)))
    text = draw(st.sampled_from(GRAMMARS[name][1])).encode()
    gaps = draw(st.integers(1, 4))
    cuts = st.lists(st.integers(0, len(text)), min_size=2 * gaps, max_size=2 * gaps)
    ends = [0, *sorted(draw(cuts)), len(text)]
    parts = [text[low:high] for low, high in pairwise(ends)]
    return name, parts[::2], parts[1::2]


@given(documents())
@settings(max_examples=150, deadline=None)
def test_cut_out_parts_can_be_written_again(
    document: tuple[str, list[bytes], list[bytes]],
) -> None:
    name, (before, *segments), holes = document
    read = reader(name)
    guide = Guide(read, segments)
    config = read.read(read.start, before)
    for gap, hole in enumerate(holes):
        for position, byte in enumerate(hole):
            distance = guide.distance(config, gap)
            assert distance is not None
            assert distance <= len(hole) - position
            config = read.step(config, byte)
        assert guide.distance(config, gap) == 0
        config = read.read(config, segments[gap])


@given(documents())
@settings(max_examples=150, deadline=None)
def test_completions_make_members(document: tuple[str, list[bytes], list[bytes]]) -> None:
    name, (before, *segments), _ = document
    read = reader(name)
    guide = Guide(read, segments)
    text = before
    for gap, segment in enumerate(segments):
        found = guide.completion(read.read(read.start, text), gap)
        assert found is not None
        text += found + segment
    assert is_member(name, text)


@pytest.mark.parametrize(
    ("before", "segments"),
    [
        (b"[", (b"}",)),
        (b"{", (b"]", b"]")),
        (b"[[", (b"] 1",)),
        (b'{"a', (b"\n", b"1")),
    ],
)
def test_what_cannot_be_completed(before: bytes, segments: tuple[bytes, ...]) -> None:
    read = reader("json")
    guide = Guide(read, segments)
    config = read.read(read.start, before)
    assert config
    assert guide.distance(config, 0) is None
    assert guide.completion(config, 0) is None


@pytest.mark.parametrize(
    ("before", "segments", "text"),
    [
        (b"", (b"]",), b"["),
        (b"[", (b"}]",), b"{"),
        (b"{", (b"]}", b""), b'"'),
        (b"{", (b"]}",), b'"":['),
        (b'{"a', (b"b: ", b'": 1}'), b""),
        (b'{"a', (b': "', b"}"), b""),
        (b"[1", (b"2]",), b""),
    ],
)
def test_shortest_completions(before: bytes, segments: tuple[bytes, ...], text: bytes) -> None:
    read = reader("json")
    guide = Guide(read, segments)
    config = read.read(read.start, before)
    found = guide.completion(config, 0)
    assert found is not None
    assert len(found) == len(text) == guide.distance(config, 0)


def test_nothing_follows_what_is_dead() -> None:
    guide = Guide(reader("json"), (b"",))
    assert guide.distance(0, 0) is None
    assert guide.completion(0, 0) is None


LETTERS = b"a'=;:{} #i"


@given(st.lists(st.text("aif'=;:{} #\n", max_size=4).map(str.encode), min_size=2, max_size=3))
@settings(max_examples=60, deadline=None)
def test_no_filling_where_there_is_no_distance(pieces: list[bytes]) -> None:
    read = reader("words")
    before, *segments = pieces
    guide = Guide(read, segments)
    config = read.read(read.start, before)
    if guide.distance(config, 0) is not None:
        return
    texts = [bytes(one) for length in range(3) for one in product(LETTERS, repeat=length)]
    for choice in product(texts, repeat=1) if len(segments) == 1 else product(texts[:11], repeat=2):
        whole = before + b"".join(u + s for u, s in zip(choice, segments, strict=True))
        assert not is_member("words", whole)


def test_readable_letters_come_first() -> None:
    read = reader("words")
    guide = Guide(read, (b"",))
    config = read.read(read.start, b"if ")
    assert guide.completion(config, 0) == b"a:{}"
    assert guide.distance(config, 0) == 4


def test_documents_are_made_once() -> None:
    read = reader("words")
    assert Guide(read, (b"",)).document is Guide(read, [b""]).document
