"""The places of a segment of fixed text, and the edges between them.

Places are found from left to right; a terminal leads on from a place only where it may follow one
that leads there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

import numpy as np

from dllm_struct.languages.grammar.guide.brackets import within_brackets
from dllm_struct.languages.grammar.guide.following import ALL, following
from dllm_struct.languages.grammar.guide.levels import Levels
from dllm_struct.languages.grammar.guide.lines import (
    EMPTY,
    PLAIN,
    Context,
    Edge,
    Spot,
    after,
    at_line,
    plain,
    unknown,
)
from dllm_struct.languages.grammar.guide.scanning import Scan
from dllm_struct.languages.grammar.guide.tables import Tables

MAX_CONTEXTS = 6
"""So many contexts are told apart at an offset and level."""

HERE = -2
"""In place of a level: the one that the gap before leaves behind."""


class Spots:
    """The places of a segment and their edges inside it.

    Args:
        grammar: the grammar.
        levels: of the document.
        text: the segment.
        scan: the same, read.

    Attributes:
        edges: of each place.
        entries: places that are entered from the gap before, the first of them at the beginning;
            for each, where that is at each level.
    """

    def __init__(self, grammar: Tables, levels: Levels, text: bytes, scan: Scan) -> None:
        self._grammar, self._levels, self._text = grammar, levels, text
        self._following = following(grammar)
        self._within_brackets = within_brackets(grammar.cfg)
        self._allowed: dict[int, dict[Context, int]] = defaultdict(dict)
        self.edges: dict[Spot, list[Edge]] = {}
        self._beyond: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for offset, terminal, state in scan.beyond.tolist():
            self._beyond[offset].append((terminal, state))
        self._inside: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for offset, terminal, end in scan.inside.tolist():
            self._inside[offset].append((terminal, end))
        self._numbers: dict[Spot, int] = {}
        self.entries: list[list[Spot]] = []
        self._entry(plain(0, unknown(HERE)), EMPTY)
        self._entering: dict[tuple[int, int], list[tuple[int, int]]] = {}
        owner = grammar.scan.owner
        for terminal, end in sorted({(int(owner[q]), end) for q, end in scan.entering.tolist()}):
            found = after(grammar.cfg, levels, terminal, unknown(HERE), end, text[:end])
            own = [(label, self._entry(spot, label)) for label, spot in found]
            self._entering[terminal, end] = own
        for offset in np.flatnonzero(scan.reached).tolist():
            self._expand(offset)

    def entering(self, terminal: int, end: int) -> list[tuple[int, int]]:
        """Labels and numbers of entries of a terminal that has begun in the gap before."""
        return self._entering[terminal, end]

    def beyond(self, spot: Spot) -> Iterator[tuple[int, int, bool]]:
        """Terminals that run from a place through the end of the segment.

        Yields:
            The terminal, its state there, and whether it may be parsed.
        """
        allowed = self._allowed[spot.offset][spot.context]
        for terminal, state in self._beyond.get(spot.offset, ()):
            yield terminal, state, bool(allowed >> terminal & 1)

    def _entry(self, spot: Spot, label: int) -> int:
        """The number of an entry; its places, one for each level, are noted."""
        if spot not in self._numbers:
            self._numbers[spot] = len(self.entries)
            self.entries.append([])
        number = self._numbers[spot]
        own = [_at(spot, level) for level in range(len(self._levels))]
        self.entries[number] = [self._note(label, one, ALL) for one in own]
        return number

    def _expand(self, offset: int) -> None:
        for context, allowed in sorted(self._allowed[offset].items()):
            found: list[Edge] = []
            for terminal, end in self._inside.get(offset, ()):
                text, cfg = self._text[offset:end], self._grammar.cfg
                for label, spot in after(cfg, self._levels, terminal, context, end, text):
                    if label == EMPTY or allowed >> label & 1:
                        found.append((label, spot))
            self.edges[plain(offset, context)] = self._noted(found, allowed)

    def _noted(self, edges: Iterable[Edge], allowed: int) -> list[Edge]:
        return [(label, self._note(label, spot, allowed)) for label, spot in edges]

    def _note(self, label: int, spot: Spot, allowed: int) -> Spot:
        """Remember to go on from there, or from where less is known.

        Args:
            label: of an edge that leads there.
            spot: the place.
            allowed: what may follow where the edge begins.
        """
        after_it = allowed if label == EMPTY else self._following.get(label, 0)
        if spot.context.brackets:
            after_it &= self._within_brackets
        if spot.kind == PLAIN:
            contexts = self._allowed[spot.offset]
            if spot.context not in contexts and self._is_full(contexts, spot.context.level):
                spot = plain(spot.offset, unknown(spot.context.level))
            contexts[spot.context] = contexts.get(spot.context, 0) | after_it
        elif spot not in self.edges:
            self.edges[spot] = []
            found = at_line(self._grammar, self._levels, spot)
            self.edges[spot] = self._noted(found, after_it)
        return spot

    def _is_full(self, contexts: Iterable[Context], level: int) -> bool:
        return sum(context.level == level for context in contexts) >= MAX_CONTEXTS


def _at(spot: Spot, level: int) -> Spot:
    context = spot.context
    if context.level != HERE:
        return spot
    return spot._replace(context=context._replace(level=level))
