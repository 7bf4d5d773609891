"""Unified diffs that ``patch`` and ``git apply`` read.

Lines end with a line feed and nothing else, as those programs see them: a carriage return, a form
feed or U+2028 is part of its line.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

NO_NEWLINE = "\\ No newline at end of file\n"

QUOTED = {"\t": "\\t", "\n": "\\n", "\r": "\\r", '"': '\\"', "\\": "\\\\"}

Opcode = tuple[str, int, int, int, int]


def unified(old: str, new: str, path: str = "text", context: int = 3) -> str:
    """Return the unified diff of two texts; empty when they are equal.

    Args:
        old: the text before.
        new: the text after.
        path: how the file is called, relative; ``a/`` and ``b/`` are put before it.
        context: lines shown around a change.
    """
    if old == new:
        return ""
    before, after = lines_of(old), lines_of(new)
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    hunks = matcher.get_grouped_opcodes(context)
    header = f"--- {_name('a/' + path)}\n+++ {_name('b/' + path)}\n"
    return header + "".join(_hunk(group, before, after) for group in hunks)


def lines_of(text: str) -> list[str]:
    """Return the lines of a text with their line feeds."""
    lines = text.split("\n")
    return [*(f"{line}\n" for line in lines[:-1]), *([lines[-1]] if lines[-1] else [])]


def _hunk(group: Sequence[Opcode], before: Sequence[str], after: Sequence[str]) -> str:
    first, last = group[0], group[-1]
    old, new = _range(first[1], last[2]), _range(first[3], last[4])
    return f"@@ -{old} +{new} @@\n" + "".join(_lines(group, before, after))


def _range(start: int, stop: int) -> str:
    """The lines of a hunk; those of an empty one begin after the line before it."""
    count = stop - start
    return f"{start + bool(count)}" if count == 1 else f"{start + bool(count)},{count}"


def _lines(group: Sequence[Opcode], before: Sequence[str], after: Sequence[str]) -> Iterator[str]:
    for tag, old_start, old_stop, new_start, new_stop in group:
        if tag == "equal":
            yield from (_line(" ", line) for line in before[old_start:old_stop])
        else:
            yield from (_line("-", line) for line in before[old_start:old_stop])
            yield from (_line("+", line) for line in after[new_start:new_stop])


def _line(sign: str, line: str) -> str:
    return f"{sign}{line}" if line.endswith("\n") else f"{sign}{line}\n{NO_NEWLINE}"


def _name(path: str) -> str:
    """A file name as git writes it: in quotes where it must be, a tab behind it after a blank."""
    if any(character in QUOTED for character in path):
        return '"' + "".join(QUOTED.get(character, character) for character in path) + '"'
    return f"{path}\t" if " " in path else path
