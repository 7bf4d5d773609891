"""MaskBench: real schemas with valid and invalid documents; ours beside its peers in one run.

    python benchmarks/maskbench.py PATH VOCABULARY [--sample 200 --seed 1] [--generate]

PATH holds one JSON object a line, perhaps .gz: `id, schema, tests: [{valid, data}]`. VOCABULARY is
a tiktoken file (perhaps .gz). For each schema: compiled or refused, how its documents are judged,
the time to compile it for the vocabulary. Documents are written by `json.dumps` with properties in
the schema's order, the same for every engine. Each engine works in a process of its own with a time
and a memory limit for every schema; as in a server, what schemas share stays cached in it.

With --generate, a network that answers at random writes documents for each compiled schema, in
template and in free form, and `jsonschema` judges them, formats asserted.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import numpy as np
import torch
from common import SCHEMAS, print_table, read_tokens
from documents import texts
from engines import Engine, Ours, Refused, peers
from workers import Work, Worker
from writers import Writer, judged

import dllm_struct as ds

Case = dict[str, Any]
Answer = dict[str, Any]
COMPILED = "compiled"
FORMS = ("template", "free")
REFUSED = "refused"


def read(path: Path) -> list[Any]:
    """Return the JSON values in a file, one a line."""
    data = path.read_bytes()
    text = gzip.decompress(data) if path.suffix == ".gz" else data
    return [json.loads(line) for line in text.splitlines() if line]


def chosen(cases: list[Case], options: argparse.Namespace) -> list[Case]:
    """Return the cases that the options ask for."""
    if options.only:
        cases = [case for case in cases if case["id"] in options.only]
    if options.shuffle or options.sample:
        cases = random.Random(options.seed).sample(cases, options.sample or len(cases))
    return cases[: options.limit]


def judging(engine: Engine, clock: Callable[[], float]) -> Work:
    """Return the work on one case: compile, then judge every document."""

    def judge(case: Case) -> Answer:
        documents = texts(case["schema"], [test["data"] for test in case["tests"]])
        answer: Answer = {"status": COMPILED}
        start = clock()
        try:
            check = engine.compile(case["schema"])
            answer["ms"] = 1000 * (clock() - start)
            answer["verdicts"] = [check(document) for document in documents]
        except Refused as error:
            answer |= {"status": REFUSED, "kind": error.kind, "reason": error.reason}
        except MemoryError:
            raise
        except BaseException as error:  # a panic of a peer is one
            answer |= {"status": "failed", "kind": type(error).__name__, "reason": str(error)}
        return answer

    return judge


class Score:
    """What one engine made of the cases."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.answers: dict[str, Answer] = {}
        self.counts: Counter[tuple[str, bool]] = Counter()
        self.wrong: list[str] = []
        self.correct = 0

    def add(self, case: Case, answer: Answer) -> None:
        """Count one answer."""
        self.answers[case["id"]] = answer
        if answer["status"] != COMPILED:
            return
        pairs = list(zip(case["tests"], answer["verdicts"], strict=True))
        for i, (test, verdict) in enumerate(pairs):
            self.counts["of", test["valid"]] += 1
            self.counts["right", test["valid"]] += test["valid"] == verdict
            if test["valid"] != verdict:
                said = "rejected, valid" if test["valid"] else "ACCEPTED, invalid"
                self.wrong.append(f"{case['id']}, test {i}: {said}")
        self.correct += all(test["valid"] == verdict for test, verdict in pairs)

    def row(self) -> list[str]:
        """The line of the table."""
        statuses = Counter(answer["status"] for answer in self.answers.values())
        times = [answer["ms"] for answer in self.answers.values() if answer["status"] == COMPILED]
        cells = [self.name, *(str(statuses[status]) for status in (COMPILED, REFUSED))]
        cells += [str(statuses.total() - statuses[COMPILED] - statuses[REFUSED])]
        cells += [f"{self.correct} ({self.correct / max(1, len(self.answers)):.1%})"]
        cells += [f"{self.counts['right', v]}/{self.counts['of', v]}" for v in (True, False)]
        ranks = np.percentile(times, [50, 95, 99, 100]) if times else []
        return [*cells, " / ".join(f"{rank:.1f}" for rank in ranks)]

    def not_compiled(self) -> Counter[str]:
        """Why schemas were not compiled, counted."""
        return Counter(
            f"{a['status']}: {a.get('kind', '')} {a.get('reason', '')}"[:110].strip()
            for a in self.answers.values()
            if a["status"] != COMPILED
        )


