"""Every snippet of README and docs runs, and prints what the page says.

A ``python`` block is executed; a ``text`` block right after it is its output. In a ``console``
block the lines after ``$ dllm-struct ...`` are the command's standard output. A last line ``...``
stands for more of it.
"""

from __future__ import annotations

import contextlib
import io
import re
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from dllm_struct.cli import main

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)#:]+)\)")

pages = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


def snippets(page: Path) -> Iterator[tuple[str, str, str | None]]:
    """Yield language, code and expected output (None: not shown) of every block that runs."""
    text = page.read_text(encoding="utf-8")
    blocks = list(BLOCK.finditer(text))
    for block, following in zip(blocks, [*blocks[1:], None], strict=False):
        language, code = block.groups()
        if language == "python":
            is_output = (
                following is not None
                and following[1] == "text"
                and not text[block.end() : following.start()].strip()
            )
            yield language, code, following[2] if following is not None and is_output else None
        elif language == "console":
            command, _, output = code.partition("\n")
            yield language, command, output or None


def run_command(line: str) -> None:
    prompt, name, *arguments = shlex.split(line)
    assert (prompt, name) == ("$", "dllm-struct")
    with pytest.raises(SystemExit) as end:
        main(arguments)
    assert end.value.code == 0


@pages
def test_snippets(page: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    monkeypatch.chdir(tmp_path)
    module = ModuleType("page")
    monkeypatch.setitem(sys.modules, "page", module)
    for language, code, expected in snippets(page):
        raw = io.BytesIO()
        with contextlib.redirect_stdout(io.TextIOWrapper(raw, encoding="utf-8")) as output:
            if language == "python":
                exec(compile(code, str(page), "exec", dont_inherit=True), vars(module))
            else:
                run_command(code)
            output.flush()
        if expected is not None:
            found = raw.getvalue().decode()
            shown = expected.removesuffix("...\n")
            assert (found if shown == expected else found[: len(shown)]) == shown


@pages
def test_links(page: Path) -> None:
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target
