"""Diffs: what ``patch`` and ``git apply`` make of them, and a reading of the format of our own."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dllm_struct.editing.diff import NO_NEWLINE, lines_of, unified

LINES = st.sampled_from(
    [
        "a",
        "b",
        "-",
        "+x",
        " ",
        "",
        "a\r",
        "\ufeffa",
        "\x0c",
        "\u2028",
        "é",
        "\\",
        "@@ -1 +1 @@",
        "--- a",
    ]
)
texts = st.builds(
    lambda lines, end: "\n".join(lines) + end,
    st.lists(LINES, max_size=12),
    st.sampled_from(["", "\n"]),
)
HUNK = re.compile(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@\n")

PAIRS = {
    "a change": ("a\nb\nc\n", "a\nB\nc\n"),
    "no newline at the end": ("a\nb", "a\nc"),
    "newline added": ("a\nb", "a\nb\n"),
    "newline removed": ("a\nb\n", "a\nb"),
    "from nothing": ("", "a\nb\n"),
    "to nothing": ("a\nb\n", ""),
    "far apart": (
        "".join(f"{n}\n" for n in range(40)),
        "x\n" + "".join(f"{n}\n" for n in range(2, 41)),
    ),
    "carriage returns": ("a\r\nb\r\nc\r\n", "a\r\nB\r\nc\r\n"),
    "byte order mark": ("\ufeffa\nb\n", "\ufeffa\nc\n"),
    "odd line ends": ("a\x0cb\u2028c\rd\ne\n", "a\x0cb\u2028C\rd\ne\n"),
    "lines like a diff": ("--- a\n+++ b\n@@ -1 +1 @@\n-x\n", "--- a\n+++ b\n@@ -1 +1 @@\n+x\n"),
}

NAMES = ["text", "with blank.txt", 'quo"te.txt', "deep/er/é.txt"]


def patched(diff: str, old: str) -> str:
    """A text with a diff applied, by the definition of the format alone."""
    lines, new, at = lines_of(old), [], 0
    body = lines_of(diff)[2:]
    while body:
        header = HUNK.fullmatch(body.pop(0))
        assert header is not None
        start, length, _, length_after = (int(n) if n else 1 for n in header.groups())
        begin = start - 1 if length else start
        new += lines[at:begin]
        at = begin
        while length or length_after or body[:1] == [NO_NEWLINE]:
            line = body.pop(0)
            if body[:1] == [NO_NEWLINE]:
                line = line.removesuffix("\n")
                body.pop(0)
            if line[0] in " -":
                assert lines[at] == line[1:]
                at, length = at + 1, length - 1
            if line[0] in " +":
                new.append(line[1:])
                length_after -= 1
    return "".join([*new, *lines[at:]])


@given(texts, texts, st.integers(0, 4))
def test_a_diff_leads_from_one_text_to_the_other(old: str, new: str, context: int) -> None:
    diff = unified(old, new, context=context)
    assert (diff == "") == (old == new)
    assert diff == "" or patched(diff, old) == new


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("pair", PAIRS)
@pytest.mark.parametrize("program", ["patch", "git"])
def test_programs_read_the_diff(tmp_path: Path, program: str, pair: str, name: str) -> None:
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")
    old, new = PAIRS[pair]
    file = tmp_path / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(old.encode())
    commands = {
        "patch": ["patch", "-p1", "--no-backup-if-mismatch", "--fuzz=0"],
        "git": ["git", "apply", "--whitespace=nowarn", "-"],
    }
    diff = unified(old, new, name)
    done = subprocess.run(
        commands[program], input=diff.encode(), cwd=tmp_path, capture_output=True, check=False
    )
    assert done.returncode == 0, done
    assert (file.read_bytes() if file.exists() else b"") == new.encode()
