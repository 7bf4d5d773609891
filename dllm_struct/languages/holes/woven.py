"""The contents of all gaps of a document as one text, with marks between them.

The byte `SEPARATOR_MARK` ends a gap: the fixed text after it is read, and the next gap begins. The
byte `NULL_MARK` says that nothing follows in its gap. Neither occurs in UTF-8. So a canvas with
many holes is one sequence of tokens for the posterior, and what is written in one hole counts in
all others.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dllm_struct.automata.dfa import DFA
from dllm_struct.automata.machine import (
    DEAD,
    NULL_MARK,
    SEPARATOR_MARK,
    UNMADE,
    Machine,
    Refined,
)
from dllm_struct.languages.holes.context import Context
from dllm_struct.languages.holes.regular import PLAIN, steps_to

NUM_BYTES = 256
MARKS = bytes([NULL_MARK, SEPARATOR_MARK])

MOST_EXPANDED = 5_000
"""Configurations that are expanded to complete a gap with a language of its own."""

_Key = tuple[int, int, int]
"""Gap, configuration, state of the gap's own language (`CLOSED` after a null)."""

CLOSED = -1
FREE = 1
"""State of the own language of a gap that has none."""


class Woven(Machine):
    """The automaton of the gaps' contents.

    Args:
        context: the document.
        own: a language for each gap, or None where the outer one decides alone.
        has_null: whether the tail of a gap may be nulls.
    """

    def __init__(
        self, context: Context, own: Sequence[DFA | Machine | None], *, has_null: bool
    ) -> None:
        self._context, self._own, self._has_null = context, tuple(own), has_null
        self.literals = context.literals
        self._last = len(context.segments) - 1
        self.marks = MARKS if self._last or has_null else b""
        self._keys: list[_Key] = [(0, DEAD, DEAD)]
        self._numbers: dict[_Key, int] = {}
        self._steps: dict[tuple[int, int], int] = {}
        self._rows: dict[int, NDArray[np.int32]] = {}
        self._crossed: dict[tuple[int, int], int] = {}
        self._completions: dict[int, bytes | None] = {}
        self._to_end = [steps_to(d, d.accepting) if isinstance(d, DFA) else None for d in own]
        self.start = self._opened(0, context.start)

    def __reduce__(self) -> tuple[object, ...]:
        return _woven, (self._context, self._own, self._has_null)

    def step(self, state: int, byte: int) -> int:
        """The state after one more byte."""
        found = self._steps.get((state, byte))
        if found is None:
            found = self._next(state, byte)
            self._steps[state, byte] = found
        return found

    def row(self, state: int) -> NDArray[np.int32]:
        """What is known of the states after each byte."""
        if state not in self._rows:
            self._rows[state] = self._row(state)
        return self._rows[state]

    def accepting(self, state: int) -> bool:
        """Whether all gaps are filled and the document is a member."""
        gap, _, own = self._keys[state]
        return gap == self._last and (own == CLOSED or self._crossing(state) != DEAD)

    def completion(self, state: int) -> bytes | None:
        """Short contents for the rest of this gap and all later ones, with separators."""
        if state not in self._completions:
            self._completions[state] = self._completion(state)
        return self._completions[state]

    def distance(self, state: int) -> int | None:
        """About how many bytes this gap still needs."""
        gap, config, own = self._keys[state]
        return 0 if own == CLOSED else self._context.distance(config, gap) or 0

    def refined(self, texts: Sequence[bytes]) -> Refined:
        """What is known when some of the contents of the gaps are fixed as well."""
        segments = self._context.segments
        gap, fixed = 0, []
        for text in texts:
            parts = text.replace(bytes([NULL_MARK]), b"").split(bytes([SEPARATOR_MARK]))
            own = parts[0]
            for part in parts[1:]:
                own += segments[gap] + part
                gap += 1
            fixed.append(own)
        fixed[-1] += segments[-1]
        return _Refined(self._keys, self._context.refined(tuple(fixed)))

    def _next(self, state: int, byte: int) -> int:
        gap, config, own = self._keys[state]
        if byte == NULL_MARK:
            return self._closed(state) if self._has_null else DEAD
        if byte == SEPARATOR_MARK:
            if gap == self._last:
                return DEAD
            crossed = config if own == CLOSED else self._crossing(state)
            return self._opened(gap + 1, crossed) if crossed else DEAD
        if own == CLOSED:
            return DEAD
        config = self._context.step(config, byte)
        return self._number(gap, config, self._own_step(gap, own, byte)) if config else DEAD

    def _row(self, state: int) -> NDArray[np.int32]:
        gap, config, own = self._keys[state]
        row = np.zeros(NUM_BYTES, np.int32)
        if own != CLOSED and self._own[gap] is None:
            row[:] = configs = self._context.row(config)
            for after in set(configs[configs > DEAD].tolist()):
                row[configs == after] = self._number(gap, after, FREE)
        elif own != CLOSED:
            configs = self._context.row(config)
            states = self._own_row(gap, own)
            alive = (configs != DEAD) & (states != DEAD)
            row[alive] = UNMADE
            known = alive & (configs > DEAD) & (states > DEAD)
            pairs = [*zip(configs[known].tolist(), states[known].tolist(), strict=True)]
            numbers = {pair: self._number(gap, *pair) for pair in dict.fromkeys(pairs)}
            row[known] = [numbers[pair] for pair in pairs]
        for mark in self.marks:
            row[mark] = self.step(state, mark)
        return row

    def _own_step(self, gap: int, own: int, byte: int) -> int:
        language = self._own[gap]
        if language is None:
            return FREE
        if isinstance(language, DFA):
            return int(language.transitions[own, language.byte_class[byte]])
        return language.step(own, byte)

    def _own_row(self, gap: int, own: int) -> NDArray[np.int32]:
        language = self._own[gap]
        if language is None:
            return np.ones(NUM_BYTES, np.int32)
        if isinstance(language, DFA):
            row: NDArray[np.int32] = language.transitions[own][language.byte_class]
            return row
        return language.row(own)

    def _own_accepts(self, gap: int, own: int) -> bool:
        language = self._own[gap]
        if language is None:
            return True
        if isinstance(language, DFA):
            return bool(language.accepting[own])
        return language.accepting(own)

    def _opened(self, gap: int, config: int) -> int:
        """The state at the beginning of a gap."""
        language = self._own[gap]
        return self._number(gap, config, FREE if language is None else language.start)

    def _closed(self, state: int) -> int:
        """The state after a null."""
        gap, _, own = self._keys[state]
        if own == CLOSED:
            return state
        crossed = self._crossing(state)
        if crossed == DEAD:
            return DEAD
        return self._interned((gap, FREE if gap == self._last else crossed, CLOSED))

    def _crossing(self, state: int) -> int:
        """The configuration after the fixed text that follows this gap; 0 where it cannot."""
        gap, config, own = self._keys[state]
        if not self._own_accepts(gap, own):
            return DEAD
        if (gap, config) not in self._crossed:
            self._crossed[gap, config] = self._across(gap, config)
        return self._crossed[gap, config]

    def _across(self, gap: int, config: int) -> int:
        if self._context.distance(config, gap) != 0:
            return DEAD
        for byte in self._context.segments[gap]:
            config = self._context.step(config, byte)
            if config == DEAD:
                return DEAD
        if gap == self._last:
            return config if self._context.accepting(config) else DEAD
        return config if self._context.distance(config, gap + 1) is not None else DEAD

    def _number(self, gap: int, config: int, own: int) -> int:
        if DEAD in (config, own):
            return DEAD
        key = (gap, config, own)
        if key not in self._numbers and self._context.distance(config, gap) is None:
            return DEAD
        return self._interned(key)

    def _interned(self, key: _Key) -> int:
        if key not in self._numbers:
            self._numbers[key] = len(self._keys)
            self._keys.append(key)
        return self._numbers[key]

    def _completion(self, state: int) -> bytes | None:
        gap, config, own = self._keys[state]
        if own == CLOSED:
            return self._rest(state)
        if self._own[gap] is None:
            text = self._context.completion(config, gap)
            if text is None:
                return None
            rest = self._rest(self._read(state, text))
            if rest is not None:
                return text + rest
        return self._searched(state)  # what is short here may leave nothing for a later gap

    def _read(self, state: int, data: bytes) -> int:
        for byte in data:
            if state == DEAD:
                break
            state = self.step(state, byte)
        return state

    def _rest(self, state: int) -> bytes | None:
        """Short contents for the gaps after this one, which is complete."""
        if self._keys[state][0] == self._last:
            return b"" if state != DEAD else None
        opened = self._read(state, bytes([SEPARATOR_MARK]))
        rest = self.completion(opened) if opened != DEAD else None
        return None if rest is None else bytes([SEPARATOR_MARK]) + rest

    def _searched(self, start: int) -> bytes | None:
        """Complete a gap so that the later ones can be completed: best first."""
        queue = [(self._ahead(start), 0, start, b"")]
        seen = {start}
        count = 0
        while queue and count < MOST_EXPANDED:
            _, _, state, text = heapq.heappop(queue)
            rest = self._rest(state) if self._crossing(state) != DEAD else None
            if rest is not None:
                return text + rest
            count += 1
            for byte, target in self._successors(state):
                if target not in seen:
                    seen.add(target)
                    ahead = len(text) + 1 + self._ahead(target)
                    heapq.heappush(queue, (ahead, len(seen), target, text + bytes([byte])))
        return None

    def _successors(self, state: int) -> list[tuple[int, int]]:
        """One byte for every state that can come next inside the gap."""
        found: dict[int, int] = {}
        row = self.row(state)
        for byte in (*PLAIN, *range(NULL_MARK)):
            if row[byte] != DEAD and (target := self.step(state, byte)) != DEAD:
                found.setdefault(target, byte)
        return [(byte, target) for target, byte in found.items()]

    def _ahead(self, state: int) -> int:
        """A lower bound of the bytes still to be written in this gap."""
        gap, config, own = self._keys[state]
        distances = self._to_end[gap]
        outer = self._context.distance(config, gap) or 0
        return outer if distances is None else max(outer, int(distances[own]))


class _Refined:
    """Distances in a document with more gaps; whatever is closed counts as done."""

    def __init__(self, keys: Sequence[_Key], context: Context) -> None:
        self._keys, self._context = keys, context

    def distance(self, state: int, gap: int) -> int | None:
        _, config, own = self._keys[state]
        return 0 if own == CLOSED else self._context.distance(config, gap)


def _woven(context: Context, own: tuple[DFA | Machine | None, ...], has_null: bool) -> Woven:
    return Woven(context, own, has_null=has_null)
