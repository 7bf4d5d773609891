"""Which rules read an indented block, and what closing one does to the columns."""

from __future__ import annotations

from dllm_struct.languages.grammar.cfg import Cfg

ANYWHERE = -1
"""In place of a column: a block may be closed by any line."""


class Blocks:
    """The blocks of a grammar.

    Args:
        cfg: the grammar.
    """

    def __init__(self, cfg: Cfg) -> None:
        self._cfg = cfg
        self._known: dict[tuple[int, int], tuple[int, bool]] = {}

    def outside(self, columns: tuple[int, ...], rule: int, dot: int) -> tuple[tuple[int, ...], int]:
        """The columns after a rule is complete, and the column of the block that its end closes.

        Args:
            columns: of the open blocks, the outermost (0) first; () when they are not known.
            rule: an index in the grammar's rules.
            dot: symbols of it that have been read.
        """
        if not columns:
            return (), ANYWHERE
        opened, closes = self._opened(rule, dot)
        if not opened:
            return columns, ANYWHERE
        if not 0 < opened < len(columns):
            return (), ANYWHERE
        return columns[:-opened], columns[-1] if closes else ANYWHERE

    def _opened(self, rule: int, dot: int) -> tuple[int, bool]:
        """Blocks that a rule has opened, and whether the last symbol closes the only one."""
        key = rule, dot
        if key not in self._known:
            self._known[key] = self._counted(self._cfg.rules[rule].expansion, dot)
        return self._known[key]

    def _counted(self, expansion: tuple[int, ...], dot: int) -> tuple[int, bool]:
        rule = self._cfg.indentation
        if rule is None:
            return 0, False
        read, left = expansion[:dot], expansion[dot:]
        opened = read.count(rule.indent) - read.count(rule.dedent)
        alone = left.count(rule.dedent) == 1 and rule.indent not in left
        return opened, opened == 1 and alone and left[-1] == rule.dedent
