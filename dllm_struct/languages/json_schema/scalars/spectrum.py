"""Which lengths the strings of an automaton have, in code points.

The set of states that strings of n code points lead to follows from that for n - 1. Sooner or later
it is empty or one that was seen before; lengths repeat from there on.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dllm_struct.automata.dfa import DEAD, DFA
from dllm_struct.automata.jit import jit
from dllm_struct.errors import BudgetExceeded

MAX_STEPS = 50_000
"""Lengths that are looked at one by one."""

States = NDArray[np.int32]


@dataclass(frozen=True)
class Spectrum:
    """The lengths of an automaton's strings.

    Attributes:
        members: whether there is a string of length 0, 1, …
        again: the length from which on they repeat, forever; None when there are no longer ones.
    """

    members: tuple[bool, ...]
    again: int | None

    @property
    def longest(self) -> int | None:
        """The greatest length; None when there is no greatest one, -1 when there is none at all."""
        if self.again is not None and any(self.members[self.again :]):
            return None
        return max((n for n, found in enumerate(self.members) if found), default=-1)

    def some(self, low: int, high: int | None) -> int | None:
        """The least length from ``low`` to ``high``, or None."""
        last = len(self.members) - 1
        period = 0 if self.again is None else len(self.members) - self.again
        for n in range(low, max(last, low) + 1 + period):
            if high is not None and n > high:
                return None
            if n <= last:
                found = self.members[n]
            elif self.again is None:
                return None
            else:
                found = self.members[self.again + (n - self.again) % period]
            if found:
                return n
        return None


@lru_cache(maxsize=4096)
def spectrum(dfa: DFA, states: tuple[int, ...]) -> Spectrum:
    """The lengths of what leads from any of some states, between two characters, to acceptance.

    Raises:
        BudgetExceeded: they do not repeat soon enough.
    """
    reached = np.array([state for state in states if state != DEAD], np.int32)
    seen: dict[bytes, int] = {}
    members: list[bool] = []
    while len(reached):
        key = reached.tobytes()
        if key in seen:
            return Spectrum(tuple(members), seen[key])
        if len(members) > MAX_STEPS:
            raise BudgetExceeded(
                f"the lengths of strings do not repeat within {MAX_STEPS}",
                hint="use smaller repetition bounds",
            )
        seen[key] = len(members)
        members.append(bool(dfa.accepting[reached].any()))
        reached = after_character(dfa, reached)
    return Spectrum(tuple(members), None)


def longest(dfa: DFA) -> int | None:
    """The greatest length of a member; None when there is no greatest one."""
    return spectrum(dfa, (dfa.start,)).longest


def some_length(dfa: DFA, low: int, high: int | None) -> int | None:
    """The least length of a member that is from ``low`` to ``high``, or None."""
    return spectrum(dfa, (dfa.start,)).some(low, high)


def after_character(dfa: DFA, states: States) -> States:
    """Where one more character leads to, ascending."""
    reached: States = _after_character(dfa.transitions, dfa.byte_class, states)
    return reached


@jit
def _after_character(transitions: Any, byte_class: Any, states: Any) -> Any:
    complete = np.zeros(len(transitions), np.bool_)
    _mark(transitions, byte_class, states, 0x00, 0x80, complete)
    for left in range(1, 4):  # bytes that follow the first one, 0xC0 …, 0xE0 … or 0xF0 …
        marked = np.zeros(len(transitions), np.bool_)
        first = 0x100 - (0x80 >> left)
        _mark(transitions, byte_class, states, first, first + (0x40 >> left), marked)
        for _ in range(left - 1):
            inside = np.flatnonzero(marked)
            marked[:] = False
            _mark(transitions, byte_class, inside, 0x80, 0xC0, marked)
        _mark(transitions, byte_class, np.flatnonzero(marked), 0x80, 0xC0, complete)
    complete[DEAD] = False
    return np.flatnonzero(complete).astype(np.int32)


@jit
def _mark(transitions: Any, byte_class: Any, states: Any, low: Any, high: Any, marked: Any) -> None:
    """Mark where the bytes from ``low`` to before ``high`` lead to."""
    seen = np.zeros(transitions.shape[1], np.bool_)
    for byte in range(low, high):
        column = byte_class[byte]
        if seen[column]:
            continue
        seen[column] = True
        for i in range(len(states)):
            if states[i] != DEAD:
                marked[transitions[states[i], column]] = True