HEADER = ["engine", "compiled", "refused", "failed", "correct", "valid accepted"]
HEADER += ["invalid rejected", "compile ms p50 / p95 / p99 / max"]


def progress(done: int, of: int, start: float) -> None:
    """Tell how far it is, on one line of the terminal."""
    print(f"\r{done}/{of}, {perf_counter() - start:.0f} s", end="", file=sys.stderr, flush=True)


def compare(cases: list[Case], engines: list[Engine], options: argparse.Namespace) -> list[Score]:
    """Run every engine on every case, in turn, and print the table."""
    clock = process_time if options.cpu else perf_counter
    limits = (options.timeout, options.memory, options.cpu)
    workers = [Worker(judging(engine, clock), *limits) for engine in engines]
    scores = [Score(engine.name) for engine in engines]
    start = perf_counter()
    done = 0
    try:
        for case in cases:
            for worker, score in zip(workers, scores, strict=True):
                score.add(case, worker(case))
            done += 1
            progress(done, len(cases), start)
    except KeyboardInterrupt:  # what is done is told
        print("\nstopped", file=sys.stderr)
    for worker in workers:
        worker.stop()
    tests = Counter(test["valid"] for case in cases[:done] for test in case["tests"])
    print(
        f"\n\n{done} schemas, {tests[True]} valid and {tests[False]} invalid documents; "
        f"at most {options.timeout:.0f} s and {options.memory} MiB for a schema\n"
    )
    print_table(HEADER, [score.row() for score in scores])
    return scores


def tell(score: Score, most: int) -> None:
    """Print why schemas were not compiled, what was costly, and the first wrong verdicts."""
    print(f"\n{score.name}, not compiled:")
    for reason, count in score.not_compiled().most_common(most):
        print(f"{count:5}  {reason}")
    for what, unit in (("ms", "ms"), ("peak", "MiB")):
        costly = sorted(score.answers.items(), key=lambda pair: -pair[1].get(what, 0))[:5]
        print(f"most {unit}: " + ", ".join(f"{k} {a.get(what, 0):.0f}" for k, a in costly))
    if score.wrong:
        print(f"\n{len(score.wrong)} wrong verdicts:", *score.wrong[:most], sep="\n")


def generate(cases: list[Case], ours: Ours, options: argparse.Namespace) -> dict[str, list[Answer]]:
    """Write documents for every case, print how many are valid."""
    writer = Writer(ours.vocabulary, options.positions, options.steps)
    worker = Worker(writer.write, options.timeout, options.memory, options.cpu)
    judge = Worker(judged, options.timeout, options.memory, options.cpu)

    def document(schema: Any, structure: str, seed: int) -> Answer:
        told = {"structure": structure, "seed": seed}
        answer = worker({"schema": schema, **told}) | told
        if answer["status"] != "written":
            return answer
        verdict = judge({"schema": schema, "text": answer["text"]})
        if verdict["status"] in ("time-out", "out of memory"):  # patterns that backtrack for hours
            own = ds.json_schema(schema).matches(answer["text"])
            verdict = {"status": "not judged", "reason": f"{verdict['status']}; ours says {own}"}
        return answer | {k: v for k, v in verdict.items() if k in ("status", "reason")}

    answers: dict[str, list[Answer]] = {}
    start = perf_counter()
    try:
        for case in cases:
            answers[case["id"]] = [
                document(case["schema"], structure, seed) for seed, structure in enumerate(FORMS)
            ]
            progress(len(answers), len(cases), start)
            complain(case["id"], answers[case["id"]])
    except KeyboardInterrupt:  # what is done is told
        print("\nstopped", file=sys.stderr)
    worker.stop()
    judge.stop()
    tabulate(answers)
    return answers


