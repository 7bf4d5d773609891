"""The token automaton: a byte DFA seen through a vocabulary, with parallel transitions bundled.

Tokens that act alike on every state form a *class*; the classes that lead from q to q' form a
*group*, shared by all edges with the same group. One more class, *null*, moves an accepting state
to the state END and loops there, so a slot may end before its last position.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dllm_struct.automata.dfa import DFA
from dllm_struct.automata.distances import UNBOUNDED, distances
from dllm_struct.automata.grouping import group_edges
from dllm_struct.automata.jit import jit
from dllm_struct.automata.lifting import edges_by_source, token_functions
from dllm_struct.errors import BudgetExceeded, EmptyLanguage
from dllm_struct.vocabulary import Vocabulary

MAX_PAIRS = 40_000_000
DEAD_CLASS = 0
DEAD_STATE = 0


class Edges(NamedTuple):
    """The bundled transitions, sorted by source.

    Attributes:
        start: int64 [S + 1], offsets of each state's edges.
        source: int32 [E].
        target: int32 [E].
        group: int32 [E], the group of classes that this edge reads.
    """

    start: NDArray[np.int64]
    source: NDArray[np.int32]
    target: NDArray[np.int32]
    group: NDArray[np.int32]


class Classes(NamedTuple):
    """The token classes; class 0 is dead (no state allows it), the last one is null.

    Attributes:
        of_token: int32 [V], class of every token.
        start: int64 [C + 1], offsets into `tokens`.
        tokens: int32 [V'], the tokens sorted by class, those of the dead class left out.
    """

    of_token: NDArray[np.int32]
    start: NDArray[np.int64]
    tokens: NDArray[np.int32]


class Groups(NamedTuple):
    """The groups of classes.

    Attributes:
        start: int64 [G + 1], offsets into `classes`.
        classes: int32, classes of each group, ascending.
    """

    start: NDArray[np.int64]
    classes: NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class TokenAutomaton:
    """What a language allows, token by token. Immutable; all arrays are read-only.

    The states are those of the byte automaton (0 is dead) and END, the last one.

    Attributes:
        start: the start state.
        accepting: bool [S]; END accepts.
        edges: the transitions.
        classes: the tokens that act alike.
        groups: the classes that act alike between two states.
        fewest: int32 [S], fewest tokens (nulls not counted) to acceptance, -1: no way.
        most: int32 [S], most tokens to acceptance, -1: unbounded, or no way.
    """

    start: int
    accepting: NDArray[np.bool_]
    edges: Edges
    classes: Classes
    groups: Groups
    fewest: NDArray[np.int32]
    most: NDArray[np.int32]

    def __post_init__(self) -> None:
        for array in (self.accepting, *self.edges, *self.classes, *self.groups):
            array.setflags(write=False)
        self.fewest.setflags(write=False)
        self.most.setflags(write=False)

    def __setstate__(self, state: dict[str, object]) -> None:
        self.__dict__.update(state)
        self.__post_init__()  # pickling forgets that arrays are read-only

    @property
    def num_states(self) -> int:
        """Number of states S, the dead one and END included."""
        return len(self.accepting)

    @property
    def num_classes(self) -> int:
        """Number of classes C, the dead one and null included."""
        return len(self.classes.start) - 1

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

    def after(self, tokens: Sequence[int]) -> int:
        """The state after some tokens from the start on; 0, the dead one, where they lead nowhere.

        Tokens of the null class count as null.
        """
        own = np.asarray(tokens, np.int64).reshape(-1)
        return int(_after(own, self.start, self.edges, self.classes, self.groups))

    def between(self, start: int, room: int) -> TokenAutomaton:
        """This automaton from another state on, to any that accepts within ``room`` more tokens."""
        if start == self.start and room == 0:
            return self
        return _between(self, start, room)


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
        MAX_PAIRS,
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
    reach = distances(start, edge_target, dfa.start, dfa.accepting)
    if not reach[0][dfa.start]:
        raise EmptyLanguage(
            "no member of the language can be written with the tokens of this vocabulary",
            hint="check the pattern or schema, and that the vocabulary covers its characters",
        )
    source, target, group, group_start, group_classes = group_edges(
        start, edge_class, edge_target, reach[0]
    )
    return _assembled(
        dfa,
        token_class,
        len(functions) + 1,
        (source, target, group),
        Groups(group_start, group_classes),
        reach,
    )


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


def _assembled(
    dfa: DFA,
    token_class: NDArray[np.int32],
    num_classes: int,
    edges: tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]],
    groups: Groups,
    reach: tuple[NDArray[np.bool_], NDArray[np.int32], NDArray[np.int32]],
) -> TokenAutomaton:
    """Add END and the null class, and drop transitions that lead nowhere."""
    useful, fewest, most = reach
    end, null = dfa.num_states, num_classes
    closing = np.append(np.flatnonzero(useful & dfa.accepting), end).astype(np.int32)
    null_group = np.full(len(closing), len(groups.start) - 1, np.int32)
    to_end = np.full(len(closing), end, np.int32)
    source, target, group = (
        np.concatenate(pair) for pair in zip(edges, (closing, to_end, null_group), strict=True)
    )
    order = np.argsort(source, kind="stable")
    return TokenAutomaton(
        start=dfa.start,
        accepting=np.append(dfa.accepting & useful, True),
        edges=Edges(
            np.searchsorted(source[order], np.arange(end + 2)),
            source[order],
            target[order],
            group[order],
        ),
        classes=Classes(token_class, *_by_class(token_class, num_classes + 1)),
        groups=Groups(
            np.append(groups.start, groups.start[-1] + 1),
            np.append(groups.classes, np.int32(null)),
        ),
        fewest=np.append(fewest, np.int32(0)),
        most=np.append(most, np.int32(0)),
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


@jit
def _after(tokens: Any, state: Any, edges: Any, classes: Any, groups: Any) -> Any:
    for token in tokens:
        own = classes.of_token[token]
        target = DEAD_STATE
        for e in range(edges.start[state], edges.start[state + 1]):
            g = edges.group[e]
            of_group = groups.classes[groups.start[g] : groups.start[g + 1]]
            k = np.searchsorted(of_group, own)
            if k < len(of_group) and of_group[k] == own:
                target = edges.target[e]
                break
        state = target
    return state


@lru_cache(maxsize=256)
def _between(automaton: TokenAutomaton, start: int, room: int) -> TokenAutomaton:
    is_near = (automaton.fewest >= 0) & (automaton.fewest <= room)
    return replace(automaton, start=start, accepting=is_near)


@lru_cache(maxsize=256)
def _with_null(automaton: TokenAutomaton, null_token_id: int) -> TokenAutomaton:
    of_token = automaton.classes.of_token.copy()
    of_token[null_token_id] = automaton.null_class
    classes = Classes(of_token, *_by_class(of_token, automaton.num_classes))
    return replace(automaton, classes=classes)
