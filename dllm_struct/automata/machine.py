"""Automata whose states are made on demand: for recursion, and for constraints with memory."""

from __future__ import annotations

import pickle
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Protocol, Self, cast

import numpy as np
from numpy.typing import NDArray

DEAD = 0
UNMADE = -1

SEPARATOR_MARK = 0xFF
"""Byte that ends the contents of one slot in a machine that reads several, one after the other."""

NULL_MARK = 0xFE
"""Byte that says that nothing follows in its slot. Neither mark occurs in UTF-8."""


class Refined(Protocol):
    """How far states are from reading fixed texts with gaps between them."""

    def distance(self, state: int, gap: int) -> int | None:
        """At least so many bytes have to be written in this gap; None: nothing can follow."""
        ...


class Machine(ABC):
    """A deterministic automaton over bytes with as many states as are asked for.

    States are positive integers, numbered as they are made; 0 is dead. A machine is for one thread
    at a time and may be pickled without its states.

    Attributes:
        start: the first state; 0 when the language is empty.
        marks: which of `NULL_MARK` and `SEPARATOR_MARK` it reads; they are always explored.
        literals: keywords and signs of its language, as far as it has some; searches try them.
    """

    start: int
    marks: bytes = b""
    literals: frozenset[bytes] = frozenset()

    def fresh(self) -> Self:
        """The same machine without the states that were made."""
        return cast(Self, pickle.loads(pickle.dumps(self)))

    def unshared(self) -> Machine:
        """A machine for one user alone, so that its states go when that one forgets them.

        Itself where a copy would take long.
        """
        return self

    @abstractmethod
    def step(self, state: int, byte: int) -> int:
        """The state after one more byte; kept, so that asking again is a look-up."""

    def read(self, state: int, data: bytes) -> int:
        """The state after several bytes.

        A machine need not number the states between where it `remembers`; the state after the same
        bytes, read one by one, may then be another one that stands for the same.
        """
        for byte in data:
            state = self.step(state, byte)
            if state == DEAD:
                break
        return state

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

    def distance(self, state: int) -> int | None:
        """About how many bytes a completion needs; None where `completion` has to be asked.

        For machines whose completions take a search.
        """
        return None

    def remembers(self, state: int) -> bool:
        """Whether nearly every byte leads from here to a state of its own, without end.

        So it is inside a text that has to be known later, such as a key that may not come twice.
        Exploring such states is costly.
        """
        return False

    def forgetful(self) -> Machine | None:
        """A machine of more texts that remembers less: where it has none, there is none here.

        None where nothing would be forgotten.
        """
        return None

    def refined(self, texts: Sequence[bytes]) -> Refined | None:
        """What is known when some of the text is fixed; None where nothing is.

        Args:
            texts: the fixed text after each gap, marks included; what comes before the first gap
                has been read. Within a gap anything may be written.
        """
        return None

    def matches(self, data: bytes) -> bool:
        """Whether ``data`` is a member."""
        state = self.start
        for byte in data:
            state = self.step(state, byte)
            if state == DEAD:
                return False
        return state != DEAD and self.accepting(state)
