"""Automata whose states are made on demand: for recursion, and for constraints with memory."""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np
from numpy.typing import NDArray

DEAD = 0
UNMADE = -1


class Machine(ABC):
    """A deterministic automaton over bytes with as many states as are asked for.

    States are positive integers, numbered as they are made; 0 is dead. A machine is for one thread
    at a time and may be pickled without its states.

    Attributes:
        start: the first state; 0 when the language is empty.
    """

    start: int

    @abstractmethod
    def step(self, state: int, byte: int) -> int:
        """The state after one more byte; kept, so that asking again is a look-up."""

    @abstractmethod
    def row(self, state: int) -> NDArray[np.int32]:
        """What is known of the states after each byte, int32 [256].

        0 where no member continues so, `UNMADE` where `step` has to be asked. A machine fills in
        what it can give cheaply (all bytes inside a string, say).
        """

    @abstractmethod
    def accepting(self, state: int) -> bool:
        """Whether the bytes read so far are a member."""

    @abstractmethod
    def completion(self, state: int) -> bytes | None:
        """A short text after which the bytes read are a member; b"" when they are one already.

        None when there is none: such a state is as good as dead, and machines that know it when
        the state is made give 0 instead.
        """

    def matches(self, data: bytes) -> bool:
        """Whether ``data`` is a member."""
        state = self.start
        for byte in data:
            state = self.step(state, byte)
            if state == DEAD:
                return False
        return state != DEAD and self.accepting(state)
