"""Lark's own Python grammar, with its indenter, on pieces of the standard library."""

from __future__ import annotations

import bisect
import fnmatch
import heapq
import inspect
import shlex
import textwrap
from functools import lru_cache
from importlib.resources import files
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lark import Lark
from lark.indenter import PythonIndenter

from dllm_struct.languages.grammar.lalr import LalrReader
from dllm_struct.languages.grammar.notation import read
from tests.languages.grammar.lalr_cases import parses, reads

MODULES = (bisect, fnmatch, heapq, shlex, textwrap)
SPLICES = (
    *("", "\n", "\n    ", "\r\n", " ", "\t", "\\\n", "# b c", "(", ")", "[", "]", ":", ",", "é"),
    *("'", '"', '"""', "\\", "e", "f", "r", "0", "01", ".", "if", "else", "x", "=", "lambda"),
)


@lru_cache
def both() -> tuple[Lark, LalrReader]:
    """Lark's parser and ours."""
    text = files("lark").joinpath("grammars", "python.lark").read_text()
    lark = Lark(
        text, parser="lalr", lexer="contextual", postlex=PythonIndenter(), start="file_input"
    )
    return lark, LalrReader(read(text, "file_input", notation="lark"))


@lru_cache
def sources() -> tuple[str, ...]:
    """Functions and classes of the standard library."""
    members = [value for module in MODULES for value in vars(module).values()]
    wanted = [v for v in members if inspect.isfunction(v) or inspect.isclass(v)]
    return tuple(textwrap.dedent(inspect.getsource(v)) for v in wanted if _is_own(v))


def _is_own(value: object) -> bool:
    return getattr(value, "__module__", None) in {module.__name__ for module in MODULES}


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_whole_modules(module: ModuleType) -> None:
    text = inspect.getsource(module)
    lark, ours = both()
    assert parses(lark, text)
    assert reads(ours, text)
    assert not reads(ours, text + " x\n")


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_pieces_with_changes(data: st.DataObject) -> None:
    lark, ours = both()
    text = data.draw(st.sampled_from(sources()))[:2_000]
    lines = text.splitlines(keepends=True)
    text = "".join(lines[: data.draw(st.integers(0, len(lines)))])
    for _ in range(data.draw(st.integers(0, 2))):
        first = data.draw(st.integers(0, len(text)))
        removed = data.draw(st.sampled_from((0, 0, 1, 4)))
        text = text[:first] + data.draw(st.sampled_from(SPLICES)) + text[first + removed :]
    assert reads(ours, text) == parses(lark, text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "x\n",
        "if x:\n  y\n z\n",
        "if x:\n  y\n\n\n",
        "if x:\n  (y,\nz)\n",
        "if x:\n  y\n  # two words\n",
        "if x:\n  y\n  # two words",
        "x # no line ends here",
        "x)\n",
        "x = f'unfinished\n",
        "x = f'a' rb 'c'\n",
        'x = """a\n"b""c"""\n',
        'x = ""\n',
        "x = 00_0\n",
        "x = 00_1\n",
        "x = 1..real\n",
        "x = 1if y else 2\n",
        "match x:\n case 1:\n  match = 2\n",
        "notin = not in_\n",
    ],
)
def test_places_where_scanners_go_wrong(text: str) -> None:
    lark, ours = both()
    assert reads(ours, text) == parses(lark, text)
