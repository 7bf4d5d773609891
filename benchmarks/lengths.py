"""Length policies where values do not fit the positions that their slots begin with.

    python benchmarks/lengths.py [--examples 200] [--rooms 4 8] [--only NAME ...]

The held-out texts of `decoding.py`, template form, the bundled model. As a rule a slot begins with
room for its typical contents twice over, and then hardly any value is too long. Here the slots are
told of short contents only, so every slot whose language sets no bound begins with ``--rooms``
positions; "too long" is the share of values that have more tokens than their slots then have.
Sampler and threshold are the same everywhere; the first row is the ordinary layout. "grown" and
"shrunk" are the mean numbers of positions inserted into and deleted from an output.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import mean
from typing import Any

from common import print_table
from decoding import SURE, Outcome, extraction

import dllm_struct as ds
from dllm_struct.decoding.length.daedal import Daedal
from dllm_struct.decoding.length.fixed import Fixed
from dllm_struct.decoding.length.posterior import PosteriorLength
from dllm_struct.decoding.length.s3 import S3
from dllm_struct.models.bundled import Example, held_out, segments

POLICIES: Mapping[str, Fixed | S3 | Daedal | PosteriorLength] = {
    "fixed": Fixed(),
    "s3": S3(),
    "daedal": Daedal(),
    "daedal, published end": Daedal(end="published"),
    "posterior": PosteriorLength(),
}


@dataclass(frozen=True)
class Tight:
    """Lays out texts with slots that begin with little room."""

    room: int

    def __call__(self, example: Example) -> ds.Template:
        """Return the template of an example, its slots told of their shortest contents only."""
        template = ds.json_schema(example.schema).template()
        parts = [
            replace(part, samples=(min(part.samples, key=len),))
            if isinstance(part, ds.Slot) and part.samples
            else part
            for part in template.parts
        ]
        return ds.Template(tuple(parts), template.language)


def too_long(model: ds.Model, examples: Sequence[Example], layout: Tight) -> float:
    """Return the share of values with more tokens than their slots begin with."""
    misfits = []
    for example in examples:
        how = ds.Decoding(length=Fixed(layout.room))
        (row,) = model.prepare(example.prompt, layout(example), how).rows
        rooms = [len(row.canvas.slot(slot)) for slot in row.canvas.slots]
        values = [text for text, is_slot in segments(example.schema, example.value) if is_slot]
        tokens = [len(model.tokenizer.encode(value, add_special_tokens=False)) for value in values]
        misfits += [own > room for own, room in zip(tokens, rooms, strict=True)]
    return mean(misfits)


def rows(
    model: ds.Model, examples: Sequence[Example], rooms: Sequence[int], names: Sequence[str]
) -> Iterator[list[str]]:
    """Yield the lines of the table."""
    sure: dict[str, Any] = {**SURE}
    whole = extraction(model, ds.Decoding(**sure), examples)
    yield ["as usual", "", "fixed", *cells(whole)]
    for room in rooms:
        layout = Tight(room)
        share = f"{too_long(model, examples, layout):.0%}"
        for name in names:
            how = ds.Decoding(**sure, length=replace(POLICIES[name], initial=room))
            yield [str(room), share, name, *cells(extraction(model, how, examples, layout))]


def cells(outcome: Outcome) -> list[str]:
    """Return an outcome for the table."""
    score = outcome.score
    stats = [out.stats for out in outcome.outputs]
    grown, shrunk = mean(own.grown for own in stats), mean(own.shrunk for own in stats)
    return [*score.cells()[:4], f"{grown:.1f}", f"{shrunk:.1f}", f"{score.seconds:.0f}"]


def main() -> None:
    """Score every policy at every initial room and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--examples", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0, help="of the held-out texts")
    parser.add_argument("--rooms", type=int, nargs="+", default=[4, 8])
    parser.add_argument("--only", nargs="*", choices=POLICIES, default=[*POLICIES])
    options = parser.parse_args()
    model = ds.load("bundled")
    examples = held_out(options.examples, options.seed)
    extraction(model, ds.Decoding(**SURE), examples[:2])  # compiles what numba compiles
    header = ("room", "too long", "length", "valid", "fields", "all", "NFE", "grown", "shrunk", "s")
    print_table(header, [*rows(model, examples, options.rooms, options.only)])


if __name__ == "__main__":
    main()
