"""Which lengths the strings of an automaton have, in code points.

The set of states that strings of n code points lead to follows from that for n - 1. Sooner or later
it is empty or one that was seen before; lengths repeat from there on.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from dllm_struct.automata.dfa import DEAD, DFA
from dllm_struct.errors import BudgetExceeded

MAX_STEPS = 50_000
"""Lengths that are looked at one by one."""

States = NDArray[np.int32]

_CONTINUATION = (0x80, 0xBF)
_LEADS = ((0xC2, 0xDF, 1), (0xE0, 0xEF, 2), (0xF0, 0xF4, 3))
"""First and last lead byte, and how many bytes follow."""


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
        for n in range(low, low + max(last - low, 0) + 1 + period):
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


def after_character(dfa: DFA, states: States) -> States:
    """Where one more character leads to, ascending."""
    found = [_after(dfa, states, 0x00, 0x7F)]
    for first, last, count in _LEADS:
        inside = _after(dfa, states, first, last)
        for _ in range(count):
            inside = _after(dfa, inside, *_CONTINUATION)
        found.append(inside)
    merged: States = np.unique(np.concatenate(found))
    return merged


def _after(dfa: DFA, states: States, first: int, last: int) -> States:
    if not len(states):
        return states
    columns = np.unique(dfa.byte_class[first : last + 1])
    reached: States = np.unique(dfa.transitions[states][:, columns])
    return reached[1:] if len(reached) and reached[0] == DEAD else reached


def longest(dfa: DFA) -> int | None:
    """The greatest length of a member; None when there is no greatest one."""
    return spectrum(dfa, (dfa.start,)).longest


def some_length(dfa: DFA, low: int, high: int | None) -> int | None:
    """The least length of a member that is from ``low`` to ``high``, or None."""
    return spectrum(dfa, (dfa.start,)).some(low, high)
