"""Texts to JSON with the bundled model: template form, free form, and no constraint at all.

    python benchmarks/extraction.py [--examples 200] [--batch 16]

The texts are held out: their names, phrasings and instructions are not in the training data. A
field is a leaf of the expected JSON; it is right when the same path holds the same value. NFE is
the mean number of forward passes of one output. Everything commits what the model is sure of
(0.9), at least one position a pass; where the layout is the model's own, 16 masks are open at a
time, from left to right. "unconstrained" is that decoder on a canvas of masks, cut at the first
null token; it is told the length of the answer up to the next multiple of 16 tokens.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import torch
from common import print_table
from jsonschema import Draft202012Validator
from torch import Tensor

import dllm_struct as ds
from dllm_struct.models.bundled import WEIGHTS, Example, held_out
from dllm_struct.models.bundled.evaluate import right_leaves, task
from dllm_struct.models.bundled.tokenizer import NULL, PAD, Encoder

SURE, WINDOW = 0.9, 16


@dataclass(frozen=True)
class Answer:
    """What a model wrote for one example, and how many forward passes it took."""

    text: str
    nfe: int


Ask = Callable[[Sequence[Example]], Sequence[Answer]]


def constrained(model: ds.Model, decoding: ds.Decoding) -> Ask:
    """Return a function that generates with each example's schema."""

    def ask(examples: Sequence[Example]) -> Sequence[Answer]:
        prompts = [example.prompt for example in examples]
        schemas = [example.schema for example in examples]
        outputs = model.generate(prompts, schemas, decoding=decoding, seed=0)
        return [Answer(out.text, out.stats.nfe) for out in outputs]

    return ask


def unconstrained(model: ds.Model) -> Ask:
    """Return a function that fills a canvas of masks with the most confident tokens."""
    encoder = Encoder.load(WEIGHTS)
    null, pad = encoder.special[NULL], encoder.special[PAD]

    def ask(examples: Sequence[Example]) -> Sequence[Answer]:
        tasks = [task(encoder, example, free_form=True) for example in examples]
        width = max(len(item.ids) for item in tasks)
        rows = [item.ids + [pad] * (width - len(item.ids)) for item in tasks]
        filled, passes = fill(model, torch.tensor(rows), pad)
        answers = []
        for item, ids, nfe in zip(tasks, filled.tolist(), passes.tolist(), strict=True):
            tokens = ids[slice(*item.spans[0])]
            end = tokens.index(null) if null in tokens else len(tokens)
            answers.append(Answer(encoder.decode(tokens[:end]), nfe))
        return answers

    return ask


@torch.inference_mode()
def fill(model: ds.Model, ids: Tensor, pad: int) -> tuple[Tensor, Tensor]:
    """Fill masks: the sure ones in the leftmost `WINDOW` masks of a row, at least the best one.

    Args:
        model: its network and family are used, nothing else.
        ids: int64 [B, n], padded on the right.
        pad: the padding token.

    Returns:
        ids without masks, int64 [B, n], and the forward passes of each row, int64 [B].
    """
    mask = model.family.filler
    passes = torch.zeros(len(ids), dtype=torch.int64)
    while (masked := ids == mask).any():
        passes += masked.any(1)
        open_ = masked & (masked.cumsum(1) <= WINDOW)
        output = model.network(input_ids=ids, attention_mask=(ids != pad).long())
        logits = output.logits[open_].float()  # [m, V]
        logits[:, [mask, pad]] = -torch.inf
        best, token = logits.softmax(-1).max(-1)
        confidence = torch.zeros(ids.shape).masked_scatter(open_, best)
        sure = confidence >= torch.clamp(confidence.amax(1, keepdim=True), max=SURE)
        ids = ids.masked_scatter(open_, token).where(open_ & sure, ids)
    return ids, passes


def parse(text: str) -> Any:
    """Return the JSON value of a text; ``...`` where it is not JSON."""
    try:
        return json.loads(text)
    except ValueError:
        return ...


def score(ask: Ask, examples: Sequence[Example], batch: int) -> Iterator[float]:
    """Yield share of JSON, of valid JSON, of right fields, of right answers, mean NFE, seconds."""
    start = perf_counter()
    parts = (examples[i : i + batch] for i in range(0, len(examples), batch))
    answers = [answer for part in parts for answer in ask(part)]
    seconds = perf_counter() - start
    syntactic = valid = whole = right = total = 0
    for example, answer in zip(examples, answers, strict=True):
        value = parse(answer.text)
        syntactic += value is not ...
        valid += value is not ... and Draft202012Validator(example.schema).is_valid(value)
        hits, leaves = right_leaves(example.value, None if value is ... else value)
        right, total, whole = right + hits, total + leaves, whole + (hits == leaves)
    count = len(examples)
    yield from (syntactic / count, valid / count, right / total, whole / count)
    yield sum(answer.nfe for answer in answers) / count
    yield seconds


def main() -> None:
    """Score every way of answering and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--examples", type=int, default=200)
    parser.add_argument("--batch", type=int, default=16)
    options = parser.parse_args()

    model = ds.load("bundled")
    examples = held_out(options.examples)
    template = ds.Decoding(sampler="threshold", threshold=SURE)
    free = template.replace(structure="free", block_length=WINDOW)
    ways = {
        "template": constrained(model, template),
        "template, 16 passes": constrained(model, ds.Decoding(steps=16)),
        "free form": constrained(model, free),
        "unconstrained": unconstrained(model),
    }
    rows = []
    for name, ask in ways.items():
        *shares, nfe, seconds = score(ask, examples, options.batch)
        rows.append([name, *(f"{share:.1%}" for share in shares), f"{nfe:.1f}", f"{seconds:.1f}"])
    header = ("", "JSON", "valid", "fields right", "all right", "NFE", "s")
    print(f"{len(examples)} held-out texts, batches of {options.batch}\n")
    print_table(header, rows)


if __name__ == "__main__":
    main()
