"""Scores of the bundled model on held-out examples, with a plain decoder and no constraint.

The decoder fills all slots at once: each step commits the positions that it is sure of.
In template form a field is a slot, right when its text is the expected one; in free form it is a
leaf of the JSON, right when the parsed value equals the expected one.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from dllm_struct.models.bundled.data import held_out
from dllm_struct.models.bundled.data.template import Segment, canonical, segments
from dllm_struct.models.bundled.data.types import Example, Json
from dllm_struct.models.bundled.tokenizer import ASSISTANT, MASK, NULL, PAD, USER, Encoder

SURE, AT_LEAST = 0.9, 24
"""Positions at least this confident are committed together, and always one open one in 24."""

TEMPLATE_WINDOW, FREE_FORM_WINDOW = 10_000, 16
ROUNDING = 16


@dataclass
class Task:
    """An example on its canvas: ids with masks, and the spans of its pieces."""

    example: Example
    ids: list[int]
    spans: list[tuple[int, int]]
    slots: list[tuple[int, int, str]]
    """Start, end and expected text of every slot."""


def task(encoder: Encoder, example: Example, free_form: bool) -> Task:
    """Lay out an example with capacities that do not tell the length of the answer."""
    pieces: list[Segment] = segments(example.schema, example.value)
    if free_form:
        pieces = [(canonical(example.value), True)]
    prompt = encoder.encode(example.prompt)
    ids = [encoder.special[USER], *prompt, encoder.special[ASSISTANT]]
    spans, slots = [], []
    for text, is_slot in pieces:
        tokens = encoder.encode(text)
        if is_slot:
            tokens = [encoder.special[MASK]] * (-(-(len(tokens) + 1) // ROUNDING) * ROUNDING)
            slots.append((len(ids), len(ids) + len(tokens), text))
        spans.append((len(ids), len(ids) + len(tokens)))
        ids += tokens
    return Task(example, ids, spans, slots)


def fill(model: Any, encoder: Encoder, rows: Sequence[list[int]], window: int) -> Tensor:
    """Fill the masked positions of rows, the sure ones first.

    Args:
        model: the network.
        encoder: its tokenizer.
        rows: token ids with masks.
        window: how many masked positions, counted from the left, are open at a time.

    Returns:
        Token ids, [B, n], rows padded on the right.
    """
    mask, pad = encoder.special[MASK], encoder.special[PAD]
    width = max(map(len, rows))
    ids = torch.tensor([row + [pad] * (width - len(row)) for row in rows])
    while (masked := ids == mask).any():
        logits = model(input_ids=ids, attention_mask=(ids != pad).long()).logits.float()
        logits[..., [mask, pad]] = -torch.inf
        confidence, best = logits.softmax(-1).max(-1)
        open_ = masked & (masked.cumsum(1) <= window)
        confidence = confidence.masked_fill(~open_, -1.0)
        rank = confidence.argsort(dim=1, descending=True).argsort(dim=1)
        surest = rank < -(-open_.sum(1, keepdim=True) // AT_LEAST)
        ids = torch.where(open_ & (surest | (confidence >= SURE)), best, ids)
    return ids


def answer(encoder: Encoder, task: Task, ids: Sequence[int]) -> Json:
    """Return the parsed JSON of a filled canvas, or None where it does not parse."""
    null = encoder.special[NULL]
    pieces = (encoder.decode([i for i in ids[a:b] if i != null]) for a, b in task.spans)
    try:
        return json.loads("".join(pieces))
    except ValueError:
        return None


def leaves(value: Json, path: str = "") -> Iterator[tuple[str, Json]]:
    """Yield (path, value) of every leaf; an empty array counts as one."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, f"{path}/{key}")
    elif isinstance(value, list) and value:
        for number, inner in enumerate(value):
            yield from leaves(inner, f"{path}/{number}")
    else:
        yield path, value


def right_slots(encoder: Encoder, task: Task, ids: Sequence[int]) -> tuple[int, int]:
    """Return how many slots of a filled template are right, and how many there are."""
    null = encoder.special[NULL]
    hits = (encoder.decode([i for i in ids[a:b] if i != null]) == text for a, b, text in task.slots)
    return sum(hits), len(task.slots)


def right_leaves(expected: Json, got: Json) -> tuple[int, int]:
    """Return how many expected leaves are right, and how many there are."""
    found = dict(leaves(got))
    wanted = list(leaves(expected))
    return sum(found.get(path, ...) == value for path, value in wanted), len(wanted)


def scores(
    model: Any, encoder: Encoder, examples: Sequence[Example], free_form: bool, batch: int = 32
) -> tuple[Counter[str], Counter[str], list[tuple[Example, Json]]]:
    """Return right and expected fields by kind, and the wrong examples with what was written."""
    right: Counter[str] = Counter()
    total: Counter[str] = Counter()
    wrong = []
    window = FREE_FORM_WINDOW if free_form else TEMPLATE_WINDOW
    tasks = [task(encoder, example, free_form) for example in examples]
    tasks.sort(key=lambda item: len(item.ids))
    for start in range(0, len(tasks), batch):
        part = tasks[start : start + batch]
        filled = fill(model, encoder, [item.ids for item in part], window).tolist()
        for item, ids in zip(part, filled, strict=True):
            got = answer(encoder, item, ids)
            if free_form:
                hits, count = right_leaves(item.example.value, got)
            else:
                hits, count = right_slots(encoder, item, ids)
            right[item.example.kind] += hits
            total[item.example.kind] += count
            if hits < count:
                pieces = [encoder.decode(ids[a:b]) for a, b, _ in item.slots]
                wrong.append((item.example, pieces))
    return right, total, wrong


def report(model: Any, encoder: Encoder, count: int, seed: int = 0) -> str:
    """Return held-out scores by form and kind as lines of text."""
    examples = held_out(count, seed)
    lines = []
    for form in ("template", "free form"):
        right, total, wrong = scores(model, encoder, examples, form == "free form")
        share = right.total() / total.total()
        whole = 1 - len(wrong) / len(examples)
        kinds = ", ".join(f"{kind} {right[kind] / total[kind]:.2f}" for kind in total)
        lines.append(f"  {form}: fields {share:.3f}, examples {whole:.3f} ({kinds})")
    return "\n".join(lines)
