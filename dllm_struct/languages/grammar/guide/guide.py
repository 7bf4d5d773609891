"""How far it is from a configuration in a gap to the text behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dllm_struct.languages.grammar.cfg import Cfg
from dllm_struct.languages.grammar.guide.building import graph
from dllm_struct.languages.grammar.guide.completion import Search
from dllm_struct.languages.grammar.guide.costs import Crossings
from dllm_struct.languages.grammar.guide.crossings import crossings
from dllm_struct.languages.grammar.guide.graph import Graph
from dllm_struct.languages.grammar.guide.levels import levels_of
from dllm_struct.languages.grammar.guide.lines import EMPTY
from dllm_struct.languages.grammar.guide.places import Distances, Places
from dllm_struct.languages.grammar.guide.scanners import FAR
from dllm_struct.languages.grammar.guide.spans import Spans, spans
from dllm_struct.languages.grammar.guide.tables import Tables, tables
from dllm_struct.languages.grammar.reader import Handle, Reader

Ints = NDArray[np.int32]
HERE = -1
"""In place of a place after a gap: in the gap."""


@dataclass(frozen=True, eq=False)
class Document:
    """What is known of a document before a reader comes to it.

    Attributes:
        grammar: the grammar.
        graph: the document as a graph.
        spans: the rows of the symbols.
        ends: by (state, whether ignored, gap): where a terminal in that state may end, a place
            after the gap or `HERE`, and at what cost.
    """

    grammar: Tables
    graph: Graph
    spans: Spans
    ends: dict[tuple[int, bool, int], tuple[tuple[int, int], ...]]
    _ways: dict[int, Crossings]
    _first: dict[tuple[int, int], tuple[tuple[int, int], ...]]
    _after: dict[tuple[int, int], list[int]]

    def nodes_after(self, gap: int, level: int) -> list[int]:
        """The node of each place after a gap, at a level."""
        if (gap, level) not in self._after:
            self._after[gap, level] = self.graph.gaps[gap].nodes_after[:, level].tolist()
        return self._after[gap, level]

    def first_ways(self, gap: int, level: int) -> tuple[tuple[int, int], ...]:
        """Nodes behind a gap in which no terminal need be, and their costs."""
        if (gap, level) not in self._first:
            own, edges, cost = self.graph.gaps[gap], self.graph.edges, self.graph.cost
            node, other = own.begins[level], own.nodes[level]
            leaving = range(edges.start[node], edges.start[node + 1] if node != other else 0)
            ways = [(int(edges.target[edge]), int(cost[edge])) for edge in leaving]
            self._first[gap, level] = tuple(way for way in ways if way[0] != other)
        return self._first[gap, level]

    def ways(self, gap: int) -> Crossings:
        """The ways out of a gap."""
        if gap not in self._ways:
            self._ways[gap] = crossings(self.grammar, self.graph, self.spans, gap)
        return self._ways[gap]


class _Ending(NamedTuple):
    """A terminal that is being read, and how it may end: see `Document.ends`."""

    ends: tuple[tuple[int, int], ...]
    handle: Handle
    columns: tuple[int, ...]
    terminal: int
    silent: bool


@lru_cache(maxsize=16)
def document(cfg: Cfg, held: frozenset[int], segments: tuple[bytes, ...]) -> Document:
    """What is known of a document; the last few are kept.

    Args:
        cfg: the grammar.
        held: ignored terminals that cannot stand first in a line.
        segments: the fixed text after each gap.
    """
    levels = levels_of(cfg, segments)
    grammar = tables(cfg, len(levels))
    made = graph(grammar, levels, segments, held)
    return Document(grammar, made, spans(grammar, made), {}, {}, {}, {})


class Guide:
    """Distances and completions in a document of gaps and fixed text.

    A gap may be filled with any text; the whole has to be a member.

    Args:
        reader: reads the document.
        segments: the fixed text after each gap; the last one is followed by the end. Text before
            the first gap is read by the reader before it asks.
    """

    def __init__(self, reader: Reader, segments: Sequence[bytes]) -> None:
        self.reader = reader
        self.segments = tuple(segments)
        self.document = document(reader.cfg, reader.held, self.segments)
        made = self.document
        self._places = Places(made.grammar, reader, made.graph, made.spans)
        self._distances: dict[int, Distances] = {}
        self._known: list[dict[int, int | None]] = [{} for _ in self.segments]
        self._befores: list[dict[int, int]] = [{} for _ in self.segments]
        self._behind: dict[tuple[Handle, tuple[int, ...], int, bool], tuple[int, ...]] = {}

    def distance(self, config: int, gap: int) -> int | None:
        """About the fewest bytes that a gap still needs.

        Args:
            config: a configuration of the reader, inside the gap.
            gap: the number of the gap.

        Returns:
            A number of bytes after which the fixed text and all that follows can be read, lexing
            aside; None only when no text at all will do.
        """
        known = self._known[gap]
        try:
            return known[config]
        except KeyError:
            found = self._distance(config, gap) if config else FAR
            known[config] = found if found < FAR else None
            return known[config]

    def completion(self, config: int, gap: int) -> bytes | None:
        """A short text for the rest of a gap.

        Args:
            config: a configuration of the reader, inside the gap.
            gap: the number of the gap.

        Returns:
            A text after which the fixed text can be read and all further gaps can be filled; None
            when there is none.

        Raises:
            BudgetExceeded: none was found and it was not proved that there is none.
        """
        return self._search.completion(config, gap)

    @cached_property
    def _search(self) -> Search:
        return Search(self.reader, self.segments, self.document.grammar, self.distance)

    def _distance(self, config: int, gap: int) -> int:
        best, waiting = FAR, list[_Ending]()
        scan = self.document.grammar.scan
        for handle, pending, columns in self.reader.standings(config):
            if not pending:
                best = min(best, self._before(self._places.number(handle, columns), gap))
            for terminal, local in pending:
                state = scan.state(terminal, local)
                for silent in _ways(self.reader.cfg, terminal) if state else ():
                    if ends := self._ends(state, silent, gap):
                        waiting.append(_Ending(ends, handle, columns, terminal, silent))
        waiting.sort(key=lambda ending: ending.ends[0][0])
        for ending in waiting:
            if ending.ends[0][0] >= best:
                break
            best = self._behind_of(ending, gap, best)
        return best

    def _before(self, number: int, gap: int) -> int:
        """Fewest bytes from a place between two terminals."""
        known = self._befores[gap]
        if number not in known:
            known[number] = self._found_before(number, gap)
        return known[number]

    def _found_before(self, number: int, gap: int) -> int:
        best = FAR
        for node, cost in self.document.first_ways(gap, int(self._places.level[number])):
            if cost < best and self._places.can(number, node):
                best = cost
        return min(best, self._from(number, gap)) if best else 0

    def _from(self, number: int, gap: int) -> int:
        """Fewest bytes from a place behind a line's end, or from one where more is written."""
        if gap not in self._distances:
            self._distances[gap] = self._gap(gap)
        return self._distances[gap].of(number)

    def _behind_of(self, ending: _Ending, gap: int, limit: int) -> int:
        """Fewest bytes from inside a terminal, at most the limit."""
        ends, handle, columns, terminal, silent = ending
        rule = self.reader.cfg.indentation
        is_line = rule is not None and terminal == rule.newline and not silent
        best = limit
        for number in self._places_behind(handle, columns, terminal, silent):
            best = self._after(number, gap, ends, is_line, best)
        return best

    def _places_behind(
        self, handle: Handle, columns: tuple[int, ...], terminal: int, silent: bool
    ) -> tuple[int, ...]:
        """The places after a terminal; a line's end is passed over in brackets alone."""
        key = handle, columns, terminal, silent
        known = self._behind.get(key)
        if known is None:
            is_ignored = silent and terminal in self.reader.cfg.ignored
            after = (handle,) if is_ignored else self.reader.shifted(handle, terminal)
            if silent:
                after = [place for place in after if place == handle]
            known = tuple(self._places.number(place, columns) for place in after)
            self._behind[key] = known
        return known

    def _after(
        self, number: int, gap: int, ends: tuple[tuple[int, int], ...], is_line: bool, limit: int
    ) -> int:
        best = limit
        nodes_after = self.document.nodes_after(gap, int(self._places.level[number]))
        for cost, place in ends:
            if cost >= best:
                break
            if place == HERE:
                there = self._from(number, gap) if is_line else self._before(number, gap)
                best = min(best, cost + there)
            elif self._places.can(number, nodes_after[place]):
                best = cost
        return best

    def _ends(self, state: int, silent: bool, gap: int) -> tuple[tuple[int, int], ...]:
        """Where a terminal in some state can end: (cost, place), cheapest first."""
        key = state, silent, gap
        known = self.document.ends.get(key)
        if known is None:
            known = self.document.ends[key] = self._found_ends(*key)
        return known

    def _found_ends(self, state: int, silent: bool, gap: int) -> tuple[tuple[int, int], ...]:
        own, scan = self.document.graph.gaps[gap], self.document.grammar.scan
        if scan.to_end[state] >= FAR:
            return ()
        best = {HERE: int(scan.to_end[state])}
        terminal = scan.owner[state]
        low, high = scan.base[terminal], scan.base[terminal + 1]
        states, places = (own.silent if silent else own.border).of(low, high)
        costs = scan.between(state)[states - low]
        for place, cost in zip(places.tolist(), costs.tolist(), strict=True):
            if cost < best.get(place, FAR):
                best[place] = cost
        return tuple(sorted((cost, place) for place, cost in best.items()))

    def _gap(self, gap: int) -> Distances:
        made, found = self.document.graph, self.document.spans
        node = int(made.gaps[gap].nodes[0])
        finished = FAR
        edges = made.edges
        for edge in range(edges.start[node], edges.start[node + 1]):
            there = int(edges.target[edge])
            if edges.label[edge] == EMPTY and found.finish[there >> 6] >> (there & 63) & 1:
                finished = min(finished, int(made.cost[edge]))
        return Distances(self._places, self.document.grammar, self.document.ways(gap), finished)


def _ways(cfg: Cfg, terminal: int) -> tuple[bool, ...]:
    """Whether a terminal may be ignored, and whether it may be parsed."""
    newline = cfg.indentation is not None and terminal == cfg.indentation.newline
    if terminal in cfg.ignored:
        return (True, False) if cfg.scannerless else (True,)
    return (False, True) if newline else (False,)
