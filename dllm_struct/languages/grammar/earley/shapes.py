"""Which bytes do the same in a configuration: it depends on its scanner states alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dllm_struct.automata.dfa import NUM_BYTES
from dllm_struct.languages.grammar.earley.beginnings import Openings
from dllm_struct.languages.grammar.earley.scanning import Scanning

COMMON = 8
"""A group of at least so many bytes is worth a step that nobody asked for yet."""


@dataclass(frozen=True, eq=False)
class Shape:
    """Bytes in groups; group 0 leads nowhere.

    Attributes:
        group: of each byte, [256].
        groups: the same as an array, intp [256].
        classes: of each group, a byte class in it.
        common: the groups of many bytes.
    """

    group: list[int]
    groups: NDArray[np.intp]
    classes: list[int]
    common: list[int]


def shaped(scanning: Scanning, states: Iterable[int], openings: Openings | None) -> Shape:
    """Bytes that move all the scanner states alike, and begin the same terminals."""
    rows = [scanning.rows[state] for state in states]
    if openings is not None:
        rows.append(openings.signatures)
    if not rows:
        rows.append([0] * scanning.num_classes)
    number: dict[tuple[int, ...], int] = {(0,) * len(rows): 0}
    classes = [-1]
    of_class = []
    for k, signature in enumerate(zip(*rows, strict=True)):
        group = number.setdefault(signature, len(classes))
        if group == len(classes):
            classes.append(k)
        of_class.append(group)
    group_of_byte = [of_class[k] for k in scanning.byte_class]
    groups = np.array(group_of_byte, np.intp)
    sizes = np.bincount(groups, minlength=len(classes))
    common = [g for g in range(1, len(classes)) if sizes[g] >= COMMON]
    assert len(group_of_byte) == NUM_BYTES
    return Shape(group_of_byte, groups, classes, common)
