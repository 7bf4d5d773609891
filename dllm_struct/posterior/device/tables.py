"""One automaton on a device for the kernels: a single array of int32.

It begins with `FIELDS` numbers: sizes, and where each table lies in the array. A table that is
reduced row by row is cut into pieces of bounded width, so that no row, however long, holds up the
others: a piece never spans two rows, and a row's pieces lie side by side.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from dllm_struct.automata.tokens import TokenAutomaton
from dllm_struct.posterior.device.layout import pair_groups
from dllm_struct.transfer import upload

TOKENS_WIDE = 64
"""Most tokens of a piece of a class."""

EDGES_WIDE = 8
"""Most edges of a piece of a state's edges."""

FLOW_WIDE = 32
"""Most edges of a piece of a group's edges."""

SIZES = ("states", "classes", "groups", "start", "pieces", "leaving", "entering", "flowing")
"""Numbers of the header; the last four count pieces: of classes, of states' edges by source and by
target, of groups' edges."""

TABLES = (
    "accepting",  # [S] 0 or 1
    "of_token",  # [V] class
    "class_start",  # [C + 1] into tokens
    "tokens",  # [V'] sorted by class
    "piece_low",  # [pieces] into tokens
    "piece_end",
    "class_piece",  # [C + 1] into pieces
    "group_start",  # [G + 1] into group_class
    "group_class",  # [Q] classes of each group
    "class_pair",  # [C + 1] into pair_group
    "pair_group",  # [Q] groups of each class
    "out_start",  # [S + 1] into out_group
    "out_group",  # [E] edges by source
    "out_target",
    "out_low",  # [leaving] into out_group
    "out_end",
    "state_out",  # [S + 1] into out_low
    "in_source",  # [E] edges by target
    "in_group",
    "in_target",
    "in_low",  # [entering] into in_source
    "in_end",
    "state_in",  # [S + 1] into in_low
    "flow_source",  # [E] edges by group
    "flow_target",
    "flow_low",  # [flowing] into flow_source
    "flow_end",
    "flow_group",  # [flowing] group of a piece
    "group_flow",  # [G + 1] into flow_low
)
"""Tables of the array; the header has their offsets, after the sizes."""

FIELDS = len(SIZES) + len(TABLES)

Numbers = NDArray[np.integer[Any]]


class Pieces(NamedTuple):
    """Rows cut into pieces.

    Attributes:
        low: [K], where each piece begins among the elements.
        end: [K], where it ends.
        start: [R + 1], the pieces of each row.
    """

    low: Numbers
    end: Numbers
    start: Numbers


def cut(start: Numbers, width: int) -> Pieces:
    """Cut rows into pieces.

    Args:
        start: [R + 1], offsets of the rows' elements.
        width: most elements of a piece.
    """
    sizes = np.diff(start)
    counts = -(-sizes // width)
    first = np.concatenate([[0], np.cumsum(counts)])
    row = np.repeat(np.arange(len(sizes)), counts)
    low = start[:-1][row] + width * (np.arange(first[-1]) - first[:-1][row])
    return Pieces(low, np.minimum(low + width, start[1:][row]), first)


class Tables(NamedTuple):
    """The array, and sizes that the host needs.

    Attributes:
        array: int32, on the device.
        sizes: of `SIZES`, by name.
    """

    array: Tensor
    sizes: dict[str, int]


@lru_cache(maxsize=256)
def tables(automaton: TokenAutomaton, device: torch.device) -> Tables:
    """Return the tables of an automaton; kept."""
    edges, classes, groups = automaton.edges, automaton.classes, automaton.groups
    num_groups = len(groups.start) - 1
    into, class_pair = _sorted(groups.classes, automaton.num_classes)
    entering, in_start = _sorted(edges.target, automaton.num_states)
    flowing, flow_start = _sorted(edges.group, num_groups)
    of_class, leaving = cut(classes.start, TOKENS_WIDE), cut(edges.start, EDGES_WIDE)
    of_target, of_group = cut(in_start, EDGES_WIDE), cut(flow_start, FLOW_WIDE)
    found: dict[str, Numbers] = {
        "accepting": automaton.accepting.astype(np.int32),
        "of_token": classes.of_token,
        "class_start": classes.start,
        "tokens": classes.tokens,
        "piece_low": of_class.low,
        "piece_end": of_class.end,
        "class_piece": of_class.start,
        "group_start": groups.start,
        "group_class": groups.classes,
        "class_pair": class_pair,
        "pair_group": pair_groups(automaton)[into],
        "out_start": edges.start,
        "out_group": edges.group,
        "out_target": edges.target,
        "out_low": leaving.low,
        "out_end": leaving.end,
        "state_out": leaving.start,
        "in_source": edges.source[entering],
        "in_group": edges.group[entering],
        "in_target": edges.target[entering],
        "in_low": of_target.low,
        "in_end": of_target.end,
        "state_in": of_target.start,
        "flow_source": edges.source[flowing],
        "flow_target": edges.target[flowing],
        "flow_low": of_group.low,
        "flow_end": of_group.end,
        "flow_group": np.repeat(np.arange(num_groups), np.diff(of_group.start)),
        "group_flow": of_group.start,
    }
    pieces = (of_class, leaving, of_target, of_group)
    counts = (automaton.num_states, automaton.num_classes, num_groups, automaton.start)
    sizes = dict(zip(SIZES, (*counts, *(len(p.low) for p in pieces)), strict=True))
    columns = [found[name].astype(np.int32) for name in TABLES]
    places = FIELDS + np.cumsum([0, *map(len, columns)])[:-1]
    header = np.array([*sizes.values(), *places], np.int32)
    return Tables(upload(np.concatenate([header, *columns]), device), sizes)


def _sorted(keys: Numbers, count: int) -> tuple[Numbers, Numbers]:
    """An order that brings equal keys together, and the offsets of the keys, [count + 1]."""
    sizes = np.bincount(keys, minlength=count)
    return np.argsort(keys, kind="stable"), np.concatenate([[0], np.cumsum(sizes)])
