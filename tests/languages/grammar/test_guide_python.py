"""Holes in Python functions: lines, blocks, brackets and strings across the borders."""

from functools import cache
from itertools import pairwise
from pathlib import Path

import lark
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lark.indenter import PythonIndenter

from dllm_struct.languages.grammar import notation
from dllm_struct.languages.grammar.guide import Guide
from dllm_struct.languages.grammar.lalr import LalrReader

PYTHON = Path(lark.__file__).with_name("grammars") / "python.lark"
FUNCTION = b'''\
def median(values, *, key=None):
    """The middle of "values"."""
    if not values:
        raise ValueError(f"nothing in {values!r}")  # it's empty
    ordered = sorted(
        values,
        key=key,
    )
    half, odd = divmod(len(ordered), 2)
    for name in [a if a else 'b' for a in ordered[::2]]:
        try:
            print(name, 1.5e3 + 0x1F)
        except (TypeError, KeyError) as error:
            if error.args:
                continue
            else:
                break
        finally:
            half -= 0
    return ordered[half]


class Both(Left):
    low: int = 0

    def sum(self):
        return self.low + \\
            1
'''


@cache
def reader() -> LalrReader:
    text = PYTHON.read_text("utf-8")
    return LalrReader(notation.read(text, "file_input", "lark", PythonIndenter()))


@cache
def parser() -> lark.Lark:
    return lark.Lark(
        PYTHON.read_text("utf-8"),
        parser="lalr",
        start="file_input",
        postlex=PythonIndenter(),
        maybe_placeholders=False,
    )


@st.composite
def cuts(draw: st.DrawFn) -> tuple[list[bytes], list[bytes]]:
    """Fixed pieces of the text, and what was between them."""
    gaps = draw(st.sampled_from([1, 1, 1, 2, 3]))
    places = st.lists(st.integers(0, len(FUNCTION)), min_size=2 * gaps, max_size=2 * gaps)
    ends = [0, *sorted(draw(places)), len(FUNCTION)]
    parts = [FUNCTION[low:high] for low, high in pairwise(ends)]
    return parts[::2], parts[1::2]


@given(cuts())
@settings(max_examples=60, deadline=None)
def test_cut_out_parts_can_be_written_again(document: tuple[list[bytes], list[bytes]]) -> None:
    (before, *segments), holes = document
    read = reader()
    guide = Guide(read, segments)
    config = read.read(read.start, before)
    for gap, hole in enumerate(holes):
        for position in range(len(hole) + 1):
            distance = guide.distance(config, gap)
            assert distance is not None
            assert distance <= len(hole) - position
            config = read.read(config, hole[position : position + 1])
        config = read.read(config, segments[gap])
    assert read.accepting(config)


HOLES = [
    (b"def f(a", [b"return a\n"]),
    (b"def f():\n    for a in ", [b"\n        b()\n    return 1\n"]),
    (b"def f():\n    if a:\n        b()\n", [b"    else:\n        c()\n"]),
    (b"x = [", [b"}\ny = 1\n"]),
    (b"def f():\n    '''It", [b"  return\n"]),
    (b"if a:\n    try:\n", [b"\n        b\n    except C:\n        d\nelse:\n    e\n"]),
    (b"a = (1,", [b"b\n", b"2)\n", b""]),
    (b"class A:\n    def f(self):\n        ret", [b"        c = 1\n", b"\n    d = 2\n"]),
    (b"", [b"\n            x = 1\n        y = 2\n    z = 3\n"]),
]


@pytest.mark.parametrize(("before", "segments"), HOLES)
def test_completions_parse(before: bytes, segments: list[bytes]) -> None:
    read = reader()
    guide = Guide(read, segments)
    text = before
    for gap, segment in enumerate(segments):
        config = read.read(read.start, text)
        found = guide.completion(config, gap)
        assert found is not None
        assert guide.distance(config, gap) is not None
        text += found + segment
    parser().parse(text.decode())


@pytest.mark.parametrize(
    ("before", "segment", "text"),
    [
        (b"def f():\n    return 1\n", b"\n  x = 1\ny\n", b"\\"),
        (b"if a:\n    b\n", b"c = (\n", b"#"),
        (b"if a:\n    ", b"b\nelse:\n  c\n", b""),
    ],
)
def test_short_completions(before: bytes, segment: bytes, text: bytes) -> None:
    read = reader()
    guide = Guide(read, [segment])
    assert guide.completion(read.read(read.start, before), 0) == text


@pytest.mark.parametrize(
    ("before", "segment"),
    [
        (b"x = 1\n", b"\n    y = )2\n"),
        (b"def f():\n    a\n    b\n", b"x\nif c:\n        c\n      d\n"),
        (b"x = 1\n", b"\nif a:\nb\n"),
    ],
)
def test_impossible_suffixes(before: bytes, segment: bytes) -> None:
    read = reader()
    guide = Guide(read, [segment])
    assert guide.distance(read.read(read.start, before), 0) is None
