"""Small machines, each with a membership test that shares no code with it."""

from __future__ import annotations

import json
import re
from abc import abstractmethod
from collections.abc import Hashable

import numpy as np
from numpy.typing import NDArray

from dllm_struct.automata.dfa import DFA
from dllm_struct.automata.machine import DEAD, UNMADE, Machine


class Interned(Machine):
    """A machine whose configurations are any hashable values, numbered as they come."""

    ALPHABET = bytes(range(256))

    def __init__(self) -> None:
        self.configurations: list[Hashable] = [None]
        self._numbers: dict[Hashable, int] = {}
        self._steps: dict[tuple[int, int], int] = {}
        self.start = self._number(self.first())

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), ()

    @abstractmethod
    def first(self) -> Hashable:
        """The configuration before any byte."""

    @abstractmethod
    def after(self, configuration: Hashable, byte: int) -> Hashable | None:
        """The configuration after a byte, None where no member goes on so."""

    @abstractmethod
    def rest(self, configuration: Hashable) -> bytes:
        """A short end."""

    def step(self, state: int, byte: int) -> int:
        found = self._steps.get((state, byte))
        if found is None:
            found = self._number(self.after(self.configurations[state], byte))
            self._steps[state, byte] = found
        return found

    def row(self, state: int) -> NDArray[np.int32]:
        row = np.zeros(256, np.int32)
        row[list(self.ALPHABET)] = UNMADE
        return row

    def accepting(self, state: int) -> bool:
        return self.rest(self.configurations[state]) == b""

    def completion(self, state: int) -> bytes | None:
        return self.rest(self.configurations[state])

    def _number(self, configuration: Hashable | None) -> int:
        if configuration is None:
            return DEAD
        if configuration not in self._numbers:
            self._numbers[configuration] = len(self.configurations)
            self.configurations.append(configuration)
        return self._numbers[configuration]


class Brackets(Interned):
    """Balanced brackets of three kinds, the empty text included."""

    OPEN, CLOSE = b"([{", b")]}"
    ALPHABET = OPEN + CLOSE

    def first(self) -> Hashable:
        return b""

    def after(self, configuration: Hashable, byte: int) -> Hashable | None:
        assert isinstance(configuration, bytes)
        if byte in self.OPEN:
            return configuration + bytes([byte])
        last = self.CLOSE.find(byte)
        is_match = last >= 0 and configuration[-1:] == self.OPEN[last : last + 1]
        return configuration[:-1] if is_match else None

    def rest(self, configuration: Hashable) -> bytes:
        assert isinstance(configuration, bytes)
        return configuration[::-1].translate(bytes.maketrans(self.OPEN, self.CLOSE))


def is_balanced(data: bytes) -> bool:
    while (shorter := re.sub(rb"\(\)|\[\]|\{\}", b"", data)) != data:
        data = shorter
    return not data


class Equal(Interned):
    """a^n b^n, n from 1 on."""

    def first(self) -> Hashable:
        return 0, False

    def after(self, configuration: Hashable, byte: int) -> Hashable | None:
        assert isinstance(configuration, tuple)
        count, is_second = configuration
        if byte == ord("a") and not is_second:
            return count + 1, False
        return (count - 1, True) if byte == ord("b") and count else None

    def rest(self, configuration: Hashable) -> bytes:
        assert isinstance(configuration, tuple)
        count, is_second = configuration
        return b"b" * count if count or is_second else b"ab"


def is_equal(data: bytes) -> bool:
    half = len(data) // 2
    return half > 0 and data == b"a" * half + b"b" * half


class Toy(Interned):
    """JSON of arrays, objects with the key "k", and the numbers 0 and 1; no spaces.

    A configuration is what is still to come: texts, and marks where there is a choice.
    """

    ALPHABET = b'[]{},:"k01'

    def first(self) -> Hashable:
        return ("value",)

    def after(self, configuration: Hashable, byte: int) -> Hashable | None:
        assert isinstance(configuration, tuple)
        if not configuration:
            return None
        below, top, char = configuration[:-1], configuration[-1], chr(byte)
        assert isinstance(top, str)
        choices: dict[str, dict[str, Hashable]] = {
            "items?": {"]": below},
            "more": {"]": below, ",": (*below, "more", "value")},
            "member?": {"}": below, '"': (*below, 'k":')},
        }
        if char in (known := choices.get(top, {})):
            return known[char]
        if top in ("value", "items?"):
            return self._value(below if top == "value" else (*below, "more"), char)
        if top in choices or char != top[0]:
            return None
        rest = (top[1:],) if len(top) > 1 else ()
        return (*below, *rest) if top != ":" else (*below, "}", "value")

    def _value(self, below: tuple[str, ...], char: str) -> Hashable | None:
        if char in "01":
            return below
        if char == "[":
            return (*below, "items?")
        return (*below, "member?") if char == "{" else None

    def rest(self, configuration: Hashable) -> bytes:
        assert isinstance(configuration, tuple)
        ends = {"value": "0", "items?": "]", "more": "]", "member?": "}"}
        return "".join(
            ends.get(part, part + "0}" if part.endswith(":") else part)
            for part in reversed(configuration)
        ).encode()


def is_toy(data: bytes) -> bool:
    if re.search(rb"[^][{}:,\"k01]|[01][01]|\"k\":[^,]*,\"", data):
        return False
    try:
        value = json.loads(data)
    except ValueError:
        return False
    return json.dumps(value, separators=(",", ":")).encode() == data and _has_only_k(value)


def _has_only_k(value: object) -> bool:
    if isinstance(value, dict):
        return set(value) <= {"k"} and all(map(_has_only_k, value.values()))
    return all(map(_has_only_k, value)) if isinstance(value, list) else value in (0, 1)


class Wrapped(Machine):
    """A DFA that pretends to have no end of states."""

    def __init__(self, dfa: DFA) -> None:
        self.dfa = dfa
        self.start = dfa.start

    def step(self, state: int, byte: int) -> int:
        return int(self.dfa.transitions[state, self.dfa.byte_class[byte]])

    def row(self, state: int) -> NDArray[np.int32]:
        row: NDArray[np.int32] = self.dfa.transitions[state, self.dfa.byte_class].copy()
        row[::2] = UNMADE
        return row

    def accepting(self, state: int) -> bool:
        return bool(self.dfa.accepting[state])

    def completion(self, state: int) -> bytes | None:
        ways = {state: b""}
        for source in (queue := [state]):
            if self.accepting(source):
                return ways[source]
            for byte in range(256):
                target = self.step(source, byte)
                if target != DEAD and target not in ways:
                    ways[target] = ways[source] + bytes([byte])
                    queue.append(target)
        return None
