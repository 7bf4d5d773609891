"""Typical members of a node, to see where a tokenizer cuts around them."""

from __future__ import annotations

import json
from itertools import cycle, islice
from typing import Any

from dllm_struct.languages.json_schema.nodes import (
    Array,
    Node,
    Number,
    Object,
    String,
    Typed,
    Values,
    items_of,
)
from dllm_struct.languages.json_schema.numbers import number_text
from dllm_struct.languages.json_schema.strings import content

MOST = 3
"""Samples of one slot."""

_OF_FORMAT = {
    "date": ("2024-03-17", "1998-11-02"),
    "date-time": ("2024-03-17T09:30:00Z", "1998-11-02T18:05:59+02:00"),
    "time": ("09:30:00Z", "18:05:59+02:00"),
    "email": ("anna.berg@example.com", "info@acme.org"),
    "hostname": ("www.example.com", "localhost"),
    "ipv4": ("192.168.0.1", "8.8.8.8"),
    "ipv6": ("2001:db8::1", "fe80::1"),
    "uri": ("https://www.example.com/a?b=1", "mailto:info@acme.org"),
    "uuid": ("3f2b8c1e-9d47-4a6b-8e21-5c0f7d9a1b34", "00000000-0000-4000-8000-000000000001"),
}
_WORDS = ("Anna Berg", "the second report", "x", "Berlin", "AB-1234", "red", "2024", "a1b2c3")
_WHOLES = (7, 42, 2024, 100, 3, 1, 0, 15, 60, -5)
_DECIMALS = (19.99, 0.5, 42, 3.0, 0.25, 1, 0, -1.5)


def samples_of(node: Node) -> list[Any]:
    """Up to `MOST` values of a settled node, from each of its types in turn."""
    lists = [typed_samples(typed) for typed in node.spoken]
    rounds = [value for i in range(MOST) for found in lists for value in found[i : i + 1]]
    return rounds[:MOST]


def typed_samples(typed: Typed) -> list[Any]:
    """Up to `MOST` values that satisfy one constraint."""
    match typed:
        case Number():
            return _numbers(typed)
        case String():
            return _strings(typed)
        case Array():
            return _arrays(typed)
        case Object():
            return _objects(typed)
        case Values(texts):
            return [json.loads(text) for text in texts[:MOST]]


def _strings(string: String) -> list[str]:
    language = content(string, "canonical")
    usual = [text for name in string.formats for text in _OF_FORMAT[name]] + list(_WORDS)
    found = [text for text in usual if language.matches(text.encode())][:MOST]
    shortest = None if found else language.shortest()
    return found if shortest is None else [shortest.decode()]


def _numbers(number: Number) -> list[Any]:
    language = number_text(number)
    usual = _WHOLES if number.integer else _DECIMALS
    found = [value for value in usual if language.matches(json.dumps(value).encode())][:MOST]
    shortest = None if found else language.shortest()
    return found if shortest is None else [json.loads(shortest)]


def _arrays(array: Array) -> list[list[Any]]:
    prefix = [samples_of(node) for node in array.prefix]
    rest = samples_of(items_of(array))
    lengths = {array.min_items, array.min_items + 1, array.min_items + 2}
    found = []
    for length in sorted(lengths, reverse=True):
        fits = array.max_items is None or length <= array.max_items
        columns = prefix[:length] + [rest] * (length - len(prefix))
        if fits and all(columns):
            found.append([next(islice(cycle(c), i, None)) for i, c in enumerate(columns)])
    return found


def _objects(constraint: Object) -> list[dict[str, Any]]:
    """One with every property, one with the required ones only."""
    known = {name: samples_of(node) for name, node in constraint.properties}
    if not all(known[name] for name in constraint.required):
        return []
    full = {name: values[0] for name, values in known.items() if values}
    least = {name: known[name][-1] for name in known if name in constraint.required}
    return [full] if full == least else [full, least]
