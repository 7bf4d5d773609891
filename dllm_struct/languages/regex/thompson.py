"""From a syntax tree to a nondeterministic automaton over character sets, with guards.

Thompson, "Regular expression search algorithm", CACM 11(6), 1968. An edge reads one character of
a set; an epsilon edge reads nothing; a guarded epsilon edge may be taken only where a lookaround
holds. Repetitions are copied out, so bounds cost states, never anything worse.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field

from dllm_struct.automata.alphabet import Ranges
from dllm_struct.errors import BudgetExceeded
from dllm_struct.languages.regex.tree import (
    Alternation,
    Chars,
    Concat,
    Look,
    Node,
    Repeat,
)

MAX_POSITIONS = 300_000


@dataclass(frozen=True, slots=True)
class Body:
    """The automaton of a lookaround's item: from `start` to `end`, somewhere in the same NFA."""

    ahead: bool
    start: int
    end: int


@dataclass(slots=True)
class CharNFA:
    """A nondeterministic automaton over characters.

    Attributes:
        num_states: how many states there are.
        sets: number of each character set that labels an edge.
        edges: source, set, target of each edge; flat.
        epsilons: source, target of each epsilon edge; flat.
        guards: source, guard, target of each guarded edge; flat. Guard 2 b stands for lookaround
            body b being true, 2 b + 1 for its being false.
        bodies: the lookaround bodies, inner ones before those that contain them.
    """

    num_states: int = 0
    sets: dict[Ranges, int] = field(default_factory=dict)
    edges: array[int] = field(default_factory=lambda: array("i"))
    epsilons: array[int] = field(default_factory=lambda: array("i"))
    guards: array[int] = field(default_factory=lambda: array("i"))
    bodies: list[Body] = field(default_factory=list)
    _known: dict[tuple[Node, bool], int] = field(default_factory=dict)

    def state(self) -> int:
        """Add a state.

        Raises:
            BudgetExceeded: there are too many.
        """
        if self.num_states >= MAX_POSITIONS:
            raise BudgetExceeded(
                f"the pattern with its repetitions written out has over {MAX_POSITIONS} positions",
                hint="lower the repetition bounds",
            )
        self.num_states += 1
        return self.num_states - 1

    def add(self, node: Node, source: int) -> int:
        """Add the automaton of ``node`` after ``source``; returns its end state."""
        match node:
            case Chars(chars=chars):
                target = self.state()
                label = self.sets.setdefault(chars.ranges, len(self.sets))
                self.edges.extend((source, label, target))
                return target
            case Concat(items=items):
                for item in items:
                    source = self.add(item, source)
                return source
            case Alternation(options=options):
                target = self.state()
                for option in options:
                    self.epsilons.extend((self.add(option, source), target))
                return target
            case Repeat():
                return self._repeat(node, source)
            case Look(negated=negated):
                target = self.state()
                self.guards.extend((source, 2 * self._body(node) + negated, target))
                return target

    def _repeat(self, node: Repeat, source: int) -> int:
        unbounded = node.high is None
        for _ in range(max(node.low - unbounded, 0)):
            source = self.add(node.item, source)
        if unbounded:
            loop = self.state()
            self.epsilons.extend((source, loop))
            end = self.add(node.item, loop)
            self.epsilons.extend((end, loop))
            return end if node.low else loop
        target = self.state()
        for _ in range((node.high or 0) - node.low):
            self.epsilons.extend((source, target))
            source = self.add(node.item, source)
        self.epsilons.extend((source, target))
        return target

    def _body(self, node: Look) -> int:
        key = (node.item, node.ahead)
        if key not in self._known:
            start = self.state()
            end = self.add(node.item, start)
            self.bodies.append(Body(node.ahead, start, end))
            self._known[key] = len(self.bodies) - 1
        return self._known[key]
