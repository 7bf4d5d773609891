"""Which bytes are worth trying at a configuration, the likeliest first."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from dllm_struct.languages.grammar.guide.tables import Tables
from dllm_struct.languages.grammar.reader import Reader

_READABLE = b"abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_ "
_ORDER = bytes(dict.fromkeys((*_READABLE, *range(33, 127), *range(256))))
_LINE = re.compile(rb"\n([ \t]*)")
NARROW, WIDE, ALL = range(3)
"""Bytes that bring a terminal closer to its end; one for each way to go on; every byte."""


class Spelling:
    """Bytes to try, by the states of the terminals that a configuration is in.

    Args:
        grammar: the grammar.
        reader: the reader whose configurations are asked for.
    """

    def __init__(self, grammar: Tables, reader: Reader) -> None:
        self._scan = grammar.scan
        self._reader = reader
        self._of_state: dict[tuple[int, int], bytes] = {}
        self._openings: dict[int, bytes] = {}

    def candidates(self, config: int, width: int) -> bytes:
        """Bytes to try at a configuration.

        Args:
            config: a configuration of the reader.
            width: how much to try: `NARROW`, `WIDE` or `ALL`.
        """
        if width == ALL:
            return _ORDER
        found: dict[int, None] = {}
        between = False
        for _, pending in self._reader.readings(config):
            between |= not pending
            for terminal, local in pending:
                state = self._scan.state(terminal, local)
                if not state:
                    continue
                found.update(dict.fromkeys(self._after(state, width)))
                between |= bool(self._scan.accepting[state])
        if between:
            found.update(dict.fromkeys(self._opening(width)))
        return bytes(found)

    def _opening(self, width: int) -> bytes:
        """The bytes that begin a terminal."""
        if width not in self._openings:
            starts = self._scan.start
            found = {byte for q in starts if q for byte in self._after(int(q), width)}
            self._openings[width] = bytes(sorted(found, key=_ORDER.index))
        return self._openings[width]

    def _after(self, state: int, width: int) -> bytes:
        key = state, width
        if key not in self._of_state:
            self._of_state[key] = bytes(self._ways_on(state, width))
        return self._of_state[key]

    def _ways_on(self, state: int, width: int) -> Iterator[int]:
        """One byte for each state that can follow."""
        scan = self._scan
        after = scan.table[state].tolist()
        left = int(scan.to_end[state])
        seen = set()
        for byte in _ORDER:
            target = after[byte]
            if target and target not in seen:
                seen.add(target)
                if width != NARROW or scan.accepting[target] or scan.to_end[target] < left:
                    yield byte


class Indents:
    """Blanks to try at the beginning of a line, so that lines begin where others do.

    Args:
        reader: the reader whose configurations are asked for.
        segments: the fixed text of the document.
    """

    def __init__(self, reader: Reader, segments: Sequence[bytes]) -> None:
        self._reader = reader
        self._rule = reader.cfg.indentation
        text = b"".join(segments)
        tab = 1 if self._rule is None else self._rule.tab
        self._fixed = {len(one.expandtabs(tab)) for one in _LINE.findall(text)}
        self._leading = {len(one) - len(one.lstrip(b" ")) for one in segments}

    def after(self, config: int) -> Iterator[bytes]:
        """Indents that may be written in a newline's terminal."""
        if self._rule is None:
            return
        columns = set(self._fixed)
        in_newline = False
        for _, pending, blocks in self._reader.standings(config):
            in_newline |= any(terminal == self._rule.newline for terminal, _ in pending)
            columns.update(blocks)
            columns.update(column + 1 for column in blocks[-1:])
        if in_newline:
            begun = columns | self._leading | {0}
            widths = {high - low for high in columns for low in begun}
            yield from (b" " * width for width in sorted(widths) if width > 0)
