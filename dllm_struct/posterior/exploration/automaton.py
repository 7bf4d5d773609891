"""A machine seen through a vocabulary: what has been asked about its states, kept in flat tables.

Compiled loops read the tables and collect what they miss; `LazyAutomaton.fill` asks the machine and
the loop runs again. What is kept of a state depends on the state alone, never on who asked first,
so that results do not depend on history.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from dllm_struct.automata.machine import (
    DEAD,
    NULL_MARK,
    SEPARATOR_MARK,
    UNMADE,
    Machine,
)
from dllm_struct.errors import BudgetExceeded
from dllm_struct.languages.base import Language, Lazy
from dllm_struct.posterior.exploration.memory import (
    BROAD,
    FEWEST,
    LIST,
    NOT_ASKED,
    ROW,
    TOKEN,
    empty_memory,
    grown,
    place_of,
    walk,
    with_states,
    with_token,
)
from dllm_struct.posterior.exploration.words import (
    NEVER,
    Counting,
    Spelling,
    Words,
    occurrences,
    words_of,
)
from dllm_struct.vocabulary import Vocabulary

MOST_LISTED = 256
"""A state that allows at most this many tokens is narrow: all of them are explored."""

MOST_NODES = 256
"""Nodes of the trie that are passed to find out."""

FEW = 3
"""One-byte tokens that are always explored in a broad state."""

NARROW = 16
"""First bytes up to which all tokens are looked for even where every one leads to a new state."""

ASKED_BYTES = 2
"""After so many bytes of a state were asked for singly, its row is."""

MOST_STATES = 100_000
"""States up to which a machine is kept from call to call; each takes a kilobyte and more."""

FROM_BLANK = (*range(32, 256), *range(32))
MOST_REQUESTS = 4096

SIGNS = re.compile(rb"[\t\n\r -/:-@\[-`{-~]+")


class LazyAutomaton:
    """What a language that is no DFA allows, token by token. For one thread at a time.

    Args:
        language: one whose automaton is a machine.
        vocabulary: the tokens.
    """

    def __init__(self, language: Language, vocabulary: Vocabulary) -> None:
        automaton = language.automaton
        assert isinstance(automaton, Machine)
        self.language, self.vocabulary = language, vocabulary
        self.machine = automaton.unshared()
        self.words: Words = words_of(vocabulary)
        self.num_tokens = len(vocabulary)
        self._counting = Counting(self.words)
        self._forget()

    def __reduce__(self) -> tuple[object, ...]:
        return LazyAutomaton, (self.language, self.vocabulary)

    @property
    def num_states(self) -> int:
        """States looked at so far."""
        return int(np.count_nonzero(self.memory.seen))

    @property
    def size(self) -> int:
        """States that there is room for."""
        return len(self.memory.seen)

    def _forget(self) -> None:
        self.start = int(self.machine.start)
        self._pool_size = self._num_read = 0
        self._asked: dict[int, int] = {}
        self._spellings: dict[int, Spelling | None] = {}
        self._effects: dict[int, tuple[NDArray[np.int32], NDArray[np.int32]]] = {}
        self.memory = with_states(empty_memory(), self.start + 1)

    def relieve(self, most_states: int = MOST_STATES) -> None:
        """Begin anew, with a machine without states, when too many have been made."""
        if self.size > most_states:
            self.machine = self.machine.fresh()
            self._forget()

    def forgetful(self) -> LazyAutomaton | None:
        """A new automaton of more texts that remembers less, if there is one."""
        machine = self.machine.forgetful()
        if machine is None:
            return None
        language = Lazy(f"{self.language.description}, remembering less", machine)
        return LazyAutomaton(language, self.vocabulary)

    def with_null(self, null_token_id: int | None) -> LazyAutomaton:
        """This automaton without the text of ``null_token_id``."""
        if null_token_id is None or self.vocabulary.tokens[null_token_id] is None:
            return self
        return _with_null(self, null_token_id)

    def accepts(self, state: int) -> bool:
        """Whether the text read so far is a member."""
        self._see(state)
        return bool(self.memory.accepting[state])

    def read(self, state: int, token: int) -> int:
        """The state after a token, `DEAD` for one without text."""
        data = self.vocabulary.tokens[token] or b""
        self._see(state)
        if data and self.memory.by_token[state]:
            return self._read_whole(state, token, data)
        for byte in data:
            state = self.step(state, byte)
            if state == DEAD:
                return DEAD
        return state if data else DEAD

    def _read_whole(self, state: int, token: int, data: bytes) -> int:
        """The state after a token whose bytes are read in one go."""
        place = place_of(state, token, self.memory.read_key)
        target = int(self.memory.read_target[place])
        if target == UNMADE:
            target = self.machine.read(state, data)
            self._reserve(target)
            self.memory = with_token(self.memory, state, token, target, self._num_read)
            self._num_read += 1
        return target

    def spelling(self, state: int) -> Spelling | None:
        """The machine's completion of a state, cut into tokens; None when none is known."""
        if state not in self._spellings:
            try:
                data = self.machine.completion(state)
            except BudgetExceeded:
                data = None
            self._spellings[state] = None if data is None else Spelling(data, self.words)
        return self._spellings[state]

    def ends_within(self, state: int, room: int) -> bool:
        """Whether the text is a member now, or is known to become one in so many tokens."""
        if self.accepts(state):
            return True
        spelling = self.spelling(state) if room else None
        return spelling is not None and spelling.counts & (2 << room) - 1 != 0

    def after(self, tokens: Sequence[int]) -> int:
        """The state after some tokens from the start on; `DEAD` where they lead nowhere."""
        state = self.start
        for token in tokens:
            if state == DEAD:
                break
            state = self.read(state, token)
        return state

    def listed(self, state: int) -> tuple[NDArray[np.int32], NDArray[np.int32], bool]:
        """Tokens that are always explored, where they lead, and whether these are all there are."""
        self.fill([(state, LIST)])
        first = int(self.memory.list_start[state])
        own = slice(first, first + int(self.memory.list_size[state]))
        tokens, targets = self.memory.pool_token[own], self.memory.pool_target[own]
        return tokens, targets, not self.memory.wide[state]

    def home(self, state: int) -> int:
        """Tokens of the machine's completion, `NEVER` when it cannot be written.

        Bytes where the machine tells a distance.
        """
        self.fill([(state, FEWEST)])
        return int(self.memory.fewest[state])

    def remembering(self, states: NDArray[np.int32]) -> NDArray[np.bool_]:
        """Which states are inside a text that is remembered. bool [k]."""
        self.fill([(state, ROW) for state in states.tolist()])
        return self.memory.by_token[states]

    def effects(self, state: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """All tokens that a state allows, and where they lead, in the order of their bytes."""
        if state not in self._effects:
            found = self._walk(state, self.num_tokens, len(self.words.byte) + 1)
            assert found is not None
            self._effects[state] = found
        return self._effects[state]

    def following(self, state: int) -> tuple[list[int], int]:
        """The states after any token, and how many tokens lead to them."""
        found = self._walk(state, self.num_tokens, len(self.words.byte) + 1)
        assert found is not None
        return np.unique(found[1]).tolist(), len(found[1])

    def fill(self, requests: Iterable[tuple[int, int]]) -> None:
        """Ask the machine about a state and a byte, a token or all of it (`ROW`, `LIST`, …)."""
        for state, what in requests:
            if what >= TOKEN:
                self.read(state, what - TOKEN)
            elif what >= 0:
                self.step(state, what)
            elif what == ROW:
                self._see(state)
            elif what == LIST:
                self._list(state)
            elif self.memory.fewest[state] == NOT_ASKED:
                known = self.machine.distance(state)
                self.memory.fewest[state] = self._tokens_home(state) if known is None else known

    def _tokens_home(self, state: int) -> int:
        """Fewest tokens of the machine's completion."""
        data = self.machine.completion(state)
        return NEVER if data is None else self._counting.fewest(data)

    def step(self, state: int, byte: int) -> int:
        """The state after one more byte."""
        target = int(self.memory.rows[state, byte])
        if target != UNMADE:
            return target
        asked = self._asked.get(state, 0)
        if asked >= ASKED_BYTES:
            self._see(state)
            target = int(self.memory.rows[state, byte])
        self._asked[state] = asked + 1
        if target == UNMADE:
            target = int(self.machine.step(state, byte))
            self._reserve(target)
            self.memory.rows[state, byte] = target
        return target

    def _see(self, state: int) -> None:
        if self.memory.seen[state]:
            return
        row = self.machine.row(state)
        self._reserve(int(row.max()))
        known = self.memory.rows[state]
        self.memory.rows[state] = np.where(known == UNMADE, row, known)
        breadth = np.count_nonzero(row[self.words.root >= 0])
        self.memory.breadth[state] = breadth
        self.memory.by_token[state] = breadth > NARROW and self.machine.remembers(state)
        self.memory.accepting[state] = self.machine.accepting(state)
        self.memory.seen[state] = True

    def _list(self, state: int) -> None:
        if self.memory.list_start[state] != NOT_ASKED:
            return
        self._see(state)
        breadth, remembers = self.memory.breadth[state], bool(self.memory.by_token[state])
        is_open = remembers or breadth > BROAD
        found = None if is_open else self._walk(state, MOST_LISTED, MOST_NODES)
        is_wide = found is None
        tokens, targets = self._exits(state, remembers) if found is None else found
        first = self._pool_size
        self._pool_size += len(tokens)
        self.memory = self.memory._replace(
            pool_token=grown(self.memory.pool_token, self._pool_size, 0),
            pool_target=grown(self.memory.pool_target, self._pool_size, 0),
        )
        self.memory.pool_token[first : self._pool_size] = tokens
        self.memory.pool_target[first : self._pool_size] = targets
        self.memory.list_size[state] = len(tokens)
        self.memory.wide[state] = is_wide
        are_new = breadth > BROAD and len(set(targets.tolist())) == len(targets)
        self.memory.remembers[state] = remembers or are_new
        self.memory.list_start[state] = first

    def _exits(self, state: int, remembers: bool) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Marks, tokens of one byte, and those that begin the machine's end.

        Few of one byte in a broad state, none where each leads to a state of its own.
        """
        most = FEW if self.memory.breadth[state] > BROAD else BROAD
        row, own = self.memory.rows[state].tolist(), {}
        most += len(self.marks)
        for byte, token in (*self.marks.items(), *(() if remembers else self._one_byte)):
            if row[byte] != DEAD and (target := self.step(state, byte)) != DEAD:
                own[token] = target
                if len(own) == most:
                    break
        is_far = self.machine.distance(state) is not None
        end = b"" if is_far else self.machine.completion(state) or b""
        head = np.frombuffer(end[: self.words.deepest], np.uint8)
        for offset, _, token in occurrences(head, self.words).tolist():
            if offset == 0 and token not in own:
                own[token] = self.read(state, token)
        return np.array([*own], np.int32), np.array([*own.values()], np.int32)

    def _walk(
        self, state: int, most_tokens: int, most_nodes: int
    ) -> tuple[NDArray[np.int32], NDArray[np.int32]] | None:
        """All tokens that a state allows and where they lead; None when it takes too much."""
        tokens, targets = np.empty((2, most_tokens + 1), np.int32)
        missing = np.empty((MOST_REQUESTS, 2), np.int64)
        while True:
            count, num_missing = walk(
                state, self.words, self.memory, most_nodes, tokens, targets, missing
            )
            if count > most_tokens:
                return None
            if num_missing == 0:
                return tokens[:count].copy(), targets[:count].copy()
            self.fill(map(tuple, missing[:num_missing].tolist()))

    def _reserve(self, state: int) -> None:
        self.memory = with_states(self.memory, state + 1)

    @cached_property
    def plain(self) -> list[int]:
        """Tokens of one printable ASCII byte."""
        return [token for byte, token in self._one_byte if ord(" ") <= byte <= ord("~")]

    @cached_property
    def signs(self) -> list[int]:
        """Tokens of several bytes, ASCII without letters and digits, the shortest first."""
        texts = enumerate(self.vocabulary.tokens)
        found = [(t, i) for i, t in texts if t and len(t) > 1 and SIGNS.fullmatch(t)]
        return [i for _, i in sorted(found, key=lambda pair: len(pair[0]))]

    @property
    def null_mark(self) -> int | None:
        """The token that says that nothing follows in its slot, where the machine has one."""
        return self.marks.get(NULL_MARK)

    @property
    def separator(self) -> int | None:
        """The token between two slots, where the machine reads several."""
        return self.marks.get(SEPARATOR_MARK)

    @cached_property
    def marks(self) -> dict[int, int]:
        """The tokens that are marks of the machine, by their bytes."""
        tokens = dict(self._one_byte)
        return {byte: tokens[byte] for byte in self.machine.marks if byte in tokens}

    @cached_property
    def _one_byte(self) -> list[tuple[int, int]]:
        """Bytes that are tokens, from the blank on, and these tokens."""
        starts, nodes = self.words.token_start, self.words.root
        return [
            (byte, int(self.words.tokens[starts[nodes[byte]]]))
            for byte in FROM_BLANK
            if nodes[byte] >= 0 and starts[nodes[byte]] < starts[nodes[byte] + 1]
        ]

    @cached_property
    def fewest(self) -> int:
        """Tokens of the machine's shortest member, `NEVER` when it cannot be written."""
        return self._tokens_home(self.start)


@lru_cache(maxsize=16)
def _with_null(automaton: LazyAutomaton, null_token_id: int) -> LazyAutomaton:
    tokens = list(automaton.vocabulary.tokens)
    tokens[null_token_id] = None
    return LazyAutomaton(automaton.language, Vocabulary(tokens))
