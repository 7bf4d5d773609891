"""Holes in Python functions, read from the standard library of the Python that runs this."""

from __future__ import annotations

import ast
import sysconfig
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from dllm_struct.models.bundled.data.draw import Draw
from dllm_struct.models.bundled.data.template import Segment

LONGEST = 700
"""Characters of a function, or of the window of lines cut from a longer one."""

SKIPPED = ("test", "tests", "site-packages", "idlelib", "lib2to3", "encodings", "pydoc_data")


@cache
def functions() -> tuple[str, ...]:
    """Return the source of every function of the standard library, dedented, without docstring."""
    root = Path(sysconfig.get_paths()["stdlib"])
    paths = [path for path in sorted(root.rglob("*.py")) if not set(path.parts) & set(SKIPPED)]
    return tuple(dict.fromkeys(text for path in paths for text in _functions_of(path)))


def _functions_of(path: Path) -> Iterator[str]:
    try:
        source = path.read_text(encoding="utf-8")
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return
    lines = source.splitlines()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.end_lineno:
            body = _without_docstring(node, lines)
            indent = " " * node.col_offset
            text = "\n".join(line.removeprefix(indent) for line in body)
            if 40 < len(text) < 6 * LONGEST and text.isascii():
                yield text + "\n"


def _without_docstring(node: ast.FunctionDef, lines: list[str]) -> list[str]:
    first, last = node.lineno - 1, node.end_lineno or node.lineno
    if ast.get_docstring(node) is None or len(node.body) < 2:
        return lines[first:last]
    doc = node.body[0]
    return lines[first : doc.lineno - 1] + lines[doc.end_lineno or doc.lineno : last]


def hole(draw: Draw) -> list[Segment]:
    """Return a function with one slot: some lines, a line, or an expression."""
    text = _window(draw, draw.pick(functions()))
    cut = draw.rng.random()
    start, stop = _expression(draw, text) if cut < 0.35 else _lines(draw, text, cut < 0.85)
    return [(text[:start], False), (text[start:stop], True), (text[stop:], False)]


def _window(draw: Draw, text: str) -> str:
    """Keep the head of a function and as many lines as fit, from a random one on."""
    if len(text) <= LONGEST:
        return text
    lines = text.splitlines(keepends=True)
    first = draw.between(0, len(lines) - 2)
    kept, size = lines[:1] if first else [], 0
    for line in lines[first:]:
        size += len(line)
        if size > LONGEST * 0.8 and kept:
            break
        kept.append(line)
    return "".join(kept)


def _lines(draw: Draw, text: str, single: bool) -> tuple[int, int]:
    """Return the span of one line, or of two or three; with or without its margins."""
    lines = text.splitlines(keepends=True)
    first = draw.between(min(1, len(lines) - 1), len(lines) - 1)
    count = 1 if single else draw.between(2, 3)
    start = sum(map(len, lines[:first]))
    stop = start + sum(map(len, lines[first : first + count]))
    if draw.chance(0.5):
        return start, stop
    content = text[start:stop]
    return start + len(content) - len(content.lstrip()), stop - (
        len(content) - len(content.rstrip())
    )


def _expression(draw: Draw, text: str) -> tuple[int, int]:
    """Return the span of an expression, or of a line where the window does not parse."""
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return _lines(draw, text, single=True)
    nodes = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.expr) and node.lineno == node.end_lineno
    ]
    if not nodes:
        return _lines(draw, text, single=True)
    node = draw.pick(nodes)
    line = sum(map(len, text.splitlines(keepends=True)[: node.lineno - 1]))
    return line + node.col_offset, line + (node.end_col_offset or node.col_offset)
