"""What the benchmarks share: vocabularies from files, test cases, timing, tables."""

from __future__ import annotations

import base64
import gzip
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any

import torch
from tokenizers import Tokenizer

import dllm_struct as ds

REGEXES = {
    "digits": r"[0-9]+",
    "word": r"[a-zA-Z_][a-zA-Z0-9_]*",
    "repeated pair": r"(ab)+",
    "date": r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])",
    "ip address": r"((25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)\.){3}(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)",
    "e-mail": r"[a-z0-9._%+-]{1,32}@[a-z0-9-]{1,32}(\.[a-z]{2,6}){1,2}",
    "number": r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?",
    "uuid": r"[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}",
    "yes or no": r"(yes|no|maybe)( because [a-z ,]{1,40})?\.",
    "string of 20": r'"[^"\\\x00-\x1f]{0,20}"',
}

_OBJECT = {"type": "object", "additionalProperties": False}


def _closed(required: Sequence[str] | None = None, **properties: Any) -> dict[str, Any]:
    names = list(properties) if required is None else list(required)
    return {**_OBJECT, "properties": properties, "required": names}


def _text(longest: int) -> dict[str, Any]:
    return {"type": "string", "maxLength": longest}


def _list(items: Any, most: int) -> dict[str, Any]:
    return {"type": "array", "items": items, "maxItems": most}


_STRING, _INTEGER, _NUMBER = {"type": "string"}, {"type": "integer"}, {"type": "number"}
_BOOLEAN, _DATE = {"type": "boolean"}, {"type": "string", "format": "date"}

SCHEMAS = {
    "contact": _closed(
        name=_text(40),
        phone={"type": "string", "pattern": "^[+]?[0-9 ]{6,16}$"},
        age={"anyOf": [{"type": "integer", "minimum": 0, "maximum": 150}, {"type": "null"}]},
    ),
    "event": _closed(
        title=_text(60),
        start={"type": "string", "format": "date-time"},
        place=_closed(city=_STRING, street=_STRING),
        guests=_list(_STRING, 5),
    ),
    "order": _closed(
        customer=_closed(name=_STRING, city=_STRING),
        items=_list(_closed(name=_STRING, quantity={"type": "integer", "minimum": 1}), 4),
        express=_BOOLEAN,
    ),
    "ticket": _closed(
        id={"type": "string", "format": "uuid"},
        severity={"enum": ["low", "medium", "high", "critical"]},
        summary=_text(100),
    ),
    "product": _closed(
        name=_STRING,
        price=_NUMBER,
        currency={"enum": ["EUR", "USD", "GBP"]},
        in_stock=_BOOLEAN,
        sku={"type": "string", "pattern": "^[A-Z]{3}-[0-9]{4}$"},
    ),
    "review": _closed(
        ("rating", "pros"),
        rating={"type": "integer", "minimum": 1, "maximum": 5},
        pros=_list(_STRING, 3),
        author=_STRING,
    ),
    "invoice": _closed(number=_STRING, issued=_DATE, due=_DATE, total=_NUMBER, paid=_BOOLEAN),
    "position": _closed(
        point={"type": "array", "prefixItems": [_NUMBER, _NUMBER], "items": False, "minItems": 2}
    ),
    "flags": _closed(spam=_BOOLEAN, urgent=_BOOLEAN, topic={"enum": ["bug", "idea", "question"]}),
    "tool call": {
        "anyOf": [
            _closed(tool={"const": "search"}, query=_STRING, limit=_INTEGER),
            _closed(tool={"const": "open"}, path=_STRING),
        ]
    },
}


def read_tokens(path: Path) -> list[bytes]:
    """Return the bytes of every token of a tiktoken file (base64 and rank a line, perhaps .gz)."""
    data = path.read_bytes()
    text = gzip.decompress(data) if path.suffix == ".gz" else data
    ranked = sorted((int(rank), token) for token, rank in map(bytes.split, text.splitlines()))
    return [base64.b64decode(token) for _, token in ranked]


def read_vocabulary(path: Path) -> ds.Vocabulary:
    """Return the vocabulary in a tiktoken file or a tokenizer.json."""
    if path.suffix == ".json":
        return ds.Vocabulary.from_tokenizer(Tokenizer.from_file(str(path)))
    return ds.Vocabulary(read_tokens(path))


def forget() -> None:
    """Empty every bounded cache of the library; unbounded ones hold constant tables."""
    for name, module in list(sys.modules.items()):
        if name.startswith("dllm_struct"):
            for value in vars(module).values():
                parameters = getattr(value, "cache_parameters", None)
                if parameters is not None and parameters()["maxsize"] is not None:
                    value.cache_clear()


def milliseconds(
    run: Callable[[], object],
    runs: int,
    clock: Callable[[], float] = perf_counter,
    before: Callable[[], object] = lambda: None,
) -> float:
    """Return the median time of a call in milliseconds; ``before`` each is not timed."""
    times = []
    for _ in range(runs):
        before()
        start = clock()
        run()
        times.append(1000 * (clock() - start))
    return median(times)


def now() -> float:
    """Seconds on a clock: the processor's, so that other programs do not count, with one thread."""
    return process_time() if torch.get_num_threads() == 1 else perf_counter()


def print_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows with the first column to the left, the others to the right."""
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    for row in (header, *rows):
        first, *others = (
            cell.ljust(width) if not i else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        print("  ".join((first, *others)))
