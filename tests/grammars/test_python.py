"""The Python grammar, with `ast.parse` as the judge; a warning counts as a refusal."""

from __future__ import annotations

import ast
import colorsys
import contextlib
import fnmatch
import functools
import heapq
import inspect
import json.decoder
import json.scanner
import shlex
import statistics
import string
import textwrap
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.grammars.members import PYTHON
from tests.grammars.reading import reads

EXPRESSIONS = [
    "x", "x.y[0](z)", "a if b else c", "lambda: 0", "lambda x, *y, z=1, **k: (x, y)",
    "lambda a, b=1, /, c=2, *, d, e=3: a", "not a and b or not c",
    "a < b <= c != d is not e not in f", "-x ** -y", "a @ b // c % d << 1 | 2 ^ ~3 & 4",
    "await x.y()", "(yield)", "(yield from x)", "(a := 1)", "[a := 1, b]", "{a := 1}", "f(a := 1)",
    "x[a := 1]", "x[1:2, ::3, :, *a, ...]", "[*a, b]", "(*a, b)", "{*a, b}", "{**a, 'b': 1}",
    "{a: b for a, b in c}", "{a for a in b if c if d}", "[x async for x in y]", "f(x for x in y)",
    "f(a, *b, c=1, *d, **e, f=2)", "f(a, b=1,)", "()", "[]", "{}", "(a,)",
    "0xFF + 0o17 + 0b11 + 1_000 + 1.5e-3 + .5 + 1. + 2j + 1e5J + 00", "1..real", "...",
    "'a' \"b\" '''c''' r'\\d' u'e'", "b'a' rb'\\d' B'''c'''",
    "'\\n\\x41\\u00e9\\U0001F600\\101\\\n'", "f'{x}'", "f'{x!r:>{w}}{{}}'",
    "f\"{a.b[0](c, d=1)} {e if f else g} {'h'}\"", "f'{x=}'", "rf'\\d{x}\\w'",
    "f'''{x}\n'a' '' {y:%Y-%m-%d}'''", "f'{[a for a in b if a]!s}'", "f'{x[:10]}'",
    "f'{a, b}' 'c' f''", "f'{a != b} {a <= b} {a == b:5}'", "(a\n + b) # c", "f'{a}{{b}}{c:{d}}{{'",
    "f'''\"{{{a}}}\"'''", "[\n1,\n# c\n2\n]", "None or True and False", "print", "match", "case",
    "type", "_",
]  # fmt: skip

NO_EXPRESSIONS = [
    "", "1 +", "a b", "a if b", "a = 1", "x inside y", "1if x else y", "x if y elsez", "a notin b",
    "a not inb", "lambda x", "lambda x=1, y: 0", "lambda *: 0", "lambda **k, a: 0", "a == not b",
    "-not a", "await await x", "a := 1", "f(a=1, b)", "f(**a, *b)", "f(x for x in y, 1)",
    "f(1, x for x in y)", "f(*a for a in b)", "f(a.b=1)", "[*a for a in b]", "{**a for a in b}",
    "{a: b, c}", "{a, b: c}", "(*a)", "[x for x in y if z else w]", "[x for f() in y]", "x[]",
    "x.if", "x.1", "x..y", "1.real", "1_", "1__0", "0x", "0b2", "012", "0or 1", "1e", "1_a",
    "None = 1", "'a", "'a\nb'", "'''a''", "'\\x4'", "'\\d'", "'\\400'", "'\\N{DASH}'", "'a' b'b'",
    "b'é'", "b'\\d'", "ur'a'", "f'{'", "f'}'", "f'{}'", "f'{ }'", "f'{if}'", "f'{x!z}'",
    "f'{x!r }'", "f'{*a}'", "f'{x'", "f'{x # c}'", "f'{a inb}'", "f'{x\n}'", "(f'{f(\n)}')",
    "f'{\"\\n\"}'", "rb'a' f'b'", "a\n+ b", "(a", "a)", "a \\ b", "é = 1", "$", "x?", "a ! b",
    "a <> b", "\0", "'\0'", "a -> b", "a && b", "!a", "a++b'", "yield", "import a", "*a",
]  # fmt: skip

