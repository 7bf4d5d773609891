"""The reader: a configuration is a column and what the scanner is in the middle of.

A configuration holds the column of the places where the text read so far ends between two
terminals, and pairs (scanner state, place after that terminal) for the terminals it may end
inside. An ignored terminal leads back to the column that it began in.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dllm_struct.automata.machine import DEAD, UNMADE
from dllm_struct.errors import UnsupportedGrammar
from dllm_struct.languages.grammar.cfg import Cfg
from dllm_struct.languages.grammar.earley.beginnings import Beginnings, Openings
from dllm_struct.languages.grammar.earley.columns import FIRST, NOWHERE, Columns
from dllm_struct.languages.grammar.earley.scanning import ENDS, GOES_ON, Scanning
from dllm_struct.languages.grammar.earley.shapes import Shape, shaped
from dllm_struct.languages.grammar.earley.symbols import derivable, has_text
from dllm_struct.languages.grammar.earley.tails import Tails
from dllm_struct.languages.grammar.reader import FINISHED, Handle, Pending, Reader

Inside = tuple[int, int]
"""A scanner state, and the place after its terminal; below 0: minus the column to return to."""


class EarleyReader(Reader):
    """Reads any context-free grammar, without a lexer: a text may be cut in every way.

    A text is a member when it can be cut into texts of terminals, none empty, and ignored ones
    before, between and after them, such that the start symbol derives the others in this order.
    A configuration is alive exactly when a member continues it.

    Args:
        cfg: the grammar.

    Raises:
        UnsupportedGrammar: columns of lines matter in it.
    """

    def __init__(self, cfg: Cfg) -> None:
        if cfg.indentation is not None:
            raise UnsupportedGrammar(
                "indentation with the parser 'earley'", hint="use the parser 'lalr'"
            )
        self.cfg = cfg
        self._prepare()

    def _prepare(self) -> None:
        cfg = self.cfg
        symbols = derivable(cfg)
        used = {t for t in range(len(cfg.terminals)) if has_text(cfg, t)}
        self._ignored = sorted(cfg.ignored & used)
        self._tails = Tails(cfg, symbols)
        self._scanning = Scanning(cfg, used)
        self._columns = Columns(self._tails, len(cfg.terminals))
        self._openings: dict[Beginnings, Openings] = {}
        self._shapes: dict[tuple[Openings | None, frozenset[int]], Shape] = {}
        self._number_of: dict[tuple[int, frozenset[int]], int] = {}
        self._column_of = [NOWHERE]
        self._insides: list[tuple[Inside, ...]] = [()]
        self._shape_of = [shaped(self._scanning, (), None)]
        self._groups_of = [self._shape_of[0].group]
        self._next = [[DEAD]]
        self._alone: dict[int, int] = {}
        self.start = DEAD
        if self._tails.start is not None:
            self.start = self._number(self._columns.number([self._columns.start]), [])

    def __getstate__(self) -> dict[str, Any]:
        return {"cfg": self.cfg}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.cfg = state["cfg"]
        self._prepare()

    @property
    def num_configs(self) -> int:
        """Configurations made so far, the dead one included."""
        return len(self._next)

    # Steps

    def step(self, config: int, byte: int) -> int:
        """The configuration after one more byte."""
        group = self._groups_of[config][byte]
        after = self._next[config][group]
        return after if after != UNMADE else self._made(config, group)

    def _made(self, config: int, group: int) -> int:
        scanning, columns = self._scanning, self._columns
        kinds, count = scanning.kind, scanning.num_states
        k = self._shape_of[config].classes[group]
        moves = scanning.moves[k]
        going: list[int] = []
        ended: list[int] = []
        for state, place in self._insides[config]:
            moved = moves[state]
            if kinds[moved] & GOES_ON:
                going.append(place * count + moved)
            if kinds[moved] & ENDS:
                ended.append(place)
        column = self._column_of[config]
        if column:
            openings = self._opening(column)
            for moved, terminal in openings.starts[openings.signatures[k]]:
                places = self._after(column, terminal)
                if kinds[moved] & GOES_ON:
                    going += [place * count + moved for place in places]
                if kinds[moved] & ENDS:
                    ended += places
        after = self._number(columns.number(self._returned(ended)) if ended else NOWHERE, going)
        self._next[config][group] = after
        return after

    def _returned(self, places: list[int]) -> Iterable[int]:
        """Places, those of columns that an ignored text leads back to among them."""
        if self._ignored:
            for place in places:
                if place <= -FIRST:
                    yield from self._columns.columns[-place].places
                else:
                    yield place
        else:
            yield from places

    def _after(self, column: int, terminal: int) -> Sequence[int]:
        places = self._columns.after(column, terminal)
        return (*places, -column) if terminal in self.cfg.ignored else places

    def _opening(self, column: int) -> Openings:
        beginnings = self._columns.columns[column].beginnings
        known = self._openings.get(beginnings)
        if known is None:
            terminals = beginnings.terminals.union(self._ignored)
            known = self._openings[beginnings] = Openings(self._scanning, terminals)
        return known

    def _number(self, column: int, going: Iterable[int]) -> int:
        key = (column, frozenset(going))
        number = self._number_of.get(key)
        if number is None:
            if not column and not key[1]:
                return DEAD
            number = self._number_of[key] = len(self._next)
            count = self._scanning.num_states
            insides = [divmod(pair, count) for pair in key[1]]
            self._column_of.append(column)
            self._insides.append(tuple([(state, place) for place, state in insides]))
            states = frozenset([state for _, state in insides])
            shape = self._shape(self._opening(column) if column else None, states)
            self._shape_of.append(shape)
            self._groups_of.append(shape.group)
            self._next.append([DEAD] + [UNMADE] * (len(shape.classes) - 1))
        return number

    def _shape(self, openings: Openings | None, states: frozenset[int]) -> Shape:
        key = (openings, states)
        known = self._shapes.get(key)
        if known is None:
            known = self._shapes[key] = shaped(self._scanning, states, openings)
        return known

    def row(self, config: int) -> NDArray[np.int32]:
        """What is known of the configurations after each byte, int32 [256].

        Groups of many bytes that do the same are filled in.
        """
        shape, known = self._shape_of[config], self._next[config]
        for group in shape.common:
            if known[group] == UNMADE:
                self._made(config, group)
        return np.array(known, np.int32)[shape.groups]

    def accepting(self, config: int) -> bool:
        """Whether the bytes read so far are a member."""
        return self._columns.columns[self._column_of[config]].accepts

    # What a guide asks

    def readings(self, config: int) -> Sequence[tuple[Handle, Pending]]:
        """The places where the parse may stand, and what the scanner is in the middle of in each.

        `FINISHED` is among them where the start symbol may be complete. Inside a terminal the
        place is the one before it, and only that terminal can be read from there.
        """
        found: list[tuple[Handle, Pending]] = []
        for state, place in self._insides[config]:
            scanner = self._scanning.scanner[state]
            if place <= -FIRST:
                waiting = self._columns.columns[-place].places
                found += [(handle, (scanner,)) for handle in waiting]
            else:
                found.append((self._before(place, scanner[0]), (scanner,)))
        column = self._columns.columns[self._column_of[config]]
        return found + [(handle, ()) for handle in column.places]

    def _before(self, place: int, terminal: int) -> Handle:
        """The handle before a terminal that has begun: a negative number below `FINISHED`."""
        return -(place * len(self.cfg.terminals) + terminal) + FINISHED - 1

    def shifted(self, handle: Handle, terminal: int) -> Sequence[Handle]:
        """The places after a terminal, () where it cannot stand; an ignored one changes nothing."""
        if handle < FINISHED:
            place, begun = divmod(FINISHED - 1 - handle, len(self.cfg.terminals))
            return tuple(self._columns.resolved(place)) if begun == terminal else ()
        found: dict[Handle, None] = {}
        if handle != FINISHED:
            for place in self._columns.after(self._column_alone(handle), terminal):
                found.update(dict.fromkeys(self._columns.resolved(place)))
        if terminal in self.cfg.ignored:
            found[handle] = None
        return tuple(found)

    def _column_alone(self, handle: Handle) -> int:
        known = self._alone.get(handle)
        if known is None:
            known = self._alone[handle] = self._columns.number([handle])
        return known

    def items(self, handle: Handle) -> Sequence[tuple[int, int]]:
        """The rule that is being read at a place, and symbols read of it; () at `FINISHED`.

        At the start: all rules of the start symbol. A rule stands for all with the same origin of
        which the same is left.
        """
        if handle <= FINISHED:
            return ()
        if handle == self._columns.start:
            return tuple((index, 0) for index in self.cfg.rules_of[self.cfg.start])
        return (self._tails.item[self._columns.tail(handle)],)

    def above(self, handle: Handle, rule: int, dot: int) -> Sequence[Handle]:
        """The places after that rule is complete; `FINISHED` among them after the start symbol."""
        if handle <= FINISHED:
            return ()
        if handle != self._columns.start:
            return tuple(self._columns.above(handle))
        column = self._columns.columns[self._column_alone(handle)]
        return tuple(self._columns.completed(column.waits, self.cfg.start))
