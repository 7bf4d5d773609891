"""The values of a place one by one: what is left where items have to differ."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from heapq import heappop, heappush

from dllm_struct.automata.machine import DEAD, Machine
from dllm_struct.languages.json_schema.machine.members import ORDER_ARRAY
from dllm_struct.languages.json_schema.machine.memory import Remembered
from dllm_struct.languages.json_schema.machine.values import Values

_TRIES = 2_000
"""States that are left in search of one more text."""
_WAYS = 64
"""Bytes that are followed from one state."""
_SAMPLES = (2, 8, 64)
"""How many samples are asked for, one time after the other."""


class Listing:
    """Values, short ones first, each once, found when asked for.

    Args:
        texts: JSON texts, short ones first; all there are, unless they say that they are not
            ``complete``.
        values: numbers the values.
    """

    def __init__(self, texts: Iterable[bytes], values: Values) -> None:
        self._source = texts
        self._texts = iter(texts)
        self._values = values
        self._known: set[int] = set()
        self._found: list[tuple[bytes, int]] = []

    def __iter__(self) -> Iterator[tuple[bytes, int]]:
        i = 0
        while i < len(self._found) or self._search():
            yield self._found[i]
            i += 1

    def may_have(self, count: int) -> bool:
        """Whether there are so many at least, as far as the search for them tells."""
        while len(self._found) < count:
            if not self._search():
                return not getattr(self._source, "complete", True)
        return True

    def lacks(self, count: int, seen: Remembered[int]) -> bool:
        """Whether there are surely fewer than so many that are not among those seen."""
        if self.may_have(count + seen.size):
            return False
        return sum(value not in seen for _, value in self._found) < count

    def _search(self) -> bool:
        for text in self._texts:
            value = self._values.text(text)
            if value not in self._known:
                self._known.add(value)
                self._found.append((text, value))
                return True
        return False


class Samples:
    """Some texts, more of them as more are asked for; there may be others.

    Args:
        several: finds texts of up to so many different values.
    """

    complete = False

    def __init__(self, several: Callable[[int], list[bytes]]) -> None:
        self._several = several

    def __iter__(self) -> Iterator[bytes]:
        for count in _SAMPLES:
            yield from self._several(count)


class Search:
    """Texts that a machine accepts, short ones first, as far as a search of a set size goes.

    Best-first search, led by the length of completions.

    Attributes:
        complete: whether all texts have been found, once nothing more is.
    """

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._queue: list[tuple[int, int, int, bytes, int]] = []
        self._pushed = 0
        self.complete = False

    def __iter__(self) -> Iterator[bytes]:
        machine = self._machine
        self.complete = True
        self._push(b"", machine.start)
        tries = 0
        while self._queue:
            *_, text, state = heappop(self._queue)
            tries += 1
            if tries > _TRIES:
                self.complete = False
                return
            if machine.accepting(state):
                tries = 0
                yield text
            for byte in self._ways(state):
                self._push(text + bytes((byte,)), machine.step(state, byte))

    def _ways(self, state: int) -> list[int]:
        """The bytes to go on with: the way to an end first, then those that read well."""
        ways: list[int] = ORDER_ARRAY[self._machine.row(state)[ORDER_ARRAY] != DEAD].tolist()
        self.complete &= len(ways) <= _WAYS
        ending = self._machine.completion(state) or b""
        return list(dict.fromkeys([*ending[:1], *ways]))[:_WAYS]

    def _push(self, text: bytes, state: int) -> None:
        rest = self._machine.completion(state) if state != DEAD else None
        if rest is None:
            self.complete &= state == DEAD
            return
        self._pushed += 1
        heappush(self._queue, (len(text) + len(rest), len(rest), self._pushed, text, state))