MODULES = [
    "", "\n", "# only a comment\n", "pass\n", "x = 1;\n", "x = y = z = 1\n", "x, *y = z\n",
    "() = x\n", "[a, [b, (c, *d)]] = x\n", "(a) = (b.c) = x[0] = 1\n", "x += 1, 2\n",
    "x.y: int = yield\n", "(x): int\n", "x: list[int]\n", "del a, b.c, d[0]\n", "assert x, 'y'\n",
    "raise\n", "raise X from None\n", "global a, b\n", "def f():\n nonlocal a\n",
    "import a.b as c, d\n", "from . import a\n", "from ...a.b import (c as d, e,)\n",
    "from a import *\n", "return\n", "return a, *b\n", "if x: pass\nelif y: pass\nelse: pass\n",
    "while (a := f()):\n pass\n", "for a, (b, *c) in d, e: continue\nelse: break\n",
    "for x[0] in y: pass\n", "for a.b in c: pass\n", "try: a\nexcept: b\n",
    "try: a\nexcept A: b\nexcept (B, C) as e: c\nexcept: d\nelse: e\nfinally: f\n",
    "try: a\nexcept* A as e: b\n", "try: a\nfinally: b\n", "with a: pass\n",
    "with a as b, c as (d, e): pass\n", "with (a as b, c, d() as e.f,): pass\n",
    "with (a, b) as c: pass\n", "with (a): pass\n",
    "async def f():\n    async with a as b: pass\n    async for c in d: pass\n    await e\n",
    "@a.b(c)\n@d\nclass E(F, g=h, *i, **j): pass\n", "@x\nasync def f(): pass\n",
    "class A:\n  '''doc'''\n",
    "def f(a, b: int = 1, /, c=2, *d: str, e, f: int = 3, **g: bool) -> h: pass\n",
    "def f(*, a): pass\n", "def f(a, /): pass\n", "def f(a, *, b, **c,): return\n",
    "x = a if b else c,\n", "if x:\n    # c\n\n    y\n  # c\nz\n", "if x:\n  if y:\n    z\nw\n",
    "x = a + \\\n    b\n", "x = (\n\ta\n)\n", "x\r\ny\r\n", "x = yield y\n",
    "print('a'); print('b')\n", "*a, = b\n", "a, b\n", "lambda: (yield)\n",
]  # fmt: skip

NO_MODULES = [
    "f() = 1\n", "x + 1 = 2\n", "(a, b) += 1\n", "a, b: int\n", "[a]: int\n", "(yield) = 1\n",
    "x = 1 = y\n", "None = 1\n", "'a' = 1\n", "f() += 1\n", "(a if b else c) = d\n", "a = b += c\n",
    "{a} = b\n", "-a = b\n", "a < b = c\n", "(a := b) = c\n", "lambda: a = b\n", "*f() = a\n",
    "del f()\n", "del a + b\n", "for f() in x: pass\n", "for a + b in c: pass\n",
    "for 1 in a: pass\n", "with a as f(): pass\n", "with (a as b), c: pass\n",
    "with a as b + c: pass\n", "import a.b.\n", "from a import b,\n", "from a import (b\n",
    "import *\n", "from . importa\n", "from ximport y\n", "try: a\n", "try: a\nelse: b\n",
    "try: a\nexcept: b\nexcept C: d\n", "try: a\nexcept A: b\nexcept* B: c\n",
    "try: a\nexcept*: b\n", "try: a\nexceptx: b\n", "if x:\ny\n", "if x\n    y\n", "else: x\n",
    " x\n", "\tx\n", "x\n y\n", "if x:\n  y\n z\n", "if x:\n\ty\n        z\n",
    "if x:\n    y\n\tz\n", "\\\n", "x = 1 \\\n", "x = \\ 1\n", "x\n\\\n", "@a\nx = 1\n",
    "@a\n def f(): pass\n", "@a\ndeff(): pass\n", "async deff(): pass\n", "async x\n",
    "def f(a=1, b): pass\n", "def f(*): pass\n", "def f(**a, b): pass\n", "def f(a, *, /): pass\n",
    "def f(/): pass\n", "def f(*a=1): pass\n", "def if(): pass\n", "def f(): \n",
    "class A(x for x in y): pass\n", "def f():\n", "print x\n", "x = = 1\n", "x == 1 = 2\n",
    "return = 1\n", "pass pass\n", "x = (\n", "a; ; b\n", "; a\n", "global a.b\n", "raise a, b\n",
    "assert\n", "x = 'a\n", "x\ry\n", "# \0\n", "if x: if y: z\n", "a = b if c\n",
    "def f(a, a.b): pass\n", "match x:\n  case 1: pass\n",
]  # fmt: skip

