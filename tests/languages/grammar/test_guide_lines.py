"""Holes where columns matter, against every short filling; `ast` is the judge."""

import ast
from functools import cache
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dllm_struct as ds
from dllm_struct.languages.grammar.guide import Guide
from dllm_struct.languages.grammar.lalr import LalrReader
from dllm_struct.languages.grammar.notation import read
from dllm_struct.languages.grammar.reader import Reader

LINES = r"""
    start: (_NEWLINE | line)*
    line: expr _NEWLINE
        | "y" (expr _NEWLINE | _NEWLINE _INDENT line+ _DEDENT)
    expr: "x" | LPAR expr? RPAR
    LPAR: "("
    RPAR: ")"
    _NEWLINE: /(\n *)+/
    WS: / +/
    %declare _INDENT _DEDENT
    %ignore WS
"""
LETTERS = b"xy \n"
ROOM = {1: 4, 2: 2}
"""How long the fillings are that are tried, by the number of gaps."""


@cache
def tiny() -> LalrReader:
    return LalrReader(read(LINES, "start", notation="lark"))


def is_python(text: bytes) -> bool:
    """Whether a text is Python, with ``y`` for the beginning of a statement with a block."""
    try:
        ast.parse(text.replace(b"y", b"if x:"))
    except SyntaxError:
        return False
    return True


def filled(reader: Reader, before: bytes, segments: list[bytes]) -> bytes | None:
    """A document with completions in its gaps; None when there are none."""
    guide, config = Guide(reader, segments), reader.read(reader.start, before)
    text = before
    for gap, segment in enumerate(segments):
        assert (guide.distance(config, gap) is None) <= (gap == 0)
        found = guide.completion(config, gap)
        if found is None:
            assert gap == 0
            return None
        text += found + segment
        config = reader.read(config, found + segment)
    assert reader.accepting(config)
    return text


lines = st.tuples(st.sampled_from([0, 0, 1, 2, 2, 3]), st.sampled_from(["x", "y", "x ", "(x", ")"]))


@st.composite
def documents(draw: st.DrawFn) -> list[bytes]:
    """Texts around one or two gaps, cut out of lines in any columns."""
    rows = draw(st.lists(lines, min_size=1, max_size=5))
    text = "".join(" " * column + content + "\n" for column, content in rows).encode()
    first = draw(st.sampled_from([b"x", b"y", b"x\n", b"y\n", b"y\n  y", b"y\n y\n   x\n"]))
    cuts = sorted(draw(st.lists(st.integers(0, len(text) - 1), max_size=1)))
    return [first, *(text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True))]


@given(documents())
@settings(max_examples=150, deadline=None)
def test_a_gap_is_alive_where_something_can_be_written(document: list[bytes]) -> None:
    before, *segments = document
    text = filled(tiny(), before, segments)
    if text is not None:
        assert is_python(text)
        return
    room = ROOM[len(segments)]
    texts = [bytes(one) for n in range(room + 1) for one in product(LETTERS, repeat=n)]
    for choice in product(texts, repeat=len(segments)):
        whole = before + b"".join(u + s for u, s in zip(choice, segments, strict=True))
        assert not is_python(whole)


@pytest.mark.parametrize(
    ("before", "segments"),
    [
        (b"y\n  x\n", [b"x\n  x\n   x\n"]),  # no line opens the block
        (b"y\n   x\n", [b"x\n   x\n x\n  x\n"]),
        (b"x\n", [b"(x\n   x\n"]),
        (b"x\n", [b"x\n x\n", b"y\n  x\n   x\n"]),
        (b"x", [b"   y\n   x", b"\nx\n"]),  # no line's end is passed over: no bracket is open
    ],
)
def test_nothing_can_be_written(before: bytes, segments: list[bytes]) -> None:
    assert filled(tiny(), before, segments) is None


PYTHON = {
    "blanks after a hole are the line's": [
        "class A:\n    def f(self):\n        a = 1\n    d",
        "self, i):\n        b = a\n  ",
        "   while a and i > 0:\n            a, i = b, i - 1\n        return a\n",
    ],
    "an outer block is found again": [
        "def f(a):\n    b, c = {}, None\n    for d, e in g(a):\n        e = e.h(",
        "ot e:\n          ",
        "   elif e.i('[') and e.j(']'):\n            c = 1\n        elif (k := e.l",
        " if c is None:\n                raise m(d)\n            c[e] = k\n        else:\n"
        "            raise m(e)\n    return b\n",
    ],
    "a signature is opened": [
        "import a\nimport t",
        "e, *, b=c, d: int = 3):\n    if e is None:\n        return 1\n\n    @a\n    def f(*g):\n"
        "        try:\n            return 2\n        finally:\n            h = 3\n\n    return f\n",
    ],
    "a bracket is closed where a block has to be open": [
        "def f(n):\n    a('b')\n# ",
        "=1,",
        'tion("D',
        'w+",\n    a, b = 0, )^',
        'e\n/": 2',
        '"--()else\nef\n    ), a + b\n    return a\n',
    ],
    "two blocks are opened": [
        "import a",
        "b=3):\n    for c in d(b):\n        try:\n            async with e.get(g) as h",
        "i()\n                return await h.j()\n        except (k, l) as m:\n            if c:\n"
        "                raise n from m\n            await o(c)\n",
    ],
}


@pytest.mark.parametrize("name", PYTHON)
def test_holes_in_python(name: str) -> None:
    before, *segments = (text.encode() for text in PYTHON[name])
    text = filled(ds.grammar("python").reader, before, segments)
    assert text is not None
    ast.parse(text)


@pytest.mark.parametrize("first", [b"", b"x", b"\xc6\xb6"])
def test_distances_in_a_gap_do_not_depend_on_earlier_gaps(first: bytes) -> None:
    reader, segment = ds.grammar("python").reader, b'"a"\nb\n    ), a + b\n    return c\n'
    config = reader.read(reader.start, b"if a:\n (#")
    assert not reader.read(config, segment)
    alone = Guide(reader, [segment]).distance(config, 0)
    assert alone
    assert Guide(reader, [first, segment]).distance(config, 1) == alone
