"""Completions of states: straight ones, and detours where those repeat what has to differ."""

from __future__ import annotations

from heapq import heappop, heappush
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from dllm_struct.automata.machine import DEAD
from dllm_struct.languages.json_schema.machine.completion import ends, tail_text, wanted
from dllm_struct.languages.json_schema.machine.frames import Returns
from dllm_struct.languages.json_schema.machine.members import ORDER_ARRAY
from dllm_struct.languages.json_schema.machine.reading import Plans, Thread

_DETOURS = 300
"""States that are left in search of an end whose values differ from those before."""
_DETOUR_BYTES = 24
"""Bytes that are followed from each."""


class Stepper(Plans, Protocol):
    """What is asked of a machine."""

    def step(self, state: int, byte: int) -> int:
        """The state after one more byte."""

    def row(self, state: int) -> NDArray[np.int32]:
        """What is known of the states after each byte."""

    def accepting(self, state: int) -> bool:
        """Whether the bytes read so far are a member."""

    def threads(self, state: int) -> frozenset[Thread]:
        """The threads that a state stands for."""


def completed(machine: Stepper, state: int) -> bytes | None:
    """A short text to an accepting state; None when there is none, as far as a search tells."""
    text = _straight(machine, state)
    if text is not None or not any(wanted(thread) for thread in machine.threads(state)):
        return text
    return _searched(machine, state)


def _straight(machine: Stepper, state: int) -> bytes | None:
    """The end that each thread goes for; None when that repeats what has to differ."""
    text = b""
    while state != DEAD and not machine.accepting(state):
        ways = _ways(machine, state)
        if not ways:
            return None
        _, part, returns, want = min(ways, key=lambda way: way[:2])
        text += part
        if not want:
            return text + tail_text(returns)
        for byte in part:
            state = machine.step(state, byte)
    return None if state == DEAD else text


def _ways(machine: Stepper, state: int) -> list[tuple[int, bytes, Returns | None, bool]]:
    """Ends of all threads, and whether the values in them matter."""
    threads = machine.threads(state)
    return [(*end, wanted(thread)) for thread in threads for end in ends(thread, machine)]


def _searched(machine: Stepper, state: int) -> bytes | None:
    """The end after a detour, if a near one helps."""
    queue = [(0, 0, b"", state)]
    pushed = 0
    for _ in range(_DETOURS):
        if not queue:
            return None
        _, _, text, at = heappop(queue)
        rest = _straight(machine, at)
        if rest is not None:
            return text + rest
        for byte in _bytes(machine, at):
            after = machine.step(at, byte)
            length = min((way[0] for way in _ways(machine, after)), default=None)
            if length is not None:
                pushed += 1
                heappush(queue, (len(text) + 1 + length, pushed, text + bytes((byte,)), after))
    return None


def _bytes(machine: Stepper, state: int) -> list[int]:
    """Bytes to go on with: those that ends begin with, then those that read well."""
    expected = [part[0] for _, part, *_ in _ways(machine, state) if part]
    alive = ORDER_ARRAY[machine.row(state)[ORDER_ARRAY] != DEAD].tolist()
    return list(dict.fromkeys([*expected, *alive]))[:_DETOUR_BYTES]
