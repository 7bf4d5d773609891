"""The automata of all terminals side by side, over bytes that none of them tells apart."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from dllm_struct.automata.dfa import NUM_BYTES
from dllm_struct.languages.grammar.cfg import Cfg

GOES_ON = 1
ENDS = 2


class Scanning:
    """Terminals as one table.

    Args:
        cfg: the grammar.
        terminals: those of its terminals that matter.

    Attributes:
        byte_class: the class of each byte, int [256].
        num_classes: number of classes K.
        num_states: number of states, the dead state 0 included.
        moves: the state after each (class, state): K lists.
        rows: the same as (state, class).
        kind: of each state, whether longer texts lead on from it (`GOES_ON`), whether what has
            been read is a text (`ENDS`).
        scanner: of each state, the terminal and the state of its own automaton.
        opening: of each terminal, the state after its first byte for each class, 0 for none.
    """

    def __init__(self, cfg: Cfg, terminals: Collection[int]) -> None:
        dfas = [
            (terminal, dfa)
            for terminal in sorted(terminals)
            if (dfa := cfg.terminals[terminal].dfa)
        ]
        rows = np.zeros((len(dfas) + 1, NUM_BYTES), np.uint8)
        for row, (_, dfa) in zip(rows, dfas, strict=False):
            row[:] = dfa.byte_class
        _, firsts, classes = np.unique(rows, axis=1, return_index=True, return_inverse=True)
        self.byte_class: list[int] = classes.reshape(-1).tolist()
        self.num_classes = len(firsts)
        self.kind = [0]
        self.scanner = [(-1, 0)]
        self.opening: dict[int, list[int]] = {}
        blocks = [np.zeros((1, self.num_classes), np.int64)]
        for terminal, dfa in dfas:
            base = len(self.kind) - 1
            table = dfa.transitions[1:, dfa.byte_class[firsts]].astype(np.int64)
            leads = (table > 0).any(axis=1) * GOES_ON + dfa.accepting[1:] * ENDS
            table[table > 0] += base
            blocks.append(table)
            self.kind += leads.tolist()
            self.scanner += [(terminal, state) for state in range(1, dfa.num_states)]
            self.opening[terminal] = table[dfa.start - 1].tolist()
        self.num_states = len(self.kind)
        table = np.concatenate(blocks)
        self.rows: list[list[int]] = table.tolist()
        self.moves: list[list[int]] = table.T.tolist()
