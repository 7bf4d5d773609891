"""Machines around machines: fixed text around a language, or its first and last bytes off."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dllm_struct.automata.machine import DEAD, UNMADE, Machine

NUM_BYTES = 256


class Affixed(Machine):
    """``before``, a member of a language, ``after``; or nothing at all, when that is allowed.

    States of the inner machine have even numbers here, all others odd ones.

    Args:
        machine: the language in the middle.
        before: what comes first.
        after: what comes last.
        optional: whether the empty text is a member as well.
    """

    def __init__(self, machine: Machine, before: bytes, after: bytes, *, optional: bool) -> None:
        self._machine, self._before, self._after = machine, before, after
        self._optional = optional
        self._keys: list[_Key] = []
        self._numbers: dict[_Key, int] = {}
        self._steps: dict[tuple[int, int], int] = {}
        lives = machine.start != DEAD
        self.start = self._number((0, DEAD, ())) if lives or optional else DEAD

    def __reduce__(self) -> tuple[object, ...]:
        return _affixed, (self._machine, self._before, self._after, self._optional)

    def fresh(self) -> Affixed:
        """The same without states, around such a machine."""
        return self._around(self._machine.fresh())

    def unshared(self) -> Affixed:
        """Around an unshared machine."""
        return self._around(self._machine.unshared())

    def forgetful(self) -> Affixed | None:
        """Around such a machine."""
        inner = self._machine.forgetful()
        return None if inner is None else self._around(inner)

    def _around(self, machine: Machine) -> Affixed:
        return Affixed(machine, self._before, self._after, optional=self._optional)

    def step(self, state: int, byte: int) -> int:
        """The state after one more byte."""
        found = self._steps.get((state, byte))
        if found is None:
            found = self._number(self._next(self._key(state), byte))
            self._steps[state, byte] = found
        return found

    def row(self, state: int) -> NDArray[np.int32]:
        """What is known of the states after each byte."""
        done, inner, positions = self._key(state)
        if done < len(self._before) or positions or inner == DEAD:
            return np.array([self.step(state, byte) for byte in range(NUM_BYTES)], np.int32)
        known = self._machine.row(inner)
        row = np.where(known > DEAD, 2 * known, known).astype(np.int32)
        if self._after and self._machine.accepting(inner):
            row[self._after[0]] = UNMADE
        return row

    def accepting(self, state: int) -> bool:
        """Whether the bytes read so far are a member."""
        done, inner, positions = self._key(state)
        if state == self.start and self._optional:
            return True
        if self._after:
            return len(self._after) in positions
        inner = self._machine.start if inner == DEAD else inner
        return done == len(self._before) and inner != DEAD and self._machine.accepting(inner)

    def read(self, state: int, data: bytes) -> int:
        """The state after several bytes."""
        done, inner, positions = self._key(state)
        if self._after or positions or inner == DEAD or done < len(self._before):
            return super().read(state, data)
        return 2 * self._machine.read(inner, data)

    def remembers(self, state: int) -> bool:
        """What the inner machine says."""
        _, inner, _ = self._key(state)
        return inner != DEAD and self._machine.remembers(inner)

    def completion(self, state: int) -> bytes | None:
        """A short text after which the bytes read are a member."""
        if self.accepting(state):
            return b""
        done, inner, positions = self._key(state)
        if positions:
            return self._after[max(positions) :]
        middle = self._machine.completion(self._machine.start if inner == DEAD else inner)
        return None if middle is None else self._before[done:] + middle + self._after

    def _key(self, state: int) -> _Key:
        if state % 2:
            return self._keys[state // 2]
        return len(self._before), state // 2, ()

    def _number(self, key: _Key | None) -> int:
        if key is None:
            return DEAD
        done, inner, positions = key
        if done == len(self._before) and inner != DEAD and not positions:
            return 2 * inner
        if key not in self._numbers:
            self._numbers[key] = 2 * len(self._keys) + 1
            self._keys.append(key)
        return self._numbers[key]

    def _next(self, key: _Key, byte: int) -> _Key | None:
        done, inner, positions = key
        if self._machine.start == DEAD:
            return None
        if done < len(self._before):
            return (done + 1, DEAD, ()) if byte == self._before[done] else None
        if inner == DEAD and not positions:
            inner = self._machine.start
        begun = {*positions, 0} if inner != DEAD and self._machine.accepting(inner) else positions
        after = tuple(sorted(i + 1 for i in begun if self._after[i : i + 1] == bytes([byte])))
        inner = DEAD if inner == DEAD else self._machine.step(inner, byte)
        return (done, inner, after) if inner != DEAD or after else None


_Key = tuple[int, int, tuple[int, ...]]
"""Bytes read of `before`, state of the inner machine (or `DEAD`), bytes read of `after`."""


def _affixed(machine: Machine, before: bytes, after: bytes, optional: bool) -> Affixed:
    return Affixed(machine, before, after, optional=optional)


class Inside(Machine):
    """What is between the first and the last byte of the members, ``{`` and ``}`` say.

    Args:
        machine: a language no member of which begins another one.
        first: the first byte of all members.
        last: the last byte of all members.
    """

    def __init__(self, machine: Machine, first: int, last: int) -> None:
        self._machine, self._first, self._last = machine, first, last
        self.start = machine.step(machine.start, first) if machine.start != DEAD else DEAD

    def __reduce__(self) -> tuple[object, ...]:
        return Inside, (self._machine, self._first, self._last)

    def fresh(self) -> Inside:
        """The same without states, of such a machine."""
        return Inside(self._machine.fresh(), self._first, self._last)

    def unshared(self) -> Inside:
        """Of an unshared machine."""
        return Inside(self._machine.unshared(), self._first, self._last)

    def forgetful(self) -> Inside | None:
        """Of such a machine."""
        inner = self._machine.forgetful()
        return None if inner is None else Inside(inner, self._first, self._last)

    def step(self, state: int, byte: int) -> int:
        """The state after one more byte; the last byte of a member leads nowhere."""
        after = self._machine.step(state, byte)
        ends = byte == self._last and after != DEAD and self._machine.accepting(after)
        return DEAD if ends else after

    def row(self, state: int) -> NDArray[np.int32]:
        """What is known of the states after each byte."""
        row = self._machine.row(state)
        if row[self._last] == DEAD:
            return row
        row = row.copy()
        row[self._last] = self.step(state, self._last)
        return row

    def accepting(self, state: int) -> bool:
        """Whether the bytes read so far are what is inside a member."""
        after = self._machine.step(state, self._last)
        return after != DEAD and self._machine.accepting(after)

    def read(self, state: int, data: bytes) -> int:
        """The state after several bytes."""
        if self._last in data:
            return super().read(state, data)
        return self._machine.read(state, data)

    def remembers(self, state: int) -> bool:
        """What the whole machine says."""
        return self._machine.remembers(state)

    def completion(self, state: int) -> bytes | None:
        """A short text after which the bytes read are a member."""
        rest = self._machine.completion(state)
        return None if rest is None else rest[:-1]
