"""A parser for LALR(1) grammars with lark's contextual lexer, byte by byte.

It accepts what ``lark.Lark(grammar, parser="lalr", lexer="contextual").parse`` accepts. A
configuration is a stack, the columns of an indented text, a state of the scanner, and for each
match that ended before the last byte and may yet be taken (`threads`), the configuration that has
read on behind it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dllm_struct.automata.machine import DEAD
from dllm_struct.languages.grammar.cfg import Cfg
from dllm_struct.languages.grammar.lalr.columns import MARGIN, Columns
from dllm_struct.languages.grammar.lalr.groups import Groups
from dllm_struct.languages.grammar.lalr.held import held_terminals
from dllm_struct.languages.grammar.lalr.scanner import FELL_BACK, TAKEN, Scanner
from dllm_struct.languages.grammar.lalr.stacks import BOTTOM, NONE, Stacks
from dllm_struct.languages.grammar.lalr.tables import Tables, tables
from dllm_struct.languages.grammar.lalr.threads import IGNORED, Aged
from dllm_struct.languages.grammar.reader import Handle, Pending, Reader, Standing

Key = tuple[int, int, int, tuple[int, ...]]
"""Stack, columns, state of the scanner, and a configuration for each aged match (0: none)."""

NO_BACKS: tuple[int, ...] = ()


class LalrReader(Reader):
    """The texts of an LALR(1) grammar.

    Args:
        cfg: the grammar.

    Raises:
        NotLalr: it is not LALR(1), and priorities do not settle it.
    """

    def __init__(self, cfg: Cfg) -> None:
        self._prepare(cfg, tables(cfg))

    def _prepare(self, cfg: Cfg, tables: Tables) -> None:
        self.cfg = cfg
        self._tables = tables
        self._stacks = Stacks(cfg, tables)
        self._scanner = Scanner(cfg)
        self._groups = Groups(self._scanner)
        self._columns = Columns(cfg.indentation)
        self._newline = cfg.indentation.newline if cfg.indentation else None
        self.held = held_terminals(cfg, tables)
        self._keys: list[Key] = [(NONE, MARGIN, DEAD, NO_BACKS)]
        self._numbers: dict[Key, int] = {}
        self._next: dict[int, int] = {}
        self._fresh: dict[tuple[int, int], int] = {}
        self._starts: dict[tuple[int, bool], int] = {}
        self._viable: dict[tuple[int, int], bool] = {}
        self._accepting: dict[int, bool] = {}
        self.start = self._between(BOTTOM, MARGIN)

    def __getstate__(self) -> dict[str, Any]:
        return {"cfg": self.cfg, "tables": self._tables}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self._prepare(state["cfg"], state["tables"])

    # Bytes

    def step(self, config: int, byte: int) -> int:
        """The configuration after one more byte."""
        key = config << 8 | byte
        found = self._next.get(key)
        if found is None:
            if any(backs := self._keys[config][3]):
                self._catch_up(backs, byte)
            found = self._next[key] = self._made(config, byte)
        return found

    def _catch_up(self, backs: Sequence[int], byte: int) -> None:
        """Step configurations that wait behind others, which do too: however many they are."""
        waiting = self._missing(backs, byte)
        while waiting:
            last = waiting[-1]
            missing = self._missing(self._keys[last][3], byte)
            if missing:
                waiting += missing
            else:
                self._next[last << 8 | byte] = self._made(last, byte)
                waiting.pop()

    def _missing(self, configs: Sequence[int], byte: int) -> list[int]:
        return [config for config in configs if config and config << 8 | byte not in self._next]

    def _made(self, config: int, byte: int) -> int:
        stack, columns, state, backs = self._keys[config]
        scanner = self._scanner
        move = scanner.moves.get(state << 8 | byte) or scanner.move(state, byte)
        target, sources, token, column = move
        if target == DEAD:
            return DEAD
        if target == TAKEN:
            return self._after(stack, columns, token, column)
        if sources:
            backs = tuple([self.step(self._behind(config, i), byte) for i in sources])
            if target == FELL_BACK:
                return backs[0]
            return self._number((stack, columns, target, backs))
        return self._number((stack, columns, target, NO_BACKS))

    def _behind(self, config: int, source: int) -> int:
        """The configuration behind a match, numbered as `Move.sources`; 0 where it is dead."""
        stack, columns, state, backs = self._keys[config]
        if source >= 0:
            return backs[source]
        token, column = self._scanner.fresh[state][~source]
        return self._after(stack, columns, token, column)

    def _after(self, stack: int, columns: int, token: int, column: int) -> int:
        """The configuration after a token that the scanner has read."""
        if token == IGNORED:
            return self._between(stack, columns)
        if self._newline is None:
            stack = self._stacks.shifted(stack, token)
            return self._between(stack, MARGIN) if stack else DEAD
        if token == self._newline:
            return self._after_newline(stack, columns, column)
        stack = self._stacks.shifted(stack, token)
        place = self._columns.after(columns, token)
        return self._between(stack, place) if stack and place is not None else DEAD

    def _after_newline(self, stack: int, columns: int, column: int) -> int:
        if self._columns.level[columns]:
            return self._between(stack, columns)
        moved = self._columns.moved(columns, column)
        if moved is None:
            return DEAD
        place, blocks = moved
        assert self.cfg.indentation is not None
        stack = self._stacks.shifted(stack, self.cfg.indentation.newline)
        if blocks > 0 and stack:
            stack = self._stacks.shifted(stack, self.cfg.indentation.indent)
        stack = self._dedented(stack, -blocks)
        return self._between(stack, place) if stack else DEAD

    def _dedented(self, stack: int, count: int) -> int:
        """The stack after so many blocks have been closed, `NONE` where they cannot be."""
        for _ in range(count):
            assert self.cfg.indentation is not None
            stack = self._stacks.shifted(stack, self.cfg.indentation.dedent) if stack else NONE
        return stack

    def _between(self, stack: int, columns: int) -> int:
        """The configuration between two tokens."""
        found = self._fresh.get((stack, columns))
        if found is None:
            counts = not self._columns.level[columns]
            state = self._scanner_start(self._stacks.state[stack], counts)
            found = self._fresh[stack, columns] = len(self._keys)
            self._keys.append((stack, columns, state, NO_BACKS))
        return found

    def _scanner_start(self, row: int, counts: bool) -> int:
        """The first state of the scanner of a state of the parser."""
        found = self._starts.get((row, counts))
        if found is None:
            accepted = self._tables.shifts[row].keys() | self._tables.reductions[row].keys()
            found = self._starts[row, counts] = self._scanner.start(accepted, counts=counts)
        return found

    def _number(self, key: Key) -> int:
        found = self._numbers.get(key)
        if found is None:
            found = DEAD
            if any(key[3]) or self._scanner.is_free[key[2]] or self._is_viable(key[0], key[2]):
                found = len(self._keys)
                self._keys.append(key)
            self._numbers[key] = found
        return found

    def _is_viable(self, stack: int, state: int) -> bool:
        """Whether the parser can take a token that the scanner is reading."""
        key = stack, state
        found = self._viable.get(key)
        if found is None:
            tokens = self._scanner.tokens[state]
            shifts = self._tables.shifts[self._stacks.state[stack]]
            found = not shifts.keys().isdisjoint(tokens)
            found = found or any(self._stacks.shifted(stack, token) for token in tokens)
            self._viable[key] = found
        return found

    def row(self, config: int) -> NDArray[np.int32]:
        """What is known of the configurations after each byte, int32 [256].

        Bytes that the scanner does not tell apart have been asked for together.
        """
        if config == DEAD:
            return np.zeros(256, np.int32)
        dead, groups = self._groups.of(self._keys[config][2])
        row = dead.copy()
        for move, bytes_ in groups:
            behind = [self._behind(config, source) for source in move.sources]
            if not any(behind):
                row[bytes_] = self.step(config, int(bytes_[0]))
            elif move.state == FELL_BACK and move.sources[0] < 0:
                row[bytes_] = self.row(behind[0])[bytes_]
        return row

    def accepting(self, config: int) -> bool:
        """Whether the bytes read so far are a member."""
        found = self._accepting.get(config)
        if found is None:
            found = self._accepting[config] = self._accepts(config)
        return found

    def _accepts(self, config: int) -> bool:
        while config:
            stack, columns, state, _ = self._keys[config]
            if config == self._fresh.get((stack, columns)):
                stack = self._dedented(stack, len(self._columns.columns[columns]) - 1)
                return bool(stack) and self._stacks.accepting(stack)
            source = self._scanner.ends(state)
            config = DEAD if source is None else self._behind(config, source)
        return False

    # What a guide asks for

    def readings(self, config: int) -> Sequence[tuple[Handle, Pending]]:
        """The stacks that may be below what is being read, and what that is."""
        return [(stack, pending) for stack, pending, _ in self.standings(config)]

    def standings(self, config: int) -> Sequence[Standing]:
        """The same, with the columns of the open blocks; () where columns do not matter."""
        found: dict[Standing, None] = {}
        waiting = [config]
        while waiting:
            config = waiting.pop()
            if config == DEAD:
                continue
            stack, columns, state, backs = self._keys[config]
            waiting += backs
            blocks = self._columns.columns[columns] if self._newline is not None else ()
            if config == self._fresh.get((stack, columns)):
                found[stack, (), blocks] = None
            else:
                pending = self._pending(state)
                if pending:
                    found[stack, pending, blocks] = None
        return list(found)

    def _pending(self, state: int) -> Pending:
        found: dict[tuple[int, int], None] = {}
        for thread in self._scanner.threads[state]:
            if isinstance(thread, Aged):
                continue
            found[thread.terminal, thread.state] = None
            for string in self._scanner.retyping.alive[thread.strings]:
                found[string] = None
        return tuple(found)

    def shifted(self, handle: Handle, terminal: int) -> Sequence[Handle]:
        """The stacks after a terminal; a newline inside brackets is ignored."""
        if terminal in self.cfg.ignored:
            return (handle,)
        after = self._stacks.shifted(handle, terminal)
        found = (after,) if after else ()
        if terminal == self._newline and self._stacks.depth[handle] > 0:
            return (*found, handle)
        return found

    def items(self, handle: Handle) -> Sequence[tuple[int, int]]:
        """The rules that are being read on top of a stack, and symbols read of each."""
        return self._stacks.items(handle)

    def above(self, handle: Handle, rule: int, dot: int) -> Sequence[Handle]:
        """The stacks after that rule is complete; `FINISHED` after one of the start symbol."""
        return self._stacks.above(handle, rule, dot)