FUNCTIONS: list[Callable[..., object]] = [
    heapq.merge,
    heapq.nsmallest,
    heapq.nlargest,
    colorsys.rgb_to_hls,
    fnmatch.filter,
    textwrap.wrap,
    textwrap.dedent,
    textwrap.TextWrapper,
    shlex.shlex,
    shlex.join,
    statistics.median,
    statistics.mode,
    functools.partialmethod,
    functools.total_ordering,
    json.decoder.JSONDecoder,
    json.scanner.py_make_scanner,
    contextlib.ExitStack,
    contextlib.suppress,
    string.Formatter,
    inspect.cleandoc,
    inspect.BoundArguments,
    ast.NodeVisitor,
    ast.dump,
]


def judge(text: str) -> bool:
    try:
        ast.parse(text)
    except (SyntaxError, ValueError):
        return False
    return True


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_expression(text: str) -> None:
    assert judge(f"({text}\n)")
    assert reads("python", text, "test")
    assert reads("python", f"y = [({text}\n)]\n")


@pytest.mark.parametrize("text", NO_EXPRESSIONS)
def test_no_expression(text: str) -> None:
    assert not reads("python", text, "test")


@pytest.mark.parametrize("text", [*MODULES, *PYTHON])
def test_module(text: str) -> None:
    assert judge(text)
    assert reads("python", text)


@pytest.mark.parametrize("text", NO_MODULES)
def test_no_module(text: str) -> None:
    assert not reads("python", text)


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.__qualname__)
def test_standard_library(function: Callable[..., object]) -> None:
    assert reads("python", textwrap.dedent(inspect.getsource(function)))


@pytest.mark.parametrize(
    ("start", "text"),
    [
        ("stmt", "if x:\n    y\n"),
        ("simple_stmt", "x = 1; y = 2\n"),
        ("suite", "\n    x = 1\n    y\n"),
        ("suite", " return x\n"),
        ("block", "x = 1\nif x:\n    y\n"),
        ("exprs", "a, *b"),
        ("target", "a.b[0]"),
        ("parameters", "self, a: int = 1, *, b"),
        ("arguments", "a, *b, c=d"),
        ("string", "'a' f'{b}'"),
        ("number", "0x1F"),
        ("name", "x1"),
        ("dotted_name", "a.b.c"),
    ],
)
def test_start(start: str, text: str) -> None:
    assert reads("python", text, start)


@pytest.mark.parametrize(
    ("start", "text"),
    [
        ("name", "if"),
        ("name", "x y"),
        ("number", "x"),
        ("target", "f()"),
        ("suite", "\nx\n"),
        ("stmt", "x = 1\ny = 2\n"),
        ("arguments", "a=1, b"),
        ("parameters", "a=1, b"),
        ("test", "x = 1"),
    ],
)
def test_no_start(start: str, text: str) -> None:
    assert not reads("python", text, start)


PIECES = (
    *"()[]{},:;=*.+-@!\\\n \t#'\"0x_j", "**", ":=", "->", "\n    ", "\\\n", "'''", '"""', "f'",
    'f"{x}"', "{{", "rb'", "1.", "0x", "1e", "e5", "is", "in", "not", "if", "for", "else", "as",
    "async", "lambda", "yield", "await", "except", "import", "None", "é", "\f", "\r", "\x00", "\\x",
    "!r", "x[0]", "f()",
)  # fmt: skip


@given(data=st.data())
def test_judge_reads_what_is_read(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from([*MODULES, *PYTHON]))
    begin = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(begin, min(len(text), begin + 4)))
    new = "".join(data.draw(st.lists(st.sampled_from(PIECES), max_size=3)))
    changed = text[:begin] + new + text[end:]
    if reads("python", changed):
        assert judge(changed)
