"""Reading an `outlines_core.Index` that a user already has as a language.

An Index says which token leads from which state to which; the language is what its paths spell.
Most long tokens only repeat what shorter ones already say, byte by byte, and are left out of the
byte automaton; the rest are spelled out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dllm_struct.automata.dfa import NUM_BYTES
from dllm_struct.automata.nfa import NFA
from dllm_struct.errors import EmptyLanguage
from dllm_struct.languages.base import Language, Regular
from dllm_struct.vocabulary import Vocabulary


class _Step(NamedTuple):
    source: int
    token: int
    target: int


def from_outlines(index: Any, vocabulary: Vocabulary) -> Language:
    """The language that an `outlines_core.Index` accepts.

    Args:
        index: the Index.
        vocabulary: the tokens it was made for; its end-of-text token has no bytes.

    Raises:
        EmptyLanguage: no final state can be reached.
    """
    states = {index.get_initial_state(): 0}
    steps = [
        _Step(states.setdefault(source, len(states)), token, states.setdefault(target, len(states)))
        for source, row in index.get_transitions().items()
        for token, target in row.items()
        if token < len(vocabulary) and vocabulary.tokens[token] is not None
    ]
    final = [states[state] for state in index.get_final_states() if state in states]
    nfa = _spelled(steps, len(states), vocabulary)
    dfa = nfa.determinise([0], final)
    if dfa.is_empty:
        raise EmptyLanguage(
            "the index reaches no final state", hint="check that it was made for this vocabulary"
        )
    return Regular(f"outlines index of {len(states)} states", dfa)


def _spelled(steps: list[_Step], num_states: int, vocabulary: Vocabulary) -> NFA:
    """The byte automaton of the steps; the Index's states come first."""
    nfa = NFA()
    for _ in range(num_states):
        nfa.state()
    delta = np.full((num_states, NUM_BYTES), -1, np.int32)  # what one-byte tokens say
    nodes: dict[tuple[int, bytes], int] = {}
    for length, group in _by_length(steps, vocabulary):
        told = _reached(delta, group, length, vocabulary)
        for (source, token, target), known in zip(group, told, strict=True):
            data = vocabulary.tokens[token] or b""
            if known == target:
                continue
            node = source
            for end in range(1, length):
                prefix = (source, data[:end])
                if prefix not in nodes:
                    nodes[prefix] = nfa.state()
                    nfa.edge(node, data[end - 1], data[end - 1], nodes[prefix])
                node = nodes[prefix]
            nfa.edge(node, data[-1], data[-1], target)
            if length == 1:
                delta[source, data[0]] = target
    return nfa


def _by_length(steps: list[_Step], vocabulary: Vocabulary) -> Iterator[tuple[int, list[_Step]]]:
    groups: dict[int, list[_Step]] = defaultdict(list)
    for step in steps:
        groups[len(vocabulary.tokens[step.token] or b"")].append(step)
    yield from sorted(groups.items())


def _reached(
    delta: NDArray[np.int32], steps: list[_Step], length: int, vocabulary: Vocabulary
) -> NDArray[np.int32]:
    """Where one-byte tokens alone lead for each step, -1 for nowhere; [len(steps)]."""
    data = b"".join(vocabulary.tokens[step.token] or b"" for step in steps)
    columns = np.frombuffer(data, np.uint8).reshape(len(steps), length)
    state = np.array([step.source for step in steps], np.int32)
    for column in columns.T:
        state = np.where(state < 0, -1, delta[state, column]).astype(np.int32)
    return state
