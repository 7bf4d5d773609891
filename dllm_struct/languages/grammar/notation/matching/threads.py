"""Running a program with all its threads at once, in order of priority, and determinising that.

A state is the list of threads that are still in the race, the preferred one first; a thread that
has matched ends those behind it (leftmost-first semantics, as in Cox's account of RE2's automata).
Where lookaheads decide, threads carry a condition on the text that follows.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np

from dllm_struct.errors import BudgetExceeded, UnsupportedRegex
from dllm_struct.languages.grammar.notation.matching.conditions import Conditions
from dllm_struct.languages.grammar.notation.matching.looks import Looks
from dllm_struct.languages.grammar.notation.matching.program import (
    Accept,
    Enter,
    Program,
    Read,
    Split,
    Test,
    Until,
)
from dllm_struct.languages.regex.diagrams import FALSE, TRUE

MAX_STATES: Final = 20_000
MAX_THREADS: Final = 2_000_000

Thread = tuple[int, int]
"""A reading instruction, and the condition for being there."""

Behind = tuple[frozenset[int], ...]
"""For each lookbehind, the states its automaton may be in."""

State = tuple[tuple[Thread, ...], Behind, int]
"""Threads, lookbehinds, and the condition for having matched here."""

_NOWHERE: Final[frozenset[int]] = frozenset()


class Race:
    """The deterministic automaton of a program, over the atoms of its alphabet.

    Attributes:
        table: the next state for each atom, for each state; state 0 is dead.
        matched: for each state, the condition on what follows for the text so far to be matched.
        start: the first state.
        conditions: the store of conditions.
    """

    def __init__(self, program: Program, looks: Looks) -> None:
        self.conditions = Conditions(looks)
        self.table: list[list[int]] = [[0] * looks.letters.num_atoms]
        self.matched: list[int] = [FALSE]
        self._program, self._looks = program, looks
        self._members = [frozenset(atoms) for atoms in looks.letters.members]
        self._behind = sorted(looks.behind)
        self._states: list[State] = [((), (), FALSE)]
        self._number: dict[State, int] = {}
        self._arrived: dict[tuple[tuple[Thread, ...], Behind], int] = {}
        self._size = 0
        before = tuple(_reachable(looks, number) for number in self._behind)
        self.start = self._state(((program.start, TRUE),), before)
        for number in self._each():
            self.table.append(self._row(*self._states[number][:2]))

    def _each(self) -> Iterable[int]:
        number = 1
        while number < len(self._states):
            yield number
            number += 1

    def _row(self, threads: tuple[Thread, ...], behind: Behind) -> list[int]:
        code, row = self._program.code, []
        for atom in range(self._looks.letters.num_atoms):
            seeds = []
            for at, condition in threads:
                read = code[at]
                assert isinstance(read, Read)
                if atom in self._members[read.chars]:
                    left = self.conditions.after(condition, atom)
                    if left != FALSE:
                        seeds.append((read.then, left))
            row.append(self._state(tuple(seeds), self._moved(behind, atom)) if seeds else 0)
        return row

    def _moved(self, behind: Behind, atom: int) -> Behind:
        return tuple(
            frozenset(int(self._looks.behind[number].transitions[q, atom]) for q in states)
            for number, states in zip(self._behind, behind, strict=True)
        )

    def _state(self, seeds: tuple[Thread, ...], behind: Behind) -> int:
        """The state that threads, just arrived, lead to without reading."""
        arrival = (seeds, behind)
        if arrival not in self._arrived:
            threads, matched = self._spread(seeds, behind)
            state = (threads, behind, matched)
            if not threads and matched == FALSE:
                self._arrived[arrival] = 0
            else:
                self._arrived[arrival] = self._number.setdefault(state, len(self._states))
                if self._arrived[arrival] == len(self._states):
                    self._add(state)
        return self._arrived[arrival]

    def _add(self, state: State) -> None:
        self._states.append(state)
        self.matched.append(state[2])
        self._size += len(state[0])
        if len(self._states) > MAX_STATES or self._size > MAX_THREADS:
            raise BudgetExceeded(
                "the pattern needs too large an automaton",
                hint="lower its repetition bounds, or make its alternatives start differently",
            )

    def _spread(self, seeds: tuple[Thread, ...], behind: Behind) -> tuple[tuple[Thread, ...], int]:
        """Follow all that reads nothing, the preferred way first."""
        conditions, code = self.conditions, self._program.code
        claimed: dict[tuple[int, frozenset[int]], int] = {}
        threads: list[Thread] = []
        matched = FALSE
        stack = [(at, condition, _NOWHERE) for at, condition in reversed(seeds)]
        while stack and matched != TRUE:
            at, condition, stuck = stack.pop()
            instruction = code[at]
            key = (at, _NOWHERE if isinstance(instruction, Read | Accept) else stuck)
            condition = conditions.without(condition, matched)
            condition = conditions.without(condition, claimed.get(key, FALSE))
            if condition == FALSE:
                continue
            claimed[key] = conditions.either(claimed.get(key, FALSE), condition)
            match instruction:
                case Read():
                    threads.append((at, condition))
                case Accept():
                    matched = conditions.either(matched, condition)
                case Split(options=options):
                    stack.extend((option, condition, stuck) for option in reversed(options))
                case Enter(loop=loop, then=then):
                    stack.append((then, condition, stuck - {loop}))
                case Until(loop=loop, body=body, tail=tail, lazy=lazy):
                    ways = [(tail, condition, stuck)]
                    if loop not in stuck:
                        ways.insert(int(lazy), (body, condition, stuck | {loop}))
                    stack.extend(reversed(ways))
                case Test(look=look, negated=negated, then=then):
                    holds = self._truth(look, negated, behind)
                    stack.append((then, conditions.both(condition, holds), stuck))
        return tuple(threads), matched

    def _truth(self, look: int, negated: bool, behind: Behind) -> int:
        if look in self._looks.ahead:
            return self.conditions.look(look, negated=negated)
        accepting = self._looks.behind[look].accepting
        truths = {bool(accepting[q]) for q in behind[self._behind.index(look)]}
        if len(truths) > 1:
            raise UnsupportedRegex(
                "a lookbehind, ^ or \\b that sees what stands before it",
                hint="a terminal may only look back at its own text; "
                "move the condition to what comes before",
            )
        return FALSE if truths == {negated} else TRUE


def _reachable(looks: Looks, number: int) -> frozenset[int]:
    """States of a lookbehind's automaton after any text."""
    automaton = looks.behind[number]
    found, queue = {automaton.start}, [automaton.start]
    while queue:
        for target in np.unique(automaton.transitions[queue.pop()]).tolist():
            if target not in found:
                found.add(target)
                queue.append(target)
    return frozenset(found)
