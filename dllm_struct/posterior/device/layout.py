"""Automata side by side as one: states, edges, groups and classes of slot p follow slot p - 1's."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from dllm_struct.automata.tokens import TokenAutomaton
from dllm_struct.transfer import upload

Longs = NDArray[np.int64]


class Runs(NamedTuple):
    """An order of rows that brings equal keys together.

    Attributes:
        order: int64 [M].
        lengths: int64 [R], how many rows each key has.
    """

    order: Tensor
    lengths: Tensor


@dataclass(frozen=True, eq=False)
class Layout:
    """Many automata on a device; an offset list has one more entry than there are slots.

    Attributes:
        states: offsets.
        groups: offsets.
        classes: offsets.
        edges: offsets.
        pairs: offsets of the (group, class) pairs.
        start: int64 [P], the start states.
        accepting: bool [S].
        source: int64 [E].
        target: int64 [E].
        group: int64 [E].
        pair_group: int64 [Q].
        pair_class: int64 [Q].
        by_source: edges.
        by_target: edges.
        by_group: edges.
        pairs_by_group: pairs.
        pairs_by_class: pairs.
    """

    states: list[int]
    groups: list[int]
    classes: list[int]
    edges: list[int]
    pairs: list[int]
    start: Tensor
    accepting: Tensor
    source: Tensor
    target: Tensor
    group: Tensor
    pair_group: Tensor
    pair_class: Tensor
    by_source: Runs
    by_target: Runs
    by_group: Runs
    pairs_by_group: Runs
    pairs_by_class: Runs


@lru_cache(maxsize=8)
def layout(automata: tuple[TokenAutomaton, ...], device: torch.device) -> Layout:
    """Return the layout of automata; kept, since a canvas has the same slots for many steps."""
    states = offsets(a.num_states for a in automata)
    groups = offsets(len(a.groups.start) - 1 for a in automata)
    classes = offsets(a.num_classes for a in automata)
    source = _joined([a.edges.source for a in automata], states)
    target = _joined([a.edges.target for a in automata], states)
    group = _joined([a.edges.group for a in automata], groups)
    pair_group = _joined([pair_groups(a) for a in automata], groups)
    pair_class = _joined([a.groups.classes for a in automata], classes)

    def runs(keys: Longs, count: int) -> Runs:
        order, lengths = np.argsort(keys, kind="stable"), np.bincount(keys, minlength=count)
        return Runs(upload(order, device), upload(lengths, device))

    return Layout(
        states=states,
        groups=groups,
        classes=classes,
        edges=offsets(len(a.edges.source) for a in automata),
        pairs=offsets(len(a.groups.classes) for a in automata),
        start=upload([a.start + o for a, o in zip(automata, states, strict=False)], device),
        accepting=upload(np.concatenate([a.accepting for a in automata]), device),
        source=upload(source, device),
        target=upload(target, device),
        group=upload(group, device),
        pair_group=upload(pair_group, device),
        pair_class=upload(pair_class, device),
        by_source=runs(source, states[-1]),
        by_target=runs(target, states[-1]),
        by_group=runs(group, groups[-1]),
        pairs_by_group=runs(pair_group, groups[-1]),
        pairs_by_class=runs(pair_class, classes[-1]),
    )


class Tokens(NamedTuple):
    """The classes of one automaton on a device; `dllm_struct.automata.tokens.Classes`."""

    of_token: Tensor  # int64 [V]
    start: Tensor  # int64 [C + 1]
    lengths: Tensor  # int64 [C]
    tokens: Tensor  # int64 [V']
    widest: int


@lru_cache(maxsize=256)
def tokens_of(automaton: TokenAutomaton, device: torch.device) -> Tokens:
    """Return the token classes of an automaton; kept."""
    classes, lengths = automaton.classes, np.diff(automaton.classes.start)
    return Tokens(
        upload(classes.of_token.astype(np.int64), device),
        upload(classes.start.astype(np.int64), device),
        upload(lengths, device),
        upload(classes.tokens.astype(np.int64), device),
        int(lengths.max()),
    )


def offsets(sizes: Iterable[int]) -> list[int]:
    """Where parts begin that lie behind one another, and where the last one ends."""
    return list(accumulate(sizes, initial=0))


def pair_groups(automaton: TokenAutomaton) -> Longs:
    """The group of every (group, class) pair, int64 [Q]."""
    sizes = np.diff(automaton.groups.start)
    return np.repeat(np.arange(len(sizes)), sizes)


def _joined(columns: Sequence[NDArray[np.int32] | Longs], starts: list[int]) -> Longs:
    shifted = (c.astype(np.int64) + o for c, o in zip(columns, starts, strict=False))
    return np.concatenate(list(shifted))
