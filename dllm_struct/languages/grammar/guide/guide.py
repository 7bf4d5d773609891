"""How far it is from a configuration in a gap to the text behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from dllm_struct.languages.grammar.cfg import Cfg
from dllm_struct.languages.grammar.guide.completion import Search
from dllm_struct.languages.grammar.guide.costs import Crossings, crossings
from dllm_struct.languages.grammar.guide.graph import Border, Graph, graph
from dllm_struct.languages.grammar.guide.lines import EMPTY
from dllm_struct.languages.grammar.guide.places import Distances, Places
from dllm_struct.languages.grammar.guide.scanners import FAR
from dllm_struct.languages.grammar.guide.spans import Spans, spans
from dllm_struct.languages.grammar.guide.tables import Tables, tables
from dllm_struct.languages.grammar.reader import Reader

Ints = NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Document:
    """What is known of a document before a reader comes to it.

    Attributes:
        grammar: the grammar.
        graph: the document as a graph.
        spans: the rows of the symbols.
        ends: by (state, whether ignored, gap): where a terminal in that state may end, and at what
            cost.
    """

    grammar: Tables
    graph: Graph
    spans: Spans
    ends: dict[tuple[int, bool, int], tuple[tuple[int, int], ...]]
    _ways: dict[int, Crossings]

    def ways(self, gap: int) -> Crossings:
        """The ways out of a gap."""
        if gap not in self._ways:
            self._ways[gap] = crossings(self.grammar, self.graph, self.spans, gap)
        return self._ways[gap]


@lru_cache(maxsize=16)
def document(cfg: Cfg, segments: tuple[bytes, ...]) -> Document:
    """What is known of a document; the last few are kept."""
    grammar = tables(cfg)
    made = graph(grammar, segments)
    return Document(grammar, made, spans(grammar, made), {}, {})


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
        self.document = document(reader.cfg, self.segments)
        made = self.document
        self._places = Places(made.grammar, reader, made.graph, made.spans)
        self._distances: dict[int, Distances] = {}
        self._known: list[dict[int, int | None]] = [{} for _ in self.segments]

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
        best = FAR
        scan = self.document.grammar.scan
        for handle, pending, columns in self.reader.standings(config):
            if not pending:
                best = min(best, self._from(self._places.number(handle, columns), gap))
            for terminal, local in pending:
                state = scan.state(terminal, local)
                if state:
                    best = self._pending((handle, columns), terminal, state, gap, best)
        return best

    def _from(self, number: int, gap: int) -> int:
        """Fewest bytes from a place between two terminals."""
        if gap not in self._distances:
            self._distances[gap] = self._gap(gap)
        return self._distances[gap].of(number)

    def _pending(
        self,
        below: tuple[int, tuple[int, ...]],
        terminal: int,
        state: int,
        gap: int,
        limit: int,
    ) -> int:
        """Fewest bytes from inside a terminal, at most the limit."""
        best = limit
        handle, columns = below
        for silent in _ways(self.reader.cfg, terminal):
            ends = self._ends(state, silent, gap)
            if not ends or ends[0][0] >= best:
                continue
            after = (handle,) if silent else self.reader.shifted(handle, terminal)
            for place in after:
                best = self._after(self._places.number(place, columns), gap, ends, best)
        return best

    def _after(self, number: int, gap: int, ends: tuple[tuple[int, int], ...], limit: int) -> int:
        best = limit
        here = int(self.document.graph.gaps[gap])
        for cost, node in ends:
            if cost >= best:
                break
            if node == here:
                best = min(best, cost + self._from(number, gap))
            elif self._places.can(number, node):
                best = cost
        return best

    def _ends(self, state: int, silent: bool, gap: int) -> tuple[tuple[int, int], ...]:
        """Where a terminal in some state can end: (cost, node), cheapest first."""
        key = state, silent, gap
        known = self.document.ends.get(key)
        if known is None:
            known = self.document.ends[key] = self._found_ends(*key)
        return known

    def _found_ends(self, state: int, silent: bool, gap: int) -> tuple[tuple[int, int], ...]:
        made, scan = self.document.graph, self.document.grammar.scan
        if scan.to_end[state] >= FAR:
            return ()
        best = {int(made.gaps[gap]): int(scan.to_end[state])}
        border: Border = (made.silent if silent else made.borders)[gap]
        terminal = scan.owner[state]
        low, high = scan.base[terminal], scan.base[terminal + 1]
        states, nodes = border.of(low, high)
        costs = scan.between(state)[states - low]
        for node, cost in zip(nodes.tolist(), costs.tolist(), strict=True):
            if cost < best.get(node, FAR):
                best[node] = cost
        return tuple(sorted((cost, node) for node, cost in best.items()))

    def _gap(self, gap: int) -> Distances:
        made, found = self.document.graph, self.document.spans
        node = int(made.gaps[gap])
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
