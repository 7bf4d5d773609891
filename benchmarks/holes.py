"""A network that answers at random fills holes in real texts: shipped grammars x hole patterns.

    python benchmarks/holes.py [--patterns 100] [--grammar NAME ...] [--limit 60]

A pattern is one to three holes of 0 to 40 characters, anywhere in a member: inside names, strings,
numbers and comments too. The vocabulary is all bytes and random pieces of the members, so tokens
begin and end anywhere. Every filled text is read by judges that share no code with the library,
and must hold the text around the holes unchanged. Patterns take turns through decoders. A pattern
runs in a process that is stopped at the limit.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from statistics import median
from typing import Any

import torch
from common import print_table
from judges import Judge, names
from random_network import RandomNetwork
from workers import Worker

import dllm_struct as ds
from dllm_struct.decoding.length.fixed import Fixed
from dllm_struct.languages.base import any_text

MEMBERS = Path(__file__).parent.parent / "tests" / "grammars" / "members.py"
PIECES, LONGEST_PIECE = 400, 6
MOST_HOLES, LONGEST_HOLE = 3, 40
MEBIBYTES = 6144
ROOM = Fixed(initial=24)
WAYS = {
    "random order, temperature 1": ds.Decoding(
        sampler="random", temperature=1.0, steps=8, length=ROOM
    ),
    "confidence": ds.Decoding(steps=8, length=ROOM),
    "threshold": ds.Decoding(sampler="threshold", steps=8, length=ROOM),
    "growing slots": ds.Decoding(length="daedal", steps=8),
}


def read_members() -> Mapping[str, Sequence[str]]:
    """Return texts in each grammar, which the tests have."""
    spec = spec_from_file_location("members", MEMBERS)
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    members: Mapping[str, Sequence[str]] = module.MEMBERS
    return members


def vocabulary(texts: Sequence[str]) -> ds.Vocabulary:
    """All bytes, pieces of texts, a mask and a null token."""
    rng = random.Random(0)
    tokens = dict.fromkeys(bytes([value]) for value in range(256))
    data = [text.encode() for text in texts]
    sizes = [len(text) for text in data]
    while len(tokens) < 256 + PIECES:
        (text,) = rng.choices(data, sizes)
        start = rng.randrange(len(text))
        tokens[text[start : start + rng.randint(2, LONGEST_PIECE)]] = None
    return ds.Vocabulary([*tokens, None, None])


def pattern(text: str, rng: random.Random) -> list[str]:
    """Return fixed text, hole, fixed text, …: an odd number of pieces of the text."""
    cuts: list[int] = []
    for _ in range(rng.randint(1, MOST_HOLES)):
        start = rng.randint(0, len(text))
        stop = min(len(text), start + rng.randint(0, LONGEST_HOLE))
        if all(stop < a or b < start for a, b in zip(cuts[::2], cuts[1::2], strict=True)):
            cuts = sorted([*cuts, start, stop])
    return [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]


class Filler:
    """Fills holes in members of the grammars.

    Args:
        members: texts in each grammar.
    """

    def __init__(self, members: Mapping[str, Sequence[str]]) -> None:
        words = vocabulary([text for name in members for text in members[name]])
        size = len(words)
        self.network = RandomNetwork(size)
        family = ds.Family(mask_token_id=size - 2, null_token_id=size - 1)
        self.model = ds.Model(self.network, words, family)
        self.judges = {name: Judge(name) for name in members}
        self.members = members

    def pattern(self, name: str, seed: int) -> list[str]:
        """Return a pattern in a member."""
        rng = random.Random(f"{name} {seed}")
        return pattern(rng.choice(self.members[name]), rng)

    def fill(self, item: tuple[str, int]) -> dict[str, Any]:
        """Return the status of a grammar's pattern: ``valid``, ``invalid``, or an exception."""
        name, seed = item
        pieces = self.pattern(name, seed)
        template = ds.Template(
            tuple(
                ds.Slot(str(i), any_text()) if i % 2 else ds.Invariant(piece)
                for i, piece in enumerate(pieces)
            ),
            language=ds.grammar(name),
        )
        self.network.generator.manual_seed(seed)
        try:
            out = self.model.infill(template, decoding=way_of(seed)[1], seed=seed)
        except MemoryError:
            raise
        except Exception as error:  # what is counted here is that there is none
            return {"status": type(error).__name__, "why": str(error)}
        why = self.judges[name].complaint(out.text)
        if out.text != template.render(out.slots) or "\ufffd" in out.text:
            why = "the text around the holes has changed, or is not UTF-8"
        status = "valid" if why is None else "invalid"
        return {"status": status, "why": why, "text": out.text}


def way_of(seed: int) -> tuple[str, ds.Decoding]:
    """Return the decoder of a pattern, and its name."""
    return list(WAYS.items())[seed % len(WAYS)]


def run(filler: Filler, name: str, patterns: int, limit: float) -> Iterator[dict[str, Any]]:
    """Yield what became of every pattern of a grammar."""
    worker = Worker(filler.fill, limit, MEBIBYTES, cpu=False)
    for seed in range(patterns):
        yield worker((name, seed)) | {"seed": seed}
    worker.stop()


def main() -> None:
    """Fill, judge, print the counts."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--patterns", type=int, default=100, help="for each grammar")
    parser.add_argument("--grammar", action="append", default=[], help="only these")
    parser.add_argument("--limit", type=float, default=60, help="seconds for one pattern")
    parser.add_argument("--failures", type=int, default=10, help="how many are shown")
    options = parser.parse_args()

    torch.set_num_threads(1)  # the tensors are small, and processes are copied
    known = read_members()
    judged = [name for name in names() if name in known]
    if unknown := set(options.grammar).difference(judged):
        parser.error(f"no texts or no judge for {', '.join(sorted(unknown))}")
    chosen = options.grammar or judged
    filler = Filler({name: known[name] for name in chosen})
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    rows, failures = [], []
    for name in chosen:
        seconds = []
        for answer in run(filler, name, options.patterns, options.limit):
            counts[name][answer["status"]] += 1
            seconds.append(answer["seconds"])
            if answer["status"] != "valid":
                failures.append((name, answer))
        other = counts[name].total() - counts[name]["valid"] - counts[name]["invalid"]
        cells = (counts[name].total(), counts[name]["valid"], counts[name]["invalid"], other)
        times = (f"{median(seconds):.2f}", f"{max(seconds):.1f}", f"{sum(seconds):.0f}")
        rows.append([name, *map(str, cells), *times])
        print(f"{name}: {dict(counts[name])}", file=sys.stderr)
    header = ["grammar", "patterns", "valid", "invalid", "others", "s p50", "s max", "s all"]
    print_table(header, rows)
    total = sum(counts.values(), Counter[str]())
    print(f"\n{total['valid']} of {total.total()} valid; {dict(total)}")
    for name, answer in failures[: options.failures]:
        seed, why = answer["seed"], answer.get("why", "")
        print(f"\n{name}, pattern {seed}, {way_of(seed)[0]}: {answer['status']}: {why}")
        print(f"  {filler.pattern(name, seed)!r}\n  {answer.get('text', '')!r}")
    sys.exit(bool(failures))


if __name__ == "__main__":
    main()
