"""The forward process: which slot positions of a batch are masked.

With t ~ U(0, 1), every slot position is masked with probability t. Over a batch of B rows t is
stratified, t_i = (i + u) / B, so that each batch sees all noise levels.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dllm_struct.models.bundled.shards import Ids

ALL_MASKED, PER_SLOT, IN_ORDER = 0.35, 0.15, 0.12
"""Shares of rows that are masked entirely, slot by slot, and from some point on."""

LONG, LONG_IN_ORDER = 32, 0.5
"""A row whose only slot is longer than this is masked from some point on at this rate: where a
piece of a long text lands depends on all before it, and so a decoder fills it from the left."""


def masked(slots: Ids, rng: np.random.Generator) -> npt.NDArray[np.bool_]:
    """Return which positions are masked.

    Args:
        slots: slot number of each position, [B, n]; 0 or less where it is never masked.
        rng: source of randomness.

    Returns:
        Booleans [B, n]; every row has at least one True if it has a slot.
    """
    count, width = slots.shape
    inside = slots > 0
    t = (rng.permutation(count) + rng.random()) / count  # [B]
    rate = np.broadcast_to(t[:, None], (count, width)).copy()
    style = rng.random(count)
    rate[style < ALL_MASKED] = 1.0
    by_slot = (style >= ALL_MASKED) & (style < ALL_MASKED + PER_SLOT)
    rate[by_slot] = _per_slot(slots[by_slot], t[by_slot], rng)
    lone = (slots.max(axis=1) == 1) & (inside.sum(axis=1) > LONG)
    in_order = style >= 1 - np.where(lone, LONG_IN_ORDER, IN_ORDER)
    rate[in_order] = _in_order(inside[in_order], t[in_order])
    chosen = inside & (rng.random((count, width)) < rate)
    first = inside.argmax(axis=1)
    empty = ~chosen.any(axis=1) & inside.any(axis=1)
    chosen[empty, first[empty]] = True
    return chosen


def _per_slot(
    slots: Ids, t: npt.NDArray[np.float64], rng: np.random.Generator
) -> npt.NDArray[np.float64]:
    """Mask a slot entirely with probability t, or lightly."""
    hidden = rng.random((len(slots), 256)) < t[:, None]
    whole = np.take_along_axis(hidden, np.clip(slots, 0, 255), axis=1)
    return np.where(whole, 1.0, 0.05)


def _in_order(inside: npt.NDArray[np.bool_], t: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Mask the last share t of the slot positions, and a few before them."""
    place = inside.cumsum(axis=1) / np.maximum(inside.sum(axis=1, keepdims=True), 1)
    return np.where(place > 1 - t[:, None], 1.0, 0.05)
