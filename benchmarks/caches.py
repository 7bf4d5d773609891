"""What each cache saves and costs on the bundled model: texts to JSON, template form.

    python benchmarks/caches.py [--examples 100] [--batch 4] [--block-length 16] [--filler 0]

The texts are those of `extraction.py`. Tokens are the positions that the sampler committed; a
second counts everything, on the processor's clock where torch has one thread. Beside the fields
that are right: the share of outputs equal to those without a cache, and the share of wanted
positions whose likeliest token is that of a full pass on the same canvas. ``--filler`` puts so many
words before every prompt: long prompts are what a cache is for.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from common import now, print_table
from extraction import SURE, Answer, score

import dllm_struct as ds
from dllm_struct.decoding.signals import View
from dllm_struct.logit_rows import LogitRows
from dllm_struct.models.bundled import Example, held_out
from dllm_struct.models.caching.forward import CachingForward
from dllm_struct.models.network import Forward

CACHES = ("none", "prefix", "prefix(refresh=4)", "dual", "dual(refresh=4)", "dkv(refresh=4)", "dkv")
FILLER = "Nothing in this sentence matters for the task. "


@dataclass
class Writing:
    """Writes with one cache, and notes what was written."""

    model: ds.Model
    decoding: ds.Decoding
    filler: str
    texts: list[str] = field(default_factory=list)
    tokens: int = 0

    def __call__(self, examples: Sequence[Example]) -> Sequence[Answer]:
        """Answer some examples."""
        prompts = [self.filler + example.prompt for example in examples]
        schemas = [example.schema for example in examples]
        outputs = self.model.generate(prompts, schemas, decoding=self.decoding, seed=0)
        self.texts += [output.text for output in outputs]
        self.tokens += sum(output.stats.committed for output in outputs)
        return [Answer(output.text, output.stats.nfe) for output in outputs]


class Comparing:
    """A forward pass over caches that counts how often a full pass has the same favourite."""

    def __init__(self, model: ds.Model) -> None:
        self._full = Forward(model.network, model.family)
        self._own = CachingForward(self._full, model.network, model.family)
        self.equal = self.total = 0

    def __call__(self, views: Sequence[View]) -> list[LogitRows]:
        """Read some inputs."""
        found = self._own(views)
        plain = self._full([replace(view, cached=None) for view in views])
        for view, own, full in zip(views, found, plain, strict=True):
            wanted = view.wanted or ()
            same = own.at(wanted).argmax(-1) == full.at(wanted).argmax(-1)
            self.equal, self.total = self.equal + int(same.sum()), self.total + len(wanted)
        return found


def agreement(cache: str, options: argparse.Namespace, examples: Sequence[Example]) -> float:
    """Share of wanted positions whose likeliest token is that of a full pass."""
    model: Any = ds.load("bundled", device="cpu")
    comparing = model._forward = Comparing(model)  # nothing else shows every pass
    score_of(model, cache, options, examples)
    return comparing.equal / comparing.total


def score_of(
    model: ds.Model, cache: str, options: argparse.Namespace, examples: Sequence[Example]
) -> tuple[Writing, list[float], float]:
    """Write with one cache; what was written, its scores, and the seconds it took."""
    decoding = ds.Decoding(
        sampler="threshold", threshold=SURE, block_length=options.block_length, cache=cache
    )
    writing = Writing(model, decoding, FILLER * (options.filler // len(FILLER.split())))
    start = now()
    scores = [*score(writing, examples, options.batch)]
    return writing, scores, now() - start


def main() -> None:
    """Score every cache and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--examples", type=int, default=100)
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--block-length", type=int, default=16)
    parser.add_argument("--filler", type=int, default=0, help="words before every prompt")
    parser.add_argument("--caches", nargs="+", default=CACHES)
    options = parser.parse_args()

    model, examples, rows = ds.load("bundled", device="cpu"), held_out(options.examples), []
    expected: list[str] = []
    score_of(model, "none", options, examples)  # compiles the languages
    for cache in options.caches:
        writing, scores, seconds = score_of(model, cache, options, examples)
        expected = expected or writing.texts
        same = sum(a == b for a, b in zip(writing.texts, expected, strict=True))
        near = 1.0 if cache == "none" else agreement(cache, options, examples[:24])
        _, valid, right, whole, nfe, _ = scores
        shares = (valid, right, whole, same / len(examples), near)
        speed = f"{writing.tokens / seconds:.0f}"
        rows.append([cache, speed, f"{nfe:.1f}", *(f"{share:.1%}" for share in shares)])
    header = (
        "cache",
        "tokens/s",
        "NFE",
        "valid",
        "fields right",
        "all right",
        "same text",
        "same favourite",
    )
    print(f"{len(examples)} held-out texts, batches of {options.batch}\n")
    print_table(header, rows)


if __name__ == "__main__":
    main()
