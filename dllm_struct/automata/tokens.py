"""The token automaton: a byte DFA seen through a vocabulary, with parallel transitions bundled.

Tokens that act alike on every state form a *class*; the classes that lead from q to q' form a
*group*, shared by all edges with the same group. One more class, *null*, moves an accepting state
to the state END and loops there, so a slot may end before its last position.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from dllm_struct.automata.dfa import DEAD, DFA
from dllm_struct.automata.jit import jit
from dllm_struct.automata.lifting import distances, edges_by_source, group_edges, token_functions
from dllm_struct.errors import BudgetExceeded, EmptyLanguage
from dllm_struct.vocabulary import Vocabulary

MAX_ENTRIES = 40_000_000
DEAD_CLASS = 0
UNBOUNDED = -1


@dataclass(frozen=True, eq=False)
class TokenAutomaton:
    """What a language allows, token by token. Immutable; all arrays are read-only.

    Attributes:
        num_states: S, the dead state 0 and END (the last one) included.
        num_classes: C, the dead class 0 and the null class (the last one) included.
        start: the start state.
        accepting: bool [S]; END accepts.
        token_class: int32 [V], class of every token; 0 where no state allows it.
        class_start: int64 [C + 1], offsets into `class_tokens`.
        class_tokens: int32 [V'], the tokens sorted by class (the dead class is empty here).
        source: int32 [E], sorted; the edges.
        edge_start: int64 [S + 1], offsets of each state's edges.
        target: int32 [E].
        group: int32 [E].
        group_start: int64 [G + 1], offsets into `group_classes`.
        group_classes: int32, classes of each group, ascending.
        fewest: int32 [S], fewest tokens (nulls not counted) to acceptance, -1: no way.
        most: int32 [S], most tokens to acceptance, -1: unbounded, or no way.
    """

    num_states: int
    num_classes: int
    start: int
    accepting: NDArray[np.bool_]
    token_class: NDArray[np.int32]
    class_start: NDArray[np.int64]
    class_tokens: NDArray[np.int32]
    source: NDArray[np.int32]
    edge_start: NDArray[np.int64]
    target: NDArray[np.int32]
    group: NDArray[np.int32]
    group_start: NDArray[np.int64]
    group_classes: NDArray[np.int32]
    fewest: NDArray[np.int32]
    most: NDArray[np.int32]

    def __post_init__(self) -> None:
        for value in self.__dict__.values():
            if isinstance(value, np.ndarray):
                value.setflags(write=False)

    def __setstate__(self, state: dict[str, object]) -> None:
        self.__dict__.update(state)
        self.__post_init__()  # pickling forgets that arrays are read-only

    @property
    def end(self) -> int:
        """The state after the first null token."""
        return self.num_states - 1

    @property
    def null_class(self) -> int:
        """The class of the null token."""
        return self.num_classes - 1

    @property
    def min_tokens(self) -> int:
        """Fewest tokens of a member."""
        return int(self.fewest[self.start])

    @property
    def max_tokens(self) -> int | None:
        """Most tokens of a member, None when there is no bound."""
        most = int(self.most[self.start])
        return None if most == UNBOUNDED else most

    def with_null(self, null_token_id: int | None) -> TokenAutomaton:
        """This automaton with ``null_token_id`` in the null class, whatever its bytes were."""
        return self if null_token_id is None else _with_null(self, null_token_id)


def lift(dfa: DFA, vocabulary: Vocabulary) -> TokenAutomaton:
    """See ``dfa`` through ``vocabulary``.

    Raises:
        EmptyLanguage: no member can be written with these tokens.
        BudgetExceeded: the classes need too much memory.
    """
    trie = vocabulary.trie
    function_of, begin, source, target, count = token_functions(
        dfa.transitions,
        dfa.byte_class,
        trie.byte,
        trie.depth,
        trie.end,
        trie.token_start,
        trie.tokens,
        len(vocabulary),
        MAX_ENTRIES,
    )
    if count < 0:
        raise BudgetExceeded(
            f"the token classes of {dfa.num_states} states need too much memory",
            hint="split the language into several slots, or lower its bounds",
        )
    functions, token_class = _classes(function_of, count)
    start, edge_class, edge_target = edges_by_source(
        begin, source, target, functions, dfa.num_states
    )
    useful, fewest, most = distances(start, edge_target, dfa.start, dfa.accepting)
    if not useful[dfa.start]:
        raise EmptyLanguage(
            "no member of the language can be written with the tokens of this vocabulary",
            hint="check the pattern or schema, and that the vocabulary covers its characters",
        )
    edges = group_edges(start, edge_class, edge_target, useful)
    return _assembled(dfa, token_class, len(functions) + 1, edges, useful, fewest, most)


def _classes(
    function_of: NDArray[np.int32], count: int
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Number the functions that some token has: class 1, 2, ...; returns them and [V] classes."""
    used = np.zeros(count, np.bool_)
    used[function_of] = True
    used[0] = False
    number = np.cumsum(used, dtype=np.int32)
    number[~used] = DEAD_CLASS
    return np.flatnonzero(used).astype(np.int32), number[function_of]


Edges = tuple[
    NDArray[np.int32], NDArray[np.int32], NDArray[np.int32], NDArray[np.int64], NDArray[np.int32]
]


def _assembled(
    dfa: DFA,
    token_class: NDArray[np.int32],
    num_classes: int,
    edges: Edges,
    useful: NDArray[np.bool_],
    fewest: NDArray[np.int32],
    most: NDArray[np.int32],
) -> TokenAutomaton:
    """Add END and the null class, and drop transitions that lead nowhere."""
    source, target, group, group_start, group_classes = edges
    end, null = dfa.num_states, num_classes
    closing = np.append(np.flatnonzero(useful & dfa.accepting), end).astype(np.int32)
    order = np.argsort(np.concatenate((source, closing)), kind="stable")
    sources = np.concatenate((source, closing))[order]
    null_group = np.full(len(closing), len(group_start) - 1, np.int32)
    class_start, class_tokens = _by_class(token_class, num_classes + 1)
    return TokenAutomaton(
        num_states=end + 1,
        num_classes=num_classes + 1,
        start=dfa.start,
        accepting=np.append(dfa.accepting & useful, True),
        token_class=token_class,
        class_start=class_start,
        class_tokens=class_tokens,
        source=sources,
        edge_start=np.searchsorted(sources, np.arange(end + 2)),
        target=np.concatenate((target, np.full(len(closing), end, np.int32)))[order],
        group=np.concatenate((group, null_group))[order],
        group_start=np.append(group_start, group_start[-1] + 1),
        group_classes=np.append(group_classes, np.int32(null)),
        fewest=np.append(np.where(useful, fewest, -1), 0).astype(np.int32),
        most=np.append(np.where(useful, most, -1), 0).astype(np.int32),
    )


@jit
def _by_class(
    token_class: NDArray[np.int32], num_classes: int
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """CSR of the tokens by class, the dead class left out (a counting sort)."""
    start = np.zeros(num_classes + 1, np.int64)
    for c in token_class:
        if c != DEAD_CLASS:
            start[c + 1] += 1
    for c in range(num_classes):
        start[c + 1] += start[c]
    fill = start.copy()
    tokens = np.empty(start[num_classes], np.int32)
    for token in range(len(token_class)):
        c = token_class[token]
        if c != DEAD_CLASS:
            tokens[fill[c]] = token
            fill[c] += 1
    return start, tokens


@lru_cache(maxsize=256)
def _with_null(automaton: TokenAutomaton, null_token_id: int) -> TokenAutomaton:
    token_class = automaton.token_class.copy()
    token_class[null_token_id] = automaton.null_class
    class_start, class_tokens = _by_class(token_class, automaton.num_classes)
    return replace(
        automaton, token_class=token_class, class_start=class_start, class_tokens=class_tokens
    )


__all__ = ["DEAD", "DEAD_CLASS", "TokenAutomaton", "lift"]
