"""A document with gaps as a graph whose edges are terminals.

Nodes are the gaps, the offsets of fixed text where terminals may begin, and the end, numbered from
left to right. A gap has a loop for every terminal. A terminal may begin in a gap and end in the
text after it, or run through that text into the next gap, and so on. Every reading of the document
is a path from a gap to the end; the converse need not hold.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dllm_struct.languages.grammar.guide.lines import (
    EMPTY,
    NOT_KNOWN,
    PLAIN,
    UNKNOWN,
    Context,
    Edge,
    Spot,
    after,
    at_line,
    plain,
)
from dllm_struct.languages.grammar.guide.scanners import FAR
from dllm_struct.languages.grammar.guide.scanning import Scan, scan_segment
from dllm_struct.languages.grammar.guide.tables import Tables

Ints = NDArray[np.int32]
Words = NDArray[np.uint64]
MAX_CONTEXTS = 6
"""So many contexts are told apart at an offset."""


class Edges(NamedTuple):
    """Edges by the node they start from.

    Attributes:
        start: int32 [n + 1], offsets of each node's edges.
        label: int32 [*], terminals, or `EMPTY`.
        target: int32 [*], where they lead.
    """

    start: Ints
    label: Ints
    target: Ints


@dataclass(frozen=True, eq=False)
class Border:
    """How terminals that have begun in a gap end after it.

    Attributes:
        states: int32 [*], states of terminals at the end of the gap, sorted.
        nodes: int32 [*], a node where each may lead.
    """

    states: Ints
    nodes: Ints

    def of(self, low: int, high: int) -> tuple[Ints, Ints]:
        """The part of the states from ``low`` to ``high``."""
        first, last = np.searchsorted(self.states, (low, high))
        return self.states[first:last], self.nodes[first:last]


@dataclass(frozen=True, eq=False)
class Graph:
    """A document with gaps.

    Attributes:
        gaps: int32 [R], the nodes of the gaps.
        end: the last node.
        edges: the edges; the loops of gaps are not among them.
        cost: int32, fewest bytes written in a gap, for the edges of gaps; else 0.
        borders: of each gap, for terminals that are parsed.
        silent: of each gap, for terminals that are ignored.
        entries: int32 [R], the node after each gap.
        dedents: nodes after a dedent, the column of the block that it closes, and the column of
            the line that follows; `NOT_KNOWN` where they are not.
    """

    gaps: Ints
    end: int
    edges: Edges
    cost: Ints
    borders: tuple[Border, ...]
    silent: tuple[Border, ...]
    entries: Ints
    dedents: tuple[tuple[int, int, int], ...]

    @property
    def num_nodes(self) -> int:
        """Number of nodes n."""
        return self.end + 1

    def closing(self, column: int) -> Words:
        """Nodes where a block that begins in a column may just have been closed, uint64 [W]."""
        allowed = np.full((self.num_nodes + 63) // 64, ~np.uint64(0))
        for node, closed, line in self.dedents:
            if (closed != column) if closed != NOT_KNOWN else (line >= column):
                allowed[node >> 6] &= ~(np.uint64(1) << np.uint64(node & 63))
        return allowed


def graph(grammar: Tables, segments: Sequence[bytes]) -> Graph:
    """The graph of a document: a gap before each of some segments of fixed text."""
    return _Builder(grammar, segments).graph()


class _Builder:
    """Builds from right to left; nodes are numbered from the right until the end."""

    def __init__(self, grammar: Tables, segments: Sequence[bytes]) -> None:
        self.grammar = grammar
        self.cfg = grammar.cfg
        self.segments = segments
        self.edges: list[dict[tuple[int, int], int]] = [{}]
        self.dedents: list[tuple[int, int, int]] = []
        self.gaps: list[int] = []
        self.entries: list[int] = []
        self.borders: list[Border] = []
        self.silent: list[Border] = []
        if self.cfg.indentation is not None:
            self.edges[0][self.cfg.indentation.dedent, 0] = 0

    def graph(self) -> Graph:
        for text in reversed(self.segments):
            self._segment(text)
        last = len(self.edges) - 1
        label = [label for edges in reversed(self.edges) for label, _ in edges]
        target = [last - head for edges in reversed(self.edges) for _, head in edges]
        cost = [cost for edges in reversed(self.edges) for cost in edges.values()]
        counts = [len(edges) for edges in reversed(self.edges)]
        return Graph(
            gaps=_flipped(self.gaps, last),
            end=last,
            edges=Edges(
                np.cumsum([0, *counts]).astype(np.int32),
                np.array(label, np.int32),
                np.array(target, np.int32),
            ),
            cost=np.array(cost, np.int32),
            borders=tuple(Border(one.states, last - one.nodes) for one in reversed(self.borders)),
            silent=tuple(Border(one.states, last - one.nodes) for one in reversed(self.silent)),
            entries=_flipped(self.entries, last),
            dedents=tuple((last - node, closed, line) for node, closed, line in self.dedents),
        )

    def _segment(self, text: bytes) -> None:
        border = self.gaps[-1] if self.gaps else 0
        scan = scan_segment(self.grammar.scan, text, bool(self.gaps))
        spots = _Spots(self.grammar, text, scan, bool(self.gaps))
        numbers: dict[Spot, int] = {}

        def number(spot: Spot) -> int:
            if spot.offset == len(text) and (spot.kind == PLAIN or self.gaps):
                return border
            return numbers[spot]

        for spot in sorted(spots.edges, reverse=True):
            if spot.offset == len(text) and (spot.kind == PLAIN or self.gaps):
                continue
            numbers[spot] = len(self.edges)
            edges = {(label, number(head)): 0 for label, head in spots.edges[spot]}
            if spot.kind == PLAIN:
                for terminal, state in spots.beyond.get(spot.offset, ()):
                    edges.update(dict.fromkeys(self._through(terminal, state), 0))
            (label, head), *others = edges or {(0, 0): 0}
            if edges and not others and label == EMPTY and not spot.step:
                numbers[spot] = head
            else:
                self.edges.append(edges)
                if spot.step:
                    self.dedents.append((numbers[spot], spot.closed, spot.column))
        self._close(spots, scan, number)

    def _close(self, spots: _Spots, scan: Scan, number: Callable[[Spot], int]) -> None:
        """The gap before a segment."""
        pairs: dict[bool, set[tuple[int, int]]] = {True: set(), False: set()}
        owner = self.grammar.scan.owner
        for state, end in scan.entering.tolist():
            for label, spot in spots.entering(int(owner[state]), end):
                pairs[label == EMPTY].add((state, number(spot)))
        for state, last in scan.through.tolist():
            for label, node in self._through(int(owner[state]), last):
                pairs[label == EMPTY].add((state, node))
        self.entries.append(number(plain(0)))
        self.borders.append(_border(pairs[False]))
        self.silent.append(_border(pairs[True]))
        edges = {(EMPTY, self.entries[-1]): 0}
        from_start = self.grammar.scan.from_start
        for silent, found in pairs.items():
            for state, node in found:
                edge, cost = (EMPTY if silent else int(owner[state]), node), int(from_start[state])
                if cost < edges.get(edge, FAR):
                    edges[edge] = cost
        self.gaps.append(len(self.edges))
        self.edges.append(edges)

    def _through(self, terminal: int, state: int) -> Iterator[tuple[int, int]]:
        """Edges of a terminal that runs into the last gap made."""
        scan = self.grammar.scan
        gap = self.gaps[-1]
        reached = scan.between(state) < FAR
        low, high = scan.base[terminal], scan.base[terminal + 1]
        for silent in self._ways(terminal):
            border = (self.silent if silent else self.borders)[-1]
            states, nodes = border.of(low, high)
            label = EMPTY if silent else terminal
            for node in {gap, *nodes[reached[states - low]].tolist()}:
                yield label, node

    def _ways(self, terminal: int) -> Iterator[bool]:
        """Whether a terminal may be ignored, and whether it may be parsed."""
        cfg = self.cfg
        newline = cfg.indentation is not None and terminal == cfg.indentation.newline
        if terminal in cfg.ignored or newline:
            yield True
        if terminal not in cfg.ignored or cfg.scannerless:
            yield False


class _Spots:
    """The places of a segment and their edges inside it."""

    def __init__(self, grammar: Tables, text: bytes, scan: Scan, open_ended: bool) -> None:
        self._cfg = grammar.cfg
        self._text = text
        self._waiting: dict[int, set[Context]] = defaultdict(set)
        self.edges: dict[Spot, list[Edge]] = {}
        self.beyond: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for offset, terminal, state in scan.beyond.tolist():
            self.beyond[offset].append((terminal, state))
        self._inside: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for offset, terminal, end in scan.inside.tolist():
            self._inside[offset].append((terminal, end))
        self._entering: dict[tuple[int, int], list[Edge]] = {}
        self._note(plain(0))
        owner = grammar.scan.owner
        for terminal, end in sorted({(int(owner[q]), end) for q, end in scan.entering.tolist()}):
            found = list(after(self._cfg, terminal, UNKNOWN, end, text[:end]))
            self._entering[terminal, end] = self._noted(found)
        for offset in np.flatnonzero(scan.reached).tolist():
            self._expand(offset)

    def entering(self, terminal: int, end: int) -> list[Edge]:
        """Edges of a terminal that has begun in the gap before."""
        return self._entering[terminal, end]

    def _expand(self, offset: int) -> None:
        for context in sorted(self._waiting[offset]):
            found: list[Edge] = []
            for terminal, end in self._inside.get(offset, ()):
                found += after(self._cfg, terminal, context, end, self._text[offset:end])
            self.edges[plain(offset, context)] = self._noted(found)

    def _noted(self, edges: Iterable[Edge]) -> list[Edge]:
        return [(label, self._note(spot)) for label, spot in edges]

    def _note(self, spot: Spot) -> Spot:
        """Remember to go on from there, or from where less is known."""
        if spot.kind == PLAIN:
            contexts = self._waiting[spot.offset]
            if len(contexts) >= MAX_CONTEXTS and spot.context not in contexts:
                spot = plain(spot.offset)
            contexts.add(spot.context)
        elif spot not in self.edges:
            assert self._cfg.indentation is not None
            self.edges[spot] = []
            self.edges[spot] = self._noted(at_line(self._cfg.indentation, spot))
        return spot


def _border(pairs: set[tuple[int, int]]) -> Border:
    found = np.array(sorted(pairs), np.int32).reshape(-1, 2)
    return Border(found[:, 0].copy(), found[:, 1].copy())


def _flipped(numbers: list[int], last: int) -> Ints:
    return last - np.array(numbers[::-1], np.int32)
