"""Every way of decoding on the same tasks: how good, how many forward passes, how long.

    python benchmarks/decoding.py [--examples 200] [--infilling DATA [--problems 100]]
                                  [--only NAME ...] [--json FILE]

Extraction: held-out texts of `extraction.py`, template form, the bundled model; "fields" is the
share of JSON leaves that are right. Infilling: problems of `infilling.py` with the Python grammar;
"passes" is the share whose tests pass. NFE is the mean number of forward passes of one output,
tokens a pass the mean of (tokens written / NFE), "s" the wall time of all outputs.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import mean
from time import perf_counter
from typing import Any

import infilling
from common import print_table
from extraction import parse
from jsonschema import Draft202012Validator
from sandbox import Sandbox

import dllm_struct as ds
from dllm_struct.decoding.length.fixed import Fixed
from dllm_struct.models.bundled import Example, held_out
from dllm_struct.models.bundled.evaluate import right_leaves

SURE: Mapping[str, Any] = {"sampler": "threshold", "threshold": 0.9}
BATCH = 16
ROOM = 32
FAR = 1000
"""Between the seeds of the texts and that of the one to calibrate with."""

WAYS: dict[str, Mapping[str, Any]] = {
    "confidence": {},
    "confidence, 8 steps": {"steps": 8},
    "confidence, 8 steps, cosine": {"steps": 8, "schedule": "cosine"},
    "random": {"sampler": "random"},
    "entropy": {"sampler": "entropy"},
    "margin": {"sampler": "margin"},
    "threshold 0.9": SURE,
    "threshold 0.7": {**SURE, "threshold": 0.7},
    "threshold 0.5": {**SURE, "threshold": 0.5},
    "factor": {"sampler": "factor"},
    "entropy-bounded 0.1": {"sampler": "entropy-bounded"},
    "entropy-bounded 0.01": {"sampler": "entropy-bounded(gamma=0.01)"},
    "position-calibrated": {"sampler": "position-calibrated"},
    "calibrated": {"sampler": "calibrated"},
    "self-speculative": {"sampler": "self-speculative"},
    "dilated": {"schedule": "dilated"},
    "all at once": {"schedule": "parallel"},
    "blocks of 16": {**SURE, "block_length": 16},
    "adaptive blocks": {**SURE, "blocks": "adaptive"},
    "deferred": {**SURE, "blocks": "deferred"},
    "editing": {**SURE, "remasking": "editing"},
    "second stage": {**SURE, "remasking": "second-stage"},
    "credit": {**SURE, "guidance": "credit"},
    "guidance": {**SURE, "guidance": "cfg"},
    "length s3": {**SURE, "length": "s3"},
    "length daedal": {**SURE, "length": "daedal"},
    "length posterior": {**SURE, "length": "posterior"},
    "preset fast": {"preset": "fast"},
    "preset balanced": {"preset": "balanced"},
    "preset quality": {"preset": "quality"},
}


@dataclass(frozen=True)
class Score:
    """What a way of decoding achieves.

    Attributes:
        valid: share of outputs that are what was asked for.
        right: share of fields, or of problems, that are right.
        whole: share of outputs that are right as a whole.
        nfe: mean forward passes.
        tokens_a_pass: mean tokens of an output for each of its passes.
        seconds: wall time.
    """

    valid: float
    right: float
    whole: float
    nfe: float
    tokens_a_pass: float
    seconds: float

    def cells(self) -> list[str]:
        """Return it for a table."""
        shares = [f"{share:.1%}" for share in (self.valid, self.right, self.whole)]
        return [*shares, f"{self.nfe:.2f}", f"{self.tokens_a_pass:.2f}", f"{self.seconds:.1f}"]


def decoding(settings: Mapping[str, Any], profile: ds.Profile | None = None) -> ds.Decoding:
    """Return settings, or those of a preset.

    Args:
        settings: of a way.
        profile: for the calibrated sampler.
    """
    rest = dict(settings)
    preset = rest.pop("preset", None)
    if rest.get("sampler") == "calibrated":
        rest["sampler"] = {"name": "calibrated", "profile": profile}
    return ds.Decoding(**rest) if preset is None else ds.Decoding.preset(preset)


def written(out: ds.Output) -> int:
    """Tokens that were written into slots, forced ones included, nulls not."""
    return max(0, out.stats.committed + out.stats.forced - out.stats.shrunk)


@dataclass(frozen=True)
class Outcome:
    """What came out for some texts, and how good it is."""

    outputs: Sequence[ds.Output]
    score: Score


def by_schema(example: Example) -> Any:
    """Lay out a text as it is done as a rule."""
    return example.schema


def extraction(
    model: ds.Model,
    how: ds.Decoding,
    examples: Sequence[Example],
    layout: Callable[[Example], Any] = by_schema,
    batch: int = BATCH,
) -> Outcome:
    """Score a way of decoding on texts."""
    outputs: list[ds.Output] = []
    start = perf_counter()
    for first in range(0, len(examples), batch):
        part = examples[first : first + batch]
        outputs += model.generate(
            [example.prompt for example in part],
            [layout(example) for example in part],
            decoding=how,
            seed=0,
        )
    seconds = perf_counter() - start
    valid = right = total = whole = 0
    for example, out in zip(examples, outputs, strict=True):
        value = parse(out.text)
        valid += value is not ... and Draft202012Validator(example.schema).is_valid(value)
        hits, leaves = right_leaves(example.value, None if value is ... else value)
        right, total, whole = right + hits, total + leaves, whole + (hits == leaves)
    count = len(examples)
    score = Score(
        valid / count,
        right / total,
        whole / count,
        mean(out.stats.nfe for out in outputs),
        mean(written(out) / max(1, out.stats.nfe) for out in outputs),
        seconds,
    )
    return Outcome(outputs, score)


def infill_one(model: ds.Model, how: ds.Decoding, problem: dict[str, Any]) -> ds.Output:
    """Fill the missing line of a program.

    Raises:
        DllmStructError: the program cannot be completed within the room there is.
    """
    if how.length == "fixed":
        how = how.replace(length=Fixed(ROOM))
    hole = ds.Slot("line", ds.any_text(), max_tokens=ROOM)
    parts = (ds.Invariant(problem["prompt"]), hole, ds.Invariant(problem["suffix"]))
    template = ds.Template(parts, ds.grammar("python"))
    return model.infill(template, decoding=how, seed=0, prompt="")


def infill(
    model: ds.Model, how: ds.Decoding, problems: Sequence[dict[str, Any]], sandbox: Sandbox
) -> Score:
    """Score a way of decoding on missing lines of programs."""
    start = perf_counter()
    outputs: list[ds.Output | None] = []
    for problem in problems:
        try:
            outputs.append(infill_one(model, how, problem))
        except ds.DllmStructError as error:
            print(f"{problem['task_id']}: {type(error).__name__}", file=sys.stderr)
            outputs.append(None)
    seconds = perf_counter() - start
    done = [(p, out) for p, out in zip(problems, outputs, strict=True) if out is not None]
    passed = sum(infilling.passes(sandbox, p, out.text) for p, out in done)
    parsed = sum(infilling.parses(out.text) for _, out in done)
    count = len(problems)
    return Score(
        parsed / count,
        passed / count,
        passed / count,
        mean(out.stats.nfe for _, out in done),
        mean(written(out) / max(1, out.stats.nfe) for _, out in done),
        seconds,
    )


def scores(
    ways: Mapping[str, Mapping[str, Any]], one: ds.Output, score: Callable[[ds.Decoding], Score]
) -> Iterator[tuple[str, Score]]:
    """Score every way, and show each on standard error as it is done.

    Args:
        ways: names and settings.
        one: an output that is not scored, decoded at a static threshold; to calibrate with.
        score: scores one way.
    """
    profile = ds.Profile.of(one.trace)
    for name, settings in ways.items():
        found = score(decoding(settings, profile))
        print(name, *found.cells(), file=sys.stderr)
        yield name, found


def main() -> None:
    """Score every way on both tasks and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--examples", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0, help="of the held-out texts")
    parser.add_argument("--batch", type=int, default=BATCH)
    parser.add_argument("--infilling", type=Path, help="HumanEval-SingleLineInfilling.jsonl.gz")
    parser.add_argument("--problems", type=int, default=100)
    parser.add_argument("--only", nargs="*", help="names of ways")
    parser.add_argument("--json", type=Path, help="write the scores there as well")
    options = parser.parse_args()

    model = ds.load("bundled")
    ways = {name: way for name, way in WAYS.items() if not options.only or name in options.only}
    tables: dict[str, dict[str, Score]] = {}
    if options.examples:
        examples = held_out(options.examples, options.seed)
        extraction(model, ds.Decoding(), examples[:2])  # compiles what numba compiles
        (other,) = held_out(1, options.seed + FAR)
        one = model.generate(other.prompt, other.schema, ds.Decoding(**SURE), seed=0)
        tables["extraction"] = dict(
            scores(
                ways, one, lambda how: extraction(model, how, examples, batch=options.batch).score
            )
        )
    if options.infilling is not None:
        sandbox = Sandbox()
        *problems, last = infilling.read(options.infilling, options.problems + 1)
        infill(model, ds.Decoding(steps=1), problems[:1], sandbox)
        one = infill_one(model, ds.Decoding(**SURE), last)
        tables["infilling"] = dict(
            scores(ways, one, lambda how: infill(model, how, problems, sandbox))
        )
    header = ("", "valid", "right", "all right", "NFE", "tokens a pass", "s")
    for title, table in tables.items():
        print(f"\n{title}\n")
        print_table(header, [[name, *score.cells()] for name, score in table.items()])
    if options.json is not None:
        data = {
            title: {name: asdict(score) | {"quality": score.right} for name, score in table.items()}
            for title, table in tables.items()
        }
        options.json.write_text(json.dumps(data, indent=1))


if __name__ == "__main__":
    main()
