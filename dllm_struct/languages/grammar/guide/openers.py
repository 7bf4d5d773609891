"""Lines that open a block, for gaps after which the text is indented further."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dllm_struct.languages.grammar.guide.spelling import NARROW, Spelling
from dllm_struct.languages.grammar.reader import Pending, Reader

MOST_TRIED = 4_000
"""Configurations among which a line is looked for."""

MOST_LINES = 64
"""Places for which a line is looked for in one document."""

BLANK, NEWLINE = b" ", b"\n"

WORDS = frozenset(b"abcdefghijklmnopqrstuvwxyz :")
"""What such a line is written with; more would be too many lines to go through."""


class Openers:
    """Short lines after which the lines behind a gap can stand where they do.

    What a block begins with depends on the grammar; a line is found by going through short ones
    of words and colons, breadth first. Distances know nothing of columns, so a search that they
    lead would have to try all of these lines at every place.

    Args:
        reader: the reader whose configurations are asked for.
        segments: the fixed text of the document.
        spelling: says which bytes are worth trying.
    """

    def __init__(self, reader: Reader, segments: Sequence[bytes], spelling: Spelling) -> None:
        self._reader, self._spelling = reader, spelling
        self._rule = reader.cfg.indentation
        self._segments = segments
        self._known: dict[tuple[int, int], bytes | None] = {}

    def before(self, config: int, gap: int) -> Iterator[bytes]:
        """Lines, their indents and newlines included, to be written at the beginning of a line."""
        if self._rule is None:
            return
        columns = [_column(line) for line in self._segments[gap].split(NEWLINE) if line.strip()]
        for _, pending, blocks in self._reader.standings(config):
            block = blocks[-1] if blocks else 0
            if columns and block < columns[0] and self._begins_line(pending):
                between = {column for column in columns if block < column < columns[0]}
                for column in sorted({block, *between}):
                    indent = BLANK * column
                    line = self._line(self._reader.read(config, indent), gap)
                    if line is not None:
                        yield indent + line + NEWLINE

    def _begins_line(self, pending: Pending) -> bool:
        assert self._rule is not None
        return any(terminal == self._rule.newline for terminal, _ in pending)

    def _line(self, start: int, gap: int) -> bytes | None:
        """A short line after which what follows the gap can be read."""
        key = start, gap
        if key not in self._known:
            is_worth_it = start and len(self._known) < MOST_LINES
            self._known[key] = self._searched(start, gap) if is_worth_it else None
        return self._known[key]

    def _searched(self, start: int, gap: int) -> bytes | None:
        after = NEWLINE + self._segments[gap]
        seen, layer = {start}, [(start, b"")]
        while layer and len(seen) < MOST_TRIED:
            found: list[tuple[int, bytes]] = []
            for config, text in layer:
                if text.strip() and self._reader.read(config, after):
                    return text
                for byte in filter(WORDS.__contains__, self._spelling.candidates(config, NARROW)):
                    target = self._reader.step(config, byte)
                    if target and target not in seen:
                        seen.add(target)
                        found.append((target, text + bytes((byte,))))
            layer = found
        return None


def _column(line: bytes) -> int:
    return len(line) - len(line.lstrip(BLANK))
