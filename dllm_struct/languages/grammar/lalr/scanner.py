"""The contextual scanner as an automaton over bytes.

It cuts a text as ``re.match`` does with all acceptable terminals as alternatives, in lark's order:
the first that matches wins, with its preferred match, and a match that equals the text of a string
becomes that string's terminal (`lark.lexer`). Where a match ends is often known some bytes later
only (``1..2``, ``/* *``). The scanner says which matches wait (`threads`); the reader reads on
behind each of them at the same time, so that no byte is read twice.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from dllm_struct.automata.algebra import difference
from dllm_struct.automata.dfa import DEAD
from dllm_struct.languages.grammar.cfg import Cfg
from dllm_struct.languages.grammar.lalr.columns import NO_LINE, UNCOUNTED, moved_by
from dllm_struct.languages.grammar.lalr.matching import SETTLED, Matcher, Retyping
from dllm_struct.languages.grammar.lalr.threads import (
    IGNORED,
    Aged,
    Fresh,
    Live,
    Thread,
    Threads,
)

TAKEN, FELL_BACK = -1, -2
"""In place of a state: a token ends with this byte, or one has ended before it."""

NO_SOURCES: tuple[int, ...] = ()


class Move(NamedTuple):
    """What one more byte does.

    Attributes:
        state: the next state; `DEAD`, `TAKEN` or `FELL_BACK` where there is none.
        sources: for each aged match, which it was: i for the i-th aged match, ~i for the i-th
            fresh one of the state before. For `FELL_BACK`, the match that is taken.
        token: of `TAKEN`: the terminal, `IGNORED` for none.
        column: of `TAKEN`: where a newline's token leads.
    """

    state: int
    sources: tuple[int, ...] = NO_SOURCES
    token: int = IGNORED
    column: int = UNCOUNTED


STOP = Move(DEAD)


class Scanner:
    """All contextual scanners of a grammar; their states are numbers above 0.

    Attributes:
        threads: of each state.
        fresh: token and column of each match that ends in a state.
        tokens: what the token that is being read may become.
        is_free: whether it may be ignored.
    """

    def __init__(self, cfg: Cfg) -> None:
        self._cfg = cfg
        self._newline = cfg.indentation.newline if cfg.indentation else None
        self._tab = cfg.indentation.tab if cfg.indentation else 1
        self.matchers = {
            t: Matcher(terminal, terminal.dfa)
            for t, terminal in enumerate(cfg.terminals)
            if terminal.dfa is not None and not terminal.dfa.is_empty
        }
        self.retyping = Retyping(self.matchers)
        self.threads: list[Threads] = [()]
        self.fresh: list[tuple[tuple[int, int], ...]] = [()]
        self.tokens: list[tuple[int, ...]] = [()]
        self.is_free = [False]
        self._numbers: dict[Threads, int] = {(): DEAD}
        self._starts: dict[tuple[frozenset[int], bool], int] = {}
        self._takes_all: dict[tuple[int, int], bool] = {}
        self._embedding: dict[tuple[int, int], bool] = {}
        self.moves: dict[int, Move] = {}

    def start(self, terminals: Iterable[int], *, counts: bool) -> int:
        """The first state of the scanner of these terminals (and those that always may stand).

        Args:
            terminals: what the parser accepts.
            counts: whether newlines count: not inside brackets.
        """
        accepted = {*terminals, *self._cfg.ignored}
        accepted |= set() if self._newline is None else {self._newline}
        key = frozenset(accepted & self.matchers.keys()), counts
        if key not in self._starts:
            self._starts[key] = self._number(self._first(key[0], counts))
        return self._starts[key]

    def move(self, state: int, byte: int) -> Move:
        """What one more byte does."""
        key = state << 8 | byte
        found = self.moves.get(key)
        if found is None:
            found = self.moves[key] = self._move(state, byte)
        return found

    def column(self, column: int, byte: int) -> int:
        """The column of a newline's text after one more byte."""
        return column if column == UNCOUNTED else moved_by(column, byte, self._tab)

    def ends(self, state: int) -> int | None:
        """Which match is taken where the text ends, numbered as `Move.sources`; None if none is."""
        for thread in self.threads[state]:
            if not isinstance(thread, Live):
                return ~0 if isinstance(thread, Fresh) else 0
        return None

    def _first(self, terminals: frozenset[int], counts: bool) -> Threads:
        by_order = sorted(terminals, key=lambda t: self._cfg.terminals[t].order)
        strings = {t: self._strings(t, by_order) for t in by_order}
        embedded = {s for t in by_order for s in strings[t] if self._embeds(t, s)}
        return tuple(
            Live(
                t,
                self.matchers[t].texts.start,
                self.retyping.start(strings[t]),
                0,
                NO_LINE if counts and self._newline in (t, *strings[t]) else UNCOUNTED,
            )
            for t in by_order
            if t not in embedded
        )

    def _strings(self, pattern: int, terminals: list[int]) -> list[int]:
        """Strings that a match of a pattern is retyped to."""
        own = self._cfg.terminals[pattern]
        if own.literal is not None:
            return []
        return [
            t
            for t in terminals
            if self._cfg.terminals[t].literal is not None
            and self._cfg.terminals[t].priority == own.priority
            and self._takes(pattern, t)
        ]

    def _takes(self, pattern: int, string: int) -> bool:
        """Whether a pattern's preferred match in the text of a string is all of it."""
        key = pattern, string
        if key not in self._takes_all:
            text = (self._cfg.terminals[string].literal or "").encode()
            self._takes_all[key] = self._takes_text(pattern, text)
        return self._takes_all[key]

    def _takes_text(self, pattern: int, text: bytes) -> bool:
        first = Live(pattern, self.matchers[pattern].texts.start, 0, 0, UNCOUNTED)
        state = self._number((first,))
        for position, byte in enumerate(text):
            move = self.move(state, byte)
            if move.state <= DEAD:
                return move.state == TAKEN and position == len(text) - 1
            state = move.state
        return self.ends(state) == ~0

    def _embeds(self, pattern: int, string: int) -> bool:
        """Whether all spellings of a string are texts of a pattern."""
        key = pattern, string
        if key not in self._embedding:
            texts = self.matchers[string].texts.dfa, self.matchers[pattern].texts.dfa
            self._embedding[key] = difference(*texts).is_empty
        return self._embedding[key]

    def _move(self, state: int, byte: int) -> Move:
        after: list[Thread] = []
        sources: list[int] = []
        num_fresh = num_aged = 0
        for thread in self.threads[state]:
            if isinstance(thread, Live):
                self._read(thread, byte, after)
            else:
                if isinstance(thread, Fresh):
                    num_fresh += 1
                    source = -num_fresh
                else:
                    source = num_aged
                    num_aged += 1
                aged = self._aged(thread, byte)
                if aged is not None:
                    after.append(aged)
                    sources.append(source)
            if after and not isinstance(after[-1], Live) and after[-1].refused == SETTLED:
                break
        if not after:
            return STOP
        first = after[0]
        if not isinstance(first, Live) and first.refused == SETTLED:
            if isinstance(first, Fresh):
                return Move(TAKEN, NO_SOURCES, first.token, first.column)
            return Move(FELL_BACK, tuple(sources))
        return Move(self._number(tuple(after)), tuple(sources))

    def _aged(self, match: Fresh | Aged, byte: int) -> Aged | None:
        """A match one byte later; None where it is undone."""
        if match.refused == SETTLED:
            return Aged(SETTLED, SETTLED, SETTLED)
        rows = self.matchers[match.terminal].refused[match.guard]
        state = rows.row(match.refused)[byte]
        if state == DEAD:
            return Aged(SETTLED, SETTLED, SETTLED)
        return None if rows.accepting[state] else Aged(match.terminal, state, match.guard)

    def _read(self, thread: Live, byte: int, after: list[Thread]) -> None:
        """Append what one more byte makes of a terminal that is being read."""
        terminal, state, strings, guards, column = thread
        matcher = self.matchers[terminal]
        state = matcher.texts.row(state)[byte]
        if state == DEAD:
            return
        strings = self.retyping.row(strings)[byte]
        guards = matcher.guarded(guards)[byte]
        column = self.column(column, byte)
        match: Fresh | None = None
        if matcher.texts.accepting[state]:
            match = self._match(Live(terminal, state, strings, guards, column))
        if match is not None and matcher.is_lazy:
            after.append(match)
            if match.refused == SETTLED:
                return
        if matcher.texts.extends[state]:
            after.append(Live(terminal, state, strings, guards, column))
        if match is not None and not matcher.is_lazy:
            after.append(match)

    def _match(self, thread: Live) -> Fresh | None:
        """A match that ends here; None when no text at all may follow it."""
        terminal = thread.terminal
        token: int | None = IGNORED
        if terminal not in self._cfg.ignored:
            token = self.retyping.terminal(thread.strings) if thread.strings else None
            token = terminal if token is None else token
        guard = self.matchers[terminal].guard(thread.guards)
        refused = SETTLED
        if guard != SETTLED:
            rows = self.matchers[terminal].refused[guard]
            refused = SETTLED if rows.start == DEAD else rows.start
            if rows.accepting[rows.start]:
                return None
        assert token is not None
        return Fresh(terminal, refused, guard, token, thread.column, thread.state, thread.strings)

    def _number(self, threads: Threads) -> int:
        if threads not in self._numbers:
            self._numbers[threads] = len(self.threads)
            self.threads.append(threads)
            matches = [thread for thread in threads if isinstance(thread, Fresh)]
            self.fresh.append(tuple((match.token, match.column) for match in matches))
            tokens = dict.fromkeys(self._possible(threads))
            self.is_free.append(IGNORED in tokens)
            self.tokens.append(tuple(tokens))
        return self._numbers[threads]

    def _possible(self, threads: Threads) -> Iterable[int]:
        for thread in threads:
            if isinstance(thread, Aged):
                continue
            if isinstance(thread, Fresh):
                found = [thread.token]
            elif thread.terminal in self._cfg.ignored:
                found = [IGNORED]
            else:
                found = [t for t, _ in self.retyping.alive[thread.strings]] + [thread.terminal]
            for token in found:
                is_dropped = token == self._newline and thread.column == UNCOUNTED
                yield IGNORED if is_dropped else token
