"""Parser stacks as integers: each is a state on top of another stack, and made once.

What a terminal does to a stack is kept, so that reading it again is a look-up.
"""

from __future__ import annotations

from collections.abc import Sequence

from dllm_struct.languages.grammar.cfg import Cfg
from dllm_struct.languages.grammar.lalr.tables import Item, Tables
from dllm_struct.languages.grammar.reader import FINISHED, Handle

NONE = 0
BOTTOM = 1


class Stacks:
    """The stacks of an LALR(1) parser; `BOTTOM` is the first, `NONE` is no stack.

    Attributes:
        state: the state on top of each stack.
        below: the stack without its top.
        depth: terminals that open brackets, less those that close them, on each stack.
    """

    def __init__(self, cfg: Cfg, tables: Tables) -> None:
        self.tables = tables
        self._rules = [(rule.origin, len(rule.expansion)) for rule in cfg.rules]
        self._start = cfg.start
        self._width = tables.end + 1
        self._num_states = len(tables.shifts)
        self._patience = self._num_states * (len(cfg.nonterminals) + 1)
        self._nesting = _nesting(cfg, tables)
        self.state = [0, 0]
        self.below = [NONE, NONE]
        self.depth = [0, 0]
        self._numbers: dict[int, int] = {0: BOTTOM}
        self._shifted: dict[int, int] = {}
        self._accepting: dict[int, bool] = {}

    def shifted(self, stack: int, terminal: int) -> int:
        """The stack after a terminal, `NONE` where it cannot stand."""
        key = stack * self._width + terminal
        found = self._shifted.get(key)
        if found is None:
            reduced = self._reduced(stack, terminal)
            target = self.tables.shifts[self.state[reduced]].get(terminal, 0) if reduced else 0
            found = self._shifted[key] = self._pushed(reduced, target) if target else NONE
        return found

    def accepting(self, stack: int) -> bool:
        """Whether the text may end here."""
        found = self._accepting.get(stack)
        if found is None:
            found = self._accepting[stack] = bool(self._reduced(stack, self.tables.end))
        return found

    def items(self, stack: int) -> Sequence[Item]:
        """The rules that are being read on top of a stack, and how many symbols have been read."""
        return self.tables.kernels[self.state[stack]]

    def above(self, stack: int, rule: int, dot: int) -> Sequence[Handle]:
        """The stacks after that rule: ``dot`` symbols taken off, and its origin put on."""
        stack = self._popped(stack, dot)
        origin = self._rules[rule][0]
        after = self._gone(stack, origin)
        if stack == BOTTOM and origin == self._start:
            return (FINISHED, after) if self.tables.kernels[self.tables.last] else (FINISHED,)
        return (after,)

    def _reduced(self, stack: int, terminal: int) -> int:
        """The stack on which ``terminal`` is shifted (or the end accepted), `NONE` for none."""
        shifts, reductions = self.tables.shifts, self.tables.reductions
        last = self.tables.last if terminal == self.tables.end else -1
        patience = self._patience
        while True:
            state = self.state[stack]
            if terminal in shifts[state]:
                return stack
            rule = reductions[state].get(terminal)
            if rule is None:
                return NONE
            origin, length = self._rules[rule]
            stack = self._gone(self._popped(stack, length), origin)
            if self.state[stack] == last:
                return stack
            patience = self._patience if length > 1 else patience - 1
            if not patience:  # rules that derive themselves: lark would not return
                return NONE

    def _popped(self, stack: int, count: int) -> int:
        for _ in range(count):
            stack = self.below[stack]
        return stack

    def _gone(self, stack: int, origin: int) -> int:
        return self._pushed(stack, self.tables.shifts[self.state[stack]][origin])

    def _pushed(self, stack: int, state: int) -> int:
        key = stack * self._num_states + state
        found = self._numbers.get(key)
        if found is None:
            found = self._numbers[key] = len(self.state)
            self.state.append(state)
            self.below.append(stack)
            self.depth.append(self.depth[stack] + self._nesting.get(state, 0))
        return found


def _nesting(cfg: Cfg, tables: Tables) -> dict[int, int]:
    """States that are entered by a bracket: 1 where it opens, -1 where it closes."""
    if cfg.indentation is None:
        return {}
    opening = dict.fromkeys(cfg.indentation.opening, 1)
    brackets = opening | dict.fromkeys(cfg.indentation.closing, -1)
    return {
        target: brackets[symbol]
        for row in tables.shifts
        for symbol, target in row.items()
        if symbol in brackets
    }
