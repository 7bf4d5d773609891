"""Search for texts that fill the rest of a document.

Best first over configurations of the reader, byte by byte; what leads along the estimated distances
comes first, and every step is the reader's own, so that what is found is right whatever the
estimates are. The search runs through all gaps up to the end: a text counts only when all that
follows has been filled too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush

from dllm_struct.errors import BudgetExceeded
from dllm_struct.languages.grammar.guide.openers import Openers
from dllm_struct.languages.grammar.guide.spelling import ALL, NARROW, WIDE, Indents, Spelling
from dllm_struct.languages.grammar.guide.tables import Tables
from dllm_struct.languages.grammar.reader import Reader

MAX_STEPS = 200_000
"""So many bytes are tried before a search gives up."""
PATIENCE = 32
"""After so many configurations in a gap, other ways may be a byte longer."""
HOPE = 2
"""How many bytes of detour a byte less to go is worth to the hopeful."""
_DETOUR = {NARROW: 0, WIDE: 1, ALL: 6}
"""How much longer a text must seem to be before less likely bytes are tried for it."""

Key = tuple[int, int]
"""Gap and configuration."""


@dataclass(eq=False)
class _Visit:
    """A configuration that a search has come to.

    Attributes:
        gap: the gap it is in.
        config: the configuration.
        parent: where it was reached from.
        written: the text that led there; None: the fixed text after a gap.
        excess: bytes so far beyond the estimates.
        left: estimated bytes to go in this gap.
        width: how much is to be tried next.
        begun: whether the text after the gap has been tried.
        tried: texts that have been tried.
    """

    gap: int
    config: int
    parent: _Visit | None
    written: bytes | None
    excess: int
    left: int
    width: int = NARROW
    begun: bool = False
    tried: set[bytes] = field(default_factory=set)


class Search:
    """Completions in one document, each found once.

    Args:
        reader: reads the document.
        segments: the fixed text after each gap.
        grammar: the grammar.
        distance: estimates by configuration and gap.
    """

    def __init__(
        self,
        reader: Reader,
        segments: Sequence[bytes],
        grammar: Tables,
        distance: Callable[[int, int], int | None],
    ) -> None:
        self._reader = reader
        self._segments = segments
        self._distance = distance
        self._spelling = Spelling(grammar, reader)
        self._indents = Indents(reader, segments)
        self._openers = Openers(reader, segments, self._spelling)
        self._known: dict[Key, bytes | None] = {}

    def completion(self, config: int, gap: int) -> bytes | None:
        """See `Guide.completion`."""
        key = gap, config
        if key not in self._known:
            self._find(config, gap)
        return self._known[key]

    def _find(self, config: int, gap: int) -> None:
        left = self._distance(config, gap)
        if left is None:
            self._known[gap, config] = None
            return
        run = _Run(self, _Visit(gap, config, None, None, 0, left))
        last = run.last()
        if last is None:
            self._known.update(dict.fromkeys(run.visited))
        else:
            self._keep(last)

    def _keep(self, last: _Visit) -> None:
        """Note the texts of all configurations on a path that can be completed."""
        text = self._known.setdefault((last.gap, last.config), b"") or b""
        visit: _Visit = last
        while visit.parent is not None:
            text = b"" if visit.written is None else visit.written + text
            visit = visit.parent
            self._known[visit.gap, visit.config] = text

    def crossed(self, visit: _Visit) -> Iterator[_Visit]:
        """Read the text after the gap, when another gap follows."""
        gap = visit.gap + 1
        if gap == len(self._segments):
            return
        config = self._reader.read(visit.config, self._segments[visit.gap])
        left = self._distance(config, gap) if config else None
        if left is not None:
            yield _Visit(gap, config, visit, None, visit.excess, left)

    def wrote(self, visit: _Visit, text: bytes) -> _Visit | None:
        """Write a little more in the gap; an indent counts as one byte."""
        config = self._reader.read(visit.config, text)
        left = self._distance(config, visit.gap) if config else None
        if left is None:
            return None
        excess = visit.excess + 1 + left - visit.left
        return _Visit(visit.gap, config, visit, text, excess, left)

    def candidates(self, visit: _Visit, width: int) -> Iterator[bytes]:
        """Texts to try."""
        for byte in self._spelling.candidates(visit.config, width):
            yield bytes((byte,))
        if width == NARROW and (visit.written is None or len(visit.written) == 1):
            yield from self._indents.after(visit.config)
            yield from self._openers.before(visit.config, visit.gap)

    def hopeless(self, key: Key) -> bool:
        """Whether a configuration is known to have no completion."""
        return key in self._known and self._known[key] is None

    def done(self, visit: _Visit) -> bool:
        """Whether all that follows is known to work out."""
        if self._known.get((visit.gap, visit.config)) is not None:
            return True
        if visit.gap + 1 < len(self._segments):
            return False
        config = self._reader.read(visit.config, self._segments[visit.gap])
        return bool(config) and self._reader.accepting(config)


Waiting = tuple[int, int, int, int, _Visit]
"""Order (three numbers), how much to try, and where."""


@dataclass(eq=False)
class _Entry:
    """A way into a gap, and what has been reached from there in that gap.

    Attributes:
        gap: the gap.
        careful: configurations to go on from, the shortest detour first.
        hopeful: the same, those first that seem to be near the end of the gap.
        efforts: how often one was gone on from.
        order: the number it waits under; 0 when it does not.
    """

    gap: int
    careful: list[Waiting] = field(default_factory=list)
    hopeful: list[Waiting] = field(default_factory=list)
    efforts: int = 0
    order: int = 0

    @property
    def key(self) -> int:
        """How promising it is; less is better."""
        return self.careful[0][0] + self.efforts // PATIENCE

    def push(self, visit: _Visit, width: int, order: int) -> None:
        """Put a configuration on both lists."""
        visit.width = width
        excess = visit.excess + _DETOUR[width]
        heappush(self.careful, (excess, visit.left, order, width, visit))
        heappush(self.hopeful, (excess + HOPE * visit.left, visit.left, order, width, visit))

    def pop(self) -> tuple[int, _Visit] | None:
        """The next configuration, from both lists in turn."""
        self.efforts += 1
        for waiting in (self.hopeful, self.careful)[:: 1 if self.efforts % 2 else -1]:
            while waiting:
                *_, width, visit = heappop(waiting)
                if width == visit.width:
                    return width, visit
        return None


class _Run:
    """One search.

    Attributes:
        visited: all configurations that it has come to.
    """

    def __init__(self, search: Search, origin: _Visit) -> None:
        self.visited: set[Key] = set()
        self._search = search
        self._nearest: list[tuple[int, int, int, _Entry]] = []
        self._furthest: list[tuple[int, int, int, _Entry]] = []
        self._needed: dict[int, int] = {}
        self._turns = 0
        self._pushed = 0
        self._steps = 0
        self._enter(origin)

    def last(self) -> _Visit | None:
        """The end of a path after which everything is known to work out; None: there is none."""
        while self._nearest or self._furthest:
            entry, popped = self._next()
            if entry is None or popped is None:
                continue
            width, visit = popped
            if not visit.begun:
                if self._search.done(visit):
                    return visit
                visit.begun = True
                for found in self._search.crossed(visit):
                    self._enter(found)
            self._go_on(visit, width, entry)
            if entry.careful:
                self._wait(entry)
        return None

    def _next(self) -> tuple[_Entry | None, tuple[int, _Visit] | None]:
        """Where to go on: the most promising way, and the best in the furthest gap, in turn."""
        self._turns += 1
        for waiting in (self._nearest, self._furthest)[:: 1 if self._turns % 2 else -1]:
            while waiting:
                *_, order, entry = heappop(waiting)
                if order == entry.order:
                    entry.order = 0
                    return entry, entry.pop()
        return None, None

    def _go_on(self, visit: _Visit, width: int, entry: _Entry) -> None:
        """Try texts until one is as good as the estimate; the others may be tried later."""
        goal = visit.excess + _DETOUR[width]
        for text in self._search.candidates(visit, width):
            if text in visit.tried:
                continue
            visit.tried.add(text)
            found = self._search.wrote(visit, text)
            self._count_step()
            if found is not None and self._arrive(found, entry) and found.excess <= goal:
                self._push(visit, width, entry)
                return
        if width < ALL:
            self._push(visit, width + 1, entry)
        else:
            visit.width = ALL + 1

    def _enter(self, visit: _Visit) -> None:
        """Come into a gap; one that needs more than others did is a detour."""
        visit.excess += visit.left - self._needed.setdefault(visit.gap, visit.left)
        entry = _Entry(visit.gap)
        if self._arrive(visit, entry):
            self._wait(entry)

    def _wait(self, entry: _Entry) -> None:
        self._pushed += 1
        entry.order = self._pushed
        heappush(self._nearest, (entry.key, -entry.gap, self._pushed, entry))
        heappush(self._furthest, (-entry.gap, entry.key, self._pushed, entry))

    def _arrive(self, visit: _Visit, entry: _Entry) -> bool:
        key = visit.gap, visit.config
        if key in self.visited or self._search.hopeless(key):
            return False
        self.visited.add(key)
        self._push(visit, NARROW, entry)
        return True

    def _push(self, visit: _Visit, width: int, entry: _Entry) -> None:
        self._pushed += 1
        entry.push(visit, width, self._pushed)

    def _count_step(self) -> None:
        self._steps += 1
        if self._steps > MAX_STEPS:
            raise BudgetExceeded(
                f"no text for a gap was found after trying {MAX_STEPS} bytes",
                hint="give more of the text, or use a simpler grammar",
            )
