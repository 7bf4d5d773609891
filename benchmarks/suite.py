"""The official JSON-Schema-Test-Suite, by draft and keyword: right, refused by name, or wrong.

    python benchmarks/suite.py PATH [--draft draft2020-12] [--file not] [--details]

PATH holds one group a line, perhaps .gz: `draft, file, schema, tests: [{data, valid}]`. A group is
right when every document is judged as the suite says, refused when the schema is refused by a
typed error, and wrong otherwise, which must not happen. Documents are written by `json.dumps` with
properties in the schema's order. The suite does not assert formats where its draft does not; groups
that depend on that are told apart.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from common import print_table
from documents import texts
from workers import Worker

import dllm_struct as ds

DIALECTS = {
    "draft4": "http://json-schema.org/draft-04/schema#",
    "draft6": "http://json-schema.org/draft-06/schema#",
    "draft7": "http://json-schema.org/draft-07/schema#",
    "draft2019-09": "https://json-schema.org/draft/2019-09/schema",
    "draft2020-12": "https://json-schema.org/draft/2020-12/schema",
}
ANNOTATED = "format.json"  # says of every format that it only annotates
STATUSES = ("right", "refused", "wrong", "failed", "time-out", "out of memory", "died")


def with_dialect(group: dict[str, Any]) -> Any:
    """Return the group's schema, saying its draft; a boolean has nowhere to say it."""
    schema = group["schema"]
    if not isinstance(schema, dict):
        return schema
    return {"$schema": DIALECTS[group["draft"]], **schema}


def judge(group: dict[str, Any]) -> dict[str, Any]:
    """Return what became of a group, and why."""
    schema = with_dialect(group)
    try:
        documents = texts(schema, [test["data"] for test in group["tests"]])
        language = ds.json_schema(schema)
        verdicts = [language.matches(document) for document in documents]
    except ds.DllmStructError as error:
        return {"status": "refused", "why": f"{type(error).__name__}: {error.message}"}
    except MemoryError:
        raise
    except Exception as error:  # counted apart from refusals
        return {"status": "failed", "why": f"{type(error).__name__}: {error}"}
    wrong = [
        f"{'rejected' if test['valid'] else 'ACCEPTED'} {document[:100]}"
        for test, document, verdict in zip(group["tests"], documents, verdicts, strict=True)
        if test["valid"] != verdict
    ]
    return {"status": "wrong" if wrong else "right", "why": "; ".join(wrong)}


def read(options: argparse.Namespace) -> list[dict[str, Any]]:
    """Return the groups that the options ask for."""
    data = options.path.read_bytes()
    text = gzip.decompress(data) if options.path.suffix == ".gz" else data
    groups = [json.loads(line) for line in text.splitlines() if line]
    return [
        group
        for group in groups
        if options.draft in group["draft"]
        and options.file in group["file"]
        and (group["file"] != ANNOTATED or options.annotated)
    ]


def main() -> None:
    """Judge every group and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("path", type=Path)
    parser.add_argument("--draft", default="", help="only drafts with this in their name")
    parser.add_argument("--file", default="", help="only files with this in their name")
    parser.add_argument("--annotated", action="store_true", help="format.json as well")
    parser.add_argument("--timeout", type=float, default=20, help="processor seconds for a group")
    parser.add_argument("--memory", type=int, default=2048, help="MiB for a group")
    parser.add_argument("--details", action="store_true", help="print what is not right")
    options = parser.parse_args()
    ds.json_schema({"type": "null"})  # loads the library
    worker = Worker(judge, options.timeout, options.memory, cpu=True)
    files: dict[str, Counter[str]] = defaultdict(Counter)
    drafts: dict[str, Counter[str]] = defaultdict(Counter)
    details: dict[str, list[str]] = defaultdict(list)
    for group in read(options):
        answer = worker(group)
        status = answer["status"]
        files[group["file"]][status] += 1
        drafts[group["draft"]][status] += 1
        if status != "right":
            name = f"{group['draft']} {group['file']}: {group['description']}"
            details[status].append(f"{name}: {answer.get('why', '')[:300]}")
    worker.stop()
    for name, counts in (("file", files), ("draft", drafts)):
        print_table(
            [name, *STATUSES],
            [[key, *(str(counts[key][s] or "") for s in STATUSES)] for key in sorted(counts)],
        )
        print()
    for status, lines in details.items():
        if options.details or status not in ("right", "refused"):
            print(f"{status}:", *lines, "", sep="\n")
    sys.exit(any(status not in ("right", "refused") for status in details))


if __name__ == "__main__":
    main()
