"""What else could stand at a masked position: tokens, with and without the constraint."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from dllm_struct.decoding.row import Row
from dllm_struct.witness import Reading, SlotWitness, Witness


def candidates(row: Row, reading: Reading, witness: Witness, count: int) -> list[dict[str, Any]]:
    """Return the likeliest tokens of every masked position, as plain JSON data.

    Args:
        row: before anything is committed.
        reading: what the network said.
        witness: what the constraint made of it.
        count: how many tokens for a position: those whose probability is highest under the model
            alone or under the constraint.

    Returns:
        For each position: ``position`` on the canvas as the network saw it, ``id`` (its lasting
        number), ``slot``, and ``top``: token, text, whether it is the null token, probability under
        the ``model`` alone and under the ``constraint``, and whether it is ``allowed``; None where
        a language that is explored has not been explored far enough to know.
    """
    ids = row.canvas.ids
    return [
        {
            "position": slot.start + index,
            "id": ids[slot.start + index],
            "slot": slot.slot,
            "top": top,
        }
        for slot in witness
        for index, top in zip(slot.masked, _tops(row, reading, slot, count), strict=True)
    ]


def _tops(row: Row, reading: Reading, slot: SlotWitness, count: int) -> list[list[dict[str, Any]]]:
    masked = list(slot.masked)
    constrained = slot.log_marginals[masked].exp().cpu()
    alone = _alone(reading, [slot.start + index for index in masked])
    alone = alone[:, : constrained.shape[1]]
    chosen = alone.maximum(constrained).topk(min(count, alone.shape[1])).indices
    return [
        [
            _candidate(row, token, float(alone[i, token]), float(constrained[i, token]))
            for token in tokens
        ]
        for i, tokens in enumerate(chosen.tolist())
    ]


def _alone(reading: Reading, positions: list[int]) -> Tensor:
    """Probabilities of the model alone, float32 [m, V]."""
    return reading.logits.at(positions).float().softmax(-1).cpu()


def _candidate(row: Row, token: int, model: float, constraint: float) -> dict[str, Any]:
    unknown = None if row.constraint.explores else False
    return {
        "token": token,
        "text": row.codec.decode([token]).decode(errors="replace"),
        "null": token == row.constraint.null_token_id,
        "model": model,
        "constraint": constraint,
        "allowed": constraint > 0 or unknown,
    }
