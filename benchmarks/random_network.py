"""A network that answers at random still writes valid documents: schemas x seeds.

    python benchmarks/random_network.py VOCABULARY [--runs 300]

Logits are views of one large buffer of Gaussian noise, with random offset and stride. Every text is
parsed and checked by jsonschema. Runs take turns through the schemas, and through samplers, block
and length strategies, in template and in free form.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from itertools import cycle, islice, product
from pathlib import Path
from time import perf_counter

import torch
from common import SCHEMAS, print_table, read_vocabulary
from jsonschema import Draft202012Validator
from torch import Tensor

import dllm_struct as ds

BUFFER = 2**24
SCALE = 5.0
POSITIONS = 64
WAYS = {
    "random order, temperature 1": ds.Decoding(sampler="random", temperature=1.0, steps=8),
    "confidence": ds.Decoding(steps=8),
    "threshold": ds.Decoding(sampler="threshold", steps=8),
    "blocks of 16": ds.Decoding(block_length=16, steps=8),
    "growing slots": ds.Decoding(length="daedal", steps=8),
}


class RandomNetwork:
    """Gaussian logits that do not depend on the input.

    Args:
        size: V, the number of logits at a position.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self.generator = torch.Generator().manual_seed(0)
        self.noise = SCALE * torch.randn(BUFFER, generator=self.generator)

    def __call__(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """Return float32 [B, n, V]."""
        rows, size = input_ids.numel(), self.size
        stride = self._draw((BUFFER - size) // rows)
        start = self._draw(BUFFER - size - rows * stride)
        strides = (input_ids.shape[1] * stride, stride, 1)
        return self.noise.as_strided((*input_ids.shape, size), strides, start)

    def _draw(self, stop: int) -> int:
        return int(torch.randint(1, stop, (), generator=self.generator))


def main() -> None:
    """Generate, validate, print the shares."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("vocabulary", type=Path)
    parser.add_argument("--runs", type=int, default=300, help="in all, shared by the schemas")
    options = parser.parse_args()

    text = read_vocabulary(options.vocabulary)
    # Mask and null come after the tokens of the file.
    vocabulary = ds.Vocabulary([*text.tokens, None, None])
    size = len(vocabulary)
    family = ds.Family(mask_token_id=size - 2, null_token_id=size - 1)
    model = ds.Model(RandomNetwork(size), vocabulary, family)

    ways = [
        (f"{structure}, {name}", decoding.replace(structure=structure))
        for name, decoding in WAYS.items()
        for structure in ("template", "free")
    ]
    cases = cycle(product(ways, SCHEMAS))
    runs: Counter[str] = Counter()
    valid: Counter[str] = Counter()
    passes: Counter[str] = Counter()
    failures = []
    start = perf_counter()
    for seed, ((way, decoding), name) in enumerate(islice(cases, options.runs)):
        schema = SCHEMAS[name]
        runs[way] += 1
        try:
            out = model.generate("x", schema, decoding=decoding, max_tokens=POSITIONS, seed=seed)
            Draft202012Validator(schema).validate(json.loads(out.text))
        except Exception as error:  # what is counted here is that there is none
            failures.append(f"{way}, {name}, seed {seed}: {type(error).__name__}: {error}")
            continue
        valid[way] += 1
        passes[way] += out.stats.nfe
    rows = [
        [way, str(count), str(valid[way]), f"{passes[way] / max(1, valid[way]):.1f}"]
        for way, count in runs.items()
    ]
    print_table(["decoding", "runs", "valid", "NFE"], rows)
    share = valid.total() / options.runs
    print(
        f"\n{valid.total()} of {options.runs} valid ({share:.1%}), {len(failures)} exceptions, "
        f"{size} tokens, {perf_counter() - start:.0f} s"
    )
    print(*failures[:10], sep="\n")
    sys.exit(bool(failures))


if __name__ == "__main__":
    main()
