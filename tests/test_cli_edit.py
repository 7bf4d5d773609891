"""``dllm-struct edit`` from outside: what is printed where, what is written, and how it ends."""

from __future__ import annotations

import ast
import io
import json
import re
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

import dllm_struct as ds
from dllm_struct.cli.places import read_cursor, read_span
from dllm_struct.editing.edited import apply
from dllm_struct.errors import InvalidInput
from tests.test_cli import SCHEMA, Run, run, schema_file

__all__ = ["run", "schema_file"]

TEXT = "def f(x):\r\n    return x + 1\n# é"


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    Path("code.py").write_bytes(TEXT.encode())
    return "code.py"


def test_the_text_alone_is_printed(run: Run, file: str) -> None:
    status, output, messages = run("edit", file, "--span", "L2:12-L2:13", "--grammar", "python")
    assert status == 0
    assert output.startswith("def f(x):\r\n    return ")
    assert output.endswith(" + 1\n# é")
    ast.parse(output)
    assert "forward passes" in messages
    assert Path(file).read_bytes() == TEXT.encode()


def test_a_diff_is_what_patch_reads(run: Run, file: str) -> None:
    span = ("--span", "L2:12-L2:13", "--span-tokens", "2")
    status, output, _ = run("edit", file, *span, "--grammar", "python", "--seed", "1", "--diff")
    assert status == 0
    assert output.startswith("--- a/code.py\n+++ b/code.py\n@@ -1,3 +1,3 @@\n")
    new = run("edit", file, *span, "--grammar", "python", "--seed", "1")[1]
    subprocess.run(["git", "apply", "-"], input=output.encode(), check=True)
    assert Path(file).read_bytes() == new.encode()


def test_a_file_is_edited_in_place(run: Run, file: str) -> None:
    arguments = ("edit", file, "--cursor", "L2:12", "--grammar", "python", "--seed", "3")
    _, new, _ = run(*arguments)
    status, output, _ = run(*arguments, "--in-place")
    assert (status, output) == (0, "")
    assert Path(file).read_bytes() == new.encode() != TEXT.encode()


def test_edits_are_printed_as_json(run: Run, file: str) -> None:
    arguments = ("edit", file, "--span", "23:24", "--span", "L3", "--seed", "3")
    status, output, _ = run(*arguments, "--json")
    assert status == 0
    edits = json.loads(output)
    assert [edit["range"]["start"]["line"] for edit in edits] == [1, 2]
    own = [ds.Edit(e["start"], e["end"], e["newText"]) for e in edits]
    assert apply(TEXT, own) == run(*arguments)[1]


def test_a_document_keeps_its_layout_under_a_schema(
    run: Run, schema_file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = '{\n  "name": "Ann",\n  "age": 3\n}\n'
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    status, output, _ = run("edit", "-", "--span", "L3:10-L3:11", "--schema", schema_file)
    assert status == 0
    jsonschema.validate(json.loads(output), SCHEMA)
    assert output.startswith('{\n  "name": "Ann",\n  "age": ')
    assert output.endswith("\n}\n")


def test_the_model_chooses_and_reads_an_instruction(run: Run, file: str) -> None:
    status, output, _ = run("edit", file, "--fraction", "0.2", "--instruction", "Shorter.")
    assert status == 0
    assert output


def test_a_pattern_of_the_whole(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    path.write_text("a=1\nb=x\n")
    pattern = r"(?:[a-z]=\d\n)+"
    status, output, _ = run("edit", str(path), "--span", "L2:3-L2:4", "--regex", pattern)
    assert status == 0
    assert re.fullmatch(pattern, output)
    assert output.startswith("a=1\nb=")


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--span", "5"),
        ("--span", "L9"),
        ("--span", "L1:11"),
        ("--span", "L0"),
        ("--span", "4:2"),
        ("--span", "0:99"),
        ("--cursor", "L1"),
        ("--cursor", "99"),
        ("--span", "L1", "--cursor", "L2:1"),
        ("--span-tokens", "3", "--cursor", "3"),
        ("--window", "3", "--span", "L1"),
        ("--span", "L1", "--diff", "--json"),
        ("--span", "L1", "--grammar", "python", "--regex", "a"),
        ("--span", "L1", "--start", "expr"),
        ("--span", "L1", "--regex", "b+"),
    ],
)
def test_bad_input_ends_with_status_2(run: Run, file: str, arguments: tuple[str, ...]) -> None:
    status, output, messages = run("edit", file, *arguments)
    assert (status, output) == (2, "")
    assert messages.startswith("error: ")
    assert messages.count("\n") == 1


def test_standard_input_is_not_edited_in_place(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"a")))
    status, _, messages = run("edit", "-", "--span", "0:1", "--in-place")
    assert status == 2
    assert "cannot be written" in messages


@pytest.mark.parametrize(
    ("argument", "expected"),
    [
        ("0:9", (0, 9)),
        ("L1", (0, 9)),
        ("L1-L2", (0, 27)),
        ("L2:5-L2:11", (15, 21)),
        ("L1:10-L3:1", (9, 28)),
        ("L2:5", (15, 15)),
        ("L3", (28, 31)),
    ],
)
def test_spans_as_they_are_typed(argument: str, expected: tuple[int, int]) -> None:
    assert read_span(TEXT, argument) == expected


def test_cursors_as_they_are_typed() -> None:
    assert read_cursor(TEXT, "7") == 7
    assert read_cursor(TEXT, "L3:4") == len(TEXT)
    with pytest.raises(InvalidInput):
        read_cursor(TEXT, "0:3")