def complain(name: str, answers: list[Answer]) -> None:
    """Print what is not valid as soon as it is known."""
    for answer in answers:
        if answer["status"] != "valid":
            details = {k: v for k, v in answer.items() if k not in ("seconds", "peak")}
            print(f"\n{name}: {json.dumps(details)[:600]}", flush=True)


def tabulate(answers: dict[str, list[Answer]]) -> None:
    """Print the shares of valid documents, by form."""
    print("\n")
    rows = []
    for structure in FORMS:
        found = [a for pair in answers.values() for a in pair if a["structure"] == structure]
        statuses = Counter(answer["status"] for answer in found)
        times = [answer["ms"] for answer in found if "ms" in answer] or [0.0]
        ranks = " / ".join(f"{rank:.0f}" for rank in np.percentile(times, [50, 95, 99, 100]))
        others = ", ".join(f"{n} {status}" for status, n in statuses.items() if status != "valid")
        rows.append([structure, str(len(found)), str(statuses["valid"]), others, ranks])
    print_table(["form", "documents", "valid", "others", "ms p50 / p95 / p99 / max"], rows)


def parsed() -> argparse.Namespace:
    """Return the options."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("path", type=Path)
    parser.add_argument("vocabulary", type=Path)
    parser.add_argument("--limit", type=int, help="the first N schemas")
    parser.add_argument("--sample", type=int, help="N schemas drawn at random")
    parser.add_argument("--shuffle", action="store_true")
    parser.add_argument("--seed", type=int, default=0, help="of the sample and of the shuffle")
    parser.add_argument("--only", action="append", default=[], metavar="ID")
    parser.add_argument("--timeout", type=float, default=60, help="seconds for a schema")
    parser.add_argument("--memory", type=int, default=4096, help="MiB for a schema")
    parser.add_argument("--cpu", action="store_true", help="processor time, not wall time")
    parser.add_argument("--no-peers", action="store_true")
    parser.add_argument("--peer", action="append", default=[], help="only these peers")
    parser.add_argument("--failures", type=int, default=20, help="how many lines of each list")
    parser.add_argument("--generate", action="store_true")
    parser.add_argument("--positions", type=int, help="most positions of a canvas")
    parser.add_argument("--steps", type=int, default=8, help="forward passes for a document")
    parser.add_argument("--json", type=Path, help="where to write every answer")
    return parser.parse_args()


def main() -> None:
    """Compare; with --generate, write documents for what was compiled."""
    options = parsed()
    torch.set_num_threads(1)  # one schema after the other on one core, as for the peers
    cases = chosen(read(options.path), options)
    tokens = read_tokens(options.vocabulary)
    kinds = [] if options.no_peers else peers(options.peer)
    ours, others = Ours(tokens), [kind(tokens) for kind in kinds]
    for engine in (ours, *others):
        for schema in SCHEMAS.values():  # machine code and tables that are made once
            engine.compile(schema)
            if engine is not ours:
                break
    scores = compare(cases, [ours, *others], options)
    tell(scores[0], options.failures)
    found: dict[str, Any] = {score.name: score.answers for score in scores}
    if options.generate:
        answers = scores[0].answers
        taken = [case for case in cases if answers.get(case["id"], {}).get("status") == COMPILED]
        print(f"\nA random network writes for the {len(taken)} compiled schemas:")
        found["generate"] = generate(taken, ours, options)
    if options.json:
        options.json.write_text(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
