"""Determinising patterns with lookarounds anywhere, exactly.

An alternating automaton (Chandra, Kozen & Stockmeyer, "Alternation", JACM 28(1), 1981): let v_q(i)
say that the rest of the text, from position i, is matched from state q. Then, with the next
character a,

    v_q(i) = OR over edges q -a-> t of  guard(i) AND v_t(i + 1),

where a guard is a Boolean function of lookarounds: a lookahead is v of its own start state, and is
satisfied as soon as its end is reached; a lookbehind is found out by running its automaton from
every position up to i. What must hold of the rest is thus a Boolean function of finitely many v;
reading a character substitutes each v by its right-hand side. Functions are kept as canonical
diagrams, so there are finitely many, and they are the states of the deterministic automaton.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from dllm_struct.automata.alphabet import Alphabet
from dllm_struct.automata.utf8 import AtomDFA
from dllm_struct.languages.regex.diagrams import FALSE, TRUE, Diagrams
from dllm_struct.languages.regex.subsets import too_large
from dllm_struct.languages.regex.thompson import CharNFA

MAX_GUARDED_STATES = 8_000
MAX_DIAGRAMS = 200_000

Tracks = tuple[tuple[int, int], ...]
"""States of lookbehind bodies, each with the condition (a diagram) on which a run has got there."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What can be done from a state of the NFA.

    Attributes:
        arcs: guard (a diagram), the atoms that are read, the state then reached.
        ending: the guard for reaching the end without reading.
        end: which end that is; -1 for none.
    """

    arcs: list[tuple[int, frozenset[int], int]]
    ending: int
    end: int


def determinise_guarded(nfa: CharNFA, start: int, end: int, letters: Alphabet) -> AtomDFA:
    """The minimal automaton of the texts that lead from ``start`` to ``end``.

    Raises:
        BudgetExceeded: when it grows too large.
    """
    automaton = _Alternating(nfa, start, end, letters)
    first = (automaton.diagrams.variable(start), automaton.tracks_at_start)
    number = {first: 1}
    queue = [first]
    rows, accepting = [[0] * letters.num_atoms], [False]
    for goal, tracks in queue:
        row = []
        for atom in range(letters.num_atoms):
            moment = automaton.moment(tracks, atom)
            rest = moment.after(goal)
            if rest == FALSE:
                row.append(0)
                continue
            state = (rest, moment.tracks_after)
            if state not in number:
                number[state] = len(number) + 1
                queue.append(state)
            row.append(number[state])
        rows.append(row)
        accepting.append(automaton.moment(tracks, None).after(goal) == TRUE)
        if len(queue) > MAX_GUARDED_STATES or len(automaton.diagrams) > MAX_DIAGRAMS:
            raise too_large()
    table = np.array(rows, np.int32).reshape(len(rows), letters.num_atoms)
    return AtomDFA(table, 1, np.array(accepting)).minimised()


class _Alternating:
    """The automaton without epsilon edges: what can be done from every state, under guards.

    Diagram variables are the states of the NFA, then its lookaround bodies.
    """

    def __init__(self, nfa: CharNFA, start: int, end: int, letters: Alphabet) -> None:
        self.diagrams = Diagrams()
        self.bodies = nfa.bodies
        self.num_states = nfa.num_states
        self.ends = {end} | {body.end for body in nfa.bodies}
        self.main_end = end
        self._epsilons = _grouped(nfa.epsilons, 2)
        self._guards = _grouped(nfa.guards, 3)
        self._edges = _grouped(nfa.edges, 3)
        self._atoms = [frozenset(atoms) for atoms in letters.members]
        self._outgoing: dict[int, Outgoing] = {}
        self._moments: dict[tuple[Tracks, int | None], _Moment] = {}
        used = self._used_states(start)
        self._behind = [b.start for b in nfa.bodies if not b.ahead and b.start in used]
        self.tracks_at_start = self.tracked({})

    def moment(self, tracks: Tracks, atom: int | None) -> _Moment:
        """A position in the text: what lies behind, and the next character (None: the end)."""
        key = (tracks, atom)
        if key not in self._moments:
            self._moments[key] = _Moment(self, tracks, atom)
        return self._moments[key]

    def tracked(self, conditions: dict[int, int]) -> Tracks:
        """Tracks with these conditions; a new run of every lookbehind starts everywhere."""
        conditions.update(dict.fromkeys(self._behind, TRUE))
        return tuple(sorted(conditions.items()))

    def _used_states(self, start: int) -> set[int]:
        """States that matter for a run from ``start``, in bodies of lookarounds too."""
        used: set[int] = set()
        queue = [start]
        while queue:
            state = queue.pop()
            if state in used:
                continue
            used.add(state)
            queue += [self.bodies[guard // 2].start for guard, _ in self._guards.get(state, ())]
            for group in (self._epsilons, self._edges, self._guards):
                queue += [row[-1] for row in group.get(state, ())]
        return used

    def outgoing(self, state: int) -> Outgoing:
        """What can be done from ``state``."""
        if state not in self._outgoing:
            self._outgoing[state] = self._explored(state)
        return self._outgoing[state]

    def _explored(self, state: int) -> Outgoing:
        arcs, ending, end = [], FALSE, -1
        for near, guard in self._closure(state).items():
            for label, target in self._edges.get(near, ()):
                arcs.append((guard, self._atoms[label], target))
            if near in self.ends:
                ending, end = guard, near
        return Outgoing(arcs, ending, end)

    def _closure(self, state: int) -> dict[int, int]:
        """States that can be reached without reading, each with the guard for it."""
        found = {state: TRUE}
        queue = [state]
        while queue:
            near = queue.pop()
            for target, guard in self._silent(near):
                before = found.get(target, FALSE)
                after = self.diagrams.either(before, self.diagrams.both(found[near], guard))
                if after != before:
                    found[target] = after
                    queue.append(target)
        return found

    def _silent(self, state: int) -> Iterator[tuple[int, int]]:
        for (target,) in self._epsilons.get(state, ()):
            yield target, TRUE
        for guard, target in self._guards.get(state, ()):
            body, negated = divmod(guard, 2)
            truth = self.diagrams.variable(self.num_states + body)
            yield target, self.diagrams.choice(truth, FALSE, TRUE) if negated else truth


class _Moment:
    """One position of a text; turns what must hold here into what must hold one further."""

    def __init__(self, automaton: _Alternating, tracks: Tracks, atom: int | None) -> None:
        self.automaton = automaton
        self.diagrams = automaton.diagrams
        self.tracks = tracks
        self.atom = atom
        self._after = {FALSE: FALSE, TRUE: TRUE}
        self._values: dict[int, int] = {}

    def after(self, goal: int) -> int:
        """The function of the next position that equals ``goal`` here; at the end, a constant."""
        known = self._after.get(goal)
        if known is None:
            diagrams = self.diagrams
            known = self._after[goal] = diagrams.choice(
                self._value(diagrams.variable_of[goal]),
                self.after(diagrams.high[goal]),
                self.after(diagrams.low[goal]),
            )
        return known

    @cached_property
    def tracks_after(self) -> Tracks:
        """The tracks after the next character."""
        conditions: dict[int, int] = {}
        for state, condition in self.tracks:
            for guard, atoms, target in self.automaton.outgoing(state).arcs:
                if self.atom in atoms:
                    met = self.after(self.diagrams.both(condition, guard))
                    met = self.diagrams.either(conditions.get(target, FALSE), met)
                    if met != FALSE:
                        conditions[target] = met
        return self.automaton.tracked(conditions)

    def _value(self, variable: int) -> int:
        if variable not in self._values:
            self._values[variable] = (
                self._from_state(variable)
                if variable < self.automaton.num_states
                else self._of_body(variable - self.automaton.num_states)
            )
        return self._values[variable]

    def _from_state(self, state: int) -> int:
        outgoing, diagrams = self.automaton.outgoing(state), self.diagrams
        finished = self.atom is None or outgoing.end != self.automaton.main_end
        total = self.after(outgoing.ending) if finished else FALSE
        for guard, atoms, target in outgoing.arcs:
            if self.atom in atoms:
                passed = diagrams.both(self.after(guard), diagrams.variable(target))
                total = diagrams.either(total, passed)
        return total

    def _of_body(self, number: int) -> int:
        body = self.automaton.bodies[number]
        if body.ahead:
            return self._value(body.start)
        total = FALSE
        for state, condition in self.tracks:
            outgoing = self.automaton.outgoing(state)
            if outgoing.end == body.end:
                met = self.diagrams.both(condition, outgoing.ending)
                total = self.diagrams.either(total, met)
        return self.after(total)


def _grouped(flat: array[int], width: int) -> dict[int, list[tuple[int, ...]]]:
    """Rows of a flat array by their first entry."""
    groups: dict[int, list[tuple[int, ...]]] = {}
    for i in range(0, len(flat), width):
        groups.setdefault(flat[i], []).append(tuple(flat[i + 1 : i + width]))
    return groups
