"""What a lazily expanded language and the committed tokens allow, whatever the logits."""

from __future__ import annotations

from collections.abc import Sequence

from dllm_struct.automata.machine import DEAD
from dllm_struct.errors import BudgetExceeded
from dllm_struct.posterior.exploration.automaton import LazyAutomaton
from dllm_struct.posterior.exploration.question import ANY, Question, unasked
from dllm_struct.posterior.exploration.reading import END
from dllm_struct.posterior.exploration.search import find_trail, quick_trail
from dllm_struct.posterior.exploration.words import NEVER

MOST_STATES = 32
"""States of a layer up to which it is worth looking for forced tokens."""

MOST_EDGES = 4096
"""Edges of all layers up to which it is."""

MOST_TRIED = 200
"""Expansions that a shorter member is looked for with."""

Edge = tuple[int, int, int]
"""State, token, next state."""


def completable(
    automaton: LazyAutomaton,
    committed: Sequence[int],
    null: int | None,
    hint: Sequence[int] | None = None,
    most_work: int | None = None,
) -> bool:
    """Whether some member agrees with the committed tokens.

    Args:
        automaton: the language.
        committed: [n], -1 where masked.
        null: the null token.
        hint: [n], tokens of an earlier witness, -1 where there was none.
        most_work: tokens that may be read; None: as many as it takes, up to a large limit.

    Raises:
        BudgetExceeded: it is not known after a long search.
    """
    automaton = automaton.with_null(null)
    question = unasked(committed, null, automaton.start)
    if quick_trail(automaton, question, hint) is not None:
        return True
    limits = () if most_work is None else (most_work,)
    return find_trail(automaton, question, *limits) is not None


def forced_tokens(
    automaton: LazyAutomaton, committed: Sequence[int], null: int | None
) -> list[int]:
    """The only token that can stand at each position, or -1 where that is not known.

    Layer by layer, as long as the layers are small: what all ways from the start share is forced.
    When the whole lattice is small, only the ways that lead to an end count.
    """
    automaton = automaton.with_null(null)
    question = unasked(committed, null, automaton.start)
    forced = [int(token) for token in committed]
    for i in range(question.highest + 1, len(forced)):
        forced[i] = question.null
    layers = _small_layers(automaton, question)
    if len(layers) == len(forced):
        layers = _viable(automaton, layers, question.highest)
        forced = [ANY] * len(forced)
    for i, edges in enumerate(layers):
        tokens = {token for _, token, _ in edges}
        if len(tokens) == 1:
            forced[i] = tokens.pop()
    return forced


def _small_layers(automaton: LazyAutomaton, question: Question) -> list[list[Edge]]:
    """The edges of the first layers, as long as these are small and fully known."""
    layers: list[list[Edge]] = []
    states = {question.start: None}
    num_edges = 0
    for i in range(len(question)):
        edges: list[Edge] = []
        for state in states:
            found = _edges(automaton, question, i, state)
            if found is None:
                return layers
            edges += found
        layers.append(edges)
        states = dict.fromkeys(target for _, _, target in edges)
        num_edges += len(edges)
        if len(states) > MOST_STATES or num_edges > MOST_EDGES:
            return layers
    return layers


def _edges(automaton: LazyAutomaton, question: Question, i: int, state: int) -> list[Edge] | None:
    """What can stand at position i after a state; None where that is too much."""
    if state == END:
        return [(END, question.null, END)]
    token = int(question.fixed[i])
    ends = question.null >= 0 and question.ends(i) and automaton.accepts(state)
    edges = [(state, question.null, END)] if ends else []
    if token == question.null and token != ANY:
        return edges
    if token != ANY:
        target = automaton.read(state, token)
        return [*edges, (state, token, target)] if target != DEAD else edges
    tokens, targets, is_all = automaton.listed(state)
    if not is_all:
        return None
    pairs = zip(tokens.tolist(), targets.tolist(), strict=True)
    return edges + [(state, token, target) for token, target in pairs]


def _viable(automaton: LazyAutomaton, layers: list[list[Edge]], highest: int) -> list[list[Edge]]:
    """The edges that lead to an end."""
    n = len(layers)
    last = {target for _, _, target in layers[-1]} if layers else set()
    alive = {state for state in last if state == END or (highest == n and automaton.accepts(state))}
    kept = []
    for edges in reversed(layers):
        viable = [edge for edge in edges if edge[2] in alive]
        alive = {state for state, _, _ in viable}
        kept.append(viable)
    return kept[::-1]


def fewest_tokens(automaton: LazyAutomaton) -> int:
    """Fewest tokens of a member, or of the machine's short one where looking further takes long.

    `NEVER` when no member can be written.
    """
    if automaton.start == DEAD:
        return NEVER
    known = automaton.fewest
    seen = layer = dict.fromkeys([automaton.start])
    tried, count = 0, 0
    while count < known and layer:
        if any(automaton.accepts(state) for state in layer):
            return count
        found: dict[int, None] = {}
        for state in layer:
            tried += 1
            targets, is_all = _targets(automaton, state, known == NEVER)
            if tried > MOST_TRIED or not is_all:
                return _any_length(automaton, known)
            found |= dict.fromkeys(targets)
        layer = {state: None for state in found if state not in seen}
        seen = seen | layer
        count += 1
    return known


def _targets(automaton: LazyAutomaton, state: int, is_thorough: bool) -> tuple[list[int], bool]:
    _, targets, is_all = automaton.listed(state)
    if not is_all and is_thorough:
        targets, is_all = automaton.effects(state)[1], True
    return targets.tolist(), is_all


def _any_length(automaton: LazyAutomaton, known: int) -> int:
    if known != NEVER:
        return known
    raise BudgetExceeded(
        f"no member of {automaton.language.description} was found that the vocabulary can write",
        hint="use a tokenizer that has a token for every byte it needs",
    )
